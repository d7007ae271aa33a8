//! The words for sockets that both sides of the product speak: listeners, clients, TLS on either
//! end, and [`Topology`], the picture read from finished files.
//!
//! `wiring/` says with these words what it expects and `topology/` what it read; the two never see
//! each other, and a property test compares them. Types only: nothing is read or decided here.

mod compose;
mod exchange;
mod file_fault;
mod needs;
mod passage;
mod program;
mod sandbox;
mod site;
mod tls;
mod unknown_key;

pub use compose::{ComposeFact, ComposeFactKind, UnsetEffect};
pub use exchange::{HeaderShown, Joint, Sends, Signal, Takes, meant_by_path};
pub use file_fault::{FileFault, FileFaultKind};
pub use needs::{NeededDirectory, UnitFault, UnitFaultKind};
pub use passage::{Carried, Passage, Passages};
pub use program::{NeighbourName, ProgramKind};
pub use sandbox::{PathUsage, SandboxFault, SandboxedPath};
pub use site::{HostEntry, Membership, Publication, Site, SiteKind};
pub use tls::{ClientTls, FileReference, ServerTls, ServerTlsMode, Trust};
pub use unknown_key::{Suggestion, UnknownKey};

use crate::diagnostic::{Mark, SourceName};
use crate::model::certificate::CertificateSpec;
use crate::model::env::EnvFormat;
use crate::model::names::{CertificateName, Port, TargetPath};
use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

/// The OTLP protocols that are rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OtlpProtocol {
    /// `grpc`.
    Grpc,
    /// `http/protobuf`.
    HttpProtobuf,
    /// `http/json`.
    HttpJson,
}

impl OtlpProtocol {
    /// The specification's own string.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Grpc => "grpc",
            Self::HttpProtobuf => "http/protobuf",
            Self::HttpJson => "http/json",
        }
    }

    /// Whether it is spoken over HTTP, where a path says which signal comes.
    pub fn is_http(self) -> bool {
        self != Self::Grpc
    }
}

impl fmt::Display for OtlpProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is spoken on a socket. An edge needs the same word on both ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// OTLP over gRPC.
    OtlpGrpc,
    /// OTLP over HTTP.
    OtlpHttp,
    /// OTLP, of a client whose files do not say over which of the two.
    Otlp,
    /// Tempo's HTTP API with `/ready` and `/metrics`.
    TempoApi,
    /// Tempo's own gRPC (9095).
    TempoInternal,
    /// A plain HTTP listener of a program's own: metrics, health, zPages, pprof.
    OwnHttp,
    /// Prometheus's own HTTP port.
    PrometheusApi,
    /// Prometheus remote write, to that port.
    RemoteWrite,
    /// Loki's own HTTP port.
    LokiApi,
    /// Metrics that are fetched over HTTP.
    Scrape,
    /// Whatever a proxy passes on: of its listeners, and of the clients that it has for that.
    Passed(Carried),
    /// A receiver or server that is not OTLP (jaeger, zipkin, memberlist): its port counts.
    Other,
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OtlpGrpc => "OTLP/gRPC",
            Self::OtlpHttp => "OTLP/HTTP",
            Self::Otlp => "OTLP",
            Self::TempoApi => "Tempo's HTTP API",
            Self::TempoInternal => "Tempo's internal gRPC",
            Self::OwnHttp => "HTTP",
            Self::PrometheusApi => "Prometheus's HTTP API",
            Self::RemoteWrite => "remote write",
            Self::LokiApi => "Loki's HTTP API",
            Self::Scrape => "a scrape",
            Self::Passed(Carried::Http) => "HTTP/1.1 of a proxy",
            Self::Passed(Carried::Grpc) => "gRPC of a proxy",
            Self::Passed(Carried::Any) => "what a proxy passes on",
            Self::Other => "another protocol",
        })
    }
}

/// How sure the reader is of the version whose rules it applied.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReadVersion {
    /// Given by the stack or on the command line: the release line, `2.10`.
    Given(String),
    /// Follows from keys that only this line has.
    Inferred(String),
    /// This release was given and is not known here: it is read as the nearest known line.
    Nearest {
        /// As it was given.
        given: String,
        /// The line that is known.
        line: String,
    },
    /// The tag of its image says so.
    Image(String),
    /// Nothing tells; the newest known line was assumed.
    Assumed(String),
    /// A kind of file that has no version of its own (environment, datasource).
    None,
}

/// One program as its own configuration file describes it. The file is its identity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Program {
    /// Which program.
    pub kind: ProgramKind,
    /// Its configuration file, environment file or datasource file.
    pub file: TargetPath,
    /// Release line whose semantics were applied.
    pub version: ReadVersion,
    /// Whether the file is a part of a configuration, shown alone or merged with others: what it leaves
    /// out may stand elsewhere.
    pub excerpt: bool,
    /// Whether something here starts it on the host itself.
    pub starts_here: bool,
    /// Where it stands: index into [`Topology::sites`].
    pub site: usize,
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.kind, self.file)
    }
}

/// The addresses a listener accepts on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bind {
    /// One address; 0.0.0.0 and `::` are all interfaces.
    Address(IpAddr),
    /// The address comes from this variable, which nothing sets: the collector then binds all
    /// interfaces with no more than a warning (seen on 0.159).
    UnsetVariable(String),
    /// A name of its own site, which is the container's address: everybody but itself by loopback.
    OwnName(String),
}

impl Bind {
    /// Whether anything but this host can reach it.
    pub fn is_reachable(&self) -> bool {
        match self {
            Self::Address(address) => !address.is_loopback(),
            Self::UnsetVariable(_) | Self::OwnName(_) => true,
        }
    }

    /// Whether it accepts on all interfaces.
    pub fn is_wildcard(&self) -> bool {
        match self {
            Self::Address(address) => address.is_unspecified(),
            Self::UnsetVariable(_) => true,
            Self::OwnName(_) => false,
        }
    }
}

impl fmt::Display for Bind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::UnsetVariable(name) => write!(f, "${{{name}}} (unset)"),
            Self::OwnName(name) => f.write_str(name),
        }
    }
}

/// A socket somebody serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// Index into [`Topology::programs`].
    pub program: usize,
    /// The key path of the listener in its file: `receivers.otlp.protocols.grpc`, `server.http`.
    pub setting: String,
    /// What is spoken.
    pub protocol: Protocol,
    /// Where it accepts.
    pub bind: Bind,
    /// Its port.
    pub port: Port,
    /// TLS on this end.
    pub tls: ServerTls,
    /// What it takes.
    pub takes: Takes,
    /// The value that decides its address, or the key that opens it by default.
    pub at: Mark,
}

/// What a client setting names as its peer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClientHost {
    /// An address literal.
    Address(IpAddr),
    /// A name; `localhost` is one of this host.
    Name(String),
}

impl ClientHost {
    /// Whether it can only be this host: a loopback or unspecified address, `localhost`, or nothing.
    pub fn is_this_host(&self) -> bool {
        match self {
            Self::Address(address) => address.is_loopback() || address.is_unspecified(),
            Self::Name(name) => name.is_empty() || name == "localhost",
        }
    }
}

impl fmt::Display for ClientHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(IpAddr::V6(address)) => write!(f, "[{address}]"),
            Self::Address(address) => address.fmt(f),
            Self::Name(name) => f.write_str(name),
        }
    }
}

/// A client setting that connects to a listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Index into [`Topology::programs`].
    pub program: usize,
    /// The setting in its file: `exporters.otlp_grpc/tempo`, `ingester_client.grpc_client_config`,
    /// `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, `datasources.Tempo`.
    pub setting: String,
    /// What it speaks.
    pub protocol: Protocol,
    /// The peer it names.
    pub host: ClientHost,
    /// The peer's port.
    pub port: Port,
    /// What the request path makes impossible, where the client's path conventions break it
    /// (`/v1/traces/v1/traces`); the text says what is sent.
    pub wrong_path: Option<String>,
    /// TLS on this end.
    pub tls: ClientTls,
    /// What it sends.
    pub sends: Sends,
    /// Kinds of programs that could be meant: an exporter means Tempo or another collector.
    pub means: Vec<ProgramKind>,
    /// The value that names the peer; for a client whose peer is fixed by the engine, its block, or
    /// the key whose absence leaves it at its default.
    pub at: Mark,
}

impl Client {
    /// `127.0.0.1:4317`, as it says it.
    pub fn peer(&self) -> String {
        match &self.host {
            ClientHost::Name(name) if name.is_empty() => format!("localhost:{}", self.port),
            host => format!("{host}:{}", self.port),
        }
    }

    /// The name of the edge that begins here: the file and the setting.
    pub fn edge(&self, topology: &Topology) -> String {
        let file = topology.file(self.program);
        match topology.site_of(self.program).service() {
            // Several services stand in one file.
            Some(service) if topology.programs[self.program].kind == ProgramKind::App => {
                format!("{file}#{service}.{}", self.setting)
            }
            _ => format!("{file}#{}", self.setting),
        }
    }
}

/// A fault of a whole environment file as its reader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvironmentFault {
    /// Index into [`Topology::programs`].
    pub program: usize,
    /// What is wrong.
    pub kind: EnvironmentFaultKind,
    /// The line that is at fault; its text is never shown.
    pub at: Mark,
    /// The line inside our block, where two fight.
    pub other: Option<Mark>,
}

/// The kinds of [`EnvironmentFault`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnvironmentFaultKind {
    /// The key stands twice; parsers differ in which one wins.
    Duplicate(String),
    /// An `OTEL_*` key outside the block that acts on the same edge.
    Fights(String),
    /// The line is not `KEY=VALUE`, and a parser of this dialect stops there or refuses the file.
    Malformed(EnvFormat),
    /// An open quote swallows what follows.
    OpenQuote,
}

/// What is known of the unit that shall read an environment file, where it is not known to do so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnvReader {
    /// This unit has no `EnvironmentFile=` for it, and nothing else reads such a file.
    NotBy(String),
    /// This unit has none; its program may read the file by itself.
    PerhapsProgram(String),
    /// This unit is not here, or has drop-ins that are not.
    UnitNotHere(String),
}

/// Something that could not be read, by name; never an error in itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotRead {
    /// The file, and the key path in it where one is known.
    pub place: String,
    /// Why not.
    pub reason: String,
}

/// The chain, key or CA found at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateFile {
    /// PEM certificates in file order, as DER.
    Chain(Vec<Vec<u8>>),
    /// Issued at apply; this is what it will say.
    Spec(CertificateSpec),
    /// A private key, for the certificate of this name where it is a certificate specification.
    Key(Option<CertificateName>),
    /// There is a file and it holds no PEM certificate.
    Unreadable(String),
    /// The path is named by a file and nothing is there, in a set of files that is complete.
    Missing,
    /// The path is named by a file, and what stands there is not among the files that were given: a
    /// repository never holds keys.
    NotHere,
}

/// Listeners, clients and what belongs to them, as read from finished files with each engine's own
/// semantics, defaults included. All that rules see.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Topology {
    /// Where programs stand; the first is the host. Empty where a host is all there is.
    pub sites: Vec<Site>,
    /// The programs found, in order of kind and file.
    pub programs: Vec<Program>,
    /// All sockets served.
    pub listeners: Vec<Listener>,
    /// All client settings.
    pub clients: Vec<Client>,
    /// How the pipelines of collectors lead into each other.
    pub joints: Vec<Joint>,
    /// What is wrong with single files.
    pub file_faults: Vec<FileFault>,
    /// What Compose projects say that cannot work.
    pub compose: Vec<ComposeFact>,
    /// Of environment files that no unit is known to read: what is known of it.
    pub readers: BTreeMap<TargetPath, EnvReader>,
    /// What units keep from their own programs.
    pub sandboxes: Vec<SandboxFault>,
    /// Directories that programs write to.
    pub directories: Vec<NeededDirectory>,
    /// What units say that cannot be so.
    pub unit_faults: Vec<UnitFault>,
    /// Keys that the version does not know.
    pub unknown_keys: Vec<UnknownKey>,
    /// Faults of whole environment files.
    pub environment: Vec<EnvironmentFault>,
    /// Every certificate or key path that a listener or client names.
    pub certificates: BTreeMap<TargetPath, CertificateFile>,
    /// Of each private key among them that can be read: the SHA-256 of its SubjectPublicKeyInfo, equal
    /// to that of the certificate it belongs to.
    pub public_keys: BTreeMap<TargetPath, [u8; 32]>,
    /// What could not be read.
    pub not_read: Vec<NotRead>,
    /// Configuration that does not parse at all, and other faults found while reading.
    pub faults: Vec<(Mark, String)>,
    /// The name under which the text of a file is shown.
    pub sources: BTreeMap<TargetPath, SourceName>,
}

static HOST: Site = Site::HOST;

impl Topology {
    /// The site that a program stands on.
    pub fn site_of(&self, program: usize) -> &Site {
        self.site(self.programs[program].site)
    }

    /// A site; the only one of a topology without sites is a host.
    pub fn site(&self, index: usize) -> &Site {
        self.sites.get(index).unwrap_or(&HOST)
    }

    /// The name under which the file of a program is shown.
    pub fn file(&self, program: usize) -> &str {
        let path = &self.programs[program].file;
        self.sources.get(path).map_or(path.as_str(), |source| source.0.as_str())
    }
}

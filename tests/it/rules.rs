//! What must hold of the rules for every topology, not for the mutants alone.
//!
//! The incident is generated as text, with random ports and paths, read by the readers and judged;
//! the truth table beside it is what running processes of Tempo 2.10.8 and 3.0.3 did.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test reads its own data, and fails by panicking"
)]

use proptest::prelude::*;
use proptest::sample::{Index, subsequence};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};
use tracewright::check::{CheckReport, ConditionState, check};
use tracewright::diagnostic::{Finding, Label, Mark, Place, Severity};
use tracewright::model::dataflow::{
    Bind, Client, ClientHost, ClientTls, FileReference, Listener, Program, ProgramKind, Protocol,
    ReadVersion, Sends, ServerTls, ServerTlsMode, Takes, Topology, Trust,
};
use tracewright::model::names::{Port, TargetPath};
use tracewright::topology::{Examined, FileSet, read};

/// 2026-11-01T00:00:00Z.
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_793_491_200)
}

fn certificate(name: &str) -> &'static [u8] {
    static LOADED: OnceLock<BTreeMap<String, Vec<u8>>> = OnceLock::new();
    let all = LOADED.get_or_init(|| {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mutants/certificates");
        let files = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
        files
            .map(|path| {
                (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap())
            })
            .collect()
    });
    &all[name]
}

// ---------------------------------------------------------------------------------- the incident

/// Tempo's own clients by release, as they were found on running processes by leaving each out. The
/// generator's only dials where a metrics generator runs.
const CLIENTS: [(&str, &[&str], Option<&str>); 2] = [
    (
        "2.10",
        &["querier.frontend_worker.grpc_client_config", "ingester_client.grpc_client_config"],
        Some("metrics_generator_client.grpc_client_config"),
    ),
    (
        "3.0",
        &[
            "querier.frontend_worker.grpc_client_config",
            "live_store_client.grpc_client_config",
            "backend_scheduler_client.grpc_client_config",
        ],
        None,
    ),
];

/// What the server's block says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Server {
    Nothing,
    Both,
    CertificateOnly,
    KeyOnly,
}

/// What one client's block says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum InnerClient {
    Nothing,
    SwitchedOn,
    PathWithoutSwitch,
}

#[derive(Clone, Debug)]
struct Incident {
    release: &'static str,
    generator: bool,
    server: Server,
    /// The clients that dial, each with what its block says.
    clients: Vec<(&'static str, InnerClient)>,
    /// API, internal gRPC, receiver.
    ports: [u16; 3],
    directory: String,
}

impl Incident {
    fn new(release: usize, generator: bool, server: Server, says: &[InnerClient]) -> Self {
        let (release, always, with_generator) = CLIENTS[release];
        let dialling = always.iter().copied().chain(with_generator.filter(|_| generator));
        let clients = dialling.zip(says.iter().copied().cycle()).collect();
        let directory = "/etc/tempo/tls".to_owned();
        Self { release, generator, server, clients, ports: [3200, 9095, 4317], directory }
    }

    fn text(&self) -> String {
        let [api, internal, receiver] = self.ports;
        let directory = &self.directory;
        let mut text = format!(
            "server:\n  http_listen_address: 127.0.0.1\n  http_listen_port: {api}\n  grpc_listen_address: 127.0.0.1\n  grpc_listen_port: {internal}\n"
        );
        let (certificate, key) = (
            format!("    cert_file: {directory}/tempo.crt\n"),
            format!("    key_file: {directory}/tempo.key\n"),
        );
        text += &match self.server {
            Server::Nothing => String::new(),
            Server::Both => format!("  grpc_tls_config:\n{certificate}{key}"),
            Server::CertificateOnly => format!("  grpc_tls_config:\n{certificate}"),
            Server::KeyOnly => format!("  grpc_tls_config:\n{key}"),
        };
        write!(
            text,
            "distributor:\n  receivers:\n    otlp:\n      protocols:\n        grpc:\n          endpoint: 127.0.0.1:{receiver}\nstorage:\n  trace:\n    backend: local\n"
        )
        .unwrap();
        if self.generator {
            text += "metrics_generator:\n  storage:\n    path: /var/tempo/generator\noverrides:\n  defaults:\n    metrics_generator:\n      processors: [span-metrics]\n";
        }
        for (setting, says) in self.clients.iter().filter(|(_, says)| *says != InnerClient::Nothing) {
            let keys: Vec<&str> = setting.split('.').collect();
            for (depth, key) in keys.iter().enumerate() {
                writeln!(text, "{:1$}{key}:", "", depth * 2).unwrap();
            }
            let indent = keys.len() * 2;
            if *says == InnerClient::SwitchedOn {
                writeln!(text, "{:indent$}tls_enabled: true", "").unwrap();
            }
            writeln!(text, "{:indent$}tls_ca_path: {directory}/ca.crt", "").unwrap();
        }
        text
    }

    fn judge(&self, text: &str) -> CheckReport {
        let path = |name: &str| TargetPath::new(format!("{}/{name}", self.directory));
        let files = [
            (TargetPath::new("/etc/tempo/config.yml"), text.as_bytes()),
            (path("tempo.crt"), certificate("server.crt")),
            (path("tempo.key"), certificate("server.key")),
            (path("ca.crt"), certificate("ca.crt")),
        ];
        let files = FileSet {
            files: files.into_iter().map(|(path, bytes)| (path, Examined::Bytes(bytes))).collect(),
            tempo_version: Some(self.release.to_owned()),
            complete: true,
            ..FileSet::default()
        };
        check(&read(&files), now())
    }

    /// Whether the edge of a client was seen to work: TLS on both ends, or on neither. Half a server
    /// block is plaintext, and a path without the switch is plaintext.
    fn works(&self, says: InnerClient) -> bool {
        (self.server == Server::Both) == (says == InnerClient::SwitchedOn)
    }
}

/// The texts that the labels of a finding mark, with what stands beside them.
fn labels<'a>(finding: &'a Finding, text: &'a str) -> Vec<(&'a str, &'a str)> {
    let marked = |label: &'a Label| match &label.place {
        Place::Text(mark) => (&text[mark.span.clone()], label.text.as_str()),
        Place::Stack(..) => panic!("a place outside the file"),
    };
    finding.at.iter().chain(&finding.also).map(marked).collect()
}

fn agrees_with_the_truth_table(incident: &Incident) {
    let text = incident.text();
    let verdict = incident.judge(&text);
    let shown = format!("{text}\n{:#?}", verdict.findings);

    let holding: BTreeSet<String> =
        verdict.edges.iter().filter(|edge| edge.holds()).map(|edge| edge.name.clone()).collect();
    let expected: BTreeSet<String> = incident
        .clients
        .iter()
        .filter(|(_, says)| incident.works(*says))
        .map(|(setting, _)| format!("/etc/tempo/config.yml#{setting}"))
        .collect();
    assert_eq!(holding, expected, "{shown}");
    assert_eq!(verdict.edges.len(), incident.clients.len(), "every client dials: {shown}");

    let errors: Vec<&Finding> =
        verdict.findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    let of = |code: &str| errors.iter().filter(|finding| finding.code.0 == code).copied().collect::<Vec<_>>();
    let internal = of("internal-client-plaintext");
    let is_half = matches!(incident.server, Server::CertificateOnly | Server::KeyOnly);
    assert_eq!(of("half-tls").len(), usize::from(is_half), "{shown}");

    let guilty: BTreeSet<&str> = incident
        .clients
        .iter()
        .filter(|(_, says)| match incident.server {
            Server::Both => *says == InnerClient::Nothing,
            Server::Nothing => *says == InnerClient::SwitchedOn,
            Server::CertificateOnly | Server::KeyOnly => false,
        })
        .map(|(setting, _)| *setting)
        .collect();
    assert_eq!(internal.len(), usize::from(!guilty.is_empty()), "one finding for all clients: {shown}");
    for finding in internal {
        names_everything(incident, finding, &text, &guilty);
    }
    let unswitched =
        incident.clients.iter().filter(|(_, says)| *says == InnerClient::PathWithoutSwitch).count();
    let spoken = verdict.findings.iter().filter(|finding| finding.code.0 == "tls-not-enabled");
    let spoken: Vec<Severity> = spoken.map(|finding| finding.severity).collect();
    let severity = if incident.server == Server::Both { Severity::Error } else { Severity::Warning };
    assert_eq!(spoken, vec![severity; unswitched], "{shown}");
}

/// The server's key, each client that is wrong and no other, the port, and both ways out.
fn names_everything(incident: &Incident, finding: &Finding, text: &str, guilty: &BTreeSet<&str>) {
    let labels = labels(finding, text);
    let named: BTreeSet<&str> = labels
        .iter()
        .filter_map(|(_, said)| said.strip_prefix('`')?.split_once("` dials ").map(|(setting, _)| setting))
        .collect();
    assert_eq!(named, *guilty);
    assert!(finding.title.contains(&format!("port {}", incident.ports[1])), "{}", finding.title);
    assert!(labels.iter().any(|(_, said)| said.contains("`server.grpc_tls_config`")), "{labels:?}");
    assert_eq!(finding.help.len(), 2, "{:?}", finding.help);
    if incident.server == Server::Both {
        assert_eq!(labels[0].0, "grpc_tls_config", "the caret stands at the server's key");
        let mut mended = incident.clone();
        mended.clients.iter_mut().for_each(|(_, says)| *says = InnerClient::SwitchedOn);
        let pasted = pasted(&finding.help[1], &incident.text_without_clients());
        assert!(mended.judge(&pasted).findings.is_empty(), "the second way out mends it:\n{pasted}");
    }
}

impl Incident {
    fn text_without_clients(&self) -> String {
        let mut bare = self.clone();
        bare.clients.iter_mut().for_each(|(_, says)| *says = InnerClient::Nothing);
        bare.text()
    }
}

/// The file with the block of a help text below it.
fn pasted(help: &str, text: &str) -> String {
    let (_, block) = help.split_once('\n').expect("a block of YAML below the first line");
    format!("{text}{block}\n")
}

const SERVERS: [Server; 4] = [Server::Nothing, Server::Both, Server::CertificateOnly, Server::KeyOnly];
const SAYS: [InnerClient; 3] =
    [InnerClient::Nothing, InnerClient::SwitchedOn, InnerClient::PathWithoutSwitch];

#[test]
fn every_combination_of_switches_agrees_with_what_was_measured() {
    let mut judged = 0;
    for (release, generator) in [(0, false), (0, true), (1, false), (1, true)] {
        for server in SERVERS {
            for a in SAYS {
                for b in SAYS {
                    for c in SAYS {
                        agrees_with_the_truth_table(&Incident::new(release, generator, server, &[a, b, c]));
                        judged += 1;
                    }
                }
            }
        }
    }
    assert_eq!(judged, 432);
}

#[test]
fn each_client_left_out_alone_is_named_alone() {
    for (release, generator) in [(0, false), (0, true), (1, false)] {
        let complete = Incident::new(release, generator, Server::Both, &[InnerClient::SwitchedOn]);
        assert!(complete.judge(&complete.text()).findings.is_empty());
        for forgotten in 0..complete.clients.len() {
            let mut incident = complete.clone();
            incident.clients[forgotten].1 = InnerClient::Nothing;
            agrees_with_the_truth_table(&incident);
        }
    }
}

fn says() -> impl Strategy<Value = InnerClient> {
    prop_oneof![
        Just(InnerClient::Nothing),
        Just(InnerClient::SwitchedOn),
        Just(InnerClient::PathWithoutSwitch)
    ]
}

fn incidents() -> impl Strategy<Value = Incident> {
    let ports = subsequence((1..=u16::MAX).collect::<Vec<_>>(), 3).prop_shuffle();
    let server = any::<Index>().prop_map(|index| *index.get(&SERVERS));
    (0..2_usize, any::<bool>(), server, [says(), says(), says()], ports, "(/[a-z][a-z0-9_-]{0,8}){1,4}")
        .prop_map(|(release, generator, server, says, ports, directory)| {
            let mut incident = Incident::new(release, generator, server, &says);
            incident.ports = [ports[0], ports[1], ports[2]];
            incident.directory = directory;
            incident
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_incident_is_found_on_any_ports_and_paths(incident in incidents()) {
        // gRPC on 4318 is worth a warning of its own, which is none of this test's.
        prop_assume!(incident.ports[2] != 4318);
        agrees_with_the_truth_table(&incident);
    }
}

// ------------------------------------------------------------------------------ any topology at all

fn mark(at: usize) -> Mark {
    Mark { source: tracewright::diagnostic::SourceName("f".to_owned()), span: at..at }
}

fn reference(path: &str) -> FileReference {
    FileReference { path: TargetPath::new(path), at: mark(0) }
}

fn protocols() -> impl Strategy<Value = Protocol> {
    let all = [
        Protocol::OtlpGrpc,
        Protocol::OtlpHttp,
        Protocol::TempoApi,
        Protocol::TempoInternal,
        Protocol::OwnHttp,
        Protocol::Other,
    ];
    any::<Index>().prop_map(move |index| *index.get(&all))
}

fn addresses() -> impl Strategy<Value = &'static str> {
    any::<Index>()
        .prop_map(|index| *index.get(&["127.0.0.1", "127.0.0.2", "::1", "0.0.0.0", "::", "10.0.0.5"]))
}

fn files() -> impl Strategy<Value = Option<FileReference>> {
    any::<Index>().prop_map(|index| {
        index
            .get(&[None, Some("/server.crt"), Some("/server.key"), Some("/ca.crt"), Some("/gone")])
            .map(reference)
    })
}

fn servers() -> impl Strategy<Value = ServerTls> {
    let modes = [
        ServerTlsMode::Plaintext,
        ServerTlsMode::Tls,
        ServerTlsMode::HandshakeFails,
        ServerTlsMode::StartFails,
    ];
    (any::<Index>(), files(), files(), files(), any::<bool>()).prop_map(
        move |(mode, certificate, key, client, demands)| ServerTls {
            mode: *mode.get(&modes),
            certificate,
            key,
            client_ca: client,
            demands_client_certificate: demands,
            at: None,
        },
    )
}

fn client_tls() -> impl Strategy<Value = ClientTls> {
    (any::<bool>(), any::<Index>(), files(), files(), files()).prop_map(
        |(enabled, trust, certificate, key, ignored)| ClientTls {
            enabled,
            trust: trust
                .get(&[Trust::System, Trust::Anybody, Trust::Unknown, Trust::File(reference("/ca.crt"))])
                .clone(),
            server_name: None,
            certificate,
            key,
            ignored: ignored.into_iter().collect(),
            at: None,
        },
    )
}

fn listeners() -> impl Strategy<Value = Listener> {
    (0..4_usize, protocols(), addresses(), 1..5_i64, servers()).prop_map(
        |(program, protocol, address, port, tls)| Listener {
            program,
            setting: "receivers.otlp.protocols.grpc".to_owned(),
            protocol,
            bind: Bind::Address(address.parse().unwrap()),
            port: Port::new(port).unwrap(),
            tls,
            takes: Takes::default(),
            at: mark(1),
        },
    )
}

fn clients() -> impl Strategy<Value = Client> {
    let kinds = vec![ProgramKind::Collector, ProgramKind::Tempo];
    (0..4_usize, protocols(), addresses(), 1..5_i64, client_tls(), subsequence(kinds, 1..3), any::<bool>())
        .prop_map(|(program, protocol, address, port, tls, means, wrong)| Client {
            program,
            setting: "exporters.otlp_grpc/x".to_owned(),
            protocol,
            host: ClientHost::Address(address.parse().unwrap()),
            port: Port::new(port).unwrap(),
            wrong_path: wrong.then(|| "posts to /".to_owned()),
            tls,
            sends: Sends::default(),
            means,
            at: mark(2),
        })
}

fn topologies(most: usize) -> impl Strategy<Value = Topology> {
    let listeners = proptest::collection::vec(listeners(), 0..=most);
    let clients = proptest::collection::vec(clients(), 0..=most);
    (listeners, clients).prop_map(|(listeners, clients)| {
        let kinds = [ProgramKind::Collector, ProgramKind::Collector, ProgramKind::Tempo, ProgramKind::App];
        let program = |(index, kind): (usize, &ProgramKind)| Program {
            kind: *kind,
            file: TargetPath::new(format!("/{index}")),
            version: ReadVersion::None,
            excerpt: false,
            starts_here: true,
            site: 0,
        };
        let mut topology = Topology {
            programs: kinds.iter().enumerate().map(program).collect(),
            listeners,
            clients,
            ..Topology::default()
        };
        for name in ["server.crt", "server.key", "ca.crt"] {
            let file = tracewright::pki::read::read_pem(certificate(name));
            topology.certificates.insert(TargetPath::new(format!("/{name}")), file);
        }
        topology
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// No broken edge is passed over in silence, every client is accounted for, and the same topology
    /// is judged the same way twice.
    #[test]
    fn every_broken_edge_is_spoken_of(topology in topologies(5)) {
        let verdict = check(&topology, now());
        prop_assert_eq!(&verdict, &check(&topology, now()));
        if verdict.edges.iter().any(|edge| edge.state() == ConditionState::Broken) {
            prop_assert!(verdict.findings.has_errors());
        }
        for (index, client) in topology.clients.iter().enumerate() {
            let judged = verdict.edges.iter().any(|edge| edge.client == index);
            let name = client.edge(&topology);
            let open = verdict.not_checked.iter().any(|open| open.place.starts_with(&name));
            prop_assert!(judged || open, "{} is neither judged nor listed", name);
        }
        let mut sorted = verdict.not_checked.clone();
        sorted.sort();
        prop_assert_eq!(sorted, verdict.not_checked);
    }

    /// Both ends may have half-written TLS of their own beside an edge; every other error is a condition
    /// that is broken.
    #[test]
    fn an_error_is_a_broken_condition(topology in topologies(1)) {
        let verdict = check(&topology, now());
        let errors: Vec<&str> = verdict.findings.iter()
            .filter(|finding| finding.severity == Severity::Error && finding.code.0 != "half-tls")
            .map(|finding| finding.code.0)
            .collect();
        if let [edge] = &verdict.edges[..] {
            let broken = edge.state() == ConditionState::Broken;
            prop_assert!(!broken || verdict.findings.has_errors());
            prop_assert!(broken || errors.is_empty(), "{:?} on an edge that is not broken", errors);
            let kinds: Vec<_> = edge.conditions.iter().map(|condition| condition.kind).collect();
            prop_assert!(kinds.is_sorted(), "{:?}", kinds);
        }
    }
}

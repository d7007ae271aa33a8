//! What a check found, as programs read it: edges with both of their ends, engines, and what nobody could judge.

use super::{ToldFinding, told};
use crate::check::{Condition, Edge};
use crate::model::dataflow::{Client, Listener, ServerTlsMode, Topology};
use crate::report::subject::CheckView;
use crate::text::Hidden;
use crate::validate::{ValidatedFile, Validation};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeSet;

/// Version of these documents. The minor number only ever adds.
const FORMAT_VERSION: &str = "2.0";

/// What was found of one stack, or of one directory of files.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CheckDocument {
    /// Version of this document; the minor number only ever adds.
    format_version: &'static str,
    /// The digest of what the stack wants; none of a directory of files.
    pub desired: Option<String>,
    /// The edges, judged.
    pub dataflow: DataflowReport,
    /// Which file was judged by which binary.
    pub engines: Vec<EngineReport>,
    /// Everything that was found.
    pub findings: Vec<ToldFinding>,
}

/// What was found of several directories.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DirectoriesDocument {
    /// Version of this document; the minor number only ever adds.
    format_version: &'static str,
    /// Each by itself.
    pub directories: Vec<DirectoryReport>,
}

/// What was found of one of them.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DirectoryReport {
    /// As it was named.
    pub directory: String,
    /// The edges, judged.
    pub dataflow: DataflowReport,
    /// Everything that was found.
    pub findings: Vec<ToldFinding>,
}

/// The edges and what was not checked.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct DataflowReport {
    /// Every client and the listener that it must reach.
    pub edges: Vec<EdgeReport>,
    /// What neither rules nor engines could judge.
    pub not_checked: Vec<NotCheckedReport>,
}

/// One edge.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct EdgeReport {
    /// Its name.
    pub name: String,
    /// Whether everything that it needs is known to be so.
    pub holds: bool,
    /// What it needs, the most fundamental first.
    pub conditions: Vec<ConditionReport>,
    /// Where its client connects to.
    pub dials: String,
    /// What its client speaks.
    pub protocol: String,
    /// Whether its client wants TLS.
    pub tls: bool,
    /// The end that connects.
    pub client: ConnectingEnd,
    /// The end that listens; none where nothing does, or nobody can tell.
    pub listener: Option<ListeningEnd>,
}

/// One condition of an edge.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ConditionReport {
    /// What is needed: `reachability`, `TLS`, `name`.
    pub condition: String,
    /// `met`, `broken`, or `not known`.
    pub state: String,
}

/// The end of an edge that connects.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ConnectingEnd {
    /// The file.
    pub file: String,
    /// The setting in it.
    pub setting: String,
    /// The Compose service whose container it runs in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// `plaintext`, `TLS`, or `TLS with a client certificate`.
    pub mode: String,
}

/// The end of an edge that listens.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ListeningEnd {
    /// The file.
    pub file: String,
    /// The setting in it.
    pub setting: String,
    /// The Compose service whose container it runs in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Where it accepts.
    pub binds: String,
    /// Its port.
    pub port: u16,
    /// What it speaks.
    pub protocol: String,
    /// `plaintext`, `TLS`, `TLS that demands a client certificate`, `every handshake fails`, `does not start`.
    pub mode: String,
}

/// Something that nobody could judge.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct NotCheckedReport {
    /// A file, an edge, or a key of one.
    pub place: String,
    /// Why.
    pub reason: String,
}

/// A file that an engine's own validator judged.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct EngineReport {
    /// The file.
    pub file: String,
    /// Who judged it: the engine and its release.
    pub by: String,
    /// Its binary.
    pub program: String,
    /// Whether it accepts the file.
    pub accepted: bool,
    /// Of a unit: how exposed systemd says that it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exposure: Option<String>,
}

impl CheckDocument {
    /// Of what was judged.
    pub fn of(subject: &CheckView<'_>) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            desired: subject.desired.map(str::to_owned),
            dataflow: DataflowReport::of(subject),
            engines: engines(subject.engines),
            findings: told(&subject.findings()),
        }
    }
}

impl DirectoriesDocument {
    /// Of several directories, each by its name as it was given.
    pub fn of(all: &[(&str, &CheckView<'_>)]) -> Self {
        let one = |(directory, subject): &(&str, &CheckView<'_>)| DirectoryReport {
            directory: (*directory).to_owned(),
            dataflow: DataflowReport::of(subject),
            findings: told(&subject.findings()),
        };
        Self { format_version: FORMAT_VERSION, directories: all.iter().map(one).collect() }
    }
}

impl DataflowReport {
    /// Of what the rules and the engines say, without the secrets of the files that it is read from.
    pub fn of(subject: &CheckView<'_>) -> Self {
        let CheckView { topology, verdict, engines, .. } = subject;
        let hidden = subject.sources.hidden();
        let unknown = verdict.not_checked.iter().chain(&engines.not_checked);
        let unknown = unknown
            .map(|one| NotCheckedReport { place: hidden.line(&one.place), reason: hidden.line(&one.reason) })
            .collect::<BTreeSet<_>>();
        Self {
            edges: verdict.edges.iter().map(|one| edge(topology, hidden, one)).collect(),
            not_checked: unknown.into_iter().collect(),
        }
    }
}

/// Which file was judged by which binary.
pub fn engines(engines: &Validation) -> Vec<EngineReport> {
    let one = |judged: &ValidatedFile| EngineReport {
        file: judged.file.to_string(),
        by: judged.by.clone(),
        program: judged.program.display().to_string(),
        accepted: judged.accepted,
        exposure: judged.exposure.clone(),
    };
    engines.validated.iter().map(one).collect()
}

fn edge(topology: &Topology, hidden: &Hidden, edge: &Edge) -> EdgeReport {
    let condition =
        |one: &Condition| ConditionReport { condition: one.kind.to_string(), state: one.state.to_string() };
    let client = &topology.clients[edge.client];
    EdgeReport {
        name: hidden.line(&edge.name),
        holds: edge.holds(),
        conditions: edge.conditions.iter().map(condition).collect(),
        dials: hidden.line(&format!("{}:{}", client.host, client.port)),
        protocol: client.protocol.to_string(),
        tls: client.tls.enabled,
        client: connecting(topology, hidden, client),
        listener: edge.listener.map(|index| listening(topology, hidden, &topology.listeners[index])),
    }
}

fn connecting(topology: &Topology, hidden: &Hidden, client: &Client) -> ConnectingEnd {
    let mode = match (client.tls.enabled, &client.tls.certificate) {
        (false, _) => "plaintext",
        (true, None) => "TLS",
        (true, Some(_)) => "TLS with a client certificate",
    };
    ConnectingEnd {
        file: topology.file(client.program).to_owned(),
        setting: hidden.line(&client.setting),
        service: topology.site_of(client.program).service().map(ToString::to_string),
        mode: mode.to_owned(),
    }
}

fn listening(topology: &Topology, hidden: &Hidden, listener: &Listener) -> ListeningEnd {
    let mode = match listener.tls.mode {
        ServerTlsMode::Plaintext => "plaintext",
        ServerTlsMode::Tls if listener.tls.demands_client_certificate => {
            "TLS that demands a client certificate"
        }
        ServerTlsMode::Tls => "TLS",
        ServerTlsMode::HandshakeFails => "every handshake fails",
        ServerTlsMode::StartFails => "does not start",
    };
    ListeningEnd {
        file: topology.file(listener.program).to_owned(),
        setting: hidden.line(&listener.setting),
        service: topology.site_of(listener.program).service().map(ToString::to_string),
        binds: listener.bind.to_string(),
        port: listener.port.number(),
        protocol: listener.protocol.to_string(),
        mode: mode.to_owned(),
    }
}

//! What the analyser must read from the rendered files of a wiring, said without reading any.
//!
//! Rendered files, read back with the engines' semantics, must equal this. Positions are left empty.

use tracewright::diagnostic::Mark;
use tracewright::model::dataflow::{self};
use tracewright::model::dataflow::{
    Bind, ClientHost, ClientTls, FileReference, OtlpProtocol, Program, ProgramKind, Protocol, ReadVersion,
    Sends, ServerTls, ServerTlsMode, Takes, Topology, Trust,
};
use tracewright::model::names::TargetPath;
use tracewright::wiring::{
    ClientId, ComponentId, EnginePlace, ListenerKind, WiredEdge, WiredListener, Wiring,
};

/// Programs, listeners and clients; nothing else of [`Topology`] is filled.
pub fn expected(wiring: &Wiring<'_>) -> Topology {
    let mut expected = Expected { wiring, programs: programs(wiring), topology: Topology::default() };
    for listener in wiring.listeners.iter().filter(|listener| !listener.theirs) {
        expected.listener(listener);
    }
    for edge in &wiring.edges {
        expected.client(edge);
    }
    expected.topology.programs = expected.programs.into_iter().map(|(_, program)| program).collect();
    expected.topology
}

struct Expected<'a> {
    wiring: &'a Wiring<'a>,
    programs: Vec<(ComponentId, Program)>,
    topology: Topology,
}

/// Every component whose file is written, in order of kind and file.
fn programs(wiring: &Wiring<'_>) -> Vec<(ComponentId, Program)> {
    let engine = |(id, place): (&ComponentId, &EnginePlace)| {
        let kind = id.kind();
        let version = ReadVersion::Given(release_line(&place.version));
        let file = place.config.clone();
        (id.clone(), Program { kind, file, version, excerpt: false, starts_here: true, site: 0 })
    };
    let clients = wiring.clients.iter().filter_map(|(id, place)| {
        let kind = id.kind();
        let reads = kind != ProgramKind::Grafana || wiring.stack.tempo.is_some();
        let file = place.file.clone().filter(|_| reads)?;
        let version = ReadVersion::None;
        Some((id.clone(), Program { kind, file, version, excerpt: false, starts_here: true, site: 0 }))
    });
    let mut programs: Vec<_> = wiring.engines.iter().map(engine).chain(clients).collect();
    programs.sort_by(|(_, a), (_, b)| (a.kind, &a.file).cmp(&(b.kind, &b.file)));
    programs
}

/// `0.159` of `0.159.0`.
fn release_line(version: &str) -> String {
    version.splitn(3, '.').take(2).collect::<Vec<_>>().join(".")
}

impl Expected<'_> {
    fn program(&self, id: &ComponentId) -> Option<usize> {
        self.programs.iter().position(|(known, _)| known == id)
    }

    fn listener(&mut self, listener: &WiredListener) {
        let component = &listener.id.component;
        let Some(program) = self.program(component) else { return };
        let (setting, protocol) = setting(component, listener.id.kind);
        let tls = if listener.tls {
            server_tls(&self.wiring.engines[component], component)
        } else {
            ServerTls::plaintext()
        };
        self.topology.listeners.push(dataflow::Listener {
            program,
            setting: setting.to_owned(),
            protocol,
            bind: Bind::Address(listener.bind),
            port: listener.port,
            tls,
            takes: Takes::default(),
            at: Mark::default(),
        });
    }

    fn client(&mut self, edge: &WiredEdge) {
        let Some(program) = edge.from.component().and_then(|id| self.program(id)) else { return };
        let (protocol, means) = self.meaning(edge);
        for setting in self.settings(edge) {
            let host =
                edge.host.parse().map_or_else(|_| ClientHost::Name(edge.host.clone()), ClientHost::Address);
            self.topology.clients.push(dataflow::Client {
                program,
                setting,
                protocol,
                host,
                port: edge.port,
                wrong_path: None,
                tls: self.client_tls(edge),
                sends: Sends::default(),
                means: means.clone(),
                at: Mark::default(),
            });
        }
    }

    /// The settings that hold a client in its file.
    fn settings(&self, edge: &WiredEdge) -> Vec<String> {
        let stack = self.wiring.stack;
        let component = edge.from.component().map(ComponentId::kind);
        match (&edge.from, component) {
            (ClientId::Of(_), Some(ProgramKind::App)) => {
                vec!["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT".to_owned()]
            }
            (ClientId::Of(id), Some(ProgramKind::Collector)) => {
                let collector = &stack.collectors[id.name_as(ProgramKind::Collector).unwrap()];
                let kind = match collector.route.protocol {
                    OtlpProtocol::Grpc => collector.dialect.grpc_exporter,
                    OtlpProtocol::HttpProtobuf | OtlpProtocol::HttpJson => collector.dialect.http_exporter,
                };
                vec![format!("exporters.{kind}/{}", self.wiring.target(edge).id.component.short())]
            }
            (ClientId::Internal(_), _) => {
                let clients = stack.tempo.iter().flat_map(|tempo| tempo.dialect.internal_clients);
                // Nothing dials the generator where none is configured.
                let dialled = clients.filter(|client| !client.starts_with("metrics_generator"));
                dialled.map(|client| (*client).to_owned()).collect()
            }
            (ClientId::Of(_), Some(ProgramKind::Grafana)) => {
                let name = stack.grafana.as_ref().map(|grafana| grafana.datasource.as_str());
                vec![format!("datasources.{}", name.unwrap_or_default())]
            }
            (ClientId::Each(..), _) => {
                vec![format!("scrape_configs.{}/{}", stack.name, self.wiring.target(edge).id.component)]
            }
            _ => Vec::new(),
        }
    }

    fn meaning(&self, edge: &WiredEdge) -> (Protocol, Vec<ProgramKind>) {
        if let ClientId::Each(..) = edge.from {
            return (Protocol::Scrape, Vec::new());
        }
        let (_, protocol) = setting(&self.wiring.target(edge).id.component, self.wiring.target(edge).id.kind);
        let means = match edge.from.component().map(ComponentId::kind) {
            Some(ProgramKind::App | ProgramKind::Collector) => {
                vec![ProgramKind::Collector, ProgramKind::Tempo]
            }
            _ => vec![ProgramKind::Tempo],
        };
        (protocol, means)
    }

    fn client_tls(&self, edge: &WiredEdge) -> ClientTls {
        if !self.wiring.target(edge).tls {
            return ClientTls::plaintext();
        }
        let Some(id) = edge.from.component() else { return ClientTls::plaintext() };
        let directory = self.wiring.engines.get(id).map(|place| &place.certificates);
        let directory = directory.or_else(|| self.wiring.clients.get(id).map(|place| &place.certificates));
        let trust = directory.filter(|_| self.is_told_its_ca(id));
        let trust = trust.map_or(Trust::System, |directory| Trust::File(reference(directory.join("ca.crt"))));
        ClientTls { enabled: true, trust, ..ClientTls::plaintext() }
    }

    fn is_told_its_ca(&self, id: &ComponentId) -> bool {
        let Some(name) = id.name_as(ProgramKind::App) else { return true };
        self.wiring.stack.apps[name].sdk.tls_settings != Some(tracewright::stack::TlsSettings::System)
    }
}

fn setting(component: &ComponentId, setting: ListenerKind) -> (&'static str, Protocol) {
    match (component.kind(), setting) {
        (ProgramKind::Tempo, ListenerKind::OtlpGrpc) => {
            ("distributor.receivers.otlp.protocols.grpc", Protocol::OtlpGrpc)
        }
        (ProgramKind::Tempo, ListenerKind::OtlpHttp) => {
            ("distributor.receivers.otlp.protocols.http", Protocol::OtlpHttp)
        }
        (_, ListenerKind::OtlpGrpc) => ("receivers.otlp.protocols.grpc", Protocol::OtlpGrpc),
        (_, ListenerKind::OtlpHttp) => ("receivers.otlp.protocols.http", Protocol::OtlpHttp),
        (_, ListenerKind::Api) => ("server.http", Protocol::TempoApi),
        (_, ListenerKind::Internal) => ("server.grpc", Protocol::TempoInternal),
        (_, ListenerKind::Metrics) => ("service.telemetry.metrics.readers.0", Protocol::OwnHttp),
        (_, ListenerKind::Health) => ("extensions.health_check", Protocol::OwnHttp),
    }
}

fn server_tls(place: &EnginePlace, component: &ComponentId) -> ServerTls {
    let file = |suffix: &str| Some(reference(place.certificate(&format!("{}.{suffix}", component.short()))));
    ServerTls {
        mode: ServerTlsMode::Tls,
        certificate: file("crt"),
        key: file("key"),
        ..ServerTls::plaintext()
    }
}

fn reference(path: TargetPath) -> FileReference {
    FileReference { path, at: Mark::default() }
}

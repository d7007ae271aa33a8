//! What the analyser must read from the rendered files of a wiring, said without reading any.
//!
//! Rendered files, read back with the engines' semantics, must equal this. Positions are left empty.

use tracewright::diagnostic::Mark;
use tracewright::model::dataflow::{self};
use tracewright::model::dataflow::{
    Bind, ClientHost, ClientTls, FileReference, OtlpProtocol, Program, ProgramKind, Protocol, ReadVersion,
    Sends, ServerTls, ServerTlsMode, Signal, Takes, Topology, Trust,
};
use tracewright::model::names::TargetPath;
use tracewright::stack::{PrometheusReceiver, RouteTarget, Routes};
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
        for (setting, path) in self.settings(edge) {
            let spoken = self.read_by_grafana(edge).unwrap_or(protocol);
            let spoken = if setting.contains("remote") { Protocol::RemoteWrite } else { spoken };
            let own = self.means(edge, &setting);
            let host =
                edge.host.parse().map_or_else(|_| ClientHost::Name(edge.host.clone()), ClientHost::Address);
            self.topology.clients.push(dataflow::Client {
                program,
                setting,
                protocol: spoken,
                host,
                port: edge.port,
                wrong_path: path.map(|path| format!("posts to {path}")),
                tls: self.client_tls(edge),
                sends: Sends::default(),
                means: own.unwrap_or_else(|| means.clone()),
                at: Mark::default(),
            });
        }
    }

    /// The settings that hold a client in its file, and the path that each posts to where that is no usual one.
    fn settings(&self, edge: &WiredEdge) -> Vec<(String, Option<&'static str>)> {
        let stack = self.wiring.stack;
        let component = edge.from.component().map(ComponentId::kind);
        let to = self.wiring.target(edge).id.component.kind();
        let path = match to {
            ProgramKind::Prometheus => Some("/api/v1/otlp/v1/metrics"),
            ProgramKind::Loki => Some("/otlp/v1/logs"),
            _ => None,
        };
        let plain = |setting: String| (setting, None);
        match (&edge.from, component) {
            (ClientId::Each(id, _), Some(ProgramKind::App)) => {
                let app = &stack.apps[id.name_as(ProgramKind::App).unwrap()];
                let signals = self.signals(edge, &app.routes);
                let target = &self.wiring.target(edge).id.component;
                let route = app.routes.0.iter().find(|route| of_target(&route.to, target)).unwrap();
                let path = path.filter(|_| route.protocol.is_http());
                let variable = |signal| format!("OTEL_EXPORTER_OTLP_{signal}_ENDPOINT");
                signals
                    .into_iter()
                    .map(|signal| (variable(signal.to_string().to_uppercase()), path))
                    .collect()
            }
            (ClientId::Each(id, _), Some(ProgramKind::Collector)) => {
                let collector = &stack.collectors[id.name_as(ProgramKind::Collector).unwrap()];
                let target = &self.wiring.target(edge).id.component;
                let route = collector.routes.0.iter().find(|route| of_target(&route.to, target)).unwrap();
                let name = target.short();
                if route.to == RouteTarget::Prometheus(PrometheusReceiver::RemoteWrite) {
                    let kind = collector.dialect.remote_write_exporter;
                    return vec![plain(format!("exporters.{kind}/{name}"))];
                }
                let kind = match route.protocol {
                    OtlpProtocol::Grpc => collector.dialect.grpc_exporter,
                    OtlpProtocol::HttpProtobuf | OtlpProtocol::HttpJson => collector.dialect.http_exporter,
                };
                vec![(format!("exporters.{kind}/{name}"), path)]
            }
            (ClientId::Internal(_), _) => {
                let clients = stack.tempo.iter().flat_map(|tempo| tempo.dialect.internal_clients);
                // Nothing dials the generator where none is configured.
                let generates = stack.tempo.as_ref().is_some_and(|tempo| tempo.generator.is_some());
                let dialled = clients.filter(|client| generates || !client.starts_with("metrics_generator"));
                dialled.map(|client| plain((*client).to_owned())).collect()
            }
            (ClientId::Of(_), Some(ProgramKind::Grafana)) => {
                let name = stack.grafana.as_ref().map(|grafana| grafana.datasource.as_str());
                vec![plain(format!("datasources.{}", name.unwrap_or_default()))]
            }
            (ClientId::Each(..), Some(ProgramKind::Grafana)) => {
                vec![plain(format!("datasources.{to} ({})", stack.name))]
            }
            (ClientId::Each(..), Some(ProgramKind::Tempo)) => {
                vec![plain("metrics_generator.storage.remote_write.0".to_owned())]
            }
            (ClientId::Each(..), _) => {
                let target = &self.wiring.target(edge).id.component;
                vec![plain(format!("scrape_configs.{}/{target}", stack.name))]
            }
            _ => Vec::new(),
        }
    }

    /// What Grafana speaks to a neighbour.
    fn read_by_grafana(&self, edge: &WiredEdge) -> Option<Protocol> {
        let by = edge.from.component()?.kind();
        match self.wiring.target(edge).id.component.kind() {
            ProgramKind::Prometheus if by == ProgramKind::Grafana => Some(Protocol::PrometheusApi),
            ProgramKind::Loki if by == ProgramKind::Grafana => Some(Protocol::LokiApi),
            _ => None,
        }
    }

    /// What goes over an edge.
    fn signals(&self, edge: &WiredEdge, routes: &Routes) -> Vec<Signal> {
        let target = &self.wiring.target(edge).id.component;
        let on = routes.0.iter().filter(|route| of_target(&route.to, target));
        on.flat_map(|route| route.signals.iter().copied()).collect()
    }

    /// Whom a client means by what it sends where.
    fn means(&self, edge: &WiredEdge, setting: &str) -> Option<Vec<ProgramKind>> {
        let to = self.wiring.target(edge).id.component.kind();
        match edge.from.component()?.kind() {
            ProgramKind::Tempo | ProgramKind::Grafana if to == ProgramKind::Prometheus => Some(vec![to]),
            ProgramKind::Grafana if to == ProgramKind::Loki => Some(Vec::new()),
            ProgramKind::App if setting.contains("_METRICS_") => {
                Some(vec![ProgramKind::Collector, ProgramKind::Prometheus])
            }
            ProgramKind::App if setting.contains("_LOGS_") => {
                Some(vec![ProgramKind::Collector, ProgramKind::Loki])
            }
            ProgramKind::Collector if matches!(to, ProgramKind::Prometheus | ProgramKind::Loki) => {
                Some(vec![to])
            }
            _ => None,
        }
    }

    fn meaning(&self, edge: &WiredEdge) -> (Protocol, Vec<ProgramKind>) {
        let by = edge.from.component().map(ComponentId::kind);
        if let (ClientId::Each(..), Some(ProgramKind::Prometheus)) = (&edge.from, by) {
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

/// Whether a route leads to a component.
fn of_target(to: &RouteTarget, component: &ComponentId) -> bool {
    match to {
        RouteTarget::Tempo => component.kind() == ProgramKind::Tempo,
        RouteTarget::Collector(name) => component.name_as(ProgramKind::Collector) == Some(name),
        RouteTarget::Prometheus(_) => component.kind() == ProgramKind::Prometheus,
        RouteTarget::Loki => component.kind() == ProgramKind::Loki,
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
        (ProgramKind::Prometheus | ProgramKind::Loki, _) => ("", Protocol::OtlpHttp),
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

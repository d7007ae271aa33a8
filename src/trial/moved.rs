//! The stack of a trial: the same stack with everything that touches the machine moved away.
//!
//! A Prometheus and a Loki of somebody else's are replaced by the trial's own, where it has them; what else keeps
//! signals is no part of it, and nothing is sent there.
//!
//! Ports become free ones, binds loopback, paths directories of the trial, secrets placeholders. What
//! decides how two ends meet stays: protocols, queues, limits, and on which listeners TLS is served,
//! which is written out because it would follow from the bind. Pure.

use crate::component::{app, collector, component, grafana, loki, prometheus, tempo};
use crate::diagnostic::SourceName;
use crate::model::dataflow::Signal;
use crate::model::names::{Port, TargetPath};
use crate::prove::Store;
use crate::stack::{
    CertificateSettings, Collector, Export, Hardening, HeaderValue, ListenerSettings, OtlpListeners,
    PathSettings, RouteTarget, SecretReference, ServiceSettings, Stack, TlsSettings,
};
use crate::toml::{self, RawStack};
use crate::wiring::{ComponentId, ListenerId, ListenerKind, WiredListener, Wiring};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The free port of each listener.
pub type Ports = BTreeMap<ListenerId, Port>;

/// The stack of a wiring, moved below a directory and to these ports, with these stores of somebody else's as
/// the trial's own. Every listener has a port.
pub fn moved(wiring: &Wiring<'_>, directory: &TargetPath, ports: &Ports, own: &BTreeSet<Store>) -> Stack {
    let moving = Moving { wiring, directory, ports };
    let mut stack = wiring.stack.clone();
    only(&mut stack, own);
    if let Some(tempo) = &mut stack.tempo {
        let id = tempo::ID;
        tempo.paths = moving.paths(&id, "config.yml");
        tempo.local_storage = tempo.local_storage.as_ref().map(|_| moving.home(&id).join("storage"));
        moving.listeners(&id, &mut tempo.receive);
        moving.listener(&id, ListenerKind::Api, &mut tempo.http);
        moving.listener(&id, ListenerKind::Internal, &mut tempo.internal);
        moving.service(&mut tempo.service);
    }
    for collector in stack.collectors.values_mut() {
        moving.collector(collector);
    }
    for app in stack.apps.values_mut() {
        let home = moving.home(&app::id(&app.name));
        app.env_file = Some(home.join(".env"));
        app.certificates = Some(home.join("tls"));
        // Whoever tries it is on this machine.
        app.container = None;
        // The host's trust store cannot know a CA that lives as long as the trial.
        if app.sdk.tls_settings == Some(TlsSettings::System) {
            app.sdk.tls_settings = Some(TlsSettings::Code);
        }
    }
    if let Some(grafana) = &mut stack.grafana {
        let home = moving.home(&grafana::ID);
        grafana.provisioning = home.join("provisioning");
        grafana.certificates = Some(home.join("tls"));
        // Nobody looks at them in a trial.
        grafana.dashboards = false;
    }
    // Whoever else reads the stack from outside is no part of it.
    stack.raw = moving.stores(own);
    stack.certificates = CertificateSettings { directory: None, ..stack.certificates };
    stack
}

/// The stores that the stack runs itself.
pub fn managed(wiring: &Wiring<'_>) -> BTreeSet<Store> {
    STORES.into_iter().filter(|(_, id)| wiring.engines.contains_key(id)).map(|(store, _)| store).collect()
}

/// The stores, Tempo apart, to which anything of a stack is sent.
pub fn stores(stack: &Stack) -> BTreeSet<Store> {
    let routes = stack.apps.values().map(|app| &app.routes);
    let routes = routes.chain(stack.collectors.values().map(|collector| &collector.routes));
    let sent = routes.flat_map(|routes| &routes.0).filter_map(|route| match route.to {
        RouteTarget::Prometheus(_) => Some(Store::Prometheus),
        RouteTarget::Loki => Some(Store::Loki),
        RouteTarget::Tempo | RouteTarget::Collector(_) => None,
    });
    let generated = stack.tempo.iter().filter(|tempo| tempo.generator.is_some()).map(|_| Store::Prometheus);
    sent.chain(generated).collect()
}

/// Nothing is sent to what the trial does not have.
fn only(stack: &mut Stack, own: &BTreeSet<Store>) {
    let signals: BTreeSet<Signal> = own.iter().chain([&Store::Tempo]).map(|store| store.signal()).collect();
    for collector in stack.collectors.values_mut() {
        collector.routes = collector.routes.only(&signals);
        collector.signals.retain(|signal| signals.contains(signal));
    }
    for app in stack.apps.values_mut() {
        app.routes = app.routes.only(&signals);
    }
    if let Some(tempo) = stack.tempo.as_mut().filter(|_| !own.contains(&Store::Prometheus)) {
        tempo.generator = None;
    }
    stack.collectors.retain(|_, collector| !collector.routes.0.is_empty());
    stack.apps.retain(|_, app| !app.routes.0.is_empty());
}

/// What keeps a signal beside Tempo.
const STORES: [(Store, ComponentId); 2] = [(Store::Prometheus, prometheus::ID), (Store::Loki, loki::ID)];

struct Moving<'m> {
    wiring: &'m Wiring<'m>,
    directory: &'m TargetPath,
    ports: &'m Ports,
}

impl Moving<'_> {
    fn home(&self, id: &ComponentId) -> TargetPath {
        self.directory.join(&id.to_string())
    }

    /// The tables of the trial's own stores, as somebody would write them who has them at these ports.
    fn stores(&self, own: &BTreeSet<Store>) -> Option<RawStack> {
        let mut text = format!("schema = 1\nname = \"{}\"\n", self.wiring.stack.name);
        for (_, id) in STORES.iter().filter(|(store, _)| own.contains(store)) {
            text += &format!("[{id}]\n{}", self.store(id)?);
            let kept = component(id.kind()).map(|home| home.kept_in_trial(self.wiring.stack));
            text += &kept.unwrap_or_default();
        }
        toml::parse(SourceName("trial".to_owned()), &text).1.ok().filter(|_| !own.is_empty())
    }

    /// Where a store is in the trial, and that it is the stack's own if it is.
    fn store(&self, id: &ComponentId) -> Option<String> {
        let listeners = self.wiring.listeners.iter().filter(|listener| listener.id.component == *id);
        let Some(place) = self.wiring.engines.get(id) else {
            let api = self.wiring.listener(id, ListenerKind::Api)?;
            return Some(format!("http = {}\n", self.ports[&api.id].number()));
        };
        let sockets = listeners.map(|listener| {
            let (port, bind) = (self.ports[&listener.id].number(), loopback(listener));
            let tls = listener.tls;
            format!("{} = {{ port = {port}, bind = \"{bind}\", tls = {tls} }}\n", listener.id.kind)
        });
        let paths = self.paths(id, place.config.file_name());
        let paths = [("config", paths.config), ("data", paths.data), ("certificates", paths.certificates)];
        // What a JSON text escapes, a TOML text does in the same way.
        let paths = paths
            .into_iter()
            .filter_map(|(key, path)| Some(format!("{key} = {}", serde_json::Value::from(path?.as_str()))));
        let paths = paths.collect::<Vec<_>>().join(", ");
        let run = "managed = true\nservice = { hardening = \"off\" }\n";
        Some(format!("{run}paths = {{ {paths} }}\n{}", sockets.collect::<String>()))
    }

    fn collector(&self, collector: &mut Collector) {
        let id = collector::id(&collector.name);
        // A directory that is written is granted; without one a collector has no state.
        let data = collector.paths.data.as_ref().map(|_| self.home(&id).join("data"));
        collector.paths = PathSettings { data, ..self.paths(&id, "config.yaml") };
        self.listeners(&id, &mut collector.receive);
        for (kind, settings) in
            [(ListenerKind::Metrics, &mut collector.metrics), (ListenerKind::Health, &mut collector.health)]
        {
            if let Some(settings) = settings {
                self.listener(&id, kind, settings);
            }
        }
        self.service(&mut collector.service);
        self.secrets(&id, &mut collector.export);
    }

    fn paths(&self, id: &ComponentId, config: &str) -> PathSettings {
        let home = self.home(id);
        PathSettings {
            config: Some(home.join(config)),
            data: Some(home.join("data")),
            certificates: Some(home.join("tls")),
        }
    }

    fn listeners(&self, id: &ComponentId, listeners: &mut OtlpListeners) {
        for (kind, settings) in
            [(ListenerKind::OtlpGrpc, &mut listeners.grpc), (ListenerKind::OtlpHttp, &mut listeners.http)]
        {
            if let Some(settings) = settings {
                self.listener(id, kind, settings);
            }
        }
    }

    fn listener(&self, component: &ComponentId, kind: ListenerKind, settings: &mut ListenerSettings) {
        let decided = self.wiring.listener(component, kind).expect("every open listener was decided");
        settings.port = self.ports[&decided.id];
        settings.bind = Some(loopback(decided));
        settings.tls = Some(decided.tls);
        settings.dial = None;
    }

    /// What a unit would read for its engine is not read here.
    fn service(&self, service: &mut ServiceSettings) {
        service.environment_files.clear();
        service.credentials.clear();
        // No unit starts the engines of a trial, so none hides its directory from them.
        service.hardening = Hardening::Off;
    }

    /// Every secret comes from a file of the trial: no variable and no file of this machine is read.
    fn secrets(&self, id: &ComponentId, export: &mut Export) {
        for value in export.headers.values_mut() {
            if let HeaderValue::Secret(secret) = value {
                *secret = SecretReference::File(self.home(id).join("secret").to_string());
            }
        }
    }
}

/// Loopback of the family that is bound.
fn loopback(listener: &WiredListener) -> IpAddr {
    match listener.bind {
        bind if bind.is_loopback() => bind,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    }
}

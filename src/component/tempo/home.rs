//! What `[tempo]` asks of the wiring, and how Tempo is started and asked.

use super::{BINARY, ID, describe};
use crate::component::{
    ClientAdvice, Component, ConfigReader, Described, Description, Engine, Ready, Template,
};
use crate::diagnostic::Findings;
use crate::model::dataflow::ProgramKind;
use crate::model::names::TargetPath;
use crate::stack::{MetricsGenerator, Stack, Tempo};
use crate::wiring::{
    ClientId, ClientSpec, ClientTarget, ComponentId, ComponentPlace, ComponentSpec, EnginePlace, HomePackage,
    ListenerId, ListenerKind, ListenerSpec, Package, SparePort, Wiring,
};

/// Tempo among the programs.
pub const HOME: &dyn Component = &Home;

/// Source: the file list of the package `tempo`, as released in 2026.
const PACKAGE: Package = Package {
    name: "tempo",
    user: "tempo",
    group: "tempo",
    config: "/etc/tempo/config.yml",
    certificates: "/etc/tempo/tls",
    in_home: HomePackage {
        name: "tempo",
        config: ".config/tempo/config.yml",
        certificates: ".config/tempo/tls",
    },
};

static ENGINE: Engine = Engine {
    unit: |_| "systemd/tempo.conf.j2",
    config: |path| format!("-config.file={path}"),
    flags: |_, _| Vec::new(),
    binary: |_, _| &BINARY,
    reloads: false,
    executable_memory: |stack| stack.tempo.as_ref().is_some_and(|tempo| tempo.dialect.executable_memory),
    ready: Ready { listener: ListenerKind::Api, word: "/ready", path: "/ready", late: false },
    counters: ListenerKind::Api,
};

struct Home;

impl Component for Home {
    fn kind(&self) -> ProgramKind {
        ProgramKind::Tempo
    }

    fn parts<'s>(&self, stack: &'s Stack) -> Vec<ComponentSpec<'s>> {
        stack.tempo.iter().map(part).collect()
    }

    fn templates(&self) -> &'static [Template] {
        &[
            ("tempo/_listeners.yml.j2", include_str!("../../../templates/tempo/_listeners.yml.j2")),
            ("tempo/_storage.yml.j2", include_str!("../../../templates/tempo/_storage.yml.j2")),
            ("tempo/2.10/config.yml.j2", include_str!("../../../templates/tempo/2.10/config.yml.j2")),
            ("tempo/3.0/config.yml.j2", include_str!("../../../templates/tempo/3.0/config.yml.j2")),
        ]
    }

    fn describe(&self, wiring: &Wiring<'_>, id: &ComponentId) -> Result<Option<Description>, Findings> {
        let Some(tempo) = &wiring.stack.tempo else { return Ok(None) };
        let context = describe::context(wiring, tempo, &wiring.engines[id]);
        let content = Described::whole(describe::template(tempo), context);
        Ok(Some(Description { content, beside: Vec::new(), names_ca: true }))
    }

    fn reader(&self) -> Option<&'static ConfigReader> {
        Some(&super::read::READER)
    }

    fn engine(&self) -> Option<&'static Engine> {
        Some(&ENGINE)
    }

    fn advice(&self) -> Option<&'static dyn ClientAdvice> {
        Some(super::advice::ADVICE)
    }
}

fn part(tempo: &Tempo) -> ComponentSpec<'_> {
    // Applications are where people expect them; whoever shares a port with them moves.
    let yields = |kind| match kind {
        ListenerKind::OtlpGrpc => Some(SparePort { key: "grpc", port: 14317 }),
        _ => Some(SparePort { key: "http", port: 14318 }),
    };
    let otlp = ListenerSpec::otlp(&tempo.receive)
        .map(|listener| ListenerSpec { yields: yields(listener.kind), ..listener });
    let others = [
        ListenerSpec::new(ListenerKind::Api, &tempo.http),
        ListenerSpec::new(ListenerKind::Internal, &tempo.internal),
    ];
    // Fixed by the engine: its own clients dial loopback.
    let internal = ClientSpec {
        from: ClientId::Internal(ID),
        to: ClientTarget::One(ListenerId { component: ID, kind: ListenerKind::Internal }),
        loopback: true,
        from_outside: None,
        key: tempo.internal.key.clone(),
    };
    ComponentSpec {
        id: ID,
        host: tempo.host.clone(),
        listeners: otlp.chain(others).collect(),
        clients: std::iter::once(internal).chain(tempo.generator.as_ref().map(writer)).collect(),
        counters: Some(ENGINE.counters),
        place: ComponentPlace::Engine(Box::new(place(tempo))),
    }
}

/// The metrics generator, which writes to Prometheus.
fn writer(generator: &MetricsGenerator) -> ClientSpec {
    ClientSpec {
        from: describe::writer(),
        to: ClientTarget::One(describe::written()),
        loopback: false,
        from_outside: None,
        key: generator.key.clone(),
    }
}

fn place(tempo: &Tempo) -> EnginePlace {
    let mut place = EnginePlace::of(&PACKAGE, (&tempo.host, &tempo.version), &tempo.service, &tempo.paths);
    let storage = tempo.local_storage.clone();
    let data = tempo.paths.data.clone().or_else(|| storage.clone());
    let data = data.unwrap_or_else(|| TargetPath::new("/var/tempo"));
    let outside = storage.filter(|directory| !directory.is_within(&data));
    place.data = std::iter::once(data).chain(outside).collect();
    place
}

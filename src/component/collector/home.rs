//! What `[collector.NAME]` asks of the wiring, and how a collector is started and asked.

use super::route::sender;
use super::{CORE, binary, describe, id};
use crate::component::{
    ClientAdvice, Component, ConfigReader, Described, Description, Engine, Ready, Template,
};
use crate::diagnostic::Findings;
use crate::model::dataflow::ProgramKind;
use crate::model::names::TargetPath;
use crate::stack::{Collector, Distribution, Stack};
use crate::wiring::{
    ComponentId, ComponentPlace, ComponentSpec, EnginePlace, HomePackage, ListenerKind, ListenerSpec,
    Package, UnitShape, Wiring,
};

/// The collector among the programs.
pub const HOME: &dyn Component = &Home;

const IN_HOME: HomePackage = HomePackage {
    name: "otelcol",
    config: ".config/otelcol/config.yaml",
    certificates: ".config/otelcol/tls",
};

/// Source: the file lists of the packages `otelcol` and `otelcol-contrib`, as released in 2026.
const CORE_PACKAGE: Package = Package {
    name: "otelcol",
    user: "otel",
    group: "otel",
    config: "/etc/otelcol/config.yaml",
    certificates: "/etc/otelcol/tls",
    in_home: IN_HOME,
};
const CONTRIB_PACKAGE: Package = Package {
    name: "otelcol-contrib",
    user: "otelcol-contrib",
    group: "otelcol-contrib",
    config: "/etc/otelcol-contrib/config.yaml",
    certificates: "/etc/otelcol-contrib/tls",
    in_home: IN_HOME,
};

static ENGINE: Engine = Engine {
    unit: |shape| match shape {
        UnitShape::Whole => "systemd/collector.service.j2",
        UnitShape::DropIn => "systemd/collector.conf.j2",
    },
    config: |path| format!("--config={}", location(path)),
    flags: |_, _| Vec::new(),
    binary: |stack, id| of(stack, id).map_or(&CORE, |collector| binary(collector.distribution)),
    reloads: false,
    executable_memory: |_| false,
    ready: Ready { listener: ListenerKind::Health, word: "health", path: "/", late: false },
    counters: ListenerKind::Metrics,
};

/// A collector takes what holds a colon for a URI, and refuses a path that is none (0.159).
fn location(config: &TargetPath) -> String {
    let scheme = if config.as_str().contains(':') { "file:" } else { "" };
    format!("{scheme}{config}")
}

struct Home;

impl Component for Home {
    fn kind(&self) -> ProgramKind {
        ProgramKind::Collector
    }

    fn parts<'s>(&self, stack: &'s Stack) -> Vec<ComponentSpec<'s>> {
        stack.collectors.values().map(part).collect()
    }

    fn templates(&self) -> &'static [Template] {
        &[(
            "collector/0.144/config.yaml.j2",
            include_str!("../../../templates/collector/0.144/config.yaml.j2"),
        )]
    }

    fn describe(&self, wiring: &Wiring<'_>, id: &ComponentId) -> Result<Option<Description>, Findings> {
        let Some(collector) = of(wiring.stack, id) else { return Ok(None) };
        let context = describe::context(wiring, collector, &wiring.engines[id]);
        let content = Described::whole(describe::template(collector), context);
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

/// The table of a collector.
fn of<'s>(stack: &'s Stack, id: &ComponentId) -> Option<&'s Collector> {
    id.name_as(ProgramKind::Collector).and_then(|name| stack.collectors.get(name))
}

fn part(collector: &Collector) -> ComponentSpec<'_> {
    let id = id(&collector.name);
    let own = |kind| move |settings| ListenerSpec::new(kind, settings);
    let listeners = ListenerSpec::otlp(&collector.receive)
        .chain(collector.metrics.iter().map(own(ListenerKind::Metrics)))
        .chain(collector.health.iter().map(own(ListenerKind::Health)));
    ComponentSpec {
        host: collector.host.clone(),
        listeners: listeners.collect(),
        clients: collector.routes.0.iter().map(|route| sender(&id, route)).collect(),
        counters: Some(ENGINE.counters),
        place: ComponentPlace::Engine(Box::new(place(collector))),
        id,
    }
}

/// A collector without a persistent queue has no state; a data directory that is written is granted.
fn place(collector: &Collector) -> EnginePlace {
    let package = match collector.distribution {
        Distribution::Core => &CORE_PACKAGE,
        Distribution::Contrib => &CONTRIB_PACKAGE,
    };
    let named = (&collector.host, collector.version.as_str());
    let mut place = EnginePlace::of(package, named, &collector.service, &collector.paths);
    place.data = collector.paths.data.iter().cloned().collect();
    place
}

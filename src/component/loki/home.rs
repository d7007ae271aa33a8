//! What `[loki]` asks of the wiring, and how a Loki of the stack's own is started and asked.

use super::settings::{LokiSettings, OwnLoki, tenant};
use super::{ID, describe};
use crate::component::values::go_duration;
use crate::component::{Component, ConfigReader, Described, Description, Engine, Ready, Template};
use crate::diagnostic::Findings;
use crate::model::dataflow::ProgramKind;
use crate::model::names::TargetPath;
use crate::stack::{ResolvedNeighbour, Stack};
use crate::wiring::{
    ClientPlace, ComponentId, ComponentPlace, ComponentSpec, EnginePlace, HomePackage, ListenerKind,
    ListenerSpec, Package, UnitShape, Wiring,
};
use std::borrow::Cow;

/// Loki among the programs.
pub const HOME: &dyn Component = &Home;

/// Source: the file list and the scripts of the package `loki` of 3.7, whose user is in the group `nogroup`.
const PACKAGE: Package = Package {
    name: "loki",
    user: "loki",
    group: "nogroup",
    config: "/etc/loki/config.yml",
    certificates: "/etc/loki/tls",
    in_home: HomePackage {
        name: "loki",
        config: ".config/loki/config.yml",
        certificates: ".config/loki/tls",
    },
};

static ENGINE: Engine = Engine {
    unit: |shape| match shape {
        UnitShape::Whole => "systemd/store.service.j2",
        UnitShape::DropIn => "systemd/store.conf.j2",
    },
    config: |path| format!("-config.file={path}"),
    flags: |_, _| Vec::new(),
    binary: |_, _| &super::BINARY,
    reloads: false,
    executable_memory: |_| false,
    ready: Ready { listener: ListenerKind::Api, word: "/ready", path: "/ready", late: true },
    counters: ListenerKind::Api,
};

struct Home;

impl Component for Home {
    fn kind(&self) -> ProgramKind {
        ProgramKind::Loki
    }

    fn parts<'s>(&self, stack: &'s Stack) -> Vec<ComponentSpec<'s>> {
        LokiSettings::of(stack, &mut Findings::new()).map(part).into_iter().collect()
    }

    fn resolve(&self, stack: &Stack, findings: &mut Findings) {
        LokiSettings::of(stack, findings);
    }

    fn templates(&self) -> &'static [Template] {
        &[(describe::TEMPLATE, include_str!("../../../templates/loki/config.yml.j2"))]
    }

    fn describe(&self, wiring: &Wiring<'_>, id: &ComponentId) -> Result<Option<Description>, Findings> {
        let own = LokiSettings::of(wiring.stack, &mut Findings::new()).and_then(|settings| settings.own);
        let place = wiring.engines.get(id);
        let context = own.zip(place).and_then(|(own, place)| describe::context(wiring, &own, place));
        Ok(context.map(|context| {
            let content = Described::whole(describe::TEMPLATE.to_owned(), context);
            Description { content, beside: Vec::new(), names_ca: true }
        }))
    }

    fn reader(&self) -> Option<&'static ConfigReader> {
        Some(&super::read::READER)
    }

    fn engine(&self) -> Option<&'static Engine> {
        Some(&ENGINE)
    }

    fn kept_in_trial(&self, stack: &Stack) -> String {
        let settings = LokiSettings::of(stack, &mut Findings::new());
        let own = settings.and_then(|settings| settings.own).map(|own| {
            let version = own.run.version;
            format!("version = \"{version}\"\nretention = \"{}\"\n", go_duration(own.retention))
        });
        let tenant = tenant(stack).map(|tenant| format!("tenant = \"{tenant}\"\n"));
        own.into_iter().chain(tenant).collect()
    }
}

fn part<'s>(settings: LokiSettings) -> ComponentSpec<'s> {
    let LokiSettings { neighbour, http, own } = settings;
    let theirs = own.is_none();
    let api = http.map(|settings| (ListenerKind::Api, settings));
    let internal = own.as_ref().map(|own| (ListenerKind::Internal, own.internal.clone()));
    let listeners = api.into_iter().chain(internal);
    let listeners = listeners.map(|(kind, settings)| ListenerSpec {
        kind,
        settings: Cow::Owned(settings),
        theirs,
        yields: None,
    });
    ComponentSpec {
        id: ID,
        host: neighbour.host.clone(),
        listeners: listeners.collect(),
        clients: Vec::new(),
        counters: own.is_some().then_some(ENGINE.counters),
        place: match own {
            Some(own) => ComponentPlace::Engine(Box::new(engine_place(&neighbour, own))),
            None => {
                let certificates = TargetPath::new("/etc/loki/tls");
                let place = ClientPlace::of(&neighbour.service, &neighbour.host, certificates);
                ComponentPlace::Neighbour(Box::new(place))
            }
        },
    }
}

fn engine_place(neighbour: &ResolvedNeighbour, own: OwnLoki) -> EnginePlace {
    let run = own.run;
    let mut place = EnginePlace::of(&PACKAGE, (&neighbour.host, &run.version), &run.service, &run.paths);
    // The package's own, `/tmp/loki`, is empty after every stop.
    place.data = vec![run.paths.data.unwrap_or_else(|| place.state("loki"))];
    place
}

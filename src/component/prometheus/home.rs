//! What `[prometheus]` asks of the wiring: it scrapes every program of the stack; and how one of the stack's own is
//! started and asked.

use super::settings::{OwnPrometheus, PrometheusSettings};
use super::{ID, describe};
use crate::component::values::go_duration;
use crate::component::{
    ClientAdvice, Component, ConfigReader, Described, Description, Engine, Ready, Template,
};
use crate::diagnostic::Findings;
use crate::model::dataflow::ProgramKind;
use crate::model::names::{Owner, TargetPath};
use crate::stack::{ResolvedNeighbour, Stack};
use crate::toml::PrometheusReceiver;
use crate::wiring::{
    ClientId, ClientPlace, ClientSpec, ClientTarget, ComponentId, ComponentPlace, ComponentSpec, EnginePlace,
    HomePackage, ListenerKind, ListenerSpec, Package, UnitShape, Wiring,
};
use std::borrow::Cow;

/// Prometheus among the programs.
pub const HOME: &dyn Component = &Home;

/// Source: the file list of Debian's package.
const PACKAGE: Package = Package {
    name: "prometheus",
    user: "prometheus",
    group: "prometheus",
    config: "/etc/prometheus/prometheus.yml",
    certificates: "/etc/prometheus/tls",
    in_home: HomePackage {
        name: "prometheus",
        config: ".config/prometheus/prometheus.yml",
        certificates: ".config/prometheus/tls",
    },
};

static ENGINE: Engine = Engine {
    unit: |shape| match shape {
        UnitShape::Whole => "systemd/store.service.j2",
        UnitShape::DropIn => "systemd/store.conf.j2",
    },
    config: |path| format!("--config.file={path}"),
    flags: describe::flags,
    binary: |_, _| &super::BINARY,
    reloads: true,
    executable_memory: |_| false,
    ready: Ready { listener: ListenerKind::Api, word: "/-/ready", path: "/-/ready", late: false },
    counters: ListenerKind::Api,
};

struct Home;

impl Component for Home {
    fn kind(&self) -> ProgramKind {
        ProgramKind::Prometheus
    }

    fn parts<'s>(&self, stack: &'s Stack) -> Vec<ComponentSpec<'s>> {
        PrometheusSettings::of(stack, &mut Findings::new()).map(part).into_iter().collect()
    }

    fn resolve(&self, stack: &Stack, findings: &mut Findings) {
        PrometheusSettings::of(stack, findings);
    }

    fn templates(&self) -> &'static [Template] {
        &[
            (describe::TEMPLATE, include_str!("../../../templates/prometheus/scrape.yml.j2")),
            (describe::CONFIG, include_str!("../../../templates/prometheus/config.yml.j2")),
            (describe::WEB, include_str!("../../../templates/prometheus/web.yml.j2")),
            ("prometheus/_jobs.yml.j2", include_str!("../../../templates/prometheus/_jobs.yml.j2")),
        ]
    }

    fn describe(&self, wiring: &Wiring<'_>, id: &ComponentId) -> Result<Option<Description>, Findings> {
        let Some(settings) = PrometheusSettings::of(wiring.stack, &mut Findings::new()) else {
            return Ok(None);
        };
        let mut beside = Vec::new();
        let content = match (wiring.engines.get(id), settings.own.clone()) {
            (Some(place), Some(own)) => {
                beside.extend(describe::web(wiring, place));
                let context = describe::configuration(wiring, settings, (&own, place));
                Described::whole(describe::CONFIG.to_owned(), context)
            }
            _ => {
                let certificates = &wiring.clients[id].certificates;
                let context = describe::context(wiring, settings.labels, (id, certificates));
                Described::whole(describe::TEMPLATE.to_owned(), context)
            }
        };
        Ok(Some(Description { content, beside, names_ca: true }))
    }

    fn reader(&self) -> Option<&'static ConfigReader> {
        Some(&super::scrape::READER)
    }

    fn engine(&self) -> Option<&'static Engine> {
        Some(&ENGINE)
    }

    fn kept_in_trial(&self, stack: &Stack) -> String {
        let settings = PrometheusSettings::of(stack, &mut Findings::new());
        let Some(own) = settings.and_then(|settings| settings.own) else { return String::new() };
        let OwnPrometheus { run, out_of_order, retention } = own;
        let receive = stack.raw.as_ref().and_then(|raw| raw.prometheus.receive.get());
        let receive = receive.map(|receive| match receive {
            PrometheusReceiver::Otlp => "receive = \"otlp\"\n",
            PrometheusReceiver::RemoteWrite => "receive = \"remote-write\"\n",
        });
        let (version, kept) = (run.version, go_duration(retention));
        let window = go_duration(out_of_order);
        let lines = format!("version = \"{version}\"\nretention = \"{kept}\"\nout_of_order = \"{window}\"\n");
        lines + receive.unwrap_or_default()
    }

    fn advice(&self) -> Option<&'static dyn ClientAdvice> {
        Some(super::advice::ADVICE)
    }
}

fn part<'s>(settings: PrometheusSettings) -> ComponentSpec<'s> {
    let PrometheusSettings { neighbour, scrape_file, http, certificates, own, .. } = settings;
    let scrape = ClientSpec {
        from: ClientId::Of(ID),
        to: ClientTarget::Counters,
        loopback: false,
        from_outside: None,
        key: neighbour.key.clone(),
    };
    let clients = if scrape_file.is_some() || own.is_some() { vec![scrape] } else { Vec::new() };
    let (theirs, counters) = (own.is_none(), own.is_some().then_some(ENGINE.counters));
    let place = match own {
        Some(own) => ComponentPlace::Engine(Box::new(engine_place(&neighbour, own))),
        None => {
            let directory = certificates.unwrap_or_else(|| TargetPath::new(PACKAGE.certificates));
            let mut place = ClientPlace::of(&neighbour.service, &neighbour.host, directory);
            place.reader.get_or_insert_with(|| Owner::of(PACKAGE.user, PACKAGE.group));
            place.file = scrape_file;
            ComponentPlace::Neighbour(Box::new(place))
        }
    };
    let http = http.map(|settings| ListenerSpec {
        kind: ListenerKind::Api,
        settings: Cow::Owned(settings),
        theirs,
        yields: None,
    });
    ComponentSpec {
        id: ID,
        host: neighbour.host,
        listeners: http.into_iter().collect(),
        clients,
        counters,
        place,
    }
}

fn engine_place(neighbour: &ResolvedNeighbour, own: OwnPrometheus) -> EnginePlace {
    let run = own.run;
    let mut place = EnginePlace::of(&PACKAGE, (&neighbour.host, &run.version), &run.service, &run.paths);
    // Its address, its receivers and its retention are flags.
    place.packaged_command = false;
    // Where Debian's package has it.
    place.data = vec![run.paths.data.unwrap_or_else(|| place.state("prometheus/metrics2"))];
    place
}

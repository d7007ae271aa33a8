//! What `[grafana]` asks of the wiring: Grafana reads Tempo's API.

use super::{ID, dashboards, describe};
use crate::component::{
    ClientAdvice, Component, ConfigReader, Described, Description, Template, loki, prometheus, tempo,
};
use crate::diagnostic::{Code, Finding, Findings, KeyPart};
use crate::model::dataflow::ProgramKind;
use crate::model::names::{Owner, TargetPath};
use crate::stack::{Grafana, Stack};
use crate::wiring::{
    ClientId, ClientPlace, ClientSpec, ClientTarget, ComponentId, ComponentPlace, ComponentSpec, ListenerId,
    ListenerKind, Wiring,
};

/// Grafana among the programs.
pub const HOME: &dyn Component = &Home;

/// Where a help would have the scrape jobs.
const SCRAPE_FILE: &str = "/etc/prometheus/scrape.d/tracewright.yml";

struct Home;

impl Component for Home {
    fn kind(&self) -> ProgramKind {
        ProgramKind::Grafana
    }

    fn parts<'s>(&self, stack: &'s Stack) -> Vec<ComponentSpec<'s>> {
        stack.grafana.iter().map(|grafana| part(stack, grafana)).collect()
    }

    fn judge(&self, wiring: &Wiring<'_>, findings: &mut Findings) {
        let wanted = wiring.stack.grafana.as_ref().filter(|grafana| grafana.dashboards);
        findings.extend(wanted.and_then(|grafana| without_metrics(wiring, grafana)).into_iter().collect());
    }

    fn templates(&self) -> &'static [Template] {
        &[
            (describe::TEMPLATE, include_str!("../../../templates/grafana/datasource.yaml.j2")),
            (dashboards::PROVIDER, include_str!("../../../templates/grafana/dashboards.yaml.j2")),
            (dashboards::TEMPLATE, include_str!("../../../templates/grafana/dashboard.json.j2")),
        ]
    }

    fn describe(&self, wiring: &Wiring<'_>, id: &ComponentId) -> Result<Option<Description>, Findings> {
        let Some(grafana) = &wiring.stack.grafana else { return Ok(None) };
        let context = describe::context(wiring, grafana, &wiring.clients[id]);
        Ok(context.map(|context| {
            let content = Described::whole(describe::TEMPLATE.to_owned(), context);
            Description { content, beside: dashboards::files(wiring, grafana), names_ca: true }
        }))
    }

    fn reader(&self) -> Option<&'static ConfigReader> {
        Some(&super::read::READER)
    }

    fn advice(&self) -> Option<&'static dyn ClientAdvice> {
        Some(super::advice::ADVICE)
    }
}

/// Dashboards that are wanted where nothing is known that they could show.
fn without_metrics(wiring: &Wiring<'_>, grafana: &Grafana) -> Option<Finding> {
    if dashboards::has_any(wiring) {
        return None;
    }
    let found = Finding::error(Code("send-to-missing"), "the dashboards have no metrics to show")
        .at((grafana.key.join("dashboards"), KeyPart::Value), "");
    let written = wiring.clients.contains_key(&prometheus::ID);
    let found = if describe::metrics_uid(wiring).is_some() {
        found
            .help(format!("[prometheus]\nscrape_file = \"{SCRAPE_FILE}\""))
            .help("or `metrics_generator` in `[tempo]`")
    } else if written {
        found.help("leave `http` of `[prometheus]` out, which switches off what they are read from")
    } else {
        found.help(format!("[prometheus]\nscrape_file = \"{SCRAPE_FILE}\""))
    };
    Some(found.help("dashboards = false"))
}

fn part<'s>(stack: &'s Stack, grafana: &'s Grafana) -> ComponentSpec<'s> {
    let directory = grafana.certificates.clone().unwrap_or_else(|| TargetPath::new("/etc/grafana/tls"));
    let mut place = ClientPlace::of(&grafana.service, &grafana.host, directory);
    place.reader.get_or_insert_with(|| Owner::of("grafana", "grafana"));
    place.file = Some(grafana.provisioning.join(&format!("datasources/tracewright-{}.yaml", stack.name)));
    let datasource = ClientSpec {
        from: ClientId::Of(ID),
        to: ClientTarget::One(ListenerId { component: tempo::ID, kind: ListenerKind::Api }),
        loopback: false,
        from_outside: None,
        key: grafana.key.clone(),
    };
    let reads = |component: ComponentId| ClientSpec {
        from: describe::reader(component.clone()),
        to: ClientTarget::One(ListenerId { component, kind: ListenerKind::Api }),
        loopback: false,
        from_outside: None,
        key: grafana.key.clone(),
    };
    ComponentSpec {
        id: ID,
        host: grafana.host.clone(),
        listeners: Vec::new(),
        clients: vec![datasource, reads(prometheus::ID), reads(loki::ID)],
        counters: None,
        place: ComponentPlace::Neighbour(Box::new(place)),
    }
}

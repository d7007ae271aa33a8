//! What `[prometheus]` asks of the wiring: a Prometheus of somebody else's scrapes every program of the stack.

use super::settings::PrometheusSettings;
use super::{ID, describe};
use crate::component::{ClientAdvice, Component, ConfigReader, Described, Description, Template};
use crate::diagnostic::Findings;
use crate::model::dataflow::ProgramKind;
use crate::model::names::{Owner, TargetPath};
use crate::stack::Stack;
use crate::wiring::{
    ClientId, ClientPlace, ClientSpec, ClientTarget, ComponentId, ComponentPlace, ComponentSpec,
    ListenerKind, ListenerSpec, Wiring,
};
use std::borrow::Cow;

/// Prometheus among the programs.
pub const HOME: &dyn Component = &Home;

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
        &[(describe::TEMPLATE, include_str!("../../../templates/prometheus/scrape.yml.j2"))]
    }

    fn describe(&self, wiring: &Wiring<'_>, id: &ComponentId) -> Result<Option<Description>, Findings> {
        let Some(settings) = PrometheusSettings::of(wiring.stack, &mut Findings::new()) else {
            return Ok(None);
        };
        let context = describe::context(wiring, settings, id);
        let content = Described::whole(describe::TEMPLATE.to_owned(), context);
        Ok(Some(Description { content, beside: Vec::new(), names_ca: true }))
    }

    fn reader(&self) -> Option<&'static ConfigReader> {
        Some(&super::scrape::READER)
    }

    fn advice(&self) -> Option<&'static dyn ClientAdvice> {
        Some(super::advice::ADVICE)
    }
}

fn part<'s>(settings: PrometheusSettings) -> ComponentSpec<'s> {
    let PrometheusSettings { neighbour, scrape_file, http, certificates, .. } = settings;
    let directory = certificates.unwrap_or_else(|| TargetPath::new("/etc/prometheus/tls"));
    let mut place = ClientPlace::of(&neighbour.service, &neighbour.host, directory);
    place.reader.get_or_insert_with(|| Owner::of("prometheus", "prometheus"));
    let scrape = ClientSpec {
        from: ClientId::Of(ID),
        to: ClientTarget::Counters,
        loopback: false,
        from_outside: None,
        key: neighbour.key.clone(),
    };
    let clients = if scrape_file.is_some() { vec![scrape] } else { Vec::new() };
    place.file = scrape_file;
    let http = http.map(|settings| ListenerSpec {
        kind: ListenerKind::Api,
        settings: Cow::Owned(settings),
        theirs: true,
        yields: None,
    });
    ComponentSpec {
        id: ID,
        host: neighbour.host,
        listeners: http.into_iter().collect(),
        clients,
        counters: None,
        place: ComponentPlace::Neighbour(Box::new(place)),
    }
}

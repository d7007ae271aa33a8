//! What `[grafana]` asks of the wiring: Grafana reads Tempo's API.

use super::{ID, describe};
use crate::component::{
    Component, ConfigReader, Described, Description, Engine, Template, loki, prometheus, tempo,
};
use crate::diagnostic::Findings;
use crate::model::dataflow::ProgramKind;
use crate::model::names::{Owner, TargetPath};
use crate::stack::{Grafana, Stack};
use crate::wiring::{
    ClientId, ClientPlace, ClientSpec, ClientTarget, ComponentId, ComponentPlace, ComponentSpec, ListenerId,
    ListenerKind, Wiring,
};

/// Grafana among the programs.
pub const HOME: &dyn Component = &Home;

struct Home;

impl Component for Home {
    fn kind(&self) -> ProgramKind {
        ProgramKind::Grafana
    }

    fn parts<'s>(&self, stack: &'s Stack) -> Vec<ComponentSpec<'s>> {
        stack.grafana.iter().map(|grafana| part(stack, grafana)).collect()
    }

    fn resolve(&self, _: &Stack, _: &mut Findings) {}

    fn judge(&self, _: &Wiring<'_>, _: &mut Findings) {}

    fn templates(&self) -> &'static [Template] {
        &[("grafana/datasource.yaml.j2", include_str!("../../../templates/grafana/datasource.yaml.j2"))]
    }

    fn describe(&self, wiring: &Wiring<'_>, id: &ComponentId) -> Result<Option<Description>, Findings> {
        let Some(grafana) = &wiring.stack.grafana else { return Ok(None) };
        let context = describe::context(wiring, grafana, &wiring.clients[id]);
        Ok(context.map(|context| {
            let content = Described::whole(describe::TEMPLATE.to_owned(), context);
            Description { content, names_ca: true }
        }))
    }

    fn reader(&self) -> Option<&'static ConfigReader> {
        Some(&super::read::READER)
    }

    fn engine(&self) -> Option<&'static Engine> {
        None
    }
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

//! What `[loki]` asks of the wiring: a Loki of somebody else's is sent logs.

use super::ID;
use super::settings::LokiSettings;
use crate::component::{Component, ConfigReader, Description, Engine, Template};
use crate::diagnostic::Findings;
use crate::model::dataflow::ProgramKind;
use crate::model::names::TargetPath;
use crate::stack::Stack;
use crate::wiring::{
    ClientPlace, ComponentId, ComponentPlace, ComponentSpec, ListenerKind, ListenerSpec, Wiring,
};
use std::borrow::Cow;

/// Loki among the programs.
pub const HOME: &dyn Component = &Home;

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

    fn judge(&self, _: &Wiring<'_>, _: &mut Findings) {}

    fn templates(&self) -> &'static [Template] {
        &[]
    }

    fn describe(&self, _: &Wiring<'_>, _: &ComponentId) -> Result<Option<Description>, Findings> {
        Ok(None)
    }

    fn reader(&self) -> Option<&'static ConfigReader> {
        None
    }

    fn engine(&self) -> Option<&'static Engine> {
        None
    }
}

fn part<'s>(settings: LokiSettings) -> ComponentSpec<'s> {
    let LokiSettings { neighbour, http } = settings;
    let place = ClientPlace::of(&neighbour.service, &neighbour.host, TargetPath::new("/etc/loki/tls"));
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
        clients: Vec::new(),
        counters: None,
        place: ComponentPlace::Neighbour(Box::new(place)),
    }
}

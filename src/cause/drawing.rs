//! A stack rendered, whatever it says.

use crate::component::{app, collector, wire};
use crate::model::desired::Desired;
use crate::render::{Templates, render};
use crate::stack::{self, Routes};
use crate::toml::KeyTree;

/// The files of a stack; `None` where it is none.
pub(super) fn rendered(raw: &KeyTree, templates: &Templates) -> Option<Desired> {
    let (stack, _) = stack::resolve(&raw.stack()).ok()?;
    let (wiring, _) = wire(&stack).ok()?;
    // A client whose listener a variation closed has nothing to be written.
    let dials = |id, routes: &Routes| {
        routes.0.iter().all(|route| wiring.edge_from(&collector::client(&id, route)).is_some())
    };
    let apps = stack.apps.values().all(|one| dials(app::id(&one.name), &one.routes));
    let collectors = stack.collectors.values().all(|one| dials(collector::id(&one.name), &one.routes));
    (apps && collectors).then(|| render(&wiring, templates).ok())?
}

//! A stack rendered, whatever it says.

use crate::component::{app, collector, wire};
use crate::model::desired::Desired;
use crate::render::{Templates, render};
use crate::stack;
use crate::toml::KeyTree;
use crate::wiring::ClientId;

/// The files of a stack; `None` where it is none.
pub(super) fn rendered(raw: &KeyTree, templates: &Templates) -> Option<Desired> {
    let (stack, _) = stack::resolve(&raw.stack()).ok()?;
    let (wiring, _) = wire(&stack).ok()?;
    // A client whose listener a variation closed has nothing to be written.
    let dials = |client: ClientId| wiring.edge_from(&client).is_some();
    let apps = stack.apps.keys().all(|app| dials(ClientId::Of(app::id(app))));
    let collectors = stack.collectors.keys();
    let collectors = collectors.map(|name| ClientId::Of(collector::id(name))).all(dials);
    (apps && collectors).then(|| render(&wiring, templates).ok())?
}

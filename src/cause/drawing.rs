//! A stack rendered, whatever it says.

use crate::model::desired::Desired;
use crate::render::{Templates, render};
use crate::stack;
use crate::toml::KeyTree;
use crate::wiring::wire;

/// The files of a stack; `None` where it is none.
pub(super) fn rendered(raw: &KeyTree, templates: &Templates) -> Option<Desired> {
    let (stack, _) = stack::resolve(&raw.stack()).ok()?;
    let (wiring, _) = wire(&stack).ok()?;
    render(&wiring, templates).ok()
}

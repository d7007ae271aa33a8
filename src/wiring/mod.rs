//! Intent: every decision about addresses, TLS, names, paths and owners.
//!
//! The only place where such a thing is decided (stack-language rules of binds, TLS, dialled
//! addresses); templates print it and decide nothing. Pure: [`wire`] is a function of the stack.
//! What was decided is judged again, independently, by `topology` and `check` on the rendered files.

mod certificates;
mod conflicts;
mod edges;

mod decided;
mod expected;
mod ids;
mod listeners;
mod places;

pub use decided::Wiring;
pub use edges::{ClientId, WiredEdge};
pub use ids::{ComponentId, socket_text};

pub use expected::expected;
pub use listeners::{DecidedBy, ListenerId, ListenerKind, WiredListener};
pub use places::{ClientPlace, EnginePlace, UnitPlace, UnitShape};

use crate::diagnostic::Findings;
use crate::stack::Stack;

/// Decides everything a stack leaves open.
///
/// # Errors
/// All faults of the step: ports opened twice, plaintext that would leave the host, a door that
/// cannot serve TLS, an SDK that cannot dial it, two owners of one file. Warnings travel with the
/// value.
pub fn wire(stack: &Stack) -> Result<(Wiring<'_>, Findings), Findings> {
    let mut findings = Findings::new();
    let listeners = listeners::decide(stack, &mut findings);
    let edges = edges::decide(stack, &listeners, &mut findings);
    let engines = places::engines(stack);
    let clients = places::clients(stack);
    let certificates = certificates::wishes(stack, &listeners, &edges);
    let wiring = Wiring { stack, listeners, edges, engines, clients, certificates };
    conflicts::find(&wiring, &mut findings);
    findings.or_else(wiring)
}

//! Intent: every decision about addresses, TLS, names, paths and owners.
//!
//! The only place where such a thing is decided (stack-language rules of binds, TLS, dialled
//! addresses); templates print it and decide nothing. It names no program: the homes of the programs say what
//! each component asks for ([`ComponentSpec`]), and call [`wire`]. Pure. What was decided is judged again, independently,
//! by `topology` and `check` on the rendered files.

mod certificates;
mod conflicts;
mod decided;
mod edges;
mod ids;
mod listeners;
mod places;
mod sandbox;
mod spec;
mod unnamed;

pub use decided::Wiring;
pub use edges::WiredEdge;
pub use ids::{ClientId, ComponentId, ListenerId, ListenerKind, socket_text};
pub use listeners::{DecidedBy, WiredListener};

pub use places::{ClientPlace, EnginePlace, HomePackage, Package, UnitPlace, UnitShape};
pub use spec::{ClientSpec, ClientTarget, ComponentPlace, ComponentSpec, ListenerSpec, SparePort};

use crate::diagnostic::{Findings, Severity};
use crate::stack::Stack;
use std::collections::BTreeMap;

/// Decides everything a stack leaves open, for its parts in the order of starting. Warnings and faults go to
/// `findings`: ports opened twice, plaintext that would leave the host, a listener that cannot serve TLS, two owners
/// of one file.
pub fn wire<'a>(stack: &'a Stack, parts: Vec<ComponentSpec<'a>>, findings: &mut Findings) -> Wiring<'a> {
    let listeners = listeners::decide(stack, &parts, findings);
    let edges = edges::decide(&parts, &listeners);
    let certificates = certificates::specs(stack, &listeners, &edges);
    let (engines, clients) = places(parts);
    let wiring = Wiring { stack, listeners, edges, engines, clients, certificates };
    conflicts::find(&wiring, findings);
    sandbox::find(&wiring, findings);
    unnamed::find(&wiring, findings);
    wiring
}

/// The errors of two owners of one thing, among components of which not all are sound; who dials whom does not
/// matter to them.
pub fn claimed_twice<'a>(stack: &'a Stack, parts: Vec<ComponentSpec<'a>>) -> Findings {
    let listeners = listeners::decide(stack, &parts, &mut Findings::new());
    let (engines, clients) = places(parts);
    let wiring =
        Wiring { stack, listeners, edges: Vec::new(), engines, clients, certificates: BTreeMap::new() };
    let mut findings = Findings::new();
    conflicts::find(&wiring, &mut findings);
    findings.into_iter().filter(|finding| finding.severity == Severity::Error).collect()
}

type Places = (BTreeMap<ComponentId, EnginePlace>, BTreeMap<ComponentId, ClientPlace>);

fn places(parts: Vec<ComponentSpec<'_>>) -> Places {
    let (mut engines, mut clients) = (BTreeMap::new(), BTreeMap::new());
    for part in parts {
        match part.place {
            ComponentPlace::Engine(place) => drop(engines.insert(part.id, *place)),
            ComponentPlace::Neighbour(place) => drop(clients.insert(part.id, *place)),
        }
    }
    (engines, clients)
}

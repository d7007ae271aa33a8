//! The way of an application's spans, and the lines its program reads.

use crate::component::app::{self, describe};
use crate::component::collector;
use crate::model::dataflow::Signal;
use crate::stack::{App, RouteTarget, Routes};
use crate::wiring::{ComponentId, WiredEdge, Wiring};
use std::collections::BTreeSet;
use std::fmt::Write;

/// The ways of what an application sends, hop by hop, and the lines its program reads.
pub(crate) fn application(wiring: &Wiring<'_>, app: &App) -> String {
    let id = app::id(&app.name);
    let mut text = format!("application `{}` on host `{}`\n", app.name, app.host);
    for signal in app.routes.signals() {
        let what = if signal == Signal::Traces { "spans".to_owned() } else { signal.to_string() };
        text.push_str(&format!("\nThe way of its {what}\n"));
        let mut shown = BTreeSet::new();
        hops(&mut text, (wiring, signal), (&id, &app.routes), &mut shown);
    }
    lines(&mut text, wiring, app, &id);
    text
}

/// Every hop of a signal from here on; what several ways lead through stands once.
fn hops(
    text: &mut String,
    (wiring, signal): (&Wiring<'_>, Signal),
    (from, routes): (&ComponentId, &Routes),
    shown: &mut BTreeSet<ComponentId>,
) {
    if !shown.insert(from.clone()) {
        return;
    }
    for route in routes.of(signal) {
        let Some(edge) = wiring.edge_from(&collector::client(from, route)) else { continue };
        hop(text, wiring, edge, route.protocol.as_str());
        if let RouteTarget::Collector(name) = &route.to {
            let next = &wiring.stack.collectors[name];
            hops(text, (wiring, signal), (&collector::id(name), &next.routes), shown);
        }
    }
}

fn hop(text: &mut String, wiring: &Wiring<'_>, edge: &WiredEdge, protocol: &str) {
    let listener = wiring.target(edge);
    let tls = if listener.tls { "TLS" } else { "plaintext" };
    let owner = edge.from.component().map(ToString::to_string).unwrap_or_default();
    let line = format!(
        "  {owner} -> {}\n    dials {} by {protocol}, {tls} ({}); it binds {}\n",
        listener.id,
        edge.url(listener.tls),
        listener.decided_by,
        listener.endpoint(),
    );
    text.push_str(&line);
}

fn lines(text: &mut String, wiring: &Wiring<'_>, app: &App, id: &ComponentId) {
    let assignments = describe::assignments(wiring, app, &wiring.clients[id]);
    let place = match &app.env_file {
        Some(path) => format!("Its lines, in a marked block of `{path}`"),
        None => "Its lines; no `env_file` is named, so nothing is written".to_owned(),
    };
    let written = write!(text, "\n{place} ({} rules)\n", describe::dialect_name(app.env_dialect));
    written.expect("writing to a string does not fail");
    for line in describe::lines(app, &assignments).unwrap_or_default() {
        text.push_str(&format!("  {line}\n"));
    }
    if app.routes.0.iter().any(|route| route.to == RouteTarget::Tempo) {
        text.push_str(
            "\nNo collector lies between it and Tempo: nothing batches or retries for it but its own SDK.\n",
        );
    }
}

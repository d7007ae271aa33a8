//! The way of an application's spans, and the lines its program reads.

use crate::component::app::{self, describe};
use crate::model::dataflow::ProgramKind;
use crate::stack::{App, RouteTarget};
use crate::wiring::{ClientId, ComponentId, WiredEdge, Wiring};
use std::fmt::Write;

/// The way of an application's spans, hop by hop, and the lines its program reads.
pub(crate) fn application(wiring: &Wiring<'_>, app: &App) -> String {
    let id = app::id(&app.name);
    let mut text = format!("application `{}` on host `{}`\n\nThe way of its spans\n", app.name, app.host);
    let mut from = ClientId::Of(id.clone());
    let mut protocol = app.route.protocol;
    while let Some(edge) = wiring.edge_from(&from) {
        hop(&mut text, wiring, edge, protocol.as_str());
        let next = &wiring.target(edge).id.component;
        let Some(name) = next.name_as(ProgramKind::Collector) else { break };
        protocol = wiring.stack.collectors[name].route.protocol;
        from = ClientId::Of(next.clone());
    }
    lines(&mut text, wiring, app, &id);
    text
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
    if matches!(app.route.to, RouteTarget::Tempo) {
        text.push_str(
            "\nNo collector lies between it and Tempo: nothing batches or retries for it but its own SDK.\n",
        );
    }
}

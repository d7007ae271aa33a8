//! `explain`: a finding's page, or what an application's settings come to.

use super::judge::{Environment, judge};
use super::load::{Loaded, load};
use super::{Exit, Session, Stop};
use crate::cli::Explain;
use crate::component::app::describe;
use crate::diagnostic::{Code, Finding, pages};
use crate::stack::{App, ComponentName, RouteTarget};
use crate::topology::keys::nearest;
use crate::wiring::{ComponentId, Dialler, Edge, Wiring};
use std::fmt::Write;

pub(super) fn run(session: &mut Session, arguments: &Explain) -> Result<Exit, Stop> {
    let Some(app) = arguments.topic.strip_prefix("app.") else {
        return page(session, &arguments.topic);
    };
    let loaded = load(&arguments.stack.stack)?;
    let judged = judge(session, &loaded, &Environment::new())?;
    let app = find(&loaded, app)?;
    session.print(&application(&judged.wiring, app));
    Ok(Exit::Fine)
}

fn page(session: &mut Session, code: &str) -> Result<Exit, Stop> {
    let Some(page) = pages::explain(code) else {
        let finding = Finding::error(Code("topic-unknown"), format!("there is no code `{code}`"));
        let near = nearest(code, pages::CODES.iter().copied()).map(|near| format!("did you mean `{near}`?"));
        let help = near.unwrap_or_else(|| "a code as findings show it in brackets, or `app.NAME`".to_owned());
        return Err(finding.help(help).into());
    };
    session.print(page);
    Ok(Exit::Fine)
}

fn find<'a>(loaded: &'a Loaded, name: &str) -> Result<&'a App, Stop> {
    loaded.stack.apps.get(&ComponentName::new(name)).ok_or_else(|| {
        let known: Vec<_> = loaded.stack.apps.keys().map(|app| format!("`app.{app}`")).collect();
        let finding = Finding::error(Code("topic-unknown"), format!("the stack has no application `{name}`"));
        let help =
            if known.is_empty() { "it has none; add `[app.NAME]`".to_owned() } else { known.join(", ") };
        finding.help(help).into()
    })
}

/// The way of an application's spans, hop by hop, and the lines its program reads.
fn application(wiring: &Wiring<'_>, app: &App) -> String {
    let id = ComponentId::App(app.name.clone());
    let mut text = format!("application `{}` on host `{}`\n\nThe way of its spans\n", app.name, app.host);
    let mut from = Dialler::App(id.clone());
    let mut protocol = app.route.protocol;
    while let Some(edge) = wiring.edge_from(&from) {
        hop(&mut text, wiring, edge, protocol.as_str());
        let ComponentId::Collector(name) = &wiring.target(edge).id.component else { break };
        protocol = wiring.stack.collectors[name].route.protocol;
        from = Dialler::Exporter(ComponentId::Collector(name.clone()));
    }
    lines(&mut text, wiring, app, &id);
    text
}

fn hop(text: &mut String, wiring: &Wiring<'_>, edge: &Edge, protocol: &str) {
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

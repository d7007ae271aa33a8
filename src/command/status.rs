//! `status`: what of a stack runs, and what it says of itself.

use super::host::{Place, stopped};
use super::plan::say_pending;
use super::running::There;
use super::{Exit, Session, Stop};
use crate::apply::pending;
use crate::cli::{Format, RootArgument, Status};
use crate::plan::Author;
use crate::prove::{Authority, Tls, fetch, watched};
use crate::report::status::{self, ComponentStatus, DoorStatus, Picture};
use crate::stack::HostName;
use crate::target::{all_listening, listening, real};
use crate::trial::{Probe, Running};
use crate::wiring::{ComponentId, Dialler, Door, Wiring};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

/// How long a page may take.
const LOOK: Duration = Duration::from_secs(2);

pub(super) fn run(session: &mut Session, arguments: &Status) -> Result<Exit, Stop> {
    let there = There::find(session, &arguments.stack.stack)?;
    let wiring = there.wiring()?;
    if there.trial.is_none() {
        say_pending(session, killed(&wiring)?.as_ref());
    }
    let tls = Tls { authority: Authority::File(there.authority(&wiring)), ..Tls::default() };
    let components = wiring.engines.keys().map(|id| component(&wiring, id, &there, &tls)).collect();
    let folder = there.trial.as_ref().map(|trial| trial.folder.display().to_string());
    let picture = Picture { stack: wiring.stack.name.to_string(), trial: folder, components };
    session.print(&match arguments.format {
        Format::Text => status::text(&picture),
        Format::Json => status::json(&picture),
    });
    let well = picture.components.iter().all(|component| component.not_ready.is_none());
    Ok(if well { Exit::Fine } else { Exit::Machine })
}

/// The run that was killed on this machine, if one was.
fn killed(wiring: &Wiring<'_>) -> Result<Option<Author>, Stop> {
    let place = Place::of(&RootArgument { root: None }, &HostName::this())?;
    let ground = place.ground(&wiring.stack.name, Some(wiring))?;
    pending(place.target(), &ground).map_err(|error| stopped(&error))
}

fn component(wiring: &Wiring<'_>, id: &ComponentId, there: &There, tls: &Tls) -> ComponentStatus {
    let engine = there.trial.as_ref().and_then(|trial| {
        let name = id.to_string();
        trial.state.engines.iter().find(|engine| engine.name == name)
    });
    let open = match engine {
        Some(engine) if engine.is_alive() => listening(engine.pid),
        Some(_) => BTreeSet::new(),
        None => all_listening(),
    };
    let doors = wiring.listeners.iter().filter(|listener| listener.id.component == *id);
    let doors = doors.map(|listener| {
        let wished = SocketAddr::new(listener.bind, listener.port.number());
        DoorStatus {
            name: listener.id.door.to_string(),
            wished,
            tls: listener.tls,
            real: real(&open, wished),
        }
    });
    let probe = Probe::of(wiring, id, tls.clone());
    ComponentStatus {
        name: id.to_string(),
        release: engine.map(|engine| engine.release.clone()),
        version: version(wiring, id),
        pid: engine.filter(|engine| Running::is_alive(engine)).map(|engine| engine.pid),
        not_ready: probe.look(&open).err().map(|missing| missing.to_string()),
        doors: doors.collect(),
        counters: counters(wiring, id, tls),
    }
}

/// The version that the stack names.
fn version(wiring: &Wiring<'_>, id: &ComponentId) -> String {
    match id {
        ComponentId::Collector(name) => wiring.stack.collectors[name].version.clone(),
        _ => wiring.stack.tempo.as_ref().map(|tempo| tempo.version.clone()).unwrap_or_default(),
    }
}

/// The counters that tell where spans stay; `None` where they cannot be read.
pub(super) fn counters(
    wiring: &Wiring<'_>,
    id: &ComponentId,
    tls: &Tls,
) -> Option<BTreeMap<&'static str, f64>> {
    let door = if *id == ComponentId::Tempo { Door::Api } else { Door::Metrics };
    let edge = wiring.edge_from(&Dialler::Tool(id.clone(), door))?;
    let url = format!("{}/metrics", edge.url(wiring.target(edge).tls));
    let page = fetch(&url, tls, LOOK).ok().filter(|page| page.status == 200)?;
    Some(watched(&page.body))
}

//! What the engines of a stack say of themselves.

use super::running::There;
use super::session::Stop;
use crate::check::ConditionState;
use crate::component;
use crate::host::{listening, real};
use crate::prove::{Tls, TrustedCa, fetch, said_release, watched};
use crate::report::review::{EdgeEnd, EdgeView};
use crate::report::status::{ComponentStatus, ListenerStatus, Picture, PlaceStatus};
use crate::trial::{FoundTrial, Probe, Running, store_id};
use crate::wiring::{ClientId, ComponentId, ListenerKind, WiredEdge, WiredListener, Wiring};
use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

/// How long a page may take.
const LOOK: Duration = Duration::from_secs(2);

pub(crate) fn of_trial(there: &There) -> Result<Picture, Stop> {
    let wiring = there.wiring()?;
    let tls = Tls { ca: TrustedCa::File(there.ca(&wiring)), ..Tls::default() };
    let own = there.trial.as_ref().map(FoundTrial::own_stores).unwrap_or_default();
    let own: Vec<_> = own.into_iter().map(store_id).collect();
    let components = wiring.engines.keys().chain(&own).map(|id| {
        let engine = there.trial.as_ref().and_then(|trial| engine(trial, id));
        let pid = engine.filter(|engine| engine.is_alive()).map(|engine| engine.pid);
        let open = pid.map(listening).unwrap_or_default();
        let seen = component(&wiring, id, (&tls, &open));
        ComponentStatus { release: engine.map(|engine| engine.release.clone()), pid, ..seen }
    });
    let directory =
        there.trial.as_ref().map(|trial| trial.directory.display().to_string()).unwrap_or_default();
    let components: Vec<_> = components.collect();
    Ok(Picture {
        stack: wiring.stack.name.to_string(),
        place: PlaceStatus::Trial(directory),
        edges: edges(&wiring, &components),
        components,
    })
}

fn engine<'t>(trial: &'t FoundTrial, id: &ComponentId) -> Option<&'t Running> {
    let name = id.to_string();
    trial.state.engines.iter().find(|engine| engine.name == name)
}

/// What an engine says of itself, at those of its listeners that are among these open addresses. Whoever may
/// not read the CA that its certificate comes from cannot ask it.
pub(crate) fn component(
    wiring: &Wiring<'_>,
    id: &ComponentId,
    (tls, open): (&Tls, &BTreeSet<SocketAddr>),
) -> ComponentStatus {
    let listeners = wiring.listeners.iter().filter(|listener| listener.id.component == *id);
    let listeners = listeners.map(|listener| {
        let desired = SocketAddr::new(listener.bind, listener.port.number());
        ListenerStatus {
            name: listener.id.kind.to_string(),
            desired,
            tls: listener.tls,
            real: real(open, desired),
            holder: None,
        }
    });
    let probe = Probe::of(wiring, id, tls.clone());
    let barred = barred(tls).filter(|_| probe.asks_over_tls());
    let probe = if barred.is_some() { probe.of_listeners_alone() } else { probe };
    let metrics = metrics(wiring, id, tls);
    ComponentStatus {
        name: id.to_string(),
        release: metrics.as_deref().and_then(said_release).map(str::to_owned),
        release_fault: None,
        version: wiring.engines.get(id).map(|place| place.version.clone()).unwrap_or_default(),
        pid: None,
        unit: None,
        not_asked: barred.map(|path| format!("you may not read {}", path.display())),
        not_ready: probe.look(open).err().map(|missing| missing.to_string()),
        listeners: listeners.collect(),
        counters: metrics.as_deref().map(watched),
    }
}

/// Who dials whom, and whether what listens there is what shall: an edge to a listener that is not open, or that
/// somebody else has, is broken. Of a neighbour's listener that is not seen nothing is known.
pub(crate) fn edges(wiring: &Wiring<'_>, components: &[ComponentStatus]) -> Vec<EdgeView> {
    let state = |listener: &WiredListener| {
        let id = listener.id.component.to_string();
        let own = components.iter().find(|component| component.name == id);
        let kind = listener.id.kind.to_string();
        let seen = own.and_then(|own| own.listeners.iter().find(|one| one.name == kind));
        match seen {
            None => ConditionState::NotKnown,
            Some(seen) if seen.real.is_some() && seen.holder.is_none() => ConditionState::Met,
            Some(_) if listener.theirs => ConditionState::NotKnown,
            Some(_) => ConditionState::Broken,
        }
    };
    let edge = |edge: &WiredEdge| {
        let listener = wiring.target(edge);
        let end = EdgeEnd {
            to: Some(listener.id.component.to_string()),
            dials: edge.socket(),
            protocol: listener.id.kind.to_string(),
            tls: listener.tls,
            trusts: None,
            state: state(listener),
        };
        let from = edge.from.component()?.to_string();
        Some(EdgeView { from, before: Some(end.clone()), after: Some(end) })
    };
    wiring.edges.iter().filter_map(edge).collect()
}

/// The CA's file, where it is there and this user may not read it.
fn barred(tls: &Tls) -> Option<&Path> {
    let TrustedCa::File(path) = &tls.ca else { return None };
    let refused = std::fs::File::open(path).is_err_and(|error| error.kind() == ErrorKind::PermissionDenied);
    refused.then_some(path)
}

/// The counters that tell where spans stay; `None` where they cannot be read.
pub(crate) fn counters(
    wiring: &Wiring<'_>,
    id: &ComponentId,
    tls: &Tls,
) -> Option<BTreeMap<&'static str, f64>> {
    metrics(wiring, id, tls).as_deref().map(watched)
}

/// An engine's page of metrics.
fn metrics(wiring: &Wiring<'_>, id: &ComponentId, tls: &Tls) -> Option<String> {
    let engine = component::engine(id.kind()).filter(|_| wiring.engines.contains_key(id));
    let url = match engine {
        Some(engine) => {
            let edge = wiring.edge_from(&ClientId::Tool(id.clone(), engine.counters))?;
            edge.url(wiring.target(edge).tls)
        }
        // A store of a trial's own.
        None => {
            let listener = wiring.listener(id, ListenerKind::Api)?;
            format!("http://{}", SocketAddr::new(listener.bind, listener.port.number()))
        }
    };
    let url = format!("{url}/metrics");
    fetch(&url, tls, LOOK).ok().filter(|page| page.status == 200).map(|page| page.body)
}

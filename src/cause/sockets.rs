//! Listeners and edges of two renderings of a stack, side by side.

use crate::check::{CheckReport, ConditionState};
use crate::diagnostic::KeyPath;
use crate::model::certificate::CertificateRole;
use crate::model::dataflow::{Client, Topology, Trust};
use crate::model::desired::Desired;
use crate::model::names::CertificateName;
use crate::wiring::{WiredListener, Wiring};
use std::collections::{BTreeMap, BTreeSet};

/// One rendering of a stack, read back and judged.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'a> {
    /// What was decided.
    pub wiring: &'a Wiring<'a>,
    /// Its files.
    pub desired: &'a Desired,
    /// What they say.
    pub topology: &'a Topology,
    /// Whether their edges hold.
    pub report: &'a CheckReport,
}

/// A listener as others see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenerState {
    /// Address and port.
    pub address: String,
    /// Whether it serves TLS.
    pub tls: bool,
    /// Whether other hosts reach it.
    pub reachable: bool,
    /// The names that its certificate has.
    pub names: Vec<String>,
}

/// An edge as its client has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EdgeState {
    /// The listener's component, where it leads to one.
    pub to: Option<String>,
    /// Host and port that are dialled.
    pub dials: String,
    /// What is spoken.
    pub protocol: String,
    /// Whether it dials TLS.
    pub tls: bool,
    /// The file of the CA it trusts.
    pub trusts: Option<String>,
    /// Whether it holds.
    pub state: ConditionState,
}

/// Something with a name, as it was and as it will be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Differing<T> {
    /// Its name: `collector.main.receive.grpc`, `app.shop`.
    pub name: String,
    /// Where it is written in the newer stack, or in the older one.
    pub key: KeyPath,
    /// As it was.
    pub before: Option<T>,
    /// As it will be.
    pub after: Option<T>,
}

impl<T: PartialEq> Differing<T> {
    /// Whether it opens or closes, comes or goes, or is another.
    pub fn differs(&self) -> bool {
        self.before != self.after
    }
}

/// The listeners that differ, in order of their names. Without an older rendering all of them open.
pub fn listeners(before: Option<Judged<'_>>, after: Option<Judged<'_>>) -> Vec<Differing<ListenerState>> {
    let states = |judged: Option<Judged<'_>>| {
        let all = judged
            .into_iter()
            .flat_map(|judged| judged.wiring.listeners.iter().map(move |one| (judged, one)));
        all.map(|(judged, one)| (one.id.to_string(), (one.key.clone(), listener(judged.wiring, one))))
            .collect()
    };
    let mut all = pairs(&states(before), &states(after));
    all.retain(Differing::differs);
    all
}

fn listener(wiring: &Wiring<'_>, listener: &WiredListener) -> ListenerState {
    let spec = wiring.certificates.get(&CertificateName::new(listener.id.component.to_string()));
    let names = match spec.map(|spec| &spec.role) {
        Some(CertificateRole::Leaf { names, .. }) if listener.tls => {
            names.iter().map(ToString::to_string).collect()
        }
        _ => Vec::new(),
    };
    ListenerState {
        address: listener.endpoint(),
        tls: listener.tls,
        reachable: listener.is_reachable(),
        names,
    }
}

/// All edges, in order of their clients, those that do not differ too.
pub fn edges(before: Option<Judged<'_>>, after: Option<Judged<'_>>) -> Vec<Differing<EdgeState>> {
    let states = |judged: Option<Judged<'_>>| {
        let all =
            judged.into_iter().flat_map(|judged| judged.report.edges.iter().map(move |one| (judged, one)));
        let named = all.map(|(judged, one)| {
            let client = &judged.topology.clients[one.client];
            let from = component(judged, client.program);
            let listener = one.listener.map(|index| judged.topology.listeners[index].program);
            let state = EdgeState {
                to: listener.map(|program| component(judged, program)),
                dials: format!("{}:{}", client.host, client.port),
                protocol: client.protocol.to_string(),
                tls: client.tls.enabled,
                trusts: trusts(client),
                state: one.state(),
            };
            ((from, client.setting.clone()), state)
        });
        named.collect::<EdgeStates>()
    };
    let key = |from: &str| KeyPath(from.split('.').map(ToOwned::to_owned).collect());
    let (before, after) = matched(states(before), states(after));
    let names = EdgeNames::of(before.keys().chain(after.keys()));
    let named = |states: &EdgeStates| {
        states.iter().map(|(id, state)| (names.of_edge(id), (key(&id.0), state.clone()))).collect()
    };
    pairs(&named(&before), &named(&after))
}

/// What each edge is called: by its component, where that has several by the first part of its setting too, and
/// where that is not enough by all of it. The same on both sides of a comparison.
struct EdgeNames<'a> {
    settings: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> EdgeNames<'a> {
    fn of(ids: impl Iterator<Item = &'a (String, String)>) -> Self {
        let mut settings: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (from, setting) in ids {
            settings.entry(from).or_default().insert(setting);
        }
        Self { settings }
    }

    fn of_edge(&self, (from, setting): &(String, String)) -> String {
        let first = |setting: &'a str| setting.split('.').next().unwrap_or_default();
        let short = setting.split('.').next().unwrap_or_default();
        let all = &self.settings[from.as_str()];
        let alike = all.iter().filter(|other| first(other) == short).count();
        match (all.len(), alike) {
            (1, _) => from.clone(),
            (_, 1) => format!("{from} {short}"),
            _ => format!("{from} {setting}"),
        }
    }
}

type EdgeStates = BTreeMap<(String, String), EdgeState>;

/// A component whose only client has another setting now (another protocol) is the same client.
fn matched(before: EdgeStates, mut after: EdgeStates) -> (EdgeStates, EdgeStates) {
    let only = |states: &EdgeStates, from: &str| {
        let mut own = states.keys().filter(|(other, _)| other == from);
        own.next().filter(|_| own.next().is_none()).cloned()
    };
    let moved: Vec<_> = before
        .keys()
        .filter(|id| !after.contains_key(id))
        .filter_map(|id| Some((only(&before, &id.0)?, only(&after, &id.0)?)))
        .collect();
    for (old, new) in moved {
        if let Some(state) = after.remove(&new) {
            after.insert(old, state);
        }
    }
    (before, after)
}

/// The component that a program's file belongs to.
fn component(judged: Judged<'_>, program: usize) -> String {
    let path = &judged.topology.programs[program].file;
    let file = judged.desired.files.iter().find(|((_, at), _)| at == path).map(|(_, file)| file);
    file.map_or_else(|| path.to_string(), |file| file.component.to_string())
}

fn trusts(client: &Client) -> Option<String> {
    match &client.tls.trust {
        Trust::File(file) if client.tls.enabled => Some(file.path.to_string()),
        _ => None,
    }
}

/// Two lists side by side.
fn pairs<T: PartialEq + Clone>(
    before: &BTreeMap<String, (KeyPath, T)>,
    after: &BTreeMap<String, (KeyPath, T)>,
) -> Vec<Differing<T>> {
    let names: BTreeSet<_> = before.keys().chain(after.keys()).cloned().collect();
    let pair = |name: String| {
        let (old, new) = (before.get(&name), after.get(&name));
        let (key, _) = new.or(old)?;
        let of = |one: Option<&(KeyPath, T)>| one.map(|(_, state)| state.clone());
        Some(Differing { key: key.clone(), before: of(old), after: of(new), name })
    };
    names.into_iter().filter_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::EdgeNames;

    #[test]
    fn no_two_edges_have_one_name() {
        let id = |from: &str, setting: &str| (from.to_owned(), setting.to_owned());
        let all = [
            id("app.shop", "OTEL_EXPORTER_OTLP_ENDPOINT"),
            id("collector.main", "exporters.otlp_grpc/tempo"),
            id("collector.main", "exporters.otlp_http/loki"),
            id("collector.main", "extensions.jaeger"),
            id("tempo", "querier.frontend_worker.grpc_client_config"),
            id("tempo", "ingester_client.grpc_client_config"),
        ];
        let names = EdgeNames::of(all.iter());
        let named: Vec<String> = all.iter().map(|id| names.of_edge(id)).collect();
        assert_eq!(
            named,
            [
                "app.shop",
                "collector.main exporters.otlp_grpc/tempo",
                "collector.main exporters.otlp_http/loki",
                "collector.main extensions",
                "tempo querier",
                "tempo ingester_client",
            ]
        );
    }
}

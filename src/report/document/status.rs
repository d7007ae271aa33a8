//! What runs of a stack, as programs read it.

use crate::check::ConditionState;
use crate::model::names::TargetPath;
use crate::report::edge_word::serialized;
use crate::report::review::EdgeView;
use crate::report::status::{
    ComponentStatus, DesiredStatus, HostStatus, ListenerStatus, Picture, PlaceStatus, RunStatus, UnitStatus,
};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// Version of this document. The minor number only ever adds.
const FORMAT_VERSION: &str = "2.0";

/// What was seen of a stack.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct StatusDocument {
    /// Version of this document; the minor number only ever adds.
    format_version: &'static str,
    /// The stack.
    pub stack: String,
    /// The directory of a trial; none on a host.
    pub trial: Option<String>,
    /// What was seen of the host beside its services; none of a trial.
    pub host: Option<HostReport>,
    /// Whether everything that was applied is there, is what runs, and is ready.
    pub well: bool,
    /// Who dials whom.
    pub edges: Vec<StatusEdge>,
    /// Tempo and the collectors.
    pub components: Vec<ComponentReport>,
}

/// An edge as its client has it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct StatusEdge {
    /// The client: `app.shop`.
    pub from: String,
    /// The component it leads to.
    pub to: Option<String>,
    /// Host and port.
    pub dials: String,
    /// Whether it dials TLS.
    pub tls: bool,
    /// `ok`, `broken` or `not known`.
    #[serde(serialize_with = "serialized")]
    #[schemars(with = "String")]
    pub state: ConditionState,
}

/// What was seen of a host beside its services.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct HostReport {
    /// The newest generation; none before the first apply.
    pub generation: Option<u64>,
    /// Which verb kept it, by whom, when.
    pub author: Option<String>,
    /// A run that is under way.
    pub at_work: Option<String>,
    /// A run that was killed and is still to be recovered.
    pub killed: Option<String>,
    /// Paths that are not as the newest generation left them.
    pub drift: Vec<StatusDrift>,
    /// How many changes `stack.toml` asks for; none where it has faults.
    pub pending_changes: Option<usize>,
    /// Whether `stack.toml` cannot be applied as it is.
    pub stack_has_faults: bool,
    /// Whether others have parts of the stack, which are not looked at.
    pub part: bool,
}

/// A path that is not as the newest generation left it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct StatusDrift {
    /// The path.
    pub path: String,
    /// How it differs.
    pub how: String,
}

/// What was seen of one engine.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ComponentReport {
    /// What it is called in the stack.
    pub name: String,
    /// What its binary says of itself, where that is known.
    pub release: Option<String>,
    /// What is wrong with its binary.
    pub release_fault: Option<String>,
    /// The version that the stack names.
    pub version: String,
    /// Its process, where that is known and runs.
    pub pid: Option<u32>,
    /// Its service; none of a trial.
    pub unit: Option<UnitReport>,
    /// Whether it is ready; none where it was not asked.
    pub ready: Option<bool>,
    /// Why it was not asked.
    pub not_asked: Option<String>,
    /// Why it is not ready.
    pub not_ready: Option<String>,
    /// Its listeners.
    pub listeners: Vec<ListenerReport>,
    /// Its counters by name; none where they cannot be read.
    pub counters: Option<BTreeMap<String, f64>>,
}

/// What was seen of a service.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct UnitReport {
    /// `otelcol.service of pde`.
    pub name: String,
    /// `running`, `failed (exit-code)`, `masked`.
    pub state: String,
    /// Since when its process runs: RFC 3339, UTC.
    pub since: Option<String>,
    /// The id of its run.
    pub run: Option<String>,
    /// How often its manager started it anew by itself in this run.
    pub restarts: u32,
    /// Whether it was started after the newest generation was kept.
    pub started_since: bool,
    /// What it runs on and was changed after it was started.
    pub outdated: Vec<String>,
    /// Files of others that define it too.
    pub others: Vec<String>,
}

/// One listener, as it is wanted and as it is.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ListenerReport {
    /// `receive.grpc`.
    pub name: String,
    /// Where it shall listen.
    pub address: String,
    /// Whether it serves TLS.
    pub tls: bool,
    /// The socket that is open there; none where none is, or where nobody could look.
    pub open: Option<String>,
    /// Who has it, where that is not the component itself.
    pub holder: Option<String>,
}

impl StatusDocument {
    /// Of what was seen.
    pub fn of(picture: &Picture) -> Self {
        let (trial, host) = match &picture.place {
            PlaceStatus::Trial(directory) => (Some(directory.clone()), None),
            PlaceStatus::Host(status) => (None, Some(host(status))),
        };
        Self {
            format_version: FORMAT_VERSION,
            stack: picture.stack.clone(),
            trial,
            host,
            well: picture.is_well(),
            edges: picture.edges.iter().filter_map(edge).collect(),
            components: picture.components.iter().map(component).collect(),
        }
    }
}

fn edge(edge: &EdgeView) -> Option<StatusEdge> {
    let end = edge.after.as_ref()?;
    Some(StatusEdge {
        from: edge.from.clone(),
        to: end.to.clone(),
        dials: end.dials.clone(),
        tls: end.tls,
        state: end.state,
    })
}

fn host(host: &HostStatus) -> HostReport {
    let run =
        |wanted| host.run.as_ref().filter(|(status, _)| *status == wanted).map(|(_, what)| what.clone());
    let (pending_changes, stack_has_faults) = match host.desired {
        DesiredStatus::Changes(number) => (Some(number), false),
        DesiredStatus::Faulty => (None, true),
    };
    let drift = host.drift.iter();
    HostReport {
        generation: host.generation.as_ref().map(|(number, _)| number.0),
        author: host.generation.as_ref().map(|(_, author)| author.clone()),
        at_work: run(RunStatus::AtWork),
        killed: run(RunStatus::Killed),
        drift: drift.map(|(path, how)| StatusDrift { path: path.to_string(), how: how.clone() }).collect(),
        pending_changes,
        stack_has_faults,
        part: host.part,
    }
}

fn component(component: &ComponentStatus) -> ComponentReport {
    let counters = component.counters.as_ref();
    ComponentReport {
        name: component.name.clone(),
        release: component.release.clone(),
        release_fault: component.release_fault.clone(),
        version: component.version.clone(),
        pid: component.pid,
        unit: component.unit.as_ref().map(unit),
        ready: component.not_asked.is_none().then_some(component.not_ready.is_none()),
        not_asked: component.not_asked.clone(),
        not_ready: component.not_ready.clone(),
        listeners: component.listeners.iter().map(listener).collect(),
        counters: counters
            .map(|counters| counters.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect()),
    }
}

fn unit(unit: &UnitStatus) -> UnitReport {
    let paths = |paths: &[TargetPath]| paths.iter().map(ToString::to_string).collect();
    UnitReport {
        name: unit.name.clone(),
        state: unit.state.clone(),
        since: unit.since.clone(),
        run: unit.run.clone(),
        restarts: unit.restarts,
        started_since: unit.started_since,
        outdated: paths(&unit.outdated),
        others: paths(&unit.others),
    }
}

fn listener(listener: &ListenerStatus) -> ListenerReport {
    ListenerReport {
        name: listener.name.clone(),
        address: listener.desired.to_string(),
        tls: listener.tls,
        open: listener.real.map(|real| real.to_string()),
        holder: listener.holder.clone(),
    }
}

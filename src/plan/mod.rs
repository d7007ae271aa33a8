//! What would change on a host, as a value: a function of what is wanted, what stands there and what
//! the last apply left, compared path by path.
//!
//! Reads no file, no clock and no environment; `command/` shows a plan, `apply` carries it out. The
//! same plan compares a stack with a host and a generation with a host, so a rollback is an apply.

mod between;
mod certificates;
mod circumstances;
mod compare;
mod entry;
mod goal;
mod identity;
mod inside;
mod machine;
mod meaning;
mod others;
mod services;
mod steps;

pub use between::between;
pub use circumstances::Circumstances;

use crate::model::desired::Digest;
use crate::model::ground::Ground;
use crate::model::names::{HostName, Scope, StackName, TargetPath, UserName};
use crate::model::observed::Observed;
use crate::model::prior::{Baseline, GenerationNumber, PathKind, Prior, PriorPath};
use crate::model::units::UnitId;
pub use certificates::ToIssue;
pub use entry::{Action, CertificateAfter, Change, ChangeRefusal, ContentChange, Needs};
pub use goal::{DesiredBlock, DesiredContent, DesiredHost, DesiredPath, DesiredPathFile, DesiredSource};
pub use identity::{PlanDigest, Seen};
pub use machine::{confirm, holders};
pub use others::{OthersKind, OthersPart, OthersRequest, OthersState, OthersThing};
pub use services::{PlannedService, ServiceChange};
use std::collections::{BTreeMap, BTreeSet};
pub use steps::{Author, Steps, steps};

/// What would change on one host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The stack.
    pub stack: StackName,
    /// The host.
    pub host: HostName,
    /// Where the goal comes from.
    pub source: DesiredSource,
    /// The generation that is there; 0 before the first apply.
    pub generation: GenerationNumber,
    /// The number that this plan's generation gets.
    next_generation: GenerationNumber,
    /// Every path that changes, by path.
    pub entries: Vec<Change>,
    /// Every unit on the changed files, in start order.
    pub services: Vec<PlannedService>,
    /// What apply must issue.
    pub to_issue: ToIssue,
    /// The directory that gets a new CA, certificate and key; none where its key is dropped after the run.
    pub new_ca_in: Option<String>,
    /// Users whose services must be let run without a login.
    pub to_linger: Vec<UserName>,
    /// What of the stack others carry out; nothing of it is a change of this plan.
    pub others: OthersPart,
    ground: Ground,
    text: Option<Digest>,
    ran_before: BTreeSet<UnitId>,
    unit_files: Vec<(TargetPath, Scope)>,
    next: BTreeMap<TargetPath, PriorPath>,
    units: Vec<crate::model::desired::DesiredUnit>,
    baselines: BTreeMap<TargetPath, Baseline>,
    keepsakes: BTreeMap<(TargetPath, Digest), Vec<u8>>,
}

/// Compares a goal with a host. `remembered` must be what the goal was made with.
pub fn plan(goal: &DesiredHost<'_>, observed: &Observed, prior: &Prior, around: &Circumstances) -> Plan {
    let decisions = certificates::decide(goal, observed, prior, around);
    let to_issue = decisions.to_issue.clone();
    let compared = compare::compare(goal, observed, prior, decisions);
    let services = services::services(goal, &compared.entries, (observed, prior));
    Plan {
        to_linger: services::to_linger(goal, observed),
        others: OthersPart::default(),
        new_ca_in: None,
        ground: goal.ground.clone(),
        text: None,
        ran_before: services::ran_before(goal, observed, prior),
        unit_files: services::unit_files(goal, prior),
        stack: goal.stack.clone(),
        host: goal.host.clone(),
        source: goal.source.clone(),
        generation: prior.generation(),
        next_generation: GenerationNumber(prior.generation().0.saturating_add(1)),
        entries: compared.entries,
        services,
        to_issue,
        next: compared.next,
        units: goal.units.to_vec(),
        baselines: compared.baselines,
        keepsakes: compared.keepsakes,
    }
}

impl Plan {
    /// Whether it is known that nothing is left to do: no change, and nothing of others that differs or was
    /// not looked at.
    pub fn is_settled(&self) -> bool {
        self.is_empty() && self.others.is_settled()
    }

    /// Whether nothing changes that is the planner's own.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
            && self.to_linger.is_empty()
            && !self.services.iter().any(PlannedService::is_acted_on)
    }

    /// The ground that it was made for.
    pub fn ground(&self) -> &Ground {
        &self.ground
    }

    /// Has the next generation keep the text of its `stack.toml`, so that what it describes can be
    /// proven again after going back to it.
    pub fn keep_text(&mut self, text: &[u8]) {
        let digest = Digest::of(text);
        self.text = Some(digest);
        // A path of nobody's: whoever runs the tool keeps it.
        self.keepsakes.insert((TargetPath::new("/"), digest), text.to_vec());
    }

    /// Entries that cannot happen.
    pub fn refused(&self) -> impl Iterator<Item = (&Change, &ChangeRefusal)> {
        self.entries.iter().filter_map(|entry| match &entry.needs {
            Needs::Refused(refusal) => Some((entry, refusal)),
            _ => None,
        })
    }

    /// Entries that overwrite what somebody else changed.
    pub fn drifted(&self) -> impl Iterator<Item = &Change> {
        self.entries.iter().filter(|entry| matches!(entry.needs, Needs::AcceptDrift { .. }))
    }

    /// Entries that take over a file that is not ours.
    pub fn adopted(&self) -> impl Iterator<Item = &Change> {
        self.entries.iter().filter(|entry| entry.needs == Needs::Adopt)
    }

    /// How many paths are added, changed and destroyed; a replacement counts as both an addition and
    /// a destruction. Directories do not count: they come and go with what is in them.
    pub fn counts(&self) -> (usize, usize, usize) {
        let count = |of: &[Action]| {
            let told = self.entries.iter().filter(|entry| entry.subject != PathKind::Directory);
            told.filter(|entry| of.contains(&entry.action)).count()
        };
        (
            count(&[Action::Create, Action::Replace]),
            count(&[Action::Update]),
            count(&[Action::Delete, Action::Replace]),
        )
    }

    /// The number that this plan's generation gets.
    pub fn next_generation(&self) -> GenerationNumber {
        self.next_generation
    }
}

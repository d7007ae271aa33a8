//! Rules over a [`Topology`]: which edges hold, and what is wrong with those that do not.
//!
//! A rule sees nothing but the topology and a moment in time, so the same rules judge what was
//! rendered, what is on a host and what somebody wrote by hand. Every edge is matched once, and each of
//! its conditions is judged by itself (`edge`); exactly one rule speaks of each that is broken. A rule that
//! is not sure says nothing: what could not be decided is listed by name in [`CheckReport::not_checked`].
//! Called by the `check`, `plan` and `apply` verbs.

mod advice;
mod bind;
mod certificates;
mod compose;

mod edge;
mod environment;
mod excerpt;
mod facts;
mod file_faults;
mod half_tls;
mod internal;
mod keys;
mod leaf;
mod loops;
mod meeting;
mod names;
mod ports;
mod protocol;
mod published;
mod sandbox;
mod shown;
mod table;
mod terms;
mod tls;
mod unchecked;
mod unit_configs;
mod unread;

pub use edge::{Condition, ConditionKind, ConditionState, Edge};
pub use shown::shown_texts;
pub use table::{RULES, Rule};
pub use unchecked::NotChecked;

use crate::diagnostic::{Code, Finding, Findings, MOST, Place, SourceName};
use crate::model::dataflow::Topology;
use facts::Facts;
use std::collections::HashMap;
use std::time::SystemTime;

/// What the rules say of a topology.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// The edges that were judged, in the order of their clients. A client whose peer could not be
    /// decided stands in `not_checked` instead.
    pub edges: Vec<Edge>,
    /// What is wrong, sorted by position.
    pub findings: Findings,
    /// What could not be decided, sorted; reasons are constant texts.
    pub not_checked: Vec<NotChecked>,
}

/// Judges a topology as of `now`, which only the dates of certificates depend on.
pub fn check(topology: &Topology, now: SystemTime) -> CheckReport {
    let facts = Facts::new(topology, now);
    let mut findings = Findings::new();
    for rule in RULES {
        rule.judge(&facts, &mut findings);
    }
    let mut findings = together(findings);
    without_edits_inside(topology, &mut findings);
    excerpt::soften(topology, &mut findings);
    excerpt::soften_beside(topology, &mut findings);
    findings.sort();
    CheckReport { edges: edge::shown(&facts), findings, not_checked: unchecked::collect(&facts) }
}

/// A configuration that stands inside of another file has no keys that could be set from outside.
fn without_edits_inside(topology: &Topology, findings: &mut Findings) {
    let embedded: Vec<&SourceName> = topology
        .programs
        .iter()
        .filter(|program| program.file.as_str().contains('#'))
        .filter_map(|program| topology.sources.get(&program.file))
        .collect();
    findings.for_each(|finding| {
        for help in &mut finding.help {
            if help.edits.iter().any(|edit| embedded.contains(&&edit.file)) {
                help.edits.clear();
            }
        }
    });
}

/// What findings that may be one have in common: code, title, and where the first place begins.
type Alike = (Code, String, Option<(SourceName, usize)>);

/// Makes one finding of several with the same code, title and place: a listener with three clients
/// that all break for its sake is one mistake.
fn together(findings: Findings) -> Findings {
    let mut merged: Vec<Finding> = Vec::new();
    let mut places: HashMap<Alike, Vec<usize>> = HashMap::new();
    for finding in findings {
        let at = finding.at.as_ref().and_then(|label| match &label.place {
            Place::Text(mark) => Some((mark.source.clone(), mark.span.start)),
            Place::Stack(..) => None,
        });
        let alike = places.entry((finding.code, finding.title.clone(), at)).or_default();
        match alike.iter().find(|index| merged[**index].at == finding.at) {
            Some(index) => add_to(&mut merged[*index], finding),
            None => {
                alike.push(merged.len());
                merged.push(finding);
            }
        }
    }
    merged.into_iter().collect()
}

/// Puts what another finding of the same fault says into one, each thing once and [`MOST`] of them.
fn add_to(known: &mut Finding, other: Finding) {
    for label in other.also {
        if known.also.len() < MOST && !known.also.contains(&label) {
            known.also.push(label);
        }
    }
    for help in other.help {
        if known.help.len() < MOST && !known.help.contains(&help) {
            known.help.push(help);
        }
    }
}

#[cfg(test)]
mod tests;

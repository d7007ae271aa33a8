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
mod shown;
mod table;
mod tls;
mod unchecked;

pub use edge::{Condition, ConditionKind, ConditionState, Edge};
pub use shown::shown_texts;
pub use table::{RULES, Rule};
pub use unchecked::NotChecked;

use crate::diagnostic::{Finding, Findings};
use crate::model::dataflow::Topology;
use facts::Facts;
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
    excerpt::soften(topology, &mut findings);
    findings.sort();
    CheckReport { edges: edge::shown(&facts), findings, not_checked: unchecked::collect(&facts) }
}

/// Makes one finding of several with the same code, title and place: a listener with three clients
/// that all break for its sake is one mistake.
fn together(findings: Findings) -> Findings {
    let mut merged: Vec<Finding> = Vec::new();
    for finding in findings {
        let same = merged.iter_mut().find(|known| {
            (known.code, &known.title, &known.at) == (finding.code, &finding.title, &finding.at)
        });
        match same {
            Some(known) => {
                known.also.extend(finding.also);
                known.help.extend(
                    finding.help.into_iter().filter(|help| !known.help.contains(help)).collect::<Vec<_>>(),
                );
            }
            None => merged.push(finding),
        }
    }
    for finding in &mut merged {
        let mut seen = Vec::new();
        finding.also.retain(|label| {
            let new = !seen.contains(label);
            if new {
                seen.push(label.clone());
            }
            new
        });
    }
    merged.into_iter().collect()
}

#[cfg(test)]
mod tests;

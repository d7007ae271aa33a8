//! What a plan was made from and comes to, part by part: of two plans it can then be said what moved.
//!
//! Beside the digest of the plan, which binds all of it, each part is known by a few digits: enough to name the
//! one that is another, and too few to tell what stands there.

use crate::model::desired::Desired;
use crate::model::names::TargetPath;
use crate::plan::{Plan, Seen};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The parts of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PlanParts {
    /// The generation that is there.
    generation: u64,
    /// What that was made from.
    made_from: String,
    /// What the stack wants at each path.
    wanted: BTreeMap<TargetPath, String>,
    /// What stands at each path.
    seen: BTreeMap<TargetPath, String>,
    /// Whether each unit runs.
    runs: BTreeMap<String, bool>,
    /// What happens to each path and unit.
    changes: BTreeMap<String, String>,
}

impl PlanParts {
    /// The parts of a plan that leads to what a stack wants.
    pub(super) fn of(plan: &Plan, seen: &Seen, desired: &Desired) -> Self {
        let wanted = desired.file_digests().filter(|((host, _), _)| *host == plan.host);
        let paths =
            plan.entries.iter().map(|change| (change.path.to_string(), change.action.symbol().to_owned()));
        let units = plan.services.iter().filter(|service| service.is_acted_on());
        let units = units.filter_map(|service| {
            Some((service.id()?.to_string(), format!("{:?}", service.change).to_lowercase()))
        });
        let lingers = plan.to_linger.iter().map(|user| (format!("services of {user}"), "linger".to_owned()));
        Self {
            generation: plan.generation.0,
            made_from: seen.made_from.clone(),
            wanted: wanted.map(|((_, path), digest)| (path.clone(), digest.few())).collect(),
            seen: seen.paths.clone(),
            runs: seen.runs.clone(),
            changes: paths.chain(units).chain(lingers).collect(),
        }
    }

    /// What of another plan of the same stack is not as it was here, in words: first what was applied
    /// meanwhile, then the stack, then the host, then what follows from the time alone.
    pub(super) fn moved(&self, now: &Self) -> Vec<String> {
        let mut moved = Vec::new();
        let applied = (self.generation, &self.made_from) != (now.generation, &now.made_from);
        if applied {
            moved.push(match (self.generation, now.generation) {
                (then, now) if then != now => format!("generation {then} was there then, {now} is now"),
                (then, _) => format!("generation {then} is not the one that was there then"),
            });
        }
        moved.extend(differing(&self.wanted, &now.wanted).map(|(path, before, after)| {
            match (before, after) {
                (Some(_), None) => format!("{path}: the stack does not ask for it any more"),
                (None, _) => format!("{path}: the stack asks for it now"),
                _ => format!("{path}: the stack asks for something else there"),
            }
        }));
        // A path that only one of the two looked at tells of the stack, not of the host; what an apply changed
        // meanwhile is that apply.
        let seen = differing(&self.seen, &now.seen).filter(|_| !applied);
        let seen = seen.filter_map(|(path, before, after)| Some((path, before?, after?)));
        moved.extend(seen.map(|(path, before, after)| match (before.as_str(), after.as_str()) {
            ("absent", _) => format!("{path}: nothing stood there then"),
            (_, "absent") => format!("{path}: it is gone"),
            _ => format!("{path}: something else stands there"),
        }));
        moved.extend(differing(&self.runs, &now.runs).filter(|_| !applied).map(
            |(unit, before, after)| match (before, after) {
                (_, Some(true)) => format!("{unit}: it runs now"),
                (Some(true), _) => format!("{unit}: it does not run any more"),
                (Some(false), _) => format!("{unit}: it is not looked at any more"),
                (None, _) => format!("{unit}: it is looked at now, and does not run"),
            },
        ));
        if moved.is_empty() {
            moved.extend(differing(&self.changes, &now.changes).map(|(name, before, after)| {
                let word = |one: Option<&String>| one.map_or("nothing", String::as_str).to_owned();
                format!("{name}: `{}` was planned, `{}` is now", word(before), word(after))
            }));
        }
        moved
    }
}

/// The keys whose values differ, with both values.
fn differing<'a, K: Ord, V: PartialEq>(
    before: &'a BTreeMap<K, V>,
    after: &'a BTreeMap<K, V>,
) -> impl Iterator<Item = (&'a K, Option<&'a V>, Option<&'a V>)> {
    let keys: BTreeSet<&K> = before.keys().chain(after.keys()).collect();
    let both = keys.into_iter().map(move |key| (key, before.get(key), after.get(key)));
    both.filter(|(_, before, after)| before != after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map<V>(of: impl IntoIterator<Item = (&'static str, V)>) -> BTreeMap<String, V> {
        of.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }

    fn parts() -> PlanParts {
        PlanParts {
            generation: 3,
            made_from: "sha256:1".to_owned(),
            wanted: BTreeMap::from([(TargetPath::new("/etc/a"), "11111111".to_owned())]),
            seen: BTreeMap::from([(TargetPath::new("/etc/a"), "file 0644 22222222".to_owned())]),
            runs: map([("tempo.service", true)]),
            changes: map([("/etc/a", "~".to_owned())]),
        }
    }

    /// What is said of a plan of which this is another one.
    fn said(change: impl FnOnce(&mut PlanParts)) -> Vec<String> {
        let mut now = parts();
        change(&mut now);
        parts().moved(&now)
    }

    #[test]
    fn what_moved_is_named() {
        let path = || TargetPath::new("/etc/a");
        assert_eq!(said(|_| ()), Vec::<String>::new());
        assert_eq!(said(|now| now.generation = 4), ["generation 3 was there then, 4 is now"]);
        assert_eq!(
            said(|now| now.made_from = "sha256:2".to_owned()),
            ["generation 3 is not the one that was there then"]
        );
        assert_eq!(
            said(|now| drop(now.wanted.insert(path(), "33333333".to_owned()))),
            ["/etc/a: the stack asks for something else there"]
        );
        assert_eq!(said(|now| now.wanted.clear()), ["/etc/a: the stack does not ask for it any more"]);
        assert_eq!(
            said(|now| drop(now.seen.insert(path(), "file 0600 22222222".to_owned()))),
            ["/etc/a: something else stands there"]
        );
        assert_eq!(said(|now| drop(now.seen.insert(path(), "absent".to_owned()))), ["/etc/a: it is gone"]);
        assert_eq!(
            said(|now| now.runs = map([("tempo.service", false)])),
            ["tempo.service: it does not run any more"]
        );
        assert_eq!(
            said(|now| now.runs.extend([("otelcol.service".to_owned(), false)])),
            ["otelcol.service: it is looked at now, and does not run"]
        );
        assert_eq!(said(|now| now.runs.clear()), ["tempo.service: it does not run any more"]);
        assert_eq!(
            said(|now| drop(now.changes.insert("/etc/a.crt".to_owned(), "-/+".to_owned()))),
            ["/etc/a.crt: `nothing` was planned, `-/+` is now"]
        );
    }
}

//! The digest of a plan: bound to what was wanted, seen and remembered when it was made.

use super::goal::{DesiredHost, DesiredPath, DesiredSource};
use crate::model::block::Split;
use crate::model::desired::{Canonical, Digest};
use crate::model::names::TargetPath;
use crate::model::observed::{Identity, Observed, PathState};
use crate::model::prior::Prior;
use std::collections::BTreeMap;
use std::fmt;

/// The digest of a plan, shown as `sha256:…`.
///
/// Covers where the goal comes from, what stands at every path of the goal (of a file that only a block
/// is ours of, that block), whether each unit runs, and the manifest of the newest generation. Not the clock, the user, or owners
/// of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlanDigest(pub Digest);

impl fmt::Display for PlanDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.0)
    }
}

/// What was seen of a host and remembered of it when a plan was made: what its digest binds, part by part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// What the generation that is there was made from.
    pub made_from: String,
    /// What stands at each path of the goal, in a word and a few digits.
    pub paths: BTreeMap<TargetPath, String>,
    /// Whether each unit runs.
    pub runs: BTreeMap<String, bool>,
}

impl PlanDigest {
    /// The digest of the plan that these make, and what of the host it binds.
    pub fn of(goal: &DesiredHost<'_>, observed: &Observed, prior: &Prior) -> (Self, Seen) {
        let made_from = prior.newest.as_ref().map_or("", |newest| newest.digest.as_str());
        let mut seen = Seen { made_from: made_from.to_owned(), ..Seen::default() };
        let mut form = Canonical::default();
        form.field("tracewright plan 1");
        form.field(goal.stack.as_str());
        form.field(goal.host.as_str());
        match &goal.source {
            DesiredSource::Stack(digest) => form.field(digest),
            DesiredSource::Generation(number, digest) => {
                form.number(number.0);
                form.field(digest);
            }
        }
        form.number(prior.generation().0);
        form.field(made_from);
        for (path, wanted) in &goal.wanted {
            form.field(path.as_str());
            let markers = match wanted {
                DesiredPath::Block(block) => Some(&*block.markers),
                DesiredPath::Unmarked { markers } => Some(*markers),
                _ => None,
            };
            let standing = match (observed.standing(path), markers) {
                (PathState::File(file), Some(markers)) => match Split::of(&file.bytes, markers) {
                    Ok(split) => {
                        form.field("block");
                        let mut block = Canonical::default();
                        for line in split.lines().into_iter().flatten() {
                            form.field(line);
                            block.field(line);
                        }
                        format!("block {}", block.finish().few())
                    }
                    Err(fault) => {
                        form.field(fault.to_string());
                        fault.to_string()
                    }
                },
                (standing, _) => identity(&mut form, &standing.identity()),
            };
            seen.paths.insert(path.clone(), standing);
        }
        for (id, unit) in observed.machine.iter().flat_map(|machine| &machine.units) {
            form.field(id.to_string());
            form.number(u64::from(unit.run.is_running()));
            seen.runs.insert(id.to_string(), unit.run.is_running());
        }
        (Self(form.finish()), seen)
    }
}

/// Adds what stands at a path, and says it in a word and a few digits.
fn identity(form: &mut Canonical, identity: &Identity) -> String {
    match identity {
        Identity::Absent => {
            form.field("absent");
            "absent".to_owned()
        }
        Identity::Directory => {
            form.field("folder");
            "directory".to_owned()
        }
        Identity::File { digest, mode } => {
            form.field("file");
            form.field(digest.to_string());
            form.number(u64::from(mode.0));
            format!("file {mode} {}", digest.few())
        }
        Identity::Link { to } => {
            form.field("link");
            form.field(to);
            format!("link {}", Digest::of(to.as_bytes()).few())
        }
        Identity::Other { what } => {
            form.field("other");
            form.field(what);
            (*what).clone()
        }
    }
}

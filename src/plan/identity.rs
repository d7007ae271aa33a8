//! The digest of a plan: bound to what was wanted, seen and remembered when it was made.

use super::goal::{DesiredHost, DesiredPath, DesiredSource};
use crate::model::block::Split;
use crate::model::desired::{Canonical, Digest};
use crate::model::observed::{Identity, Observed, PathState};
use crate::model::prior::Prior;
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

impl PlanDigest {
    /// The digest of the plan that these make.
    pub fn of(goal: &DesiredHost<'_>, observed: &Observed, prior: &Prior) -> Self {
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
        form.field(prior.newest.as_ref().map_or("", |newest| newest.digest.as_str()));
        for (path, wanted) in &goal.wanted {
            form.field(path.as_str());
            let markers = match wanted {
                DesiredPath::Block(block) => Some(&*block.markers),
                DesiredPath::Unmarked { markers } => Some(*markers),
                _ => None,
            };
            match (observed.standing(path), markers) {
                (PathState::File(file), Some(markers)) => match Split::of(&file.bytes, markers) {
                    Ok(split) => {
                        form.field("block");
                        split.lines().into_iter().flatten().for_each(|line| form.field(line));
                    }
                    Err(fault) => form.field(fault.to_string()),
                },
                (standing, _) => identity(&mut form, &standing.identity()),
            }
        }
        for (id, unit) in observed.machine.iter().flat_map(|machine| &machine.units) {
            form.field(id.to_string());
            form.number(u64::from(unit.run.is_running()));
        }
        Self(form.finish())
    }
}

fn identity(form: &mut Canonical, identity: &Identity) {
    match identity {
        Identity::Absent => form.field("absent"),
        Identity::Directory => form.field("folder"),
        Identity::File { digest, mode } => {
            form.field("file");
            form.field(digest.to_string());
            form.number(u64::from(mode.0));
        }
        Identity::Link { to } => {
            form.field("link");
            form.field(to);
        }
        Identity::Other { what } => {
            form.field("other");
            form.field(what);
        }
    }
}

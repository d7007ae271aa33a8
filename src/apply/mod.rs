//! A plan carried out as a transaction: all of it, or none of it, also when the machine dies in between.
//!
//! The order is: journal, stage everything beside its destination, swap path by path, keep. A generation
//! is kept by the rename that gives its manifest its name; before that rename everything is taken back,
//! after it everything is finished. What was done is never believed from a record: each step is found
//! again in the world, before, after, or changed by somebody else.
//!
//! Reads and writes only through [`crate::host::Host`]; the clock and the user are handed in.
//! Called by `command/`.

mod directory;
mod finish;
mod forget;
mod history;
mod journal;
mod judges;
mod prover;
mod ready;
mod recover;
mod restage;
mod reverse;
mod session;
mod state;
mod survey;
mod transaction;
mod validator;
mod word;

pub use forget::{is_absent, remembers_nothing};
pub use history::{Generation, history, users};
pub use judges::Judges;
pub use prover::{NoProver, Proof, Prover};
pub use recover::{Fate, Killed, Recovered, at_work, pending, recover};
pub use session::{ApplySession, Consent, apply};
pub use survey::{DesiredState, Survey, SurveyRequest, doubts, survey};
pub use transaction::{Outcome, Swapped, TakenBackCause, Transaction, Validated};
pub use validator::{NoValidator, Validator};
pub use word::Doubt;

use crate::diagnostic::Findings;
use crate::host::{Holder, HostError};
use crate::model::names::{TargetPath, UserName};
use crate::model::prior::GenerationNumber;
use crate::pki::PkiError;
use crate::plan::{Author, PlanDigest};

/// Why a transaction did not begin, or could not be judged. Unless it says otherwise, nothing was
/// changed, or everything was taken back.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The machine refused.
    #[error(transparent)]
    Host(#[from] HostError),
    /// No certificate could be issued.
    #[error(transparent)]
    Pki(#[from] PkiError),
    /// A file of the state cannot be understood.
    #[error("cannot read the state: {path}: {what}")]
    State {
        /// Which one.
        path: TargetPath,
        /// What is wrong with it.
        what: String,
    },
    /// The state was written by a newer version.
    #[error("the state at {path} was written by a newer version; tracewright {reads} or later reads it")]
    NewerState {
        /// Which file.
        path: TargetPath,
        /// The least version that reads it.
        reads: String,
    },
    /// There is no such generation.
    #[error("there is no generation {number} to go back to")]
    NoGeneration {
        /// Its number.
        number: GenerationNumber,
        /// Those that are kept.
        kept: Vec<GenerationNumber>,
    },
    /// Nothing was ever applied.
    #[error("nothing was applied yet, so there is nothing to go back to")]
    NothingApplied,
    /// Another run is at it.
    #[error("another run holds the lock{}", held_by(.0.as_ref()))]
    Locked(Option<Holder>),
    /// Somebody holds the lock of a user's part, which that user can do for ever.
    #[error("another run holds the lock of {user}'s part{}", held_by(.by.as_ref()))]
    LockedPart {
        /// Whose part it is.
        user: UserName,
        /// Who says to hold it.
        by: Option<Holder>,
    },
    /// The host changed between the approval and the lock.
    #[error("the plan is stale: {approved} was approved, the host now gives {now}")]
    Stale {
        /// What was approved.
        approved: PlanDigest,
        /// What it would be now.
        now: PlanDigest,
    },
    /// Paths that cannot be changed.
    #[error("refused: {}", join(.0))]
    Refused(Vec<String>),
    /// Drift that nobody accepted.
    #[error("changed by somebody else since the last apply: {}", paths(.0))]
    Drift(Vec<TargetPath>),
    /// Files in the way that nobody adopted.
    #[error("not ours, and in the way: {}", paths(.0))]
    NotAdopted(Vec<TargetPath>),
    /// Not enough room.
    #[error("not enough free space: {needed} bytes are needed, {free} are free")]
    NoSpace {
        /// What the transaction writes, with a margin.
        needed: u64,
        /// What is there.
        free: u64,
    },
    /// A name that the transaction needs is taken.
    #[error("{0} is in the way: it has a name that only this tool uses, but no journal knows it")]
    Leftover(TargetPath),
    /// What was staged was judged, and refused.
    #[error("what was staged is refused")]
    Invalid(Findings),
    /// Root's own run is not over.
    #[error("{} by root was killed half way, and it changed files of yours too", .0.verb)]
    RootsRun(Author),
    /// A generation is kept, and not everything that it made needless could be cleared away.
    #[error("not everything could be cleared away: {0}")]
    Unfinished(String),
    /// An earlier run was killed, and not everything could be taken back.
    #[error("an earlier run could not be taken back: {}", join(.0))]
    Incomplete(Vec<String>),
}

fn held_by(holder: Option<&Holder>) -> String {
    holder.map_or(String::new(), |holder| {
        format!(": {} by {}, process {}, since {}", holder.verb, holder.user, holder.pid, holder.time)
    })
}

fn paths(paths: &[TargetPath]) -> String {
    paths.iter().map(TargetPath::as_str).collect::<Vec<_>>().join(", ")
}

fn join(texts: &[String]) -> String {
    texts.join("; ")
}

//! What is asked and answered, and how it becomes a frame: contents of files go as raw bytes behind the
//! words, in the order in which the words name them.

use super::super::{CommandLine, Holder, HostError, Person};
use super::frame::ScopeFrame;
use crate::model::names::{HostName, Mode, TargetPath};
use crate::model::observed::{Ids, Inventory, Observed, ObservedDirectory, ObservedFile, PathState};
use crate::model::step::Step;
use crate::model::units::Machine;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io::{Error, ErrorKind, Result};
use std::time::Duration;

/// How many bytes the names of one directory may take as they are written.
const MOST_NAMES: usize = 3 * 1024 * 1024;

/// What root asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case")]
pub(super) enum ScopeMessage {
    /// Become this user. The first one, and only that.
    Become { person: Person, host: HostName },
    /// Look.
    Observe { inventory: Inventory },
    /// Carry out a step; the bytes of the frame are its content.
    Perform { step: Step },
    /// Run a program.
    Run { command: CommandLine, deadline: Duration },
    /// How much can still be written.
    FreeSpace,
    /// Take the lock of a state directory, for as long as the child lives.
    Lock { state: TargetPath, holder: Holder },
}

impl ScopeMessage {
    pub(super) fn frame(&self) -> Result<ScopeFrame> {
        let bytes = match self {
            Self::Perform { step } => content(&mut step.clone()).map(std::mem::take),
            _ => None,
        };
        Ok(ScopeFrame { words: serde_json::to_vec(self)?, bytes: bytes.unwrap_or_default() })
    }

    pub(super) fn of(frame: ScopeFrame) -> Result<Self> {
        let mut request = serde_json::from_slice(&frame.words)?;
        if let Self::Perform { step } = &mut request
            && let Some(bytes) = content(step)
        {
            *bytes = frame.bytes;
        }
        Ok(request)
    }
}

/// What a step writes.
fn content(step: &mut Step) -> Option<&mut Vec<u8>> {
    match step {
        Step::Stage { bytes, .. } | Step::Keep { bytes, .. } | Step::Append { bytes, .. } => Some(bytes),
        _ => None,
    }
}

/// What the child answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub(super) enum Reply {
    /// It is done.
    Done,
    /// What was seen; the bytes of the frame are the contents of the files.
    Observed { at: Vec<(TargetPath, SeenPath)>, machine: Option<Machine> },
    /// How a program ended; the bytes of the frame are its output, standard error behind the first so
    /// many.
    Ran { code: Option<i32>, stdout: usize },
    /// So many bytes can still be written.
    Space { bytes: u64 },
    /// Somebody else holds the lock.
    Held { by: Option<Holder> },
    /// What stands at a path is not what the step expects.
    Changed { path: TargetPath },
    /// The unit of a step did not get to where the step wanted it.
    Unit { what: String },
    /// It failed, in words, with the system's number of the error.
    Failed { what: String, errno: Option<i32> },
}

/// What stands at a path, without the contents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(super) enum SeenPath {
    Absent,
    File { length: usize, mode: Mode, ids: Ids, links: u64 },
    Directory { mode: Mode, ids: Ids, entries: Option<BTreeSet<String>> },
    Link { to: String },
    Other { what: String },
}

impl Reply {
    /// The reply that tells of a fault.
    pub(super) fn fault(fault: &HostError) -> Self {
        match fault {
            HostError::Changed { path } => Self::Changed { path: path.clone() },
            HostError::Unit { what, .. } => Self::Unit { what: what.clone() },
            HostError::Io { cause, .. } => {
                Self::Failed { what: fault.to_string(), errno: cause.raw_os_error() }
            }
            _ => Self::Failed { what: fault.to_string(), errno: None },
        }
    }

    pub(super) fn frame(&self, bytes: Vec<u8>) -> Result<ScopeFrame> {
        Ok(ScopeFrame { words: serde_json::to_vec(self)?, bytes })
    }

    pub(super) fn of(words: &[u8]) -> Result<Self> {
        parse(words)
    }
}

fn parse<T: DeserializeOwned>(words: &[u8]) -> Result<T> {
    serde_json::from_slice(words).map_err(|_| Error::new(ErrorKind::InvalidData, "is no answer"))
}

/// What was seen, and the contents of the files in the same order.
pub(super) fn seen(observed: Observed) -> (Reply, Vec<u8>) {
    let mut contents = Vec::new();
    let mut see = |standing| match standing {
        PathState::Absent => SeenPath::Absent,
        PathState::File(ObservedFile { bytes, mode, ids, links }) => {
            let length = bytes.len();
            contents.extend(bytes);
            SeenPath::File { length, mode, ids, links }
        }
        PathState::Directory(ObservedDirectory { mode, ids, entries }) => {
            SeenPath::Directory { mode, ids, entries: entries.map(told) }
        }
        PathState::Link { to } => SeenPath::Link { to },
        PathState::Other(what) => SeenPath::Other { what: what.to_owned() },
    };
    let at = observed.at.into_iter().map(|(path, standing)| (path, see(standing))).collect();
    (Reply::Observed { at, machine: observed.machine }, contents)
}

/// As many names of a directory as one answer has room for: whoever writes there could go on for ever.
fn told(names: BTreeSet<String>) -> BTreeSet<String> {
    let mut room = MOST_NAMES;
    let fits = |name: &String| {
        let length = serde_json::to_string(name).map_or(MOST_NAMES, |text| text.len() + 1);
        room.checked_sub(length).map(|left| room = left).is_some()
    };
    names.into_iter().take_while(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn step(kind: u8, bytes: Vec<u8>) -> Step {
        let path = TargetPath::new("/home/person/file");
        match kind {
            0 => Step::Stage { staged: path, bytes, mode: Mode(0o640), ids: None, like: None },
            1 => Step::Keep { path, bytes },
            2 => Step::Append { path, bytes },
            _ => Step::Discard { path },
        }
    }

    proptest! {
        #[test]
        fn a_step_arrives_with_its_content(kind in 0_u8..4, bytes: Vec<u8>) {
            let request = ScopeMessage::Perform { step: step(kind, bytes.clone()) };
            let frame = request.frame().unwrap();
            prop_assert_eq!(&frame.bytes, if kind < 3 { &bytes } else { &Vec::new() });
            let shown = String::from_utf8(frame.words.clone()).unwrap();
            prop_assert!(!shown.contains("bytes"), "contents are no words: {}", shown);
            prop_assert_eq!(ScopeMessage::of(frame).unwrap(), request);
        }

        #[test]
        fn names_are_told_as_far_as_they_fit(name in "[\\x00-\\x7f]{0,100}", count in 0_u32..20_000) {
            let names: BTreeSet<_> = (0..count).map(|number| format!("{number:05}{name}")).collect();
            let few = told(names.clone());
            prop_assert!(names.iter().zip(&few).all(|(all, some)| all == some));
            let frame = Reply::Observed {
                at: vec![(TargetPath::new("/x"), SeenPath::Directory { mode: Mode(0), ids: Ids { uid: 0, gid: 0 }, entries: Some(few) })],
                machine: None,
            };
            prop_assert!(frame.frame(Vec::new()).unwrap().write(&mut Vec::new()).is_ok());
        }

        #[test]
        fn no_words_make_it_panic(words: Vec<u8>, bytes: Vec<u8>) {
            let _any = Reply::of(&words);
            let _any = ScopeMessage::of(ScopeFrame { words, bytes });
        }
    }
}

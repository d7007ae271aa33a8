//! The journal of a running transaction: append-only, one line a record, with length and checksum.
//!
//! `LENGTH CHECKSUM JSON`, both in hexadecimal: the length of the JSON text in bytes and the first eight
//! digits of its SHA-256. Each record is durable before the step it announces. A last line that is
//! torn counts as absent; a broken line before others is a fault of the state. Holds no bytes of files.

use super::directory::{VERSION, decode, encode};
use super::{ApplyError, state::StackState};
use crate::host::{Host, HostError, Process};
use crate::model::desired::Digest;
use crate::model::observed::{Observed, PathState};
use crate::model::prior::GenerationNumber;
use crate::model::step::Step;
use crate::plan::Author;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// What a transaction is going to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Begin {
    /// The generation that it makes.
    pub(super) generation: GenerationNumber,
    /// Who, when, which verb.
    pub(super) author: Author,
    /// The process that does it: as long as it is there, nobody was killed, whoever has the lock.
    #[serde(default)]
    pub(super) process: Option<Process>,
    /// All steps in order; the manifest's own naming is not among them.
    pub(super) steps: Vec<Step>,
}

#[derive(Serialize, Deserialize)]
struct Doing {
    /// Index into the steps.
    doing: usize,
}

/// A journal as it was read.
#[derive(Debug)]
pub(super) struct ApplyJournal {
    pub(super) begin: Begin,
    /// How many steps were announced, and so may have been done.
    pub(super) announced: usize,
}

/// The record that begins a journal.
pub(super) fn begin(target: &mut dyn Host, state: &StackState, begin: &Begin) -> Result<(), HostError> {
    append(target, state, &encode(begin))
}

/// Announces a step.
pub(super) fn announce(target: &mut dyn Host, state: &StackState, step: usize) -> Result<(), HostError> {
    let record = serde_json::to_vec(&Doing { doing: step }).expect("a number is plain data");
    append(target, state, &record)
}

fn append(target: &mut dyn Host, state: &StackState, json: &[u8]) -> Result<(), HostError> {
    let checksum = checksum(json);
    let mut line = format!("{:08x} {checksum} ", json.len()).into_bytes();
    line.extend_from_slice(json);
    line.push(b'\n');
    target.perform(&Step::Append { path: state.journal(), bytes: line })
}

/// The journal of a run that did not end, of what a look at it has shown; `None` where there is none,
/// `Some(None)` where the run did not get to its first step.
pub(super) fn seen(
    observed: &Observed,
    state: &StackState,
) -> Result<Option<Option<ApplyJournal>>, ApplyError> {
    let path = state.journal();
    let bytes = match observed.standing(&path) {
        PathState::Absent => return Ok(None),
        PathState::File(file) => &file.bytes,
        other => return Err(ApplyError::State { path, what: format!("{other} stands there") }),
    };
    let mut records = Vec::new();
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n').peekable();
    while let Some(line) = lines.next() {
        match unframed(line) {
            Some(json) => records.push(json),
            None if lines.peek().is_none() => {}
            None => {
                let what = format!("record {} is damaged (version {VERSION})", records.len() + 1);
                return Err(ApplyError::State { path, what });
            }
        }
    }
    let Some((first, rest)) = records.split_first() else { return Ok(Some(None)) };
    let begin: Begin = decode(&path, first)?;
    let mut announced = 0;
    for json in rest {
        let Doing { doing } = serde_json::from_slice(json)
            .map_err(|cause| ApplyError::State { path: path.clone(), what: cause.to_string() })?;
        announced = announced.max(doing.saturating_add(1));
    }
    let announced = announced.min(begin.steps.len());
    Ok(Some(Some(ApplyJournal { begin, announced })))
}

/// The JSON of a whole line.
fn unframed(line: &[u8]) -> Option<&[u8]> {
    let line = line.strip_suffix(b"\n")?;
    let (length, rest) = (line.get(..8)?, line.get(9..)?);
    let (sum, json) = (rest.get(..8)?, rest.get(9..)?);
    let length = usize::from_str_radix(std::str::from_utf8(length).ok()?, 16).ok()?;
    (json.len() == length && checksum(json).as_bytes() == sum).then_some(json)
}

fn checksum(json: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    write!(text, "{}", Digest::of(json)).expect("writing to a string does not fail");
    text.truncate(8);
    text
}

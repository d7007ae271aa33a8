//! Numbered spans: many sent at a given rate, and exactly which of them did not come back.
//!
//! Spans travel in traces of [`PER_TRACE`], each read back as a whole, so what is kept in memory is
//! one answer and the numbers still missing.

use super::TraceProver;
use super::attempt::{AttemptFailure, POLL, READ, RESEND, now, send_until};
use super::route::Endpoint;
use super::send::{Sent, TraceSender};
use super::tempo::{Api, By, Read};
use super::trace::{ProofRun, ReadTrace};
use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};

/// Spans of one trace, and at most in one request.
const PER_TRACE: u32 = 100;
/// Requests a second, where a rate is asked for.
const TICKS: u32 = 10;

/// How many spans to send, and how fast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbered {
    /// How many, numbered from 0.
    pub count: u32,
    /// Spans a second; as fast as the listener accepts them, where none is given.
    pub rate: Option<u32>,
}

/// What became of numbered spans.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many the listener accepted.
    pub accepted: u32,
    /// How many came back.
    pub returned: u32,
    /// How long sending took.
    pub sending: Duration,
    /// How long all of it took.
    pub whole: Duration,
}

/// Sends all of them and reads them back; the last of them by the prover's deadline after it was
/// sent. With the trouble, where not all came back.
pub(super) async fn count(
    prover: &TraceProver<'_>,
    endpoint: &Endpoint,
    run: &ProofRun,
    numbered: Numbered,
) -> (Tally, Option<AttemptFailure>) {
    let mut counting = Counting {
        run,
        api: Api::new(prover.reader),
        pending: VecDeque::new(),
        tally: Tally::default(),
        last: Read::Trace(ReadTrace::default()),
    };
    let start = Instant::now();
    let refused = counting.send(prover, endpoint, numbered).await;
    counting.tally.sending = start.elapsed();
    let end = Instant::now() + prover.within;
    while !counting.pending.is_empty() && Instant::now() < end {
        counting.read_round().await;
    }
    counting.tally.whole = start.elapsed();
    counting.finish(refused)
}

struct Counting<'c> {
    run: &'c ProofRun,
    api: Api<'c>,
    /// First numbers of the traces that are not whole yet, with what of them is missing.
    pending: VecDeque<(u32, Vec<u32>)>,
    tally: Tally,
    /// The last read that showed nothing, for the cause.
    last: Read,
}

impl Counting<'_> {
    /// Sends all spans, reading while it waits for the next moment to send. Gives the refusal that
    /// ended it, if one did.
    async fn send(
        &mut self,
        prover: &TraceProver<'_>,
        endpoint: &Endpoint,
        numbered: Numbered,
    ) -> Option<Sent> {
        let mut sender = TraceSender::new(&endpoint.dial);
        let step = numbered.rate.map_or(PER_TRACE, |rate| (rate / TICKS).clamp(1, PER_TRACE));
        let pause = numbered.rate.map(|rate| Duration::from_secs(1) * step / rate.max(1));
        let mut tick = Instant::now();
        while self.tally.accepted < numbered.count {
            let first = self.tally.accepted;
            let whole = whole_trace(first, numbered.count);
            let part = first..whole.end.min(first + step);
            let trace = self.run.trace(whole.clone());
            let end = Instant::now() + prover.within;
            let mut sent = send_until(&mut sender, end, || trace.encode(part.clone(), now())).await;
            // A listener that took spans before and is gone now is being restarted: exporters wait for that.
            while first > 0 && matches!(sent, Sent::Failed(_)) && Instant::now() + RESEND < end {
                sleep(RESEND).await;
                sent = send_until(&mut sender, end, || trace.encode(part.clone(), now())).await;
            }
            if !matches!(sent, Sent::Accepted) {
                // Of its trace, what was accepted before is still asked for.
                self.await_trace(whole.start..first);
                return Some(sent);
            }
            self.tally.accepted = part.end;
            if part.end == whole.end {
                self.await_trace(whole);
            }
            if let Some(pause) = pause {
                tick += pause;
                self.wait(tick).await;
            }
        }
        None
    }

    fn await_trace(&mut self, numbers: Range<u32>) {
        if !numbers.is_empty() {
            self.pending.push_back((numbers.start, numbers.collect()));
        }
    }

    /// Waits for the moment, reading one trace meanwhile.
    async fn wait(&mut self, tick: Instant) {
        if tick > Instant::now() {
            self.read_next().await;
        }
        sleep_until(tick).await;
    }

    /// Reads each trace that is not whole once, and pauses if none became so.
    async fn read_round(&mut self) {
        let before = self.pending.len();
        for _ in 0..before {
            self.read_next().await;
        }
        if self.pending.len() == before {
            sleep(POLL).await;
        }
    }

    async fn read_next(&mut self) {
        let Some((start, missing)) = self.pending.pop_front() else { return };
        let trace = self.run.trace(whole_trace(start, self.tally.accepted));
        match self.api.trace(By::Querier, &trace.hex(), READ).await {
            Read::Trace(found) if !found.is_empty() => {
                let missing = trace.missing(&trace.judge(&found));
                if !missing.is_empty() {
                    self.pending.push_back((start, missing));
                }
            }
            other => {
                self.last = other;
                self.pending.push_back((start, missing));
            }
        }
    }

    fn finish(mut self, refused: Option<Sent>) -> (Tally, Option<AttemptFailure>) {
        let mut missing: Vec<u32> = self.pending.into_iter().flat_map(|(_, missing)| missing).collect();
        missing.sort_unstable();
        let lost = u32::try_from(missing.len()).unwrap_or(u32::MAX);
        self.tally.returned = self.tally.accepted - lost;
        let trouble = match refused {
            Some(sent) => Some(AttemptFailure::NotSent(sent)),
            None if missing.is_empty() => None,
            None if self.tally.returned == 0 => Some(AttemptFailure::NotRead(self.last)),
            None => Some(AttemptFailure::Incomplete(missing)),
        };
        (self.tally, trouble)
    }
}

/// The numbers of the trace that holds this one, of so many in all.
fn whole_trace(number: u32, count: u32) -> Range<u32> {
    let start = number - number % PER_TRACE;
    start..(start + PER_TRACE).min(count)
}

//! Numbered items: many sent at a given rate, and exactly which of them did not come back.
//!
//! They travel in groups of [`PER_GROUP`] (spans in traces, points in series), each read back as a whole, so what is kept in memory is
//! one answer and the numbers still missing.

use super::attempt::{AttemptFailure, POLL, READ, RESEND, now, send_until};
use super::items::{ProofRun, SeenItems};
use super::payload;
use super::route::{SignalWay, Store};
use super::send::{ItemSender, Sent};
use super::store::{Api, By, Read};
use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};

/// Items of one group, and at most in one request.
const PER_GROUP: u32 = 100;
/// Requests a second, where a rate is asked for.
const TICKS: u32 = 10;

/// How many items to send of each signal, and how fast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbered {
    /// How many, numbered from 0.
    pub count: u32,
    /// Items a second; as fast as the listener accepts them, where none is given.
    pub rate: Option<u32>,
}

/// What became of numbered items.
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

/// Sends all of them and reads them back; the last of them by the deadline after it was sent. With the trouble,
/// where not all came back.
pub(super) async fn count(
    way: &SignalWay,
    run: &ProofRun,
    numbered: Numbered,
    within: Duration,
) -> (Tally, Option<AttemptFailure>) {
    let mut counting = Counting {
        run,
        store: way.endpoint.store,
        within,
        api: Api::new(&way.reader),
        pending: VecDeque::new(),
        tally: Tally::default(),
        last: Read::Items(SeenItems::default()),
    };
    let start = Instant::now();
    let refused = counting.send(way, numbered).await;
    counting.tally.sending = start.elapsed();
    let end = Instant::now() + within;
    while !counting.pending.is_empty() && Instant::now() < end {
        counting.read_round().await;
    }
    counting.tally.whole = start.elapsed();
    counting.finish(refused)
}

struct Counting<'c> {
    run: &'c ProofRun,
    store: Store,
    within: Duration,
    api: Api<'c>,
    /// First numbers of the groups that are not whole yet, with what of them is missing.
    pending: VecDeque<(u32, Vec<u32>)>,
    tally: Tally,
    /// The last read that showed nothing, for the cause.
    last: Read,
}

impl Counting<'_> {
    /// Sends all items, reading while it waits for the next moment to send. Gives the refusal that
    /// ended it, if one did.
    async fn send(&mut self, way: &SignalWay, numbered: Numbered) -> Option<Sent> {
        let mut sender = ItemSender::new(self.store, &way.endpoint.dial);
        let step = numbered.rate.map_or(PER_GROUP, |rate| (rate / TICKS).clamp(1, PER_GROUP));
        let pause = numbered.rate.map(|rate| Duration::from_secs(1) * step / rate.max(1));
        let mut tick = Instant::now();
        while self.tally.accepted < numbered.count {
            let first = self.tally.accepted;
            let whole = whole_group(first, numbered.count);
            let part = first..whole.end.min(first + step);
            let items = self.run.items(self.store, whole.clone());
            let end = Instant::now() + self.within;
            let mut sent =
                send_until(&mut sender, end, || payload::encode(&items, part.clone(), now())).await;
            // A listener that took some before and is gone now is being restarted: exporters wait for that.
            while first > 0 && matches!(sent, Sent::Failed(_)) && Instant::now() + RESEND < end {
                sleep(RESEND).await;
                sent = send_until(&mut sender, end, || payload::encode(&items, part.clone(), now())).await;
            }
            if !matches!(sent, Sent::Accepted) {
                // Of its group, what was accepted before is still asked for.
                self.await_group(whole.start..first);
                return Some(sent);
            }
            self.tally.accepted = part.end;
            if part.end == whole.end {
                self.await_group(whole);
            }
            if let Some(pause) = pause {
                tick += pause;
                self.wait(tick).await;
            }
        }
        None
    }

    fn await_group(&mut self, numbers: Range<u32>) {
        if !numbers.is_empty() {
            self.pending.push_back((numbers.start, numbers.collect()));
        }
    }

    /// Waits for the moment, reading one group meanwhile.
    async fn wait(&mut self, tick: Instant) {
        if tick > Instant::now() {
            self.read_next().await;
        }
        sleep_until(tick).await;
    }

    /// Reads each group that is not whole once, and pauses if none became so.
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
        let items = self.run.items(self.store, whole_group(start, self.tally.accepted));
        match self.api.items(By::Id, &items, READ).await {
            Read::Items(seen) if !seen.is_empty() => {
                let missing = items.missing(&seen);
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

/// The numbers of the group that holds this one, of so many in all.
fn whole_group(number: u32, count: u32) -> Range<u32> {
    let start = number - number % PER_GROUP;
    start..(start + PER_GROUP).min(count)
}

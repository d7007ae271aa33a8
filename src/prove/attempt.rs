//! One proof: send, read back until it is whole, read once more as Grafana does.
//!
//! Says what happened and judges no cause; that is `diagnose`'s part.

use super::dial::DialFault;
use super::exchange::ExchangeFault;
use super::items::{ProofItems, ProofRun};
use super::payload;
use super::route::{SignalWay, Store};
use super::send::{ItemSender, Sent};
use super::store::{Api, By, Read};
use std::time::{Duration, SystemTime};
use tokio::time::{Instant, sleep};

/// How many items a proof sends of a signal: a trace is a root and two children.
fn few(store: Store) -> u32 {
    match store {
        Store::Tempo => 3,
        Store::Prometheus | Store::Loki => 1,
    }
}

/// The pause between two reads. With it a proof ends at most this later than it could.
pub(super) const POLL: Duration = Duration::from_millis(25);
/// The pause between two tries to send what the peer asks to be sent again.
pub(super) const RESEND: Duration = Duration::from_millis(250);
/// How long one read may take.
pub(super) const READ: Duration = Duration::from_secs(2);
/// How long the read that Grafana would do may take.
const LAST_READ: Duration = Duration::from_secs(5);

/// How long the parts of a successful proof took, each from the moment it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timings {
    /// Until the listener had accepted it.
    pub accepted: Duration,
    /// Until all of it could be read by its id.
    pub readable: Duration,
    /// Until a trace was read again as Grafana reads: the whole proof.
    pub whole: Duration,
}

/// What went wrong.
#[derive(Debug)]
pub(super) enum AttemptFailure {
    /// The listener did not take it.
    NotSent(Sent),
    /// The listener took it; by the deadline nothing of it had come back. The last read is given.
    NotRead(Read),
    /// The items of these numbers did not come back, and others did.
    Incomplete(Vec<u32>),
    /// It came back changed.
    Altered(String),
    /// It came back by the querier's listener and not as Grafana reads.
    NotReadByFrontend(Read),
}

/// Sends a few items through the listener and reads them back, by a deadline counted from now.
pub(super) async fn attempt(
    way: &SignalWay,
    run: &ProofRun,
    within: Duration,
) -> Result<Timings, AttemptFailure> {
    let SignalWay { endpoint, reader } = way;
    let store = endpoint.store;
    let items = run.items(store, 0..few(store));
    let start = Instant::now();
    let end = start + within;
    let mut sender = ItemSender::new(store, &endpoint.dial);
    let sent = send_until(&mut sender, end, || payload::encode(&items, items.numbers.clone(), now())).await;
    if !matches!(sent, Sent::Accepted) {
        return Err(AttemptFailure::NotSent(sent));
    }
    let accepted = start.elapsed();
    let mut api = Api::new(reader);
    read_until(&mut api, &items, end).await?;
    let readable = start.elapsed();
    if store != Store::Tempo {
        return Ok(Timings { accepted, readable, whole: readable });
    }
    match judge(api.items(By::Frontend, &items, LAST_READ).await, &items) {
        Ok(()) => Ok(Timings { accepted, readable, whole: start.elapsed() }),
        Err(AttemptFailure::NotRead(read)) => Err(AttemptFailure::NotReadByFrontend(read)),
        Err(trouble) => Err(trouble),
    }
}

/// Sends until it is accepted, or refused for good, or the end has come.
pub(super) async fn send_until(
    sender: &mut ItemSender<'_>,
    end: Instant,
    message: impl Fn() -> Vec<u8>,
) -> Sent {
    loop {
        let sent = sender.send(message()).await;
        if !may_be_sent_again(&sent) || Instant::now() + RESEND >= end {
            return sent;
        }
        sleep(RESEND).await;
    }
}

/// Refusals that OTLP calls retryable. A tenant that is missing also reads `UNAVAILABLE`.
fn may_be_sent_again(sent: &Sent) -> bool {
    const UNAVAILABLE: u16 = 14;
    match sent {
        Sent::Rejected(rejection) => {
            matches!(rejection.code, UNAVAILABLE | 429 | 502 | 503 | 504)
                && !rejection.message.contains("no org id")
        }
        _ => false,
    }
}

/// Reads until all of it is there; what kept it from being so by the end, otherwise.
async fn read_until(api: &mut Api<'_>, items: &ProofItems<'_>, end: Instant) -> Result<(), AttemptFailure> {
    loop {
        let judged = judge(api.items(By::Id, items, READ).await, items);
        match judged {
            Err(trouble) if Instant::now() + POLL < end && may_heal(&trouble) => sleep(POLL).await,
            judged => return judged,
        }
    }
}

/// Whether waiting can change it: not where the store refuses the reader, or the API is something else.
fn may_heal(trouble: &AttemptFailure) -> bool {
    match trouble {
        AttemptFailure::Incomplete(_) => true,
        AttemptFailure::NotRead(read) => match read {
            Read::Items(_) => true,
            Read::Answered(answer) => matches!(answer.status, 404 | 429 | 500..),
            Read::Failed(ExchangeFault::Silent(_)) => true,
            Read::Failed(ExchangeFault::Dial(fault)) => {
                matches!(fault, DialFault::Refused | DialFault::Silent)
            }
            Read::Garbage(_) | Read::Failed(_) => false,
        },
        _ => false,
    }
}

fn judge(read: Read, items: &ProofItems<'_>) -> Result<(), AttemptFailure> {
    let seen = match read {
        Read::Items(seen) if !seen.is_empty() => seen,
        read => return Err(AttemptFailure::NotRead(read)),
    };
    let missing = items.missing(&seen);
    match seen.altered {
        Some(change) => Err(AttemptFailure::Altered(change)),
        None if missing.is_empty() => Ok(()),
        None => Err(AttemptFailure::Incomplete(missing)),
    }
}

#[expect(clippy::disallowed_methods, reason = "the spans of a proof carry the time at which they are sent")]
pub(super) fn now() -> SystemTime {
    SystemTime::now()
}

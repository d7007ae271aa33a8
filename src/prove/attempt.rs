//! One proof: send, read back until it is whole, read once more as Grafana does.
//!
//! Says what happened and judges no cause; that is `diagnose`'s part.

use super::dial::DialFault;
use super::exchange::ExchangeFault;
use super::route::{Door, Reader};
use super::send::{Sender, Sent};
use super::tempo::{Api, By, Read};
use super::trace::{ProofTrace, Run, Seen};
use std::time::{Duration, SystemTime};
use tokio::time::{Instant, sleep};

/// Spans of a proof trace: a root and two children.
const SPANS: u32 = 3;
/// The pause between two reads. With it a proof ends at most this later than it could.
const POLL: Duration = Duration::from_millis(25);
/// The pause between two tries to send what the peer asks to be sent again.
const RESEND: Duration = Duration::from_millis(250);
/// How long one read may take.
const READ: Duration = Duration::from_secs(2);
/// How long the read that Grafana would do may take.
const LAST_READ: Duration = Duration::from_secs(5);

/// How long the parts of a successful proof took, each from the moment it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timings {
    /// Until the door had accepted it.
    pub accepted: Duration,
    /// Until all of it could be read by its id.
    pub readable: Duration,
    /// Until it was read again as Grafana reads: the whole proof.
    pub whole: Duration,
}

/// What happened.
#[derive(Debug)]
pub(super) enum Happened {
    /// All of it came back.
    Proven(Timings),
    /// The door did not take it.
    NotSent(Sent),
    /// The door took it; by the deadline nothing of it had come back. The last read is given.
    NotRead(Read),
    /// Some of it came back.
    Incomplete(Vec<u32>),
    /// It came back changed.
    Altered(String),
    /// It came back by the querier's door and not as Grafana reads.
    NotReadByFrontend(Read),
}

/// Sends one trace through the door and reads it back, by a deadline counted from now.
pub(super) async fn attempt(door: &Door, reader: &Reader, run: &Run, within: Duration) -> Happened {
    let trace = run.trace(0..SPANS);
    let start = Instant::now();
    let end = start + within;
    let sent = send_until(door, &trace, end).await;
    if !matches!(sent, Sent::Accepted) {
        return Happened::NotSent(sent);
    }
    let accepted = start.elapsed();
    let mut api = Api::new(reader);
    if let Some(trouble) = read_until(&mut api, &trace, end).await {
        return trouble;
    }
    let readable = start.elapsed();
    match judge(api.trace(By::Frontend, &trace.hex(), LAST_READ).await, &trace) {
        Ok(_) => Happened::Proven(Timings { accepted, readable, whole: start.elapsed() }),
        Err(NotYet::Changed(change)) => Happened::Altered(change),
        Err(NotYet::Partly(missing)) => Happened::Incomplete(missing),
        Err(NotYet::Nothing(read)) => Happened::NotReadByFrontend(read),
    }
}

async fn send_until(door: &Door, trace: &ProofTrace<'_>, end: Instant) -> Sent {
    let mut sender = Sender::new(&door.dial);
    loop {
        let sent = sender.send(trace.encode(0..SPANS, now())).await;
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

/// Reads until the trace is whole; what kept it from being so by the end, otherwise.
async fn read_until(api: &mut Api<'_>, trace: &ProofTrace<'_>, end: Instant) -> Option<Happened> {
    let id = trace.hex();
    loop {
        let read = api.trace(By::Querier, &id, READ).await;
        let last = Instant::now() + POLL >= end || !may_heal(&read);
        match judge(read, trace) {
            Ok(_) => return None,
            Err(NotYet::Changed(change)) => return Some(Happened::Altered(change)),
            Err(NotYet::Partly(missing)) if last => return Some(Happened::Incomplete(missing)),
            Err(NotYet::Nothing(read)) if last => return Some(Happened::NotRead(read)),
            Err(_) => sleep(POLL).await,
        }
    }
}

/// Whether waiting can change the answer: not where Tempo refuses the reader, or the API is
/// something else.
fn may_heal(read: &Read) -> bool {
    match read {
        Read::Trace(_) => true,
        Read::Answered(answer) => answer.status == 404 || answer.status == 429 || answer.status >= 500,
        Read::Garbage(_) => false,
        Read::Failed(ExchangeFault::Silent(_)) => true,
        Read::Failed(ExchangeFault::Dial(fault)) => matches!(fault, DialFault::Refused | DialFault::Silent),
        Read::Failed(_) => false,
    }
}

/// Why a read is not the whole trace.
enum NotYet {
    Nothing(Read),
    Partly(Vec<u32>),
    Changed(String),
}

fn judge(read: Read, trace: &ProofTrace<'_>) -> Result<Seen, NotYet> {
    let Read::Trace(found) = read else { return Err(NotYet::Nothing(read)) };
    if found.is_empty() {
        return Err(NotYet::Nothing(Read::Trace(found)));
    }
    let mut seen = trace.judge(&found);
    let missing = trace.missing(&seen);
    match seen.altered.take() {
        Some(change) => Err(NotYet::Changed(change)),
        None if missing.is_empty() => Ok(seen),
        None => Err(NotYet::Partly(missing)),
    }
}

#[expect(clippy::disallowed_methods, reason = "the spans of a proof carry the time at which they are sent")]
pub(super) fn now() -> SystemTime {
    SystemTime::now()
}

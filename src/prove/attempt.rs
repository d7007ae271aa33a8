//! One proof: send, read back until it is whole, read once more as Grafana does.
//!
//! Says what happened and judges no cause; that is `diagnose`'s part.

use super::dial::DialFault;
use super::exchange::ExchangeFault;
use super::route::{Endpoint, TempoReader};
use super::send::{Sent, TraceSender};
use super::tempo::{Api, By, Read};
use super::trace::{ProofRun, ProofTrace};
use std::time::{Duration, SystemTime};
use tokio::time::{Instant, sleep};

/// Spans of a proof trace: a root and two children.
const SPANS: u32 = 3;
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
    /// Until it was read again as Grafana reads: the whole proof.
    pub whole: Duration,
}

/// What went wrong.
#[derive(Debug)]
pub(super) enum AttemptFailure {
    /// The listener did not take it.
    NotSent(Sent),
    /// The listener took it; by the deadline nothing of it had come back. The last read is given.
    NotRead(Read),
    /// These spans did not come back, and others did.
    Incomplete(Vec<u32>),
    /// It came back changed.
    Altered(String),
    /// It came back by the querier's listener and not as Grafana reads.
    NotReadByFrontend(Read),
}

/// Sends one trace through the listener and reads it back, by a deadline counted from now.
pub(super) async fn attempt(
    endpoint: &Endpoint,
    reader: &TempoReader,
    run: &ProofRun,
    within: Duration,
) -> Result<Timings, AttemptFailure> {
    let trace = run.trace(0..SPANS);
    let start = Instant::now();
    let end = start + within;
    let mut sender = TraceSender::new(&endpoint.dial);
    let sent = send_until(&mut sender, end, || trace.encode(0..SPANS, now())).await;
    if !matches!(sent, Sent::Accepted) {
        return Err(AttemptFailure::NotSent(sent));
    }
    let accepted = start.elapsed();
    let mut api = Api::new(reader);
    read_until(&mut api, &trace, end).await?;
    let readable = start.elapsed();
    match judge(api.trace(By::Frontend, &trace.hex(), LAST_READ).await, &trace) {
        Ok(()) => Ok(Timings { accepted, readable, whole: start.elapsed() }),
        Err(AttemptFailure::NotRead(read)) => Err(AttemptFailure::NotReadByFrontend(read)),
        Err(trouble) => Err(trouble),
    }
}

/// Sends until it is accepted, or refused for good, or the end has come.
pub(super) async fn send_until(
    sender: &mut TraceSender<'_>,
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

/// Reads until the trace is whole; what kept it from being so by the end, otherwise.
async fn read_until(api: &mut Api<'_>, trace: &ProofTrace<'_>, end: Instant) -> Result<(), AttemptFailure> {
    let id = trace.hex();
    loop {
        let judged = judge(api.trace(By::Querier, &id, READ).await, trace);
        match judged {
            Err(trouble) if Instant::now() + POLL < end && may_heal(&trouble) => sleep(POLL).await,
            judged => return judged,
        }
    }
}

/// Whether waiting can change it: not where Tempo refuses the reader, or the API is something else.
fn may_heal(trouble: &AttemptFailure) -> bool {
    match trouble {
        AttemptFailure::Incomplete(_) => true,
        AttemptFailure::NotRead(read) => match read {
            Read::Trace(_) => true,
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

fn judge(read: Read, trace: &ProofTrace<'_>) -> Result<(), AttemptFailure> {
    let Read::Trace(found) = read else { return Err(AttemptFailure::NotRead(read)) };
    if found.is_empty() {
        return Err(AttemptFailure::NotRead(Read::Trace(found)));
    }
    let seen = trace.judge(&found);
    let missing = trace.missing(&seen);
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

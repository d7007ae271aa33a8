//! Batch, queue and retry of a collector.

use super::super::{Batch, BatchPlace, Queue, QueueLength, Retry, Size, WhenFull};
use crate::diagnostic::{Code, Finding, Findings};
use crate::toml::{BatchTable, CollectorTable, KeyField, QueueTable, RetryTable};
use std::time::Duration;

/// `queue`; `None` where it is switched off.
pub(super) fn queue(queue: &QueueTable, faults: &mut Findings) -> Option<Queue> {
    if queue.requests.is_written() && queue.bytes.is_written() {
        let found =
            Finding::error(Code("one-of"), "a queue is counted in `requests` or in `bytes`, not in both");
        faults.push(found.at(queue.bytes.key(), "").also(queue.requests.key(), "").help("keep one"));
    }
    let length = match queue.bytes.get() {
        Some(bytes) => QueueLength::Bytes(Size(*bytes)),
        None => QueueLength::Requests(queue.requests.or(1000)),
    };
    let when_full = queue.when_full.or(WhenFull::Refuse);
    queue.enabled.or(true).then_some(Queue { length, when_full })
}

/// `batch`; `None` where it is switched off.
pub(super) fn batch(table: &CollectorTable, queue: Option<&Queue>, faults: &mut Findings) -> Option<Batch> {
    let batch: &BatchTable = &table.batch;
    if !batch.enabled.or(true) {
        return None;
    }
    let size = batch.size.or(2048);
    let max_size = batch.max_size.or(2 * size);
    if max_size < size {
        let found = Finding::error(
            Code("batch-size"),
            format!("a batch of {size} spans does not fit into {max_size}"),
        )
        .at(batch.max_size.value(), "")
        .help(format!("max_size = {size}"));
        faults.push(if batch.size.is_written() { found.also(batch.size.value(), "") } else { found });
    }
    let place = batch.place.or(BatchPlace::Exporter);
    if place == BatchPlace::Exporter && queue.is_none() {
        let found = Finding::error(Code("batch-without-queue"), "batching in the exporter needs the queue")
            .at(table.queue.at.key(), "");
        let found = if batch.at.is_written() { found.also(batch.at.key(), "") } else { found };
        faults.push(found.help("batch = { enabled = false }").help("or keep the queue"));
    }
    let timeout = batch.timeout.or(Duration::from_secs(1));
    Some(Batch { size, max_size, timeout, place })
}

/// `retry`; `None` where it is switched off.
pub(super) fn retry(retry: &RetryTable, faults: &mut Findings) -> Option<Retry> {
    let first = retry.first.or(Duration::from_secs(5));
    let longest = retry.longest.or(Duration::from_secs(30).max(first));
    let give_up = retry.give_up.or(Some(Duration::from_secs(300).max(longest)));
    if longest < first {
        faults.push(order(&retry.longest, &retry.first, first));
    }
    if give_up.is_some_and(|give_up| give_up < longest) {
        faults.push(order(&retry.give_up, &retry.longest, longest));
    }
    retry.enabled.or(true).then_some(Retry { first, longest, give_up })
}

/// A duration that is shorter than one that comes before it; the least that it can be mends it.
fn order<T>(late: &KeyField<T>, early: &KeyField<Duration>, least: Duration) -> Finding {
    let title = format!("`{}` is shorter than `{}`", late.name(), early.name());
    let found = Finding::error(Code("retry-order"), title).at(late.value(), "");
    let found = if early.is_written() { found.also(early.value(), "") } else { found };
    let millis = least.as_millis();
    let least =
        if millis.is_multiple_of(1000) { format!("{}s", millis / 1000) } else { format!("{millis}ms") };
    found.help(format!("{} = \"{least}\"", late.name()))
}

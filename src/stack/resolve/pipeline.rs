//! Batch, queue and retry of a collector.

use super::super::{Batch, BatchPlace, Queue, QueueLength, Retry, Size, WhenFull};
use crate::diagnostic::{Code, Finding, Findings};
use crate::toml::RawTable;
use std::time::Duration;

const PLACES: &[(&str, BatchPlace)] =
    &[("exporter", BatchPlace::Exporter), ("processor", BatchPlace::Processor)];
const WHEN_FULL: &[(&str, WhenFull)] = &[("refuse", WhenFull::Refuse), ("wait", WhenFull::Wait)];

/// `queue`; `None` where it is switched off.
pub(super) fn queue(table: &RawTable, faults: &mut Findings) -> Option<Queue> {
    let queue = table.table("queue");
    if queue.has("requests") && queue.has("bytes") {
        let found =
            Finding::error(Code("one-of"), "a queue is counted in `requests` or in `bytes`, not in both");
        faults.push(found.at(queue.key("bytes"), "").also(queue.key("requests"), "").help("keep one"));
    }
    let length = match (queue.bytes("bytes"), queue.whole("requests")) {
        (Some(bytes), _) => QueueLength::Bytes(Size(bytes)),
        (None, requests) => QueueLength::Requests(requests.map_or(1000, small)),
    };
    let when_full = queue.word("when_full", WHEN_FULL).unwrap_or(WhenFull::Refuse);
    enabled(&queue).then_some(Queue { length, when_full })
}

/// `batch`; `None` where it is switched off.
pub(super) fn batch(table: &RawTable, queue: Option<&Queue>, faults: &mut Findings) -> Option<Batch> {
    let batch = table.table("batch");
    if !enabled(&batch) {
        return None;
    }
    let size = batch.whole("size").map_or(2048, small);
    let max_size = batch.whole("max_size").map_or(2 * size, small);
    if max_size < size {
        let found = Finding::error(
            Code("batch-size"),
            format!("a batch of {size} spans does not fit into {max_size}"),
        )
        .at(batch.value("max_size"), "")
        .help(format!("max_size = {size}"));
        faults.push(if batch.has("size") { found.also(batch.value("size"), "") } else { found });
    }
    let place = batch.word("place", PLACES).unwrap_or(BatchPlace::Exporter);
    if place == BatchPlace::Exporter && queue.is_none() {
        let found = Finding::error(Code("batch-without-queue"), "batching in the exporter needs the queue")
            .at(table.key("queue"), "");
        let found = if table.has("batch") { found.also(table.key("batch"), "") } else { found };
        faults.push(found.help("batch = { enabled = false }").help("or keep the queue"));
    }
    let timeout = batch.duration("timeout").unwrap_or(Duration::from_secs(1));
    Some(Batch { size, max_size, timeout, place })
}

/// `retry`; `None` where it is switched off.
pub(super) fn retry(table: &RawTable, faults: &mut Findings) -> Option<Retry> {
    let retry = table.table("retry");
    let first = retry.duration("first").unwrap_or(Duration::from_secs(5));
    let longest = retry.duration("longest").unwrap_or(Duration::from_secs(30).max(first));
    let give_up = retry.duration_or_never("give_up").unwrap_or(Some(Duration::from_secs(300).max(longest)));
    let mut order = |late: &str, early: &str, sound: bool| {
        if !sound {
            let title = format!("`{late}` is shorter than `{early}`");
            let found = Finding::error(Code("retry-order"), title).at(retry.value(late), "");
            let found = if retry.has(early) { found.also(retry.value(early), "") } else { found };
            faults.push(found.help("retry = { first = \"5s\", longest = \"30s\", give_up = \"5m\" }"));
        }
    };
    order("longest", "first", first <= longest);
    order("give_up", "longest", give_up.is_none_or(|give_up| longest <= give_up));
    enabled(&retry).then_some(Retry { first, longest, give_up })
}

fn enabled(table: &RawTable) -> bool {
    table.flag("enabled").unwrap_or(true)
}

fn small(number: u64) -> u32 {
    u32::try_from(number).expect("bounded by the language")
}

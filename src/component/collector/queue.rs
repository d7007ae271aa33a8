//! What waits for a target, and how it is put together.

use crate::component::values::go_duration;
use crate::stack::{Batch, BatchPlace, Collector, Queue, QueueLength, Size, WhenFull};
use serde::Serialize;

/// A batch, for a template.
#[derive(Debug, Serialize)]
pub(super) struct BatchContext {
    size: u32,
    max_size: u32,
    timeout: String,
}

/// A queue, for a template.
#[derive(Debug, Serialize)]
pub(super) struct QueueContext {
    in_order: bool,
    sizer: &'static str,
    size: u64,
    block_on_overflow: bool,
    batch: Option<BatchContext>,
}

/// What a queue of requests holds where its length is written in bytes.
const DEFAULT_REQUESTS: u64 = 1000;

impl From<Batch> for BatchContext {
    fn from(batch: Batch) -> Self {
        Self { size: batch.size, max_size: batch.max_size, timeout: go_duration(batch.timeout) }
    }
}

impl QueueContext {
    /// What waits for one target.
    pub(super) fn of(collector: &Collector, in_order: bool) -> Option<Self> {
        let batch = collector.batch.filter(|batch| batch.place == BatchPlace::Exporter);
        let queue = Self::new(collector.queue?, batch.map(BatchContext::from));
        Some(Self { in_order, ..queue })
    }

    /// The same of a queue that counts requests alone.
    pub(super) fn of_requests(self) -> Self {
        let size = if self.sizer == "requests" { self.size } else { DEFAULT_REQUESTS };
        Self { sizer: "requests", size, batch: None, ..self }
    }

    fn new(queue: Queue, batch: Option<BatchContext>) -> Self {
        let (sizer, size) = match queue.length {
            QueueLength::Requests(number) => ("requests", u64::from(number)),
            QueueLength::Bytes(Size(bytes)) => ("bytes", bytes),
        };
        Self { sizer, size, block_on_overflow: queue.when_full == WhenFull::Wait, batch, in_order: false }
    }
}

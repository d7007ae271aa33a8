//! Integration tests, by topic.

mod block;
mod transaction_disk;
mod transaction_faults;
mod transaction_property;
mod transaction_support;

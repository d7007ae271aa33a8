//! Integration tests, by topic.

mod block;
mod crash;
mod transaction_certificates;
mod transaction_disk;
mod transaction_drift;
mod transaction_faults;
mod transaction_property;
mod transaction_root;
mod transaction_support;

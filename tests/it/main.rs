//! The integration tests, one module a topic; data lives in the folders beside `it`.

mod invalid;
mod readers;
//! The integration tests, one binary, a module a topic.
#![allow(clippy::disallowed_methods, reason = "the bans keep the product one way; a test stands outside of it")]

mod generator;
mod golden;
mod promise;
mod structure;
mod support;
mod wiring_truth;

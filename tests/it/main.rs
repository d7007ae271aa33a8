//! The integration tests, one module a topic; data lives in the folders beside `it`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

mod invalid;
mod language;

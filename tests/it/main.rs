//! The integration tests, one module a topic; data lives in the folders beside `it`.

mod invalid;
mod mutants;
mod readers;
mod rules;

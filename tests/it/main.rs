mod readers;
mod mutants;
mod rules;
//! The integration tests, one module a topic; data lives in the folders beside `it`.

mod invalid;

//! The integration tests, one binary, a module a topic; data lives in the directories beside `it`.
#![allow(
    clippy::disallowed_methods,
    reason = "the bans keep the product one way; a test stands outside of it"
)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]
#![allow(missing_docs, reason = "a test's name says what it shows")]
#![allow(clippy::print_stdout, reason = "a test prints its share of the closing table")]

mod block;
mod bounds;
mod clock;
mod cmd;
mod compose;
mod compose_projects;
mod concurrency;
mod crash;
mod dashboards;
mod determinism;
mod disk;
mod documents;
mod editors;
mod engines;
mod expected;
mod generator;
mod golden;
mod helps;
mod host;
mod hostile_names;
mod invalid;
mod kills;
mod language;
mod leaves;
mod machine;
mod mutant_helps;
mod mutants;
mod others;
mod pager;
mod plan_screens;
mod prove;
mod pull_request;
mod readers;
mod reference;
mod rendered;
mod replaceable;
mod rules;
mod scope;
mod secret_places;
mod secrets;
mod stack_pairs;
mod structure;
mod support;
mod terminal;
mod tool;
mod transaction_certificates;
mod transaction_disk;
mod transaction_drift;
mod transaction_faults;
mod transaction_hostile;
mod transaction_lock;
mod transaction_plan;
mod transaction_property;
mod transaction_root;
mod transaction_state;
mod transaction_support;
mod transcript;
mod trial;
mod validators_end;
mod values;
mod wiring_truth;
mod yaml;

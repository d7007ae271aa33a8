//! The prover against real engines and against a stand-in.
#![allow(clippy::disallowed_methods, reason = "tests start processes and write files")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]
#![allow(clippy::print_stdout, reason = "measured figures are for whoever runs a test with --nocapture")]

mod at_endpoint;
mod behind;
mod ca;
mod count;
mod echoes;
pub mod engines;
mod hostile;
mod inside;
mod lab;
mod real;
mod signals;
mod skew;
pub mod standin;
mod stores;
mod verb;

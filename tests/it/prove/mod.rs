//! The prover against real engines and against a stand-in.
#![allow(clippy::disallowed_methods, reason = "tests start processes and write files")]

mod at_door;
mod authority;
mod behind;
mod count;
mod engines;
mod hostile;
mod inside;
mod lab;
mod real;
mod standin;

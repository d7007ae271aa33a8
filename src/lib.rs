//! One `stack.toml` becomes a checked, planned, applied and reversible tracing stack.
//!
//! ```text
//! text -> RawStack -> Stack -> Wiring -> Desired -> Topology -> CheckReport
//!         toml        stack    wiring    render     topology    check
//!                                           |
//! host -> Observed ; state -> Prior --------+-> Plan -> Steps -> Transaction -> Outcome
//!         host       apply                      plan    plan     apply
//! ```
//!
//! One way only: a module imports what stands left of it. Everything up to and including the plan is
//! a function of bytes; `host/` and `workflow/` are the ways to the world. `diagnostic` is what
//! every stage says its faults with; `model` is the words that several stages share.
//!
//! # The files the tool touches
//! - reads `stack.toml`, and nothing beside it;
//! - writes the files of the stack, below `--root DIR` where that is given;
//! - keeps its state in `/var/lib/tracewright/STACK` (below `--root` too), and what belongs to a user in
//!   that user's `~/.local/state/tracewright/STACK`: lock, journal, one manifest a generation, and
//!   copies of what it replaced; on a host also the stack's CA;
//! - runs trials below `$TMPDIR/tracewright-UID`, which goes with the last of them.

pub mod apply;
pub mod cause;
pub mod check;
pub mod cli;
pub mod command;
pub mod component;
pub mod diagnostic;
pub mod exit;
pub mod format;
pub mod host;
pub mod model;
pub mod pki;
pub mod plan;
pub mod prove;
pub mod render;
pub mod report;
pub mod stack;
pub mod text;
pub mod toml;
pub mod topology;
pub mod trial;
pub mod validate;
pub mod wiring;
mod workflow;

//! One line of the table that `tests/run` closes with.
//!
//! Called by every test that keeps a promise of the product whose number matters: how many mutants,
//! kill points, seeds, stacks, and on which engine. `cargo test` keeps the lines to itself;
//! `tests/run` asks for them with `--show-output` and holds them against `tests/floor.txt`.

/// What a promise was shown on.
#[allow(dead_code, reason = "which ones are used depends on the engines that a test is written for")]
pub enum Shown {
    /// Without any engine: the promise concerns our own program alone.
    Here,
    /// On a real engine, named with its version (`tempo 2.10.8`, `otelcol 0.159.0`).
    Real(&'static str),
    /// On the recorded stand-in for Tempo.
    StandIn,
    /// Not at all, with the reason.
    NotRun(String),
}

/// Prints `promise: WHAT | COUNT | WHERE`; `what` is spelt as in `tests/floor.txt`.
#[expect(clippy::print_stdout, reason = "this line is what tests/run reads")]
pub fn promise(what: &str, count: usize, shown: &Shown) {
    let place = match shown {
        Shown::Here => "here".to_owned(),
        Shown::Real(engine) => format!("real {engine}"),
        Shown::StandIn => "stand-in".to_owned(),
        Shown::NotRun(reason) => format!("not run: {reason}"),
    };
    println!("promise: {what} | {count} | {place}");
}

//! Proofs as text: one line a door that is proven, the cause with its evidence otherwise.

use crate::prove::{Door, Failure, Proof};
use std::fmt::Write;
use std::time::Duration;

/// All proofs in their order.
pub fn text(proofs: &[(Door, Proof)]) -> String {
    let mut text = String::new();
    for (door, proof) in proofs {
        let written = match proof {
            Proof::Proven(timings) => writeln!(
                text,
                "proven  app.{}: {}; accepted after {}, readable after {}",
                door.name,
                way(door),
                milliseconds(timings.accepted),
                milliseconds(timings.readable)
            ),
            Proof::Failed(failure) => failed(&mut text, door, failure),
            Proof::CouldNotRun(not) => {
                writeln!(text, "not tried  app.{}: {}\n  edge: {}", door.name, not.reason, not.edge)
            }
        };
        written.expect("writing to a string does not fail");
    }
    text
}

fn failed(text: &mut String, door: &Door, failure: &Failure) -> std::fmt::Result {
    let finding = failure.finding();
    writeln!(text, "failed  app.{}: {}", door.name, way(door))?;
    writeln!(text, "error[{}]: {}\n  edge: {}", finding.code, finding.title, failure.edge)?;
    for line in &failure.evidence {
        writeln!(text, "  seen: {line}")?;
    }
    for line in &finding.help {
        writeln!(text, "  help: {line}")?;
    }
    Ok(())
}

/// `http/protobuf to http://127.0.0.1:4318/v1/traces, collector.main, tempo`.
fn way(door: &Door) -> String {
    let mut way = format!("{} to {}", door.dial.protocol, door.dial.url);
    for collector in &door.through {
        way.push_str(&format!(", collector.{}", collector.name));
    }
    way + ", tempo"
}

fn milliseconds(duration: Duration) -> String {
    format!("{} ms", duration.as_millis())
}

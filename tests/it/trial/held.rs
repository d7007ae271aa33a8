//! A trial that is held: seen, read and proven from another terminal.

use super::lab::{Lab, kill};
use crate::documents::faults;
use serde_json::Value;
use tracewright::report::document::DescribedDocument;

#[test]
fn a_held_trial_is_shown_proven_and_read() {
    let Some(lab) = Lab::with_engines("a_held_trial_is_shown_proven_and_read") else { return };
    let trial = lab.start(&["try", "stacks/internal-tls", "--hold"], "held");

    let proven = lab.run(&["prove", "stacks/internal-tls"]);
    assert_eq!(proven.code, Some(0), "{}", proven.talk);
    assert_eq!(
        proven.out,
        "proven  app.shop: http/protobuf to http://127.0.0.1:P/v1/traces, collector.main, tempo
  a trace came back whole: accepted after N ms, readable after N ms
"
    );
    let counted = lab.run(&["prove", "stacks/internal-tls", "--count", "2000", "--format", "json"]);
    assert_eq!(faults(DescribedDocument::Prove, &counted.out), Vec::<String>::new());
    let counted: Value = serde_json::from_str(&counted.out).unwrap();
    assert_eq!(counted["proofs"][0]["spans"]["returned"], 2000);
    assert_eq!(counted["proofs"][0]["result"], "proven");

    let status = lab.run(&["status", "stacks/internal-tls"]);
    assert_eq!(status.code, Some(0), "{}", status.out);
    let listeners: Vec<_> = status.out.lines().filter(|line| !line.contains("_")).collect();
    assert_eq!(
        listeners.join("\n"),
        "internal-tls: a trial in `LAB/tmp/tracewright-UID/internal-tls.P`

tempo  tempo 2.10.8, process P, ready
  receive.grpc   127.0.0.1:P        plaintext  open
  http           127.0.0.1:P        plaintext  open
  internal       127.0.0.1:P        TLS        open

collector.main  otelcol 0.159.0, process P, ready
  receive.grpc   127.0.0.1:P        plaintext  open
  receive.http   127.0.0.1:P        plaintext  open
  metrics        127.0.0.1:P        plaintext  open
  health         127.0.0.1:P        plaintext  open

Dataflow: 4 edges, 4 ok"
    );
    assert!(status.out.lines().count() <= 24, "more than one screen:\n{}", status.out);
    let json = lab.run(&["status", "stacks/internal-tls", "--format", "json"]);
    assert_eq!(faults(DescribedDocument::Status, &json.out), Vec::<String>::new());
    let json: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["components"][1]["counters"]["otelcol_exporter_sent_spans"], 2006.0);

    its_logs_are_read(&lab);

    let followed = lab.start(&["logs", "stacks/internal-tls", "--follow"], "following");
    trial.signal("INT");
    let (code, out, talk) = trial.end();
    assert_eq!(code, Some(0), "{talk}");
    let (code, lines, _) = followed.end();
    assert_eq!(code, Some(0), "{lines}");
    assert!(lines.contains("collector.main: ") && lines.contains("Starting shutdown"), "{lines}");
    let exported = out.lines().filter(|line| line.starts_with("export OTEL_")).count();
    assert_eq!(exported, 3, "{out}");
    lab.assert_nothing_left("after a hold");
    let gone = lab.run(&["logs", "stacks/internal-tls"]);
    assert_eq!(
        (gone.code, gone.talk.lines().next()),
        (Some(3), Some("error: no trial of `internal-tls` runs"))
    );
}

fn its_logs_are_read(lab: &Lab) {
    let logs = lab.run(&["logs", "stacks/internal-tls", "--component", "main"]);
    assert!(logs.out.contains("Everything is ready"), "{}", logs.out);
    let all = lab.run(&["logs", "stacks/internal-tls"]);
    assert!(all.out.lines().all(|line| line.starts_with("tempo: ") || line.starts_with("collector.main: ")));
    let none = lab.run(&["logs", "stacks/internal-tls", "--component", "other"]);
    assert_eq!(
        (none.code, none.talk.as_str()),
        (Some(3), "error: the trial runs no `other`\n  help: `tempo`, `collector.main`\n")
    );
}

/// An engine that dies ends the hold, with the reason.
#[test]
fn an_engine_that_dies_ends_the_hold() {
    let Some(lab) = Lab::with_engines("an_engine_that_dies_ends_the_hold") else { return };
    let trial = lab.start(&["try", "stacks/minimal", "--hold"], "held");
    let tempo = lab.processes().into_iter().find(|(_, line)| line.contains("-config.file")).unwrap().0;
    kill("KILL", tempo);
    let (code, _, talk) = trial.end();
    assert_eq!(code, Some(1), "{talk}");
    assert!(talk.contains("error: tempo was ended by signal 9\n"), "{talk}");
    lab.assert_nothing_left("after an engine died");
}

/// A proof of what is broken fails with its cause, and of what does not run is not tried.
#[test]
fn a_proof_says_why_it_fails() {
    let Some(lab) = Lab::with_engines("a_proof_says_why_it_fails") else { return };
    let trial = lab.start(&["try", "stacks/minimal", "--hold"], "held");
    let collector = lab.processes().into_iter().find(|(_, line)| line.contains("--config=")).unwrap().0;
    // It stays, and does nothing.
    kill("STOP", collector);
    let said = lab.run(&["prove", "stacks/minimal"]);
    kill("CONT", collector);
    assert_eq!(said.code, Some(1), "{}{}", said.talk, said.out);
    assert!(said.out.starts_with("failed  app.shop: http/protobuf to"), "{}", said.out);
    assert!(said.out.contains("\n  edge: app.shop -> collector.main.receive.http\n"), "{}", said.out);
    trial.signal("TERM");
    assert_eq!(trial.end().0, Some(0));
    lab.assert_nothing_left("after a failed proof");
}

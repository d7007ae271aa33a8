//! Numbered spans through real engines.

use super::engines::{Collector, CollectorSetup, Tempo, TempoSetup, find};
use super::lab::{Logged, OneProver, dial, endpoint, reader};
use std::process::Command;
use std::time::Duration;
use tracewright::model::dataflow::OtlpProtocol::Grpc;
use tracewright::prove::{FailureCause, Limit, Numbered};

/// A collector that sends to this Tempo.
fn forwarding(tempo: &Tempo) -> CollectorSetup {
    CollectorSetup {
        processors: "batch: {timeout: 200ms}".to_owned(),
        pipeline: "batch".to_owned(),
        exporters: format!(
            "otlp_grpc/tempo:\n  endpoint: 127.0.0.1:{}\n  tls: {{insecure: true}}",
            tempo.otlp_grpc
        ),
        sends_by: "otlp_grpc/tempo".to_owned(),
        ..CollectorSetup::default()
    }
}

/// Twenty thousand spans through both engines, in a process of its own so that its memory can be
/// told from that of other tests.
#[test]
fn twenty_thousand_come_back_in_little_memory() {
    let name = "twenty_thousand_come_back_in_little_memory";
    let Some((tempo, collector)) = find(name, "tempo-2.10.8").zip(find(name, "otelcol-0.159.0")) else {
        return;
    };
    let mut tempo = Tempo::start(&tempo, &TempoSetup::default());
    tempo.wait_ready();
    let collector = Collector::start(&collector, &forwarding(&tempo));
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "prove::count::child", "--nocapture"])
        .env("COUNT_PORTS", format!("{} {}", collector.grpc, tempo.http))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{said}");
    let peak = said.lines().find_map(|line| line.strip_prefix("peak ")).expect("the child says its peak");
    let peak: u64 = peak.trim_end_matches(" kB").trim().parse().unwrap();
    println!("20,000 spans: {said}");
    assert!(peak < 40 << 10, "{peak} kB");
}

/// What the test above starts; by itself it does nothing.
#[test]
fn child() {
    let Ok(ports) = std::env::var("COUNT_PORTS") else { return };
    let (endpoint_port, api) = ports.split_once(' ').unwrap();
    let mut reader = super::lab::nothing_to_read(0);
    reader.api = format!("http://127.0.0.1:{api}");
    let prover = OneProver { reader: &reader, logs: &Logged::default(), within: Duration::from_secs(20) };
    let endpoint = endpoint(dial(Grpc, endpoint_port.parse().unwrap(), None));
    let (tally, failure) = prover.count(&endpoint, Numbered { count: 20_000, rate: None }).unwrap();
    println!("\n{tally:?}");
    assert_eq!(failure, None);
    assert_eq!((tally.accepted, tally.returned), (20_000, 20_000));
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    println!("peak {}", status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap().trim());
}

/// Each trace is sent in two halves, and Tempo has room for one.
#[test]
fn discarded_spans_are_named() {
    for line in ["tempo-2.10.8", "tempo-3.0.3"] {
        let Some(binary) = find("discarded_spans_are_named", line) else { continue };
        let top = "overrides:\n  defaults:\n    global: {max_bytes_per_trace: 8000}\n".to_owned();
        let mut tempo = Tempo::start(&binary, &TempoSetup { top, ..TempoSetup::default() });
        tempo.wait_ready();
        let reader = reader(&tempo);
        let prover = OneProver { reader: &reader, logs: &Logged::default(), within: Duration::from_secs(2) };
        let endpoint = endpoint(dial(Grpc, tempo.otlp_grpc, None));
        let (tally, failure) = prover.count(&endpoint, Numbered { count: 250, rate: Some(500) }).unwrap();
        let failure = failure.unwrap();
        assert_eq!((tally.accepted, tally.returned), (250, 150), "{failure:?}");
        assert_eq!(failure.cause, FailureCause::Limit(Limit::TraceSize));
        assert_eq!(failure.evidence[0], "spans 50-99 and 150-199 did not come back");
    }
}

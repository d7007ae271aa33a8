//! The verb itself, on what runs at a stack's own addresses and was not begun by this tool: the
//! incident, and the same mended.

use super::engines::{CAUSES, Collector, CollectorSetup, PROOFS, Tempo, TempoSetup, find};
use super::inside::internal_tls;
use snapbox::{Data, assert_data_eq};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const COLLECTOR: &str = "otelcol-0.159.0";
/// Each line, and the clients of its own gRPC server.
const LINES: [(&str, &[&str]); 2] = [
    ("tempo-2.10.8", &["frontend_worker", "ingester_client"]),
    ("tempo-3.0.3", &["frontend_worker", "live_store_client", "backend_scheduler_client"]),
];

/// A stack at these engines' addresses.
fn stack(tempo: &Tempo, collector: &Collector, line: &str, internal_tls: bool) -> String {
    format!(
        "schema = 1\nname = \"own-addresses\"\n\n\
         [collector.main]\nversion = \"0.159\"\nbatch = {{ size = 512, timeout = \"200ms\" }}\nmetrics = {}\n\
         receive = {{ grpc = {}, http = {} }}\n\n\
         [tempo]\nversion = \"{line}\"\nhttp = {}\ninternal = {{ port = {}, tls = {internal_tls} }}\n\
         receive = {{ grpc = {} }}\n\n\
         [app.shop]\nenv_file = \"/srv/shop/.env\"\nprotocol = \"http/protobuf\"\n",
        collector.metrics, collector.grpc, collector.http, tempo.http, tempo.internal, tempo.otlp_grpc
    )
}

/// Starts both engines and gives what the verb says of them, with its exit code.
fn proven(binaries: (&Path, &Path), setup: &TempoSetup, line: &str) -> (Option<i32>, String) {
    let mended = !setup.top.is_empty();
    let mut tempo = Tempo::start(binaries.0, setup);
    if mended {
        tempo.wait_ready();
    }
    let lines = format!("endpoint: 127.0.0.1:{}\n  tls: {{insecure: true}}", tempo.otlp_grpc);
    let forwarding = CollectorSetup {
        processors: "batch: {timeout: 200ms}".to_owned(),
        pipeline: "batch".to_owned(),
        exporters: format!("otlp_grpc/tempo:\n  {lines}"),
        sends_by: "otlp_grpc/tempo".to_owned(),
        ..CollectorSetup::default()
    };
    let collector = Collector::start(binaries.1, &forwarding);
    let directory = TempDir::new().unwrap();
    std::fs::write(directory.path().join("stack.toml"), stack(&tempo, &collector, line, mended)).unwrap();
    let mut verb = Command::new(env!("CARGO_BIN_EXE_tracewright"));
    // No trial of another test is found there.
    let output = verb.arg("prove").arg(directory.path()).env("TMPDIR", directory.path()).output().unwrap();
    let mut said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    for (port, name) in [(collector.http, "COLLECTOR"), (tempo.internal, "INTERNAL"), (tempo.http, "API")] {
        said = said.replace(&format!("127.0.0.1:{port}"), name);
    }
    (output.status.code(), said)
}

#[test]
fn the_incident_is_named_by_the_verb_and_its_mending_proven() {
    let test = "the_incident_is_named_by_the_verb_and_its_mending_proven";
    for (line, clients) in LINES {
        let Some((tempo, collector)) = find(test, line).zip(find(test, COLLECTOR)) else { continue };
        let release = &line["tempo-".len()..line.len() - ".0".len()];
        let directory = TempDir::new().unwrap();
        let of = |clients| proven((&tempo, &collector), &internal_tls(directory.path(), clients), release);
        let (code, said) = of(&[]);
        println!("promise: {CAUSES} | 1 | real {}", &line["tempo-".len()..]);
        assert_eq!(code, Some(1), "{said}");
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join(format!("tests/it/prove/messages/the-incident-by-the-verb.{line}.txt"));
        assert_data_eq!(said, Data::read_from(&file, None));
        let (code, said) = of(clients);
        assert_eq!(code, Some(0), "{said}");
        assert!(said.starts_with("proven  app.shop: http/protobuf to http://COLLECTOR/v1/traces"), "{said}");
        println!("promise: {PROOFS} | 1 | real");
    }
}

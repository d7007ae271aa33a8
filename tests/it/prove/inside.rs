//! What is wrong inside of a real Tempo or at its API: the incident and its kin, tenants, limits.

use super::ca::{Ca, Leaf};
use super::engines::{Collector, CollectorSetup, Tempo, TempoSetup, find};
use super::lab::{Logged, OneProver, counted, dial, endpoint, message, reader, through};
use snapbox::{Data, assert_data_eq, file};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;
use tracewright::model::dataflow::OtlpProtocol::Grpc;
use tracewright::prove::{Endpoint, Reader, SignalProof, Tls};

const COLLECTOR: &str = "otelcol-0.159.0";
const LINES: [&str; 2] = ["tempo-2.10.8", "tempo-3.0.3"];

/// Runs a case on each Tempo that is there; the message of each has a file of its own.
fn on_each(case: &str, mut run: impl FnMut(&Path, &str) -> String) {
    for line in LINES {
        let Some(binary) = find(case, line) else { continue };
        let said = counted(run(&binary, line), &format!("real {}", &line["tempo-".len()..]));
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join(format!("tests/it/prove/messages/{case}.{line}.txt"));
        assert_data_eq!(said, Data::read_from(&file, None));
    }
}

fn names(tempo: &Tempo) -> [(u16, &'static str); 3] {
    [(tempo.otlp_grpc, "TEMPO"), (tempo.internal, "INTERNAL"), (tempo.http, "API")]
}

fn prove(tempo: &Tempo, reader: &Reader, endpoint: &Endpoint) -> SignalProof {
    let logs = Logged { collector: None, tempo: Some(&tempo.engine) };
    OneProver { reader, logs: &logs, within: Duration::from_secs(2) }.prove(endpoint)
}

/// Proves an application that sends to this Tempo itself.
fn said(tempo: &Tempo, reader: &Reader) -> String {
    message(&prove(tempo, reader, &endpoint(dial(Grpc, tempo.otlp_grpc, None))), &names(tempo))
}

/// TLS on Tempo's own gRPC server, with these clients given TLS too.
pub fn internal_tls(directory: &Path, clients: &[&str]) -> TempoSetup {
    let ours = Ca::new(directory, "ours");
    let served = ours.issue("server", &Leaf::server(&["127.0.0.1"]));
    let server = format!(
        "grpc_tls_config:\n  cert_file: {}\n  key_file: {}\n",
        served.certificate.display(),
        served.key.display()
    );
    let settings = format!("{{tls_enabled: true, tls_ca_path: {}}}", ours.certificate().display());
    let top = clients.iter().map(|client| match *client {
        "frontend_worker" => {
            format!("querier:\n  frontend_worker:\n    grpc_client_config: {settings}\n")
        }
        client => format!("{client}:\n  grpc_client_config: {settings}\n"),
    });
    TempoSetup { server, top: top.collect(), ..TempoSetup::default() }
}

#[test]
fn the_incident() {
    on_each("the-incident", |binary, _| {
        let directory = TempDir::new().unwrap();
        let tempo = Tempo::start(binary, &internal_tls(directory.path(), &[]));
        let Some(collector) = find("the_incident", COLLECTOR) else { return String::new() };
        let lines = format!("endpoint: 127.0.0.1:{}", tempo.otlp_grpc);
        let setup = CollectorSetup {
            processors: "batch: {timeout: 200ms}".to_owned(),
            pipeline: "batch".to_owned(),
            exporters: format!("otlp_grpc/tempo:\n  {lines}\n  tls: {{insecure: true}}"),
            sends_by: "otlp_grpc/tempo".to_owned(),
            ..CollectorSetup::default()
        };
        let collector = Collector::start(&collector, &setup);
        let mut through_collector = endpoint(dial(Grpc, collector.grpc, None));
        let forward = dial(Grpc, tempo.otlp_grpc, None);
        through_collector.through.push(through(&collector, Some(forward)));
        let proof = prove(&tempo, &reader(&tempo), &through_collector);
        message(&proof, &names(&tempo)) + &said(&tempo, &reader(&tempo))
    });
}

#[test]
fn the_incident_mended() {
    for line in LINES {
        let Some(binary) = find("the_incident_mended", line) else { continue };
        let clients: &[&str] = if line == LINES[0] {
            &["frontend_worker", "ingester_client"]
        } else {
            &["frontend_worker", "live_store_client", "backend_scheduler_client"]
        };
        let directory = TempDir::new().unwrap();
        let mut tempo = Tempo::start(&binary, &internal_tls(directory.path(), clients));
        tempo.wait_ready();
        assert_eq!(said(&tempo, &reader(&tempo)), "proven\n", "{}", tempo.engine.log());
    }
}

#[test]
fn only_the_frontend_worker_has_tls() {
    on_each("only-frontend-worker", |binary, _| {
        let directory = TempDir::new().unwrap();
        let mut tempo = Tempo::start(binary, &internal_tls(directory.path(), &["frontend_worker"]));
        tempo.wait_ready();
        said(&tempo, &reader(&tempo))
    });
}

#[test]
fn only_the_frontend_worker_lacks_tls() {
    on_each("frontend-worker-forgotten", |binary, line| {
        let client = if line == LINES[0] { "ingester_client" } else { "live_store_client" };
        let directory = TempDir::new().unwrap();
        let tempo = Tempo::start(binary, &internal_tls(directory.path(), &[client]));
        // Only then 2.10 says of `/ready` what keeps it.
        std::thread::sleep(Duration::from_secs(2));
        said(&tempo, &reader(&tempo))
    });
}

#[test]
fn tenants() {
    on_each("tenants", |binary, _| {
        let setup = TempoSetup { top: "multitenancy_enabled: true\n".to_owned(), ..TempoSetup::default() };
        let mut tempo = Tempo::start(binary, &setup);
        tempo.wait_ready();
        let plain = reader(&tempo);
        let of = |tenant: &str| Reader { tenant: Some(tenant.to_owned()), ..plain.clone() };
        let mut endpoint = endpoint(dial(Grpc, tempo.otlp_grpc, None));
        let mut said = message(&prove(&tempo, &of("shop"), &endpoint), &names(&tempo));
        endpoint.dial.headers.push(("X-Scope-OrgID".to_owned(), "shop".to_owned()));
        for reader in [plain.clone(), of("ops"), of("shop")] {
            said.push_str(&message(&prove(&tempo, &reader, &endpoint), &names(&tempo)));
        }
        said
    });
}

#[test]
fn limits_of_tempo() {
    on_each("limits-of-tempo", |binary, _| {
        let mut all = String::new();
        for limit in [
            "ingestion: {rate_limit_bytes: 100, burst_size_bytes: 100}",
            "global: {max_bytes_per_trace: 100}",
            "ingestion: {max_traces_per_user: 1}",
        ] {
            let top = format!("overrides:\n  defaults:\n    {limit}\n");
            let mut tempo = Tempo::start(binary, &TempoSetup { top, ..TempoSetup::default() });
            tempo.wait_ready();
            if limit.contains("traces_per_user") {
                assert_eq!(said(&tempo, &reader(&tempo)), "proven\n");
            }
            all.push_str(&said(&tempo, &reader(&tempo)));
        }
        all
    });
}

/// 3.0 lives on for half a minute when a receiver fails; 2.10 ends.
#[test]
fn tempo_half_dead() {
    let Some(binary) = find("tempo_half_dead", LINES[1]) else { return };
    let setup = TempoSetup {
        http: "tls: {cert_file: /nonexistent.crt, key_file: /nonexistent.key}".to_owned(),
        ..TempoSetup::default()
    };
    let tempo = Tempo::start_half(&binary, &setup);
    assert_data_eq!(said(&tempo, &reader(&tempo)), file!["messages/tempo-half-dead.txt"]);
}

#[test]
fn the_api_of_tempo() {
    on_each("api", |binary, _| {
        let directory = TempDir::new().unwrap();
        let ours = Ca::new(directory.path(), "ours");
        let served = ours.issue("server", &Leaf::server(&["127.0.0.1"]));
        let server = format!(
            "http_tls_config:\n  cert_file: {}\n  key_file: {}\n",
            served.certificate.display(),
            served.key.display()
        );
        let tempo = Tempo::start(binary, &TempoSetup { server, ..TempoSetup::default() });
        std::thread::sleep(Duration::from_millis(1500));
        let plain = reader(&tempo);
        let secure = |tls: Tls| Reader { api: plain.api.replace("http:", "https:"), tls, ..plain.clone() };
        let readers = [
            plain.clone(),
            secure(Tls::default()),
            secure(Tls { server_name: Some("tempo.internal".to_owned()), ..ours.trusted() }),
            Reader { api: "http://127.0.0.1:1".to_owned(), ..plain.clone() },
            secure(ours.trusted()),
        ];
        readers.iter().map(|reader| said(&tempo, reader)).collect()
    });
}

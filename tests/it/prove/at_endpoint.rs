//! What is wrong between an application and a real collector: each cause provoked, its message
//! whole.

use super::ca::{Ca, Leaf};
use super::engines::{Collector, CollectorSetup, find, find_asking, free_ports};
use super::lab::{Logged, OneProver, counted, dial, endpoint, message, nothing_to_read};
use rcgen::ExtendedKeyUsagePurpose;
use snapbox::{assert_data_eq, file};
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;
use tracewright::model::dataflow::OtlpProtocol::{Grpc, HttpProtobuf};
use tracewright::prove::{ClientCertificate, Dial, Tls};

const COLLECTOR: &str = "otelcol-0.159.0";

/// A collector whose spans go nowhere that matters.
fn setup() -> CollectorSetup {
    CollectorSetup {
        exporters: "debug: {}".to_owned(),
        sends_by: "debug".to_owned(),
        ..CollectorSetup::default()
    }
}

/// A collector that serves TLS on both listeners with this certificate.
fn tls_setup(served: &ClientCertificate, client_ca: Option<&Path>) -> CollectorSetup {
    let mut tls = format!(
        "tls:\n  cert_file: {}\n  key_file: {}\n",
        served.certificate.display(),
        served.key.display()
    );
    if let Some(ca) = client_ca {
        tls.push_str(&format!("  client_ca_file: {}\n", ca.display()));
    }
    CollectorSetup { grpc: tls.clone(), http: tls, ..setup() }
}

/// Proves listeners against a running collector and gives the messages one below the other.
fn messages(collector: &Collector, dials: Vec<Dial>) -> String {
    let [nothing] = free_ports();
    let reader = nothing_to_read(nothing);
    let names = [(collector.grpc, "GRPC"), (collector.http, "HTTP"), (nothing, "API")];
    let prover = OneProver { reader: &reader, logs: &Logged::default(), within: Duration::from_millis(500) };
    counted(
        dials.into_iter().map(|dial| message(&prover.prove(&endpoint(dial)), &names)).collect(),
        "real 0.159.0",
    )
}

#[test]
fn nobody_listens() {
    let [port, api] = free_ports();
    let reader = nothing_to_read(api);
    let prover = OneProver { reader: &reader, logs: &Logged::default(), within: Duration::from_millis(500) };
    let proofs = [dial(Grpc, port, None), dial(HttpProtobuf, port, None)]
        .map(|dial| message(&prover.prove(&endpoint(dial)), &[(port, "PORT")]));
    assert_data_eq!(proofs.concat(), file!["messages/nobody-listens.txt"]);
}

#[test]
fn protocols_mixed_up() {
    let Some(binary) = find("protocols_mixed_up", COLLECTOR) else { return };
    let collector = Collector::start(&binary, &setup());
    let mut path = dial(HttpProtobuf, collector.http, None);
    path.url.push_str("/v1/traces");
    let dials = vec![dial(Grpc, collector.http, None), dial(HttpProtobuf, collector.grpc, None), path];
    assert_data_eq!(messages(&collector, dials), file!["messages/protocols-mixed-up.txt"]);
}

#[test]
fn protocols_mixed_up_over_tls() {
    let Some(binary) = find("protocols_mixed_up_over_tls", COLLECTOR) else { return };
    let directory = TempDir::new().unwrap();
    let ours = Ca::new(directory.path(), "ours");
    let served = ours.issue("server", &Leaf::server(&["127.0.0.1"]));
    let collector = Collector::start(&binary, &tls_setup(&served, None));
    let tls = || Some(ours.trusted());
    let dials = vec![dial(Grpc, collector.http, tls()), dial(HttpProtobuf, collector.grpc, tls())];
    assert_data_eq!(messages(&collector, dials), file!["messages/protocols-mixed-up-tls.txt"]);
}

#[test]
fn tls_against_plaintext() {
    let Some(binary) = find("tls_against_plaintext", COLLECTOR) else { return };
    let collector = Collector::start(&binary, &setup());
    let tls = || Some(Tls::default());
    let dials = vec![dial(Grpc, collector.grpc, tls()), dial(HttpProtobuf, collector.http, tls())];
    assert_data_eq!(messages(&collector, dials), file!["messages/tls-to-plaintext.txt"]);
}

#[test]
fn plaintext_against_tls() {
    let Some(binary) = find("plaintext_against_tls", COLLECTOR) else { return };
    let directory = TempDir::new().unwrap();
    let ours = Ca::new(directory.path(), "ours");
    let served = ours.issue("server", &Leaf::server(&["127.0.0.1"]));
    let collector = Collector::start(&binary, &tls_setup(&served, None));
    let dials = vec![dial(Grpc, collector.grpc, None), dial(HttpProtobuf, collector.http, None)];
    assert_data_eq!(messages(&collector, dials), file!["messages/plaintext-to-tls.txt"]);
}

/// One certificate is served; listeners that trust `ours` or another CA dial it.
fn served(test: &str, leaf: &Leaf, trusts_other: bool) -> Option<String> {
    let binary = find(test, COLLECTOR)?;
    let directory = TempDir::new().unwrap();
    let ours = Ca::new(directory.path(), "ours");
    let other = Ca::new(directory.path(), "other");
    let trusted = if trusts_other { other.trusted() } else { ours.trusted() };
    let collector = Collector::start(&binary, &tls_setup(&ours.issue("server", leaf), None));
    let dials = vec![
        dial(Grpc, collector.grpc, Some(trusted.clone())),
        dial(HttpProtobuf, collector.http, Some(trusted)),
    ];
    Some(messages(&collector, dials))
}

#[test]
fn unknown_ca() {
    let leaf = Leaf::server(&["127.0.0.1"]);
    let Some(said) = served("unknown_authority", &leaf, true) else { return };
    assert_data_eq!(said, file!["messages/unknown-authority.txt"]);
}

#[test]
fn wrong_name() {
    let leaf = Leaf::server(&["tempo.internal"]);
    let Some(said) = served("wrong_name", &leaf, false) else { return };
    assert_data_eq!(said, file!["messages/wrong-name.txt"]);
}

#[test]
fn expired() {
    let leaf = Leaf { years: (2020, 2021), ..Leaf::server(&["127.0.0.1"]) };
    let Some(said) = served("expired", &leaf, false) else { return };
    assert_data_eq!(said, file!["messages/expired.txt"]);
}

#[test]
fn not_yet_valid() {
    let leaf = Leaf { years: (2058, 2060), ..Leaf::server(&["127.0.0.1"]) };
    let Some(said) = served("not_yet_valid", &leaf, false) else { return };
    assert_data_eq!(said, file!["messages/not-yet-valid.txt"]);
}

#[test]
fn not_for_server_use() {
    let leaf = Leaf { usage: Some(ExtendedKeyUsagePurpose::ClientAuth), ..Leaf::server(&["127.0.0.1"]) };
    let Some(said) = served("not_for_server_use", &leaf, false) else { return };
    assert_data_eq!(said, file!["messages/not-for-server-use.txt"]);
}

#[test]
fn client_certificates() {
    let Some(binary) = find("client_certificates", COLLECTOR) else { return };
    let directory = TempDir::new().unwrap();
    let ours = Ca::new(directory.path(), "ours");
    let other = Ca::new(directory.path(), "other");
    let served = ours.issue("server", &Leaf::server(&["127.0.0.1"]));
    let collector = Collector::start(&binary, &tls_setup(&served, Some(&ours.certificate())));
    let unfit = Leaf { usage: Some(ExtendedKeyUsagePurpose::ServerAuth), ..Leaf::client() };
    let shown = [
        None,
        Some(other.issue("foreign", &Leaf::client())),
        Some(ours.issue("unfit", &unfit)),
        Some(ours.issue("late", &Leaf { years: (2020, 2021), ..Leaf::client() })),
    ];
    let mut said = String::new();
    for client in shown {
        let tls = Tls { client, ..ours.trusted() };
        let dials = vec![
            dial(Grpc, collector.grpc, Some(tls.clone())),
            dial(HttpProtobuf, collector.http, Some(tls)),
        ];
        said.push_str(&messages(&collector, dials));
    }
    assert_data_eq!(said, file!["messages/client-certificates.txt"]);
}

/// Its receiver asks for a token; the application has none, another one, and the right one.
#[test]
fn credentials_demanded() {
    let Some(binary) = find_asking("credentials_demanded") else { return };
    let asks = "auth: {authenticator: bearertokenauth}".to_owned();
    let setup = CollectorSetup {
        grpc: asks.clone(),
        http: asks,
        extensions: "bearertokenauth: {token: right}".to_owned(),
        extended_by: "bearertokenauth".to_owned(),
        ..setup()
    };
    let collector = Collector::start(&binary, &setup);
    let mut dials = Vec::new();
    for token in [None, Some("Bearer wrong"), Some("Bearer right")] {
        for mut dial in [dial(Grpc, collector.grpc, None), dial(HttpProtobuf, collector.http, None)] {
            dial.headers.extend(token.map(|token| ("authorization".to_owned(), token.to_owned())));
            dials.push(dial);
        }
    }
    assert_data_eq!(messages(&collector, dials), file!["messages/credentials-demanded.txt"]);
}

#[test]
fn limits_of_the_collector() {
    let Some(binary) = find("limits_of_the_collector", COLLECTOR) else { return };
    let limited = CollectorSetup {
        http: "max_request_body_size: 100".to_owned(),
        processors: "memory_limiter: {check_interval: 50ms, limit_mib: 1}".to_owned(),
        pipeline: "memory_limiter".to_owned(),
        ..setup()
    };
    let collector = Collector::start(&binary, &limited);
    std::thread::sleep(Duration::from_millis(200));
    let dials = vec![dial(Grpc, collector.grpc, None), dial(HttpProtobuf, collector.http, None)];
    assert_data_eq!(messages(&collector, dials), file!["messages/limits-of-the-collector.txt"]);
}

#[test]
fn unreadable_settings() {
    let [port, api] = free_ports();
    let reader = nothing_to_read(api);
    let prover = OneProver { reader: &reader, logs: &Logged::default(), within: Duration::from_millis(500) };
    let missing =
        Tls { ca: tracewright::prove::TrustedCa::File("/nonexistent/ca.crt".into()), ..Tls::default() };
    let proof = prover.prove(&endpoint(dial(Grpc, port, Some(missing))));
    assert_data_eq!(message(&proof, &[(port, "PORT")]), file!["messages/unreadable-settings.txt"]);
}

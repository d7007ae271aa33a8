//! What is wrong between a real collector and a real Tempo: the application's endpoint takes the
//! trace, and it never comes back. Each cause is found twice: by sending as the exporter sends, and
//! by the collector's log alone.

use super::ca::{Ca, Leaf};
use super::engines::{Collector, CollectorSetup, Tempo, TempoSetup, find, find_asking};
use super::lab::{Logged, OneProver, counted, dial, endpoint, message, reader, through};
use rcgen::ExtendedKeyUsagePurpose;
use snapbox::{assert_data_eq, file};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;
use tracewright::model::dataflow::OtlpProtocol::{Grpc, HttpProtobuf};
use tracewright::prove::{ClientCertificate, Dial, NoLogs, Tls};

const COLLECTOR: &str = "otelcol-0.159.0";
/// One that names its counters otherwise, `_total` and all.
const OLDER: &str = "otelcol-0.144.0";
const TEMPO: &str = "tempo-2.10.8";

/// A collector with one exporter and these lines below it.
fn exporting(id: &str, lines: &str) -> CollectorSetup {
    let lines: String = lines.lines().map(|line| format!("  {line}\n")).collect();
    CollectorSetup {
        exporters: format!("{id}:\n{lines}"),
        sends_by: id.to_owned(),
        ..CollectorSetup::default()
    }
}

/// Proves the way through a collector, with and without leave to send as the exporter does.
fn messages(tempo: &Tempo, setup: &CollectorSetup, exporter: Dial) -> String {
    let collector = find("messages", COLLECTOR).unwrap();
    told(&collector, tempo, setup, &[Some(exporter), None])
}

/// Proves the way through a new collector, once for each thing the prover may know of its exporter.
fn told(binary: &Path, tempo: &Tempo, setup: &CollectorSetup, forwards: &[Option<Dial>]) -> String {
    let collector = Collector::start(binary, setup);
    if setup.exporters.contains("OWN") {
        // It dials itself before it listens, and waits a second until it dials again.
        std::thread::sleep(Duration::from_secs(3));
    }
    let reader = reader(tempo);
    let logs = Logged { collector: Some(&collector.engine), tempo: Some(&tempo.engine) };
    let prover = OneProver { reader: &reader, logs: &logs, within: Duration::from_millis(1500) };
    let names = [
        (collector.grpc, "COLLECTOR"),
        (tempo.otlp_grpc, "TEMPO"),
        (tempo.otlp_http, "TEMPO-HTTP"),
        (tempo.internal, "INTERNAL"),
        (tempo.http, "API"),
    ];
    let mut said = String::new();
    for forward in forwards {
        let mut endpoint = endpoint(dial(Grpc, collector.grpc, None));
        endpoint.through.push(through(&collector, forward.clone()));
        said.push_str(&message(&prover.prove(&endpoint), &names));
    }
    counted(said, "real 2.10.8")
}

/// Both engines, or nothing and a word about it.
fn both(test: &str) -> Option<(PathBuf, PathBuf)> {
    find(test, TEMPO).zip(find(test, COLLECTOR))
}

fn grpc_tls(served: &ClientCertificate, client_ca: Option<&Ca>) -> TempoSetup {
    let mut tls = format!(
        "tls:\n  cert_file: {}\n  key_file: {}\n",
        served.certificate.display(),
        served.key.display()
    );
    if let Some(ca) = client_ca {
        tls.push_str(&format!("  client_ca_file: {}\n", ca.certificate().display()));
    }
    TempoSetup { grpc: tls, ..TempoSetup::default() }
}

#[test]
fn exporter_in_plaintext_to_tls() {
    let Some((binary, _)) = both("exporter_in_plaintext_to_tls") else { return };
    let directory = TempDir::new().unwrap();
    let served = Ca::new(directory.path(), "ours").issue("server", &Leaf::server(&["127.0.0.1"]));
    let mut tempo = Tempo::start(&binary, &grpc_tls(&served, None));
    tempo.wait_ready();
    let port = tempo.otlp_grpc;
    let setup = exporting("otlp_grpc/tempo", &format!("endpoint: 127.0.0.1:{port}\ntls: {{insecure: true}}"));
    let said = messages(&tempo, &setup, dial(Grpc, port, None));
    assert_data_eq!(said, file!["messages/exporter-plaintext-to-tls.txt"]);
}

#[test]
fn exporter_with_tls_to_plaintext() {
    let Some((binary, _)) = both("exporter_with_tls_to_plaintext") else { return };
    let mut tempo = Tempo::start(&binary, &TempoSetup::default());
    tempo.wait_ready();
    let port = tempo.otlp_grpc;
    let setup = exporting("otlp_grpc/tempo", &format!("endpoint: 127.0.0.1:{port}"));
    let said = messages(&tempo, &setup, dial(Grpc, port, Some(Tls::default())));
    assert_data_eq!(said, file!["messages/exporter-tls-to-plaintext.txt"]);
}

#[test]
fn exporter_to_the_wrong_port() {
    let Some((binary, _)) = both("exporter_to_the_wrong_port") else { return };
    let mut tempo = Tempo::start(&binary, &TempoSetup::default());
    tempo.wait_ready();
    let mut said = String::new();
    for port in [tempo.otlp_http, tempo.internal, 1] {
        let lines = format!("endpoint: 127.0.0.1:{port}\ntls: {{insecure: true}}");
        let setup = exporting("otlp_grpc/tempo", &lines);
        said.push_str(&messages(&tempo, &setup, dial(Grpc, port, None)));
    }
    let setup =
        exporting("otlp_http/tempo", &format!("endpoint: http://127.0.0.1:{}/v1/traces", tempo.otlp_http));
    let mut doubled = dial(HttpProtobuf, tempo.otlp_http, None);
    doubled.url.push_str("/v1/traces");
    said.push_str(&messages(&tempo, &setup, doubled));
    assert_data_eq!(said, file!["messages/exporter-wrong-port.txt"]);
}

/// A receiver with one certificate, dialled by an exporter that trusts `ours` or another CA.
fn served(test: &str, leaf: &Leaf, trusts_other: bool) -> Option<String> {
    let (binary, _) = both(test)?;
    let directory = TempDir::new().unwrap();
    let ours = Ca::new(directory.path(), "ours");
    let other = Ca::new(directory.path(), "other");
    let mut tempo = Tempo::start(&binary, &grpc_tls(&ours.issue("server", leaf), None));
    tempo.wait_ready();
    let trusted = if trusts_other { &other } else { &ours };
    let lines = format!(
        "endpoint: 127.0.0.1:{}\ntls: {{ca_file: {}}}",
        tempo.otlp_grpc,
        trusted.certificate().display()
    );
    let setup = exporting("otlp_grpc/tempo", &lines);
    Some(messages(&tempo, &setup, dial(Grpc, tempo.otlp_grpc, Some(trusted.trusted()))))
}

#[test]
fn exporter_trusts_another_ca() {
    let leaf = Leaf::server(&["127.0.0.1"]);
    let Some(said) = served("exporter_trusts_another_authority", &leaf, true) else { return };
    assert_data_eq!(said, file!["messages/exporter-unknown-authority.txt"]);
}

#[test]
fn exporter_dials_another_name() {
    let leaf = Leaf::server(&["tempo.internal"]);
    let Some(said) = served("exporter_dials_another_name", &leaf, false) else { return };
    assert_data_eq!(said, file!["messages/exporter-wrong-name.txt"]);
}

#[test]
fn exporter_meets_an_expired_certificate() {
    let leaf = Leaf { years: (2020, 2021), ..Leaf::server(&["127.0.0.1"]) };
    let Some(said) = served("exporter_meets_an_expired_certificate", &leaf, false) else { return };
    assert_data_eq!(said, file!["messages/exporter-expired.txt"]);
}

#[test]
fn exporter_meets_an_early_certificate() {
    let leaf = Leaf { years: (2058, 2060), ..Leaf::server(&["127.0.0.1"]) };
    let Some(said) = served("exporter_meets_an_early_certificate", &leaf, false) else { return };
    assert_data_eq!(said, file!["messages/exporter-not-yet-valid.txt"]);
}

#[test]
fn exporter_client_certificates() {
    let Some((binary, collector)) = both("exporter_client_certificates") else { return };
    let directory = TempDir::new().unwrap();
    let ours = Ca::new(directory.path(), "ours");
    let other = Ca::new(directory.path(), "other");
    let served = ours.issue("server", &Leaf::server(&["127.0.0.1"]));
    let mut tempo = Tempo::start(&binary, &grpc_tls(&served, Some(&ours)));
    tempo.wait_ready();
    let unfit = Leaf { usage: Some(ExtendedKeyUsagePurpose::ServerAuth), ..Leaf::client() };
    let shown = [None, Some(other.issue("foreign", &Leaf::client())), Some(ours.issue("unfit", &unfit))];
    let mut said = String::new();
    for client in shown {
        let mut lines = format!(
            "endpoint: 127.0.0.1:{}\ntls:\n  ca_file: {}\n",
            tempo.otlp_grpc,
            ours.certificate().display()
        );
        if let Some(pair) = &client {
            let (certificate, key) = (pair.certificate.display(), pair.key.display());
            lines.push_str(&format!("  cert_file: {certificate}\n  key_file: {key}\n"));
        }
        let tls = Tls { client, ..ours.trusted() };
        let setup = exporting("otlp_grpc/tempo", &lines);
        // Its log alone does not tell: what it says depends on timing.
        said.push_str(&told(&collector, &tempo, &setup, &[Some(dial(Grpc, tempo.otlp_grpc, Some(tls)))]));
    }
    assert_data_eq!(said, file!["messages/exporter-client-certificates.txt"]);
}

/// A second collector asks the first one for a token that its exporter does not have.
#[test]
fn exporter_without_credentials() {
    let Some((binary, _)) = both("exporter_without_credentials") else { return };
    let Some(contrib) = find_asking("exporter_without_credentials") else { return };
    let mut tempo = Tempo::start(&binary, &TempoSetup::default());
    tempo.wait_ready();
    let asks = "auth: {authenticator: bearertokenauth}".to_owned();
    let asking = CollectorSetup {
        grpc: asks.clone(),
        http: asks,
        extensions: "bearertokenauth: {token: right}".to_owned(),
        extended_by: "bearertokenauth".to_owned(),
        ..exporting("otlp_grpc/tempo", &format!("endpoint: 127.0.0.1:{}", tempo.otlp_grpc))
    };
    let asking = Collector::start(&contrib, &asking);
    let mut said = String::new();
    for (id, url, dialled) in [
        ("otlp_grpc/next", format!("127.0.0.1:{}", asking.grpc), dial(Grpc, asking.grpc, None)),
        (
            "otlp_http/next",
            format!("http://127.0.0.1:{}", asking.http),
            dial(HttpProtobuf, asking.http, None),
        ),
    ] {
        let setup = exporting(id, &format!("endpoint: {url}\ntls: {{insecure: true}}"));
        said.push_str(&messages(&tempo, &setup, dialled));
    }
    for (port, name) in [(asking.grpc, "NEXT"), (asking.http, "NEXT-HTTP")] {
        said = said.replace(&format!("127.0.0.1:{port}"), name);
    }
    assert_data_eq!(said, file!["messages/exporter-without-credentials.txt"]);
}

#[test]
fn collector_keeps_the_spans() {
    let Some((binary, _)) = both("collector_keeps_the_spans") else { return };
    let mut tempo = Tempo::start(&binary, &TempoSetup::default());
    tempo.wait_ready();
    let lines = format!("endpoint: 127.0.0.1:{}\ntls: {{insecure: true}}", tempo.otlp_grpc);
    let waiting = CollectorSetup {
        processors: "batch: {timeout: 60s}".to_owned(),
        pipeline: "batch".to_owned(),
        ..exporting("otlp_grpc/tempo", &lines)
    };
    for name in [COLLECTOR, OLDER] {
        let Some(collector) = find("collector_keeps_the_spans", name) else { continue };
        let said = told(&collector, &tempo, &waiting, &[Some(dial(Grpc, tempo.otlp_grpc, None)), None]);
        assert_data_eq!(said, file!["messages/collector-keeps-the-spans.txt"]);
    }
}

/// Neither its settings nor its log are at hand: what is left is what it does.
#[test]
fn collector_whose_reasons_are_unknown() {
    let Some((binary, collector)) = both("collector_whose_reasons_are_unknown") else { return };
    let mut tempo = Tempo::start(&binary, &TempoSetup::default());
    tempo.wait_ready();
    let reader = reader(&tempo);
    let prover = OneProver { reader: &reader, logs: &NoLogs, within: Duration::from_millis(1500) };
    let mut said = String::new();
    for (port, rest) in
        [(1, ""), (tempo.internal, ""), (1, "sending_queue: {queue_size: 1, num_consumers: 1}")]
    {
        let lines = format!("endpoint: 127.0.0.1:{port}\ntls: {{insecure: true}}\n{rest}");
        let setup = CollectorSetup {
            processors: "batch: {timeout: 100ms}".to_owned(),
            pipeline: "batch".to_owned(),
            ..exporting("otlp_grpc/tempo", &lines)
        };
        let collector = Collector::start(&collector, &setup);
        let mut endpoint = endpoint(dial(Grpc, collector.grpc, None));
        endpoint.through.push(through(&collector, None));
        if !rest.is_empty() {
            prover.prove(&endpoint);
        }
        said.push_str(&message(&prover.prove(&endpoint), &[(collector.grpc, "COLLECTOR")]));
    }
    assert_data_eq!(said, file!["messages/collector-reasons-unknown.txt"]);
}

#[test]
fn collector_sends_elsewhere() {
    let Some((binary, _)) = both("collector_sends_elsewhere") else { return };
    let mut tempo = Tempo::start(&binary, &TempoSetup::default());
    tempo.wait_ready();
    let looping = CollectorSetup {
        processors: "batch: {timeout: 200ms}".to_owned(),
        pipeline: "batch".to_owned(),
        ..exporting("otlp_grpc/tempo", "endpoint: 127.0.0.1:OWN\ntls: {insecure: true}")
    };
    let said = messages(&tempo, &looping, dial(Grpc, tempo.otlp_grpc, None));
    assert_data_eq!(said, file!["messages/collector-sends-elsewhere.txt"]);
}

#[test]
fn queue_full() {
    let Some((binary, _)) = both("queue_full") else { return };
    let mut tempo = Tempo::start(&binary, &TempoSetup::default());
    tempo.wait_ready();
    let lines = "endpoint: 127.0.0.1:1\ntls: {insecure: true}\nretry_on_failure: {initial_interval: 30s}\n\
                 sending_queue: {queue_size: 1, num_consumers: 1}";
    let mut said = messages(&tempo, &exporting("otlp_grpc/tempo", lines), dial(Grpc, 1, None));
    let behind_batch = CollectorSetup {
        processors: "batch: {timeout: 100ms}".to_owned(),
        pipeline: "batch".to_owned(),
        ..exporting("otlp_grpc/tempo", lines)
    };
    said.push_str(&messages(&tempo, &behind_batch, dial(Grpc, 1, None)));
    assert_data_eq!(said, file!["messages/queue-full.txt"]);
}

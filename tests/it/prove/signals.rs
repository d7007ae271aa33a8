//! Three signals: proven together by the verb, as fast as the engines, and each failure by its own cause.

use super::ca::{Ca, Leaf};
use super::engines::{Collector, CollectorSetup, Tempo, TempoSetup, free_ports};
use super::lab::{Logged, OneProver, counted, dial, message};
use super::stores::{LOKI, Loki, PROMETHEUS, Prometheus, all, proven};
use snapbox::{assert_data_eq, file};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tracewright::model::dataflow::OtlpProtocol::HttpProtobuf;
use tracewright::prove::{Dial, Endpoint, Forward, Reader, RouteCollector, Store, Tls};

const COLLECTOR: &str = "otelcol-0.159.0";
const TEMPO: &str = "tempo-2.10.8";

/// A stack of all signals at the addresses of running engines.
struct Everything {
    tempo: Tempo,
    prometheus: Prometheus,
    loki: Loki,
    collector: Collector,
}

impl Everything {
    fn start([tempo, collector, prometheus, loki]: &[PathBuf; 4]) -> Self {
        let mut loki = Loki::start(loki, false, "");
        let mut tempo = Tempo::start(tempo, &TempoSetup::default());
        let prometheus = Prometheus::taking(prometheus);
        let batched =
            |endpoint: String| format!("{endpoint}\n  sending_queue: {{batch: {{flush_timeout: 200ms}}}}");
        let exporters = [
            batched(format!(
                "otlp_grpc/tempo:\n  endpoint: 127.0.0.1:{}\n  tls: {{insecure: true}}",
                tempo.otlp_grpc
            )),
            batched(format!(
                "otlp_http/prometheus:\n  metrics_endpoint: http://127.0.0.1:{}/api/v1/otlp/v1/metrics",
                prometheus.http
            )),
            batched(format!("otlp_http/loki:\n  logs_endpoint: http://127.0.0.1:{}/otlp/v1/logs", loki.http)),
        ];
        let setup = CollectorSetup {
            exporters: exporters.join("\n"),
            sends_by: "otlp_grpc/tempo".to_owned(),
            others: "metrics: {receivers: [otlp], exporters: [otlp_http/prometheus]}\n\
                     logs: {receivers: [otlp], exporters: [otlp_http/loki]}"
                .to_owned(),
            ..CollectorSetup::default()
        };
        let collector = Collector::start(collector, &setup);
        tempo.wait_ready();
        loki.wait_ready();
        Self { tempo, prometheus, loki, collector }
    }

    fn stack(&self) -> String {
        format!(
            "schema = 1\nname = \"everything\"\n\n\
             [collector.main]\nversion = \"0.159\"\nbatch = {{ size = 512, timeout = \"200ms\" }}\nmetrics = {}\n\
             receive = {{ grpc = {}, http = {} }}\n\n\
             [tempo]\nversion = \"2.10\"\nhttp = {}\ninternal = {}\nreceive = {{ grpc = {} }}\n\n\
             [prometheus]\nversion = \"3.16\"\nhttp = {}\n\n[loki]\nhttp = {}\n\n\
             [app.shop]\nenv_file = \"/srv/shop/.env\"\nprotocol = \"http/protobuf\"\n\
             signals = [\"traces\", \"metrics\", \"logs\"]\n",
            self.collector.metrics,
            self.collector.grpc,
            self.collector.http,
            self.tempo.http,
            self.tempo.internal,
            self.tempo.otlp_grpc,
            self.prometheus.http,
            self.loki.http
        )
    }

    /// What the verb says, with its exit code and how long it took.
    fn said(&self, arguments: &[&str]) -> (Option<i32>, String, Duration) {
        let directory = TempDir::new().unwrap();
        std::fs::write(directory.path().join("stack.toml"), self.stack()).unwrap();
        let mut verb = Command::new(env!("CARGO_BIN_EXE_tracewright"));
        // No trial of another test is found there.
        verb.arg("prove").arg(directory.path()).args(arguments).env("TMPDIR", directory.path());
        let began = Instant::now();
        let output = verb.output().unwrap();
        let took = began.elapsed();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        let said = said.replace(&format!("127.0.0.1:{}", self.collector.http), "COLLECTOR");
        (output.status.code(), said, took)
    }
}

/// The numbers before ` ms` and the like, replaced.
fn without_times(said: &str) -> String {
    let words = said.split_inclusive(' ').map(|word| match word.trim_end().parse::<u64>() {
        Ok(_) if word.ends_with(' ') => "N ".to_owned(),
        _ => word.to_owned(),
    });
    words.collect()
}

#[test]
fn three_signals_are_proven_together() {
    let test = "three_signals_are_proven_together";
    let Some(engines) = all(test, [TEMPO, COLLECTOR, PROMETHEUS, LOKI]) else { return };
    let everything = Everything::start(&engines);
    let (code, said, _) = everything.said(&[]);
    assert_eq!(code, Some(0), "{said}");
    assert_data_eq!(without_times(&said), file!["messages/three-signals.txt"]);
    proven(3);
    let (code, said, _) = everything.said(&["--count", "250"]);
    assert_eq!(code, Some(0), "{said}");
    assert_data_eq!(without_times(&said), file!["messages/three-signals-counted.txt"]);
    proven(3);
    let beyond: Vec<Duration> = (0..3)
        .map(|_| {
            let (code, said, took) = everything.said(&["--format", "json"]);
            let document: serde_json::Value = serde_json::from_str(&said).unwrap();
            assert_eq!(code, Some(0), "{said}");
            let proofs = document["proofs"].as_array().unwrap();
            let readable = proofs.iter().map(|proof| proof["readable_ms"].as_u64().unwrap()).max().unwrap();
            println!("{readable} ms until all was readable, the verb {took:?}");
            took.saturating_sub(Duration::from_millis(readable))
        })
        .collect();
    // The best of three: other tests run beside this one. What is readable was so one pause before at most.
    assert!(beyond.iter().min() < Some(&Duration::from_millis(150)), "{beyond:?}");
}

/// An application's signal that is sent to `url`, and read back from a store at this port.
struct Case {
    endpoint: Endpoint,
    reader: Reader,
}

fn case(store: Store, url: String, api: u16) -> Case {
    let dial = Dial { url, ..dial(HttpProtobuf, 1, None) };
    Case {
        endpoint: Endpoint { store, edge: "shop -> listener".to_owned(), ..super::lab::endpoint(dial) },
        reader: Reader {
            edge: format!("grafana -> {}", store.name().to_lowercase()),
            internal_edge: String::new(),
            api: format!("http://127.0.0.1:{api}"),
            tls: Tls::default(),
            tenant: None,
            internal: None,
        },
    }
}

impl Case {
    fn said(&self, seconds: u64, logs: &Logged<'_>, names: &[(u16, &str)]) -> String {
        let prover = OneProver { reader: &self.reader, logs, within: Duration::from_secs(seconds) };
        message(&prover.prove(&self.endpoint), names)
    }
}

fn url(port: u16, path: &str) -> String {
    format!("http://127.0.0.1:{port}{path}")
}

/// What is sent to the stores themselves, and not taken.
#[test]
fn what_the_stores_refuse() {
    let Some([prometheus, loki]) = all("what_the_stores_refuse", [PROMETHEUS, LOKI]) else { return };
    let closed = Prometheus::start(&prometheus, &[], "");
    let open = Prometheus::taking(&prometheus);
    let tenants = Loki::start(&loki, true, "");
    let plain = Loki::start(&loki, false, "limits_config:\n  allow_structured_metadata: false\n");
    let agent = Prometheus::start(&prometheus, &["--agent", "--web.enable-otlp-receiver"], "");
    let [nothing] = free_ports();
    let names = [
        (closed.http, "CLOSED"),
        (open.http, "OPEN"),
        (tenants.http, "TENANTS"),
        (plain.http, "PLAIN"),
        (nothing, "NOTHING"),
    ];
    let otlp = "/api/v1/otlp/v1/metrics";
    let cases = [
        case(Store::Prometheus, url(closed.http, otlp), closed.http),
        case(Store::Prometheus, url(open.http, "/v1/metrics"), open.http),
        case(Store::Prometheus, url(open.http, "/api/v1/write"), open.http),
        case(Store::Prometheus, format!("https://127.0.0.1:{}{otlp}", open.http), open.http),
        case(Store::Prometheus, url(open.http, otlp), nothing),
        case(Store::Prometheus, url(agent.http, otlp), agent.http),
        case(Store::Prometheus, url(nothing, otlp), open.http),
        case(Store::Loki, url(tenants.http, "/otlp/v1/logs"), tenants.http),
        case(Store::Loki, url(plain.http, "/v1/logs"), plain.http),
        case(Store::Loki, url(plain.http, "/otlp/v1/logs"), plain.http),
    ];
    let said: String = cases.iter().map(|case| case.said(2, &Logged::default(), &names)).collect();
    assert_data_eq!(counted(said, "real 3.16.0, 3.7.8"), file!["messages/refused-by-stores.txt"]);
}

/// The same to a Prometheus that serves TLS and asks for a password.
#[test]
fn a_prometheus_with_tls() {
    let Some([binary]) = all("a_prometheus_with_tls", [PROMETHEUS]) else { return };
    let directory = TempDir::new().unwrap();
    let ours = Ca::new(directory.path(), "ours");
    let served = ours.issue("server", &Leaf::server(&["127.0.0.1"]));
    let web = directory.path().join("web.yml");
    let lines = format!(
        "tls_server_config:\n  cert_file: {}\n  key_file: {}\n",
        served.certificate.display(),
        served.key.display()
    );
    std::fs::write(&web, lines).unwrap();
    let http = started_with_tls(&binary, &web);
    let otlp = "/api/v1/otlp/v1/metrics";
    let names = [(http, "API")];
    let mut said = case(Store::Prometheus, url(http, otlp), http).said(2, &Logged::default(), &names);
    for tls in [Tls::default(), ours.trusted()] {
        let mut case = case(Store::Prometheus, format!("https://127.0.0.1:{http}{otlp}"), http);
        case.endpoint.dial.tls = ours.trusted();
        case.reader = Reader { api: format!("https://127.0.0.1:{http}"), tls, ..case.reader };
        said.push_str(&case.said(2, &Logged::default(), &names));
    }
    assert_data_eq!(counted(said, "real 3.16.0"), file!["messages/prometheus-with-tls.txt"]);
}

fn started_with_tls(binary: &Path, web: &Path) -> u16 {
    let [http] = free_ports();
    let directory = TempDir::new().unwrap();
    let arguments = [
        format!("--web.listen-address=127.0.0.1:{http}"),
        format!("--storage.tsdb.path={}", directory.path().join("data").display()),
        format!("--web.config.file={}", web.display()),
        "--web.enable-otlp-receiver".to_owned(),
    ];
    let mut engine = super::engines::Engine::start_with(binary, directory, "--config.file", "", &arguments);
    engine.wait("listening", || super::engines::listens(http));
    // It runs until this test process ends.
    std::mem::forget(engine);
    http
}

/// How a collector is told to export, and what the prover may know of it.
struct Exporting {
    store: Store,
    api: u16,
    exporter: String,
    url: String,
    remote_write: bool,
}

/// A collector takes it, and it does not come back: the cause is found behind the collector.
#[test]
fn behind_a_collector() {
    let test = "behind_a_collector";
    let Some([collector, prometheus, loki]) = all(test, [COLLECTOR, PROMETHEUS, LOKI]) else { return };
    let closed = Prometheus::start(&prometheus, &[], "");
    let tenants = Loki::start(&loki, true, "");
    let [nothing] = free_ports();
    let metrics = |port: u16| {
        let url = url(port, "/api/v1/otlp/v1/metrics");
        let exporter = format!("otlp_http/store:\n  metrics_endpoint: {url}");
        Exporting { store: Store::Prometheus, api: closed.http, exporter, url, remote_write: false }
    };
    let logs = url(tenants.http, "/otlp/v1/logs");
    let cases = [
        metrics(closed.http),
        metrics(nothing),
        // This collector has no such exporter; it is asked for the prover's word alone.
        Exporting {
            exporter: "debug/store: {}".to_owned(),
            url: url(closed.http, "/api/v1/write"),
            remote_write: true,
            ..metrics(closed.http)
        },
        Exporting {
            store: Store::Loki,
            api: tenants.http,
            exporter: format!("otlp_http/store:\n  logs_endpoint: {logs}"),
            url: logs,
            remote_write: false,
        },
    ];
    let stores = [(closed.http, "CLOSED"), (tenants.http, "TENANTS"), (nothing, "NOTHING")];
    let said: String = cases.iter().map(|case| told(&collector, case, &stores)).collect();
    assert_data_eq!(counted(said, "real 0.159.0"), file!["messages/stores-behind-a-collector.txt"]);
}

/// What is said of its signal, and of the one for which the collector has no pipeline.
fn told(binary: &Path, exporting: &Exporting, stores: &[(u16, &str)]) -> String {
    let Exporting { store, api, exporter, url: exported, remote_write } = exporting;
    let signal = store.signal();
    let id = exporter.split(':').next().unwrap();
    let setup = CollectorSetup {
        others: format!("{signal}: {{receivers: [otlp], exporters: [{id}]}}"),
        exporters: format!("debug: {{}}\n{exporter}"),
        sends_by: "debug".to_owned(),
        ..CollectorSetup::default()
    };
    let collector = Collector::start(binary, &setup);
    let names = [&[(collector.http, "COLLECTOR")], stores].concat();
    let logged = Logged { collector: Some(&collector.engine), tempo: None };
    let mut sent = case(*store, url(collector.http, &format!("/v1/{signal}")), *api);
    sent.endpoint.through.push(RouteCollector {
        name: "main".to_owned(),
        metrics: (!remote_write).then(|| url(collector.metrics, "/metrics")),
        forwards: Some(Forward {
            edge: "main -> store".to_owned(),
            dial: Dial { url: exported.clone(), ..dial(HttpProtobuf, 1, None) },
            remote_write: *remote_write,
        }),
    });
    let other = if *store == Store::Loki { Store::Prometheus } else { Store::Loki };
    let elsewhere = case(other, url(collector.http, &format!("/v1/{}", other.signal())), *api);
    sent.said(2, &logged, &names) + &elsewhere.said(1, &logged, &names)
}

/// Another program's point is too old: Prometheus refuses the whole batch, and the collector drops it.
#[test]
fn refused_for_a_point_of_somebody_else() {
    let test = "refused_for_a_point_of_somebody_else";
    let Some([collector, prometheus]) = all(test, [COLLECTOR, PROMETHEUS]) else { return };
    let prometheus = Prometheus::taking(&prometheus);
    let exported = url(prometheus.http, "/api/v1/otlp/v1/metrics");
    let batch = "sending_queue: {batch: {flush_timeout: 500ms, min_size: 1000}}";
    let setup = CollectorSetup {
        exporters: format!("debug: {{}}\notlp_http/store:\n  metrics_endpoint: {exported}\n  {batch}"),
        sends_by: "debug".to_owned(),
        others: "metrics: {receivers: [otlp], exporters: [otlp_http/store]}".to_owned(),
        ..CollectorSetup::default()
    };
    let collector = Collector::start(&collector, &setup);
    let mut sent = case(Store::Prometheus, url(collector.http, "/v1/metrics"), prometheus.http);
    sent.endpoint.through.push(RouteCollector {
        name: "main".to_owned(),
        metrics: Some(url(collector.metrics, "/metrics")),
        forwards: Some(Forward {
            edge: "main -> store".to_owned(),
            dial: Dial { url: exported, ..dial(HttpProtobuf, 1, None) },
            remote_write: false,
        }),
    });
    // A Prometheus that has nothing yet takes points of any time.
    assert_eq!(sent.said(5, &Logged::default(), &[]), "proven\n");
    let (port, stop) = (collector.http, std::sync::atomic::AtomicBool::new(false));
    // The batch that it begins is open when the proof comes.
    old_point(port);
    let said = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                old_point(port);
                std::thread::sleep(Duration::from_millis(50));
            }
        });
        let said = sent.said(3, &Logged::default(), &[(port, "COLLECTOR"), (prometheus.http, "STORE")]);
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        said
    });
    // How many were refused meanwhile differs.
    let lines: Vec<_> = said.lines().filter(|line| !line.contains("rose by")).collect();
    assert_eq!(said.lines().count() - lines.len(), 2, "{said}");
    let said = lines.join("\n") + "\n";
    assert_data_eq!(counted(said, "real 3.16.0"), file!["messages/refused-for-another.txt"]);
}

/// Sends a point of 1970.
fn old_point(port: u16) {
    use std::io::{Read, Write};
    let point = r#"{"dataPoints":[{"asInt":"1","timeUnixNano":"1000000000"}]}"#;
    let metrics = format!("{{\"metrics\":[{{\"name\":\"old\",\"gauge\":{point}}}]}}");
    let body = format!("{{\"resourceMetrics\":[{{\"scopeMetrics\":[{metrics}]}}]}}");
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    let head = "POST /v1/metrics HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length";
    write!(stream, "{head}: {}\r\n\r\n{body}", body.len()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains(" 200 "), "{answer}");
}

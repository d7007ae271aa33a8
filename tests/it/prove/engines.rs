//! Real engines as child processes: loopback, free ports, own directory, ended by their id.

use std::fmt::Write;
use std::fs::File;
use std::io::{Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// What these tests show, as the closing table has it.
pub const CAUSES: &str = "failed proofs that name their edge and cause";
/// The same of what is sound.
pub const PROOFS: &str = "proofs of sound ways";

/// The binary of this name in `$TRACEWRIGHT_ENGINES`; where it is absent, says that the test of
/// this name is skipped.
pub fn find(test: &str, engine: &str) -> Option<PathBuf> {
    let directory = std::env::var_os("TRACEWRIGHT_ENGINES");
    let found =
        directory.map(|directory| PathBuf::from(directory).join(engine)).filter(|path| path.is_file());
    if found.is_none() {
        #[expect(
            clippy::explicit_write,
            reason = "a skip is said even where the macro's output is captured"
        )]
        writeln!(std::io::stderr(), "skipped: {test}: no {engine} in $TRACEWRIGHT_ENGINES").unwrap();
        for promise in [CAUSES, PROOFS] {
            println!("promise: {promise} | 0 | not run: no {engine} in $TRACEWRIGHT_ENGINES");
        }
    }
    found
}

/// The collector with contrib parts, if its set holds an extension that asks for credentials.
pub fn find_asking(test: &str) -> Option<PathBuf> {
    let name = "otelcol-contrib-0.159.0";
    let found = find(test, name)?;
    let parts = Command::new(&found).arg("components").output().unwrap().stdout;
    if String::from_utf8_lossy(&parts).contains("bearertokenauth") {
        return Some(found);
    }
    println!("promise: {CAUSES} | 0 | not run: {test}: this {name} was built without bearertokenauth");
    None
}

/// Three different ports that were free a moment ago.
pub fn free_ports<const N: usize>() -> [u16; N] {
    let held = [(); N].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    held.map(|listener| listener.local_addr().unwrap().port())
}

/// A running engine; ended when dropped.
pub struct Engine {
    child: Child,
    directory: TempDir,
}

impl Engine {
    /// Starts the binary with a configuration file in a directory of its own.
    pub fn start(binary: &Path, directory: TempDir, flag: &str, config: &str) -> Self {
        Self::start_with(binary, directory, flag, config, &[])
    }

    /// The same with further arguments.
    pub fn start_with(
        binary: &Path,
        directory: TempDir,
        flag: &str,
        config: &str,
        arguments: &[String],
    ) -> Self {
        let file = directory.path().join("config.yaml");
        std::fs::write(&file, config).unwrap();
        let log = File::create(directory.path().join("log")).unwrap();
        let child = Command::new(binary)
            .arg(format!("{flag}={}", file.display()))
            .args(arguments)
            .current_dir(directory.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        Self { child, directory }
    }

    /// All it has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.directory.path().join("log")).unwrap()
    }

    /// Waits until something is true of it, or shows its log.
    pub fn wait(&mut self, what: &str, mut ready: impl FnMut() -> bool) {
        let end = Instant::now() + Duration::from_secs(60);
        while !ready() {
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "ended with {ended:?} before {what}:\n{}", self.log());
            assert!(Instant::now() < end, "not {what} after 60 s:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // SIGTERM would hang for 30 s after a query; nothing here is worth keeping.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Whether somebody accepts on this port.
pub fn listens(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

/// GET over plain HTTP; the whole answer, or nothing.
pub fn get(port: u16, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
    write!(stream, "GET {path} HTTP/1.0\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

/// The settings of a Tempo that a test changes; the rest is a good one.
#[derive(Default)]
pub struct TempoSetup {
    /// Lines below `server:`.
    pub server: String,
    /// Lines below the gRPC receiver.
    pub grpc: String,
    /// Lines below the HTTP receiver.
    pub http: String,
    /// Top-level lines.
    pub top: String,
}

/// A running Tempo and its ports.
pub struct Tempo {
    pub engine: Engine,
    pub http: u16,
    pub internal: u16,
    pub otlp_grpc: u16,
    pub otlp_http: u16,
}

impl Tempo {
    /// Starts a Tempo of this line and waits until its receivers listen.
    pub fn start(binary: &Path, setup: &TempoSetup) -> Self {
        let mut tempo = Self::spawn(binary, setup);
        let ports = [tempo.http, tempo.otlp_grpc, tempo.otlp_http];
        tempo.engine.wait("listening", || ports.iter().all(|port| listens(*port)));
        tempo
    }

    /// Starts a Tempo whose receivers will not all come up, and waits until it says so.
    pub fn start_half(binary: &Path, setup: &TempoSetup) -> Self {
        let mut tempo = Self::spawn(binary, setup);
        let port = tempo.http;
        let failed = || get(port, "/ready").is_some_and(|answer| answer.contains("Failed"));
        tempo.engine.wait("half dead", failed);
        tempo
    }

    fn spawn(binary: &Path, setup: &TempoSetup) -> Self {
        let directory = TempDir::new().unwrap();
        let [http, internal, otlp_grpc, otlp_http] = free_ports();
        let line3 = binary.to_string_lossy().contains("tempo-3.");
        let data = directory.path().join("data");
        let mut config = format!(
            "server:\n  http_listen_address: 127.0.0.1\n  http_listen_port: {http}\n  \
             grpc_listen_address: 127.0.0.1\n  grpc_listen_port: {internal}\n{server}\
             distributor:\n  receivers:\n    otlp:\n      protocols:\n        \
             grpc:\n          endpoint: 127.0.0.1:{otlp_grpc}\n{grpc}        \
             http:\n          endpoint: 127.0.0.1:{otlp_http}\n{http_lines}\
             storage:\n  trace:\n    backend: local\n    local:\n      path: {data}/blocks\n    \
             wal:\n      path: {data}/wal\nusage_report:\n  reporting_enabled: false\n{top}",
            server = indented(2, &setup.server),
            grpc = indented(10, &setup.grpc),
            http_lines = indented(10, &setup.http),
            data = data.display(),
            top = setup.top,
        );
        if line3 {
            write!(
                config,
                "live_store:\n  wal:\n    path: {0}/live/traces\n  shutdown_marker_dir: {0}/live/marker\n\
                 backend_scheduler:\n  local_work_path: {0}/work\n",
                data.display()
            )
            .unwrap();
        } else {
            config.push_str("ingester:\n  lifecycler:\n    min_ready_duration: 1s\n");
        }
        let engine = Engine::start(binary, directory, "-config.file", &config);
        Self { engine, http, internal, otlp_grpc, otlp_http }
    }

    /// Waits until `/ready` says so, over plain HTTP.
    pub fn wait_ready(&mut self) {
        let port = self.http;
        self.engine.wait("ready", || get(port, "/ready").is_some_and(|answer| answer.contains(" 200 ")));
    }
}

/// The settings of a collector that a test changes.
#[derive(Default)]
pub struct CollectorSetup {
    /// Lines below the gRPC receiver.
    pub grpc: String,
    /// Lines below the HTTP receiver.
    pub http: String,
    /// `processors:` lines, by id.
    pub processors: String,
    /// Ids of processors, as in `[batch]`.
    pub pipeline: String,
    /// `exporters:` lines, by id.
    pub exporters: String,
    /// Ids of exporters.
    pub sends_by: String,
    /// `pipelines:` lines of other signals, by id.
    pub others: String,
    /// `extensions:` lines, by id.
    pub extensions: String,
    /// Ids of extensions.
    pub extended_by: String,
}

/// A running collector and its ports.
pub struct Collector {
    pub engine: Engine,
    pub grpc: u16,
    pub http: u16,
    pub metrics: u16,
}

impl Collector {
    /// Starts a collector and waits until its listeners listen. `OWN` in the exporters is its own gRPC
    /// port.
    pub fn start(binary: &Path, setup: &CollectorSetup) -> Self {
        let directory = TempDir::new().unwrap();
        let [grpc, http, metrics] = free_ports();
        let config = format!(
            "receivers:\n  otlp:\n    protocols:\n      grpc:\n        endpoint: 127.0.0.1:{grpc}\n{grpc_lines}      \
             http:\n        endpoint: 127.0.0.1:{http}\n{http_lines}\
             extensions:\n{extensions}processors:\n{processors}exporters:\n{exporters}\
             service:\n  extensions: [{extended_by}]\n  telemetry:\n    metrics:\n      readers: [{{pull: {{exporter: {{prometheus: \
             {{host: 127.0.0.1, port: {metrics}}}}}}}}}]\n  pipelines:\n    traces:\n      receivers: [otlp]\n      \
             processors: [{pipeline}]\n      exporters: [{sends_by}]\n{others}",
            others = indented(4, &setup.others),
            grpc_lines = indented(8, &setup.grpc),
            http_lines = indented(8, &setup.http),
            extensions = indented(2, &setup.extensions),
            extended_by = setup.extended_by,
            processors = indented(2, &setup.processors),
            exporters = indented(2, &setup.exporters.replace("OWN", &grpc.to_string())),
            pipeline = setup.pipeline,
            sends_by = setup.sends_by,
        );
        let mut engine = Engine::start(binary, directory, "--config", &config);
        engine.wait("listening", || listens(grpc) && listens(http) && listens(metrics));
        Self { engine, grpc, http, metrics }
    }
}

fn indented(by: usize, lines: &str) -> String {
    lines.lines().fold(String::new(), |mut text, line| {
        writeln!(text, "{:by$}{line}", "").unwrap();
        text
    })
}

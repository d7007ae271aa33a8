//! Trials of three signals: a Prometheus and a Loki of the trial's own stand in for those of somebody else.

use super::lab::Lab;
use crate::prove::engines::find;

const STACK: &str = "stacks/three-signals";
/// What that stack is of.
const ENGINES: [&str; 2] = ["tempo-3.1.0", "otelcol-0.165.0"];

/// What stands in for the stores of somebody else.
const STORES: [&str; 2] = ["prometheus-3.16.0", "loki-3.7.8"];

#[test]
fn three_signals_are_tried() {
    let test = "three_signals_are_tried";
    let Some(lab) = Lab::with(test, &[ENGINES, STORES].concat()) else { return };
    let said = lab.run(&["try", STACK]);
    assert_eq!(
        said.talk,
        "trying `three-signals` in `LAB/tmp/tracewright-UID/three-signals.P`
  tempo              tempo 3.1.0, ready after N s
  collector.main     otelcol 0.165.0, ready after N s
  prometheus         prometheus 3.16.0, ready after N s
  loki               loki 3.7.8, ready after N s
  app.shop           proven in N s
  stop               stopped and removed in N s
"
    );
    assert_eq!(
        said.out,
        "proven  app.shop: http/protobuf to http://127.0.0.1:P/v1/traces, collector.main, tempo
  a trace came back whole: accepted after N ms, readable after N ms
proven  app.shop: http/protobuf to http://127.0.0.1:P/v1/metrics, collector.main, prometheus
  a metric point came back whole: accepted after N ms, readable after N ms
proven  app.shop: http/protobuf to http://127.0.0.1:P/v1/logs, collector.main, loki
  a log record came back whole: accepted after N ms, readable after N ms
"
    );
    assert_eq!(said.code, Some(0));
    lab.assert_nothing_left("after three signals");
}

/// Metrics and logs alone, with no Tempo anywhere; and Loki's tenant, by which it is written and read. Seen, and proven
/// again, from another terminal.
#[test]
fn a_stack_without_tempo_is_tried() {
    let test = "a_stack_without_tempo_is_tried";
    let Some(lab) = Lab::with(test, &[&["otelcol-0.159.0"], &STORES[..]].concat()) else { return };
    let stack = "schema = 1\nname = \"no-tempo\"\n\n[collector.main]\nversion = \"0.159\"\n\n\
                 [prometheus]\nversion = \"3.16\"\n\n[loki]\ntenant = \"team-a\"\n\n\
                 [app.shop]\nenv_file = \"/srv/shop/.env\"\nservice = { user = \"shop\" }\nprotocol = \"grpc\"\n\
                 signals = [\"metrics\", \"logs\"]\n";
    let directory = lab.path().join("stack");
    std::fs::create_dir(&directory).unwrap();
    std::fs::write(directory.join("stack.toml"), stack).unwrap();
    let directory = directory.display().to_string();
    let trial = lab.start(&["try", &directory, "--hold"], "held");
    let said = lab.run(&["prove", &directory]);
    assert_eq!(
        said.out,
        "proven  app.shop: grpc to http://127.0.0.1:P, collector.main, prometheus
  a metric point came back whole: accepted after N ms, readable after N ms
proven  app.shop: grpc to http://127.0.0.1:P, collector.main, loki
  a log record came back whole: accepted after N ms, readable after N ms
",
        "{}",
        said.talk
    );
    assert_eq!(said.code, Some(0));
    let seen = lab.run(&["status", &directory]).out;
    let (_, stores) = seen.split_once("prometheus  ").unwrap();
    assert_eq!(
        stores,
        "prometheus 3.16.0, process P, ready
  http           127.0.0.1:P        plaintext  open
               2 prometheus_http_requests_total
               0 prometheus_tsdb_out_of_bound_samples_total
               0 prometheus_tsdb_out_of_order_samples_total
               0 prometheus_tsdb_too_old_samples_total

loki  loki 3.7.8, process P, ready
  http           127.0.0.1:P        plaintext  open
               2 loki_distributor_lines_received_total

Dataflow: 3 edges, 3 ok
"
    );
    trial.signal("INT");
    trial.end();
    lab.assert_nothing_left("without Tempo");
}

/// A binary that is not there leaves its signal untried, by name; one that was named must be one.
#[test]
fn what_there_is_no_binary_for_is_named() {
    let Some(lab) = Lab::with("what_there_is_no_binary_for_is_named", &ENGINES) else { return };
    let engines = lab.path().join("engines");
    std::fs::create_dir(&engines).unwrap();
    for engine in ENGINES {
        std::os::unix::fs::symlink(find("", engine).unwrap(), engines.join(engine)).unwrap();
    }
    let alone = |more: &[&str]| {
        let arguments = [&["try", STACK], more].concat();
        // No program of the machine is found beside them.
        let mut tool = lab.tool(&arguments);
        tool.env("TRACEWRIGHT_ENGINES", &engines).env("PATH", "/nonexistent");
        let output = tool.output().unwrap();
        (output.status.code(), output.stdout, String::from_utf8(output.stderr).unwrap())
    };
    let (code, out, talk) = alone(&[]);
    let out = String::from_utf8(out).unwrap();
    assert_eq!(code, Some(0), "{talk}");
    assert_eq!(out.matches("proven").count(), 1, "{out}");
    let untried = out.split_once("not tried").map(|(_, rest)| rest);
    assert_eq!(
        untried,
        Some(
            "  app.shop: its metrics and logs, of which nothing is known
not tried  prometheus: no prometheus binary
  help: name one with `--prometheus PATH`, or a directory that has one in `$TRACEWRIGHT_ENGINES`
not tried  loki: no loki binary
  help: name one with `--loki PATH`, or a directory that has one in `$TRACEWRIGHT_ENGINES`
"
        )
    );
    let (code, _, talk) = alone(&["--loki", "/nonexistent/loki"]);
    assert_eq!(code, Some(3), "{talk}");
    assert_eq!(talk, "error: `/nonexistent/loki` is no file that can be executed\n");
    lab.assert_nothing_left("without a Prometheus and a Loki");
}

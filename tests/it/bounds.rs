//! Files up to their size limit are judged within bounds, or refused with the bound's name.
//!
//! The time is the processor's, not the clock's: a busy machine makes no test fail.

use crate::tool::said;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Seconds of processor time: a hundred times what the release needs, for an unoptimized binary.
const SECONDS: u32 = 30;
/// Address space, in KiB.
const MEMORY: u32 = 800_000;

struct Case {
    name: &'static str,
    /// The file below the directory that is judged, and what it holds.
    files: Vec<(&'static str, String)>,
    code: i32,
    /// What must be said.
    says: &'static str,
}

const COLLECTOR: &str = "etc/otelcol/config.yaml";
const STACK: &str = "stack.toml";
const MINIMAL: &str = "exporters: {debug: }\nreceivers: {otlp: {protocols: {grpc: }}}\n\
    service: {pipelines: {traces: {receivers: [otlp], exporters: [debug]}}}\n";

fn judged(directory: &Path, case: &Case) -> Output {
    // Two directories of a host's root, so that nobody takes it for a repository.
    fs::create_dir_all(directory.join("etc/systemd")).unwrap();
    fs::create_dir_all(directory.join("home")).unwrap();
    fs::create_dir_all(directory.join("usr")).unwrap();
    for (path, text) in &case.files {
        let path = directory.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let files = !case.files.iter().any(|(path, _)| *path == STACK);
    let limits = format!("ulimit -t {SECONDS}; ulimit -v {MEMORY}; exec \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &limits, "sh", env!("CARGO_BIN_EXE_tracewright"), "check"]);
    command.args(files.then_some("--files")).arg(".").current_dir(directory).env_clear();
    command.output().unwrap()
}

/// A unit of a collector whose variables are put in so many times.
fn unit(times: usize) -> String {
    let command = "${A}".repeat(times);
    format!(
        "[Service]\nEnvironment=A={}\nExecStart=/usr/bin/otelcol --config {command}\n",
        "x".repeat(20_000)
    )
}

fn yaml() -> Vec<Case> {
    let collector =
        |name, text: String, code, says| Case { name, files: vec![(COLLECTOR, text)], code, says };
    vec![
        collector(
            "keys",
            format!("receivers:\n{}", "  a: 1\n".repeat(300_000)),
            3,
            "more than 200000 values",
        ),
        collector(
            "duplicates",
            format!("{MINIMAL}processors:\n{}", "  a: 1\n".repeat(90_000)),
            3,
            "89899 more keys do",
        ),
        collector(
            "a flow list",
            format!("receivers: [{}]\n", "a,".repeat(1_000_000)),
            3,
            "more than 200000 values",
        ),
        collector("open lists", "[".repeat(1_000_000), 3, "nested deeper than 100 levels"),
        collector("documents", "---\n".repeat(500_000), 0, "0 errors"),
        collector(
            "references",
            MINIMAL.replace("[otlp]", &format!("[{}]", "a,".repeat(190_000))),
            3,
            "189900 more `file-refused`",
        ),
        collector(
            "unknown keys",
            format!(
                "receivers:\n  otlp:\n    protocols:\n      grpc:\n{}",
                (0..60_000).map(|key| format!("        k{key}: 1\n")).collect::<String>()
            ),
            0,
            "0 errors",
        ),
        collector(
            "variables that do not end",
            MINIMAL.replace("grpc: ", &format!("grpc: {{endpoint: \"{}\"}}", "${env:".repeat(200_000))),
            3,
            "missing port in address",
        ),
    ]
}

fn others() -> Vec<Case> {
    let variables = "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4317\n";
    vec![
        Case {
            name: "a unit that puts in 400 MB",
            files: vec![
                ("etc/systemd/system/otelcol.service", unit(20_000)),
                (COLLECTOR, MINIMAL.to_owned()),
            ],
            code: 0,
            says: "otelcol.service: its command line, variables put in, is longer than 2 MB",
        },
        Case {
            name: "equal variables",
            files: vec![("home/x/.env", variables.repeat(150_000)), (COLLECTOR, MINIMAL.to_owned())],
            code: 0,
            says: "/home/x/.env: larger than 1048576 bytes",
        },
        Case {
            name: "equal variables within the size",
            files: vec![("home/x/.env", variables.repeat(20_000))],
            code: 0,
            says: "0 errors",
        },
        Case {
            name: "variables that contradict each other",
            files: vec![(
                "home/x/.env",
                format!(
                    "{variables}{}",
                    (0..19_000)
                        .map(|port| format!(
                            "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:{}\n",
                            port % 60_000 + 1
                        ))
                        .collect::<String>()
                ),
            )],
            code: 3,
            says: "more faults than the hundred that are told",
        },
        Case {
            name: "lines that are no assignment",
            files: vec![("home/x/.env", format!("{variables}{}", "x\n".repeat(500_000)))],
            code: 3,
            says: "more faults than the hundred that are told",
        },
        Case {
            name: "a unit without end",
            files: vec![
                ("etc/systemd/system/otelcol.service", "Environment=A=b\n".repeat(80_000)),
                (COLLECTOR, MINIMAL.to_owned()),
            ],
            code: 0,
            says: "otelcol.service: larger than 1048576 bytes",
        },
    ]
}

fn stacks() -> Vec<Case> {
    let stack = |name, text: String, says| Case { name, files: vec![(STACK, text)], code: 3, says };
    vec![
        stack("equals signs", "=".repeat(25_000), "more `toml-syntax`"),
        stack("carriage returns", "\r".repeat(25_000), "more `toml-syntax`"),
        stack("lines of equals signs", "=\n".repeat(25_000), "24899 more `duplicate-key`"),
        stack(
            "keys nobody knows",
            (0..50_000).map(|key| format!("k{key}=1\n")).collect(),
            "49900 more `unknown-key`",
        ),
        stack("a key again and again", "a=1\n".repeat(100_000), "more `duplicate-key`"),
        stack("lists in lists", "a=".to_owned() + &"[".repeat(490_000), "toml-syntax"),
    ]
}

#[test]
fn whatever_a_file_holds_it_is_judged_within_bounds() {
    let cases: Vec<Case> = yaml().into_iter().chain(others()).chain(stacks()).collect();
    let mut failures = String::new();
    for case in &cases {
        let directory = tempfile::tempdir().unwrap();
        let output = judged(directory.path(), case);
        let Some(code) = output.status.code() else {
            failures.push_str(&format!("{}: killed: {}\n", case.name, output.status));
            continue;
        };
        let (text, _) = said(&output);
        if code != case.code || !text.contains(case.says) || text.len() > 1_000_000 {
            let end: String = text.chars().rev().take(1500).collect::<Vec<_>>().into_iter().rev().collect();
            failures.push_str(&format!("{}: ended with {code}, {} bytes: {end}\n", case.name, text.len()));
        }
    }
    assert!(failures.is_empty(), "{failures}");
    println!("promise: hostile files judged within bounds of time and memory | {} | cargo", cases.len());
}

//! A prover whose clock is wrong by days, beside engines whose clock is right: real clocks cannot be
//! turned by a test, so the prover runs in a child for which libfaketime turns it.

use super::ca::{Ca, Leaf};
use super::engines::{CAUSES, Tempo, TempoSetup, find};
use super::lab::{Logged, OneProver, counted, dial, endpoint, message};
use snapbox::{assert_data_eq, file};
use std::fmt::Write;
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;
use tracewright::model::dataflow::OtlpProtocol::Grpc;
use tracewright::prove::{Tls, TrustedCa as Trusted};

#[test]
fn a_wrong_clock_is_named_where_it_matters() {
    let test = "a_wrong_clock_is_named_where_it_matters";
    let Some(binary) = find(test, "tempo-2.10.8") else { return };
    if Command::new("faketime").arg("--version").output().is_err() {
        println!("promise: {CAUSES} | 0 | not run: {test}: no faketime on PATH");
        return;
    }
    let directory = TempDir::new().unwrap();
    let ours = Ca::new(directory.path(), "ours");
    let served = ours.issue("server", &Leaf { two_days: true, ..Leaf::server(&["127.0.0.1"]) });
    let (certificate, key) = (served.certificate.display(), served.key.display());
    let secure = TempoSetup {
        grpc: format!("tls:\n  cert_file: {certificate}\n  key_file: {key}"),
        ..TempoSetup::default()
    };
    let mut said = String::new();
    for (setup, ca) in [(TempoSetup::default(), None), (secure, Some(ours.certificate()))] {
        let mut tempo = Tempo::start(&binary, &setup);
        tempo.wait_ready();
        for shift in ["+3d", "-3d"] {
            let mut child = Command::new("faketime");
            child.args(["-m", "--exclude-monotonic", "-f", shift]).arg(std::env::current_exe().unwrap());
            child.args(["--exact", "prove::skew::child", "--nocapture"]);
            child.env("SKEW_PORTS", format!("{} {}", tempo.otlp_grpc, tempo.http));
            child.envs(ca.iter().map(|file| ("SKEW_AUTHORITY", file)));
            let output = child.output().unwrap();
            let text = String::from_utf8(output.stdout).unwrap();
            assert!(output.status.success(), "{text}");
            let tls = if ca.is_some() { "TLS" } else { "plaintext" };
            let found: String =
                text.lines().filter_map(|line| line.strip_prefix("| ")).collect::<Vec<_>>().join("\n");
            writeln!(said, "{shift}, {tls}: {found}").unwrap();
        }
    }
    let said = counted(said, "real 2.10.8");
    assert_data_eq!(said, file!["messages/wrong-clock.txt"]);
}

/// What the test above starts; by itself it does nothing.
#[test]
fn child() {
    let Ok(ports) = std::env::var("SKEW_PORTS") else { return };
    let (otlp, api) = ports.split_once(' ').unwrap();
    let tls = std::env::var_os("SKEW_AUTHORITY")
        .map(|file| Tls { ca: Trusted::File(file.into()), ..Tls::default() });
    let reader = tracewright::prove::Reader {
        api: format!("http://127.0.0.1:{api}"),
        ..super::lab::nothing_to_read(0)
    };
    let prover = OneProver { reader: &reader, logs: &Logged::default(), within: Duration::from_secs(15) };
    let otlp: u16 = otlp.parse().unwrap();
    let said = message(&prover.prove(&endpoint(dial(Grpc, otlp, tls))), &[(otlp, "TEMPO")]);
    said.lines().for_each(|line| println!("\n| {line}"));
}

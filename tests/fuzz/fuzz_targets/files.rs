//! Files of a host, read and judged together, and what is printed of them: no panic, and nothing that a
//! terminal would obey. Files are separated by a byte 0; their order picks their paths.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::time::{Duration, SystemTime};
use tracewright::check::check;
use tracewright::model::names::TargetPath;
use tracewright::report::{ShownFindings, diagnostics};
use tracewright::text::{RedactSource, Sources, TextFormat};
use tracewright::topology::{Examined, FileSet, read};

const PATHS: [&str; 6] = [
    "/etc/otelcol/config.yaml",
    "/etc/tempo/config.yml",
    "/etc/systemd/system/tempo.service",
    "/home/pde/.env",
    "/etc/grafana/provisioning/datasources/a.yaml",
    "/etc/systemd/system/otelcol.service.d/a.conf",
];

fuzz_target!(|data: &[u8]| {
    let mut files = FileSet { complete: true, ..FileSet::default() };
    for (path, bytes) in PATHS.iter().zip(data.split(|byte| *byte == 0)) {
        files.files.insert(TargetPath::new(*path), Examined::Bytes(bytes));
    }
    let topology = read(&files);
    let report = check(&topology, SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000));
    let mut sources = Sources::default();
    for (path, content) in &files.files {
        if let (Some(name), Examined::Bytes(bytes)) = (topology.sources.get(path), content)
            && let Ok(text) = std::str::from_utf8(bytes)
        {
            let shown = RedactSource::new(TextFormat::of_path(path.as_str()), text);
            sources.extend([(name.clone(), shown)]);
        }
    }
    let shown = diagnostics::render(&ShownFindings::of(&report.findings, &sources), false);
    assert!(shown.chars().all(|letter| letter == '\n' || !letter.is_control()), "{shown:?}");
});

//! Folders of finished files, laid out like a root, against the topology that is read from them.
//!
//! A case is `tests/readers/NAME/`: everything below `root/` is a file of the host, `topology.txt`
//! is the whole expected picture. `SNAPSHOTS=overwrite` writes it.
#![expect(clippy::disallowed_methods, reason = "tests read their data")]

use snapbox::{Data, assert_data_eq};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use tracewright::dataflow::{ClientTls, FileReference, ServerTls, Topology, Trust};
use tracewright::diagnostic::Mark;
use tracewright::stack::TargetPath;
use tracewright::topology::{Examined, FileSet, read};

#[test]
fn every_folder_is_read_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readers");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|case| case.join("root").is_dir());
    cases.sort();
    assert!(!cases.is_empty());
    for case in cases {
        let contents = load(&case.join("root"));
        let files = FileSet {
            files: contents.iter().map(|(path, bytes)| (path.clone(), Examined::Bytes(bytes))).collect(),
            complete: true,
            ..FileSet::default()
        };
        let picture = summary(&read(&files), &contents);
        assert_data_eq!(picture, Data::read_from(&case.join("topology.txt"), None).raw());
    }
}

/// Small files in one text, each case with what is read from it: `# TITLE`, `> PATH` and `| LINE` are
/// the case, the lines below are the answer. `= collector 0.111` gives a version.
#[test]
fn every_table_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readers/tables");
    let mut tables: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    tables.sort();
    for table in tables {
        let text = std::fs::read_to_string(&table).unwrap();
        let mut out = String::new();
        for case in text.split_inclusive('\n').fold(Vec::<String>::new(), |mut cases, line| {
            if line.starts_with("# ") || cases.is_empty() {
                cases.push(String::new());
            }
            cases.last_mut().unwrap().push_str(line);
            cases
        }) {
            out += &answered(&case);
        }
        assert_data_eq!(out, Data::read_from(&table, None).raw());
    }
}

fn answered(case: &str) -> String {
    let mut out = String::new();
    let mut contents = Contents::new();
    let mut files = FileSet { complete: true, ..FileSet::default() };
    let mut path = None;
    for line in case.lines() {
        if let Some(version) = line.strip_prefix("= collector ") {
            files.collector_version = Some(version.to_owned());
        } else if let Some(version) = line.strip_prefix("= tempo ") {
            files.tempo_version = Some(version.to_owned());
        } else if line == "= incomplete" {
            files.complete = false;
        } else if let Some(name) = line.strip_prefix("> ") {
            path = Some(TargetPath::new(name));
        } else if let Some(text) = line.strip_prefix('|') {
            let content = contents.entry(path.clone().unwrap()).or_default();
            content.extend_from_slice(text.strip_prefix(' ').unwrap_or(text).as_bytes());
            content.push(b'\n');
        } else if !line.starts_with('#') {
            continue;
        }
        out += line;
        out.push('\n');
    }
    files.files = contents.iter().map(|(path, bytes)| (path.clone(), Examined::Bytes(bytes))).collect();
    let topology = read(&files);
    out += &summary(&topology, &contents);
    out.push('\n');
    out
}

type Contents = BTreeMap<TargetPath, Vec<u8>>;

fn load(root: &Path) -> Contents {
    walkdir::WalkDir::new(root)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            (TargetPath::new(format!("/{path}")), std::fs::read(entry.path()).unwrap())
        })
        .collect()
}

/// The whole topology as text: one line a thing, each with the text its mark points at.
fn summary(topology: &Topology, contents: &Contents) -> String {
    let mut out = String::new();
    let shown = |mark: &Mark| shown(mark, contents);
    for (index, program) in topology.programs.iter().enumerate() {
        writeln!(out, "{index} {program} {:?}", program.version).unwrap();
    }
    for l in &topology.listeners {
        let (bind, port, tls) = (&l.bind, l.port, server(&l.tls, contents));
        writeln!(out, "{} listens {} {} {bind}:{port} {tls} at {}", l.program, l.door, l.protocol, shown(&l.at))
            .unwrap();
    }
    for d in &topology.diallers {
        let (host, port, tls) = (&d.host, d.port, client(&d.tls, contents));
        let path = d.wrong_path.as_deref().map(|path| format!(" WRONG PATH {path}")).unwrap_or_default();
        writeln!(out, "{} dials {} {} {host}:{port} {tls}{path} at {}", d.program, d.setting, d.protocol, shown(&d.at))
            .unwrap();
    }
    for key in &topology.unknown_keys {
        writeln!(out, "{} unknown {} {:?} at {}", key.program, key.path, key.suggestion, shown(&key.at)).unwrap();
    }
    for fault in &topology.environment {
        let other = fault.other.as_ref().map(|mark| format!(" and {}", shown(mark))).unwrap_or_default();
        writeln!(out, "{} environment {:?} at {}{other}", fault.program, fault.kind, shown(&fault.at)).unwrap();
    }
    for (path, file) in &topology.certificates {
        writeln!(out, "certificate {path} {}", format!("{file:?}").split(['(', ' ']).next().unwrap()).unwrap();
    }
    for not_read in &topology.not_read {
        writeln!(out, "not read {}: {}", not_read.place, not_read.reason).unwrap();
    }
    for (mark, text) in &topology.faults {
        writeln!(out, "fault {text} at {}", shown(mark)).unwrap();
    }
    out
}

/// `LINE:COLUMN "text"` of a mark.
fn shown(mark: &Mark, contents: &Contents) -> String {
    let text = std::str::from_utf8(&contents[&TargetPath::new(mark.source.0.clone())]).unwrap();
    let before = &text[..mark.span.start];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
    format!("{line}:{column} {:?}", &text[mark.span.clone()])
}

fn file(what: &str, file: Option<&FileReference>) -> String {
    file.map(|file| format!(" {what} {}", file.path)).unwrap_or_default()
}

fn server(tls: &ServerTls, contents: &Contents) -> String {
    let mut out = format!("{:?}", tls.mode);
    out += &file("certificate", tls.certificate.as_ref());
    out += &file("key", tls.key.as_ref());
    out += &file("clients by", tls.client_authority.as_ref());
    if tls.demands_client_certificate {
        out += " demands";
    }
    if let Some(mark) = &tls.at {
        out += &format!(" ({})", shown(mark, contents));
    }
    out
}

fn client(tls: &ClientTls, contents: &Contents) -> String {
    let mut out = String::from(if tls.enabled { "Tls" } else { "Plaintext" });
    if tls.enabled {
        match &tls.trust {
            Trust::File(file) => out += &format!(" trusts {}", file.path),
            other => out += &format!(" trusts {other:?}"),
        }
    }
    if let Some(name) = &tls.server_name {
        out += &format!(" as {name}");
    }
    out += &file("certificate", tls.certificate.as_ref());
    out += &file("key", tls.key.as_ref());
    for ignored in &tls.ignored {
        out += &format!(" ignored {}", ignored.path);
    }
    if let Some(mark) = &tls.at {
        out += &format!(" ({})", shown(mark, contents));
    }
    out
}

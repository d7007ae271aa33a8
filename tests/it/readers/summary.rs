//! A topology as text: one line a thing, each with the text its mark points at.

use super::Contents;
use std::fmt::Write;
use tracewright::diagnostic::Mark;
use tracewright::model::dataflow::{ClientTls, FileReference, ServerTls, Topology, Trust};
use tracewright::model::names::TargetPath;

/// The whole topology as text: one line a thing, each with the text its mark points at.
pub(crate) fn summary(topology: &Topology, contents: &Contents) -> String {
    let mut out = String::new();
    let shown = |mark: &Mark| shown(mark, contents);
    for (index, program) in topology.programs.iter().enumerate() {
        writeln!(out, "{index} {program} {:?}", program.version).unwrap();
    }
    for l in &topology.listeners {
        let (bind, port, tls) = (&l.bind, l.port, server(&l.tls, contents));
        writeln!(
            out,
            "{} listens {} {} {bind}:{port} {tls} at {}",
            l.program,
            l.setting,
            l.protocol,
            shown(&l.at)
        )
        .unwrap();
    }
    for d in &topology.clients {
        let (host, port, tls) = (&d.host, d.port, client(&d.tls, contents));
        let path = d.wrong_path.as_deref().map(|path| format!(" WRONG PATH {path}")).unwrap_or_default();
        writeln!(
            out,
            "{} dials {} {} {host}:{port} {tls}{path} at {}",
            d.program,
            d.setting,
            d.protocol,
            shown(&d.at)
        )
        .unwrap();
    }
    for key in &topology.unknown_keys {
        writeln!(out, "{} unknown {} {:?} at {}", key.program, key.path, key.suggestion, shown(&key.at))
            .unwrap();
    }
    for fault in &topology.environment {
        let other = fault.other.as_ref().map(|mark| format!(" and {}", shown(mark))).unwrap_or_default();
        writeln!(out, "{} environment {:?} at {}{other}", fault.program, fault.kind, shown(&fault.at))
            .unwrap();
    }
    for (path, file) in &topology.certificates {
        writeln!(out, "certificate {path} {}", format!("{file:?}").split(['(', ' ']).next().unwrap())
            .unwrap();
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
    out += &file("clients by", tls.client_ca.as_ref());
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

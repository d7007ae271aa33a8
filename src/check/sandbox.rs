//! `path-hidden` and `directory-not-writable`: a unit whose sandbox keeps from its program what the program
//! needs. It does not start, or it starts and what it writes is gone with every stop (seen on systemd 252 with
//! Tempo 2.10.8).

use super::facts::Facts;
use crate::diagnostic::{Code, Finding, Findings, Help, TextChange};
use crate::model::dataflow::{PathUsage, SandboxFault, SandboxedPath};
use crate::model::names::TargetPath;
use std::collections::BTreeSet;

/// The code of a path that the program does not see.
pub(super) const HIDDEN: Code = Code("path-hidden");
/// The code of a directory that the program cannot write to.
pub(super) const NOT_WRITABLE: Code = Code("directory-not-writable");

/// Speaks of each directive that hides files of the program that its unit starts.
pub(super) fn hidden(facts: &Facts<'_>, findings: &mut Findings) {
    for fault in facts.topology.sandboxes.iter().filter(|fault| !fault.read_only) {
        let Some(first) = fault.paths.first() else { continue };
        let title = format!("`{}` hides `{}` from its own program", fault.unit, first.path);
        // A program that starts all the same works, until its unit stops.
        let starts = fault.paths.iter().all(|path| path.usage == PathUsage::Data) && is_own_tmp(fault);
        let finding = if starts { Finding::warning(HIDDEN, title) } else { Finding::error(HIDDEN, title) };
        findings.push(told(fault, finding));
    }
}

/// Speaks of each directive that leaves a directory for reading only which its program writes to.
pub(super) fn closed(facts: &Facts<'_>, findings: &mut Findings) {
    for fault in facts.topology.sandboxes.iter().filter(|fault| fault.read_only) {
        let Some(first) = fault.paths.first() else { continue };
        let title = format!("`{}` does not let its own program write to `{}`", fault.unit, first.path);
        findings.push(told(fault, Finding::error(NOT_WRITABLE, title)));
    }
}

/// With the directive, the paths and the ways out.
fn told(fault: &SandboxFault, finding: Finding) -> Finding {
    let mut finding = finding.at(fault.at.clone(), outcome(fault));
    for path in &fault.paths {
        finding = match &path.at {
            Some(at) => finding.also(at.clone(), usage(path.usage)),
            None => finding.also(fault.at.clone(), format!("`{}`: {}", path.path, usage(path.usage))),
        };
    }
    ways(fault).into_iter().fold(finding, Finding::help)
}

fn usage(usage: PathUsage) -> &'static str {
    match usage {
        PathUsage::Binary => "the program",
        PathUsage::Configuration => "its configuration",
        PathUsage::Certificate => "a certificate or key",
        PathUsage::Data => "its data",
        PathUsage::Listed => "named by `ReadWritePaths=`",
    }
}

/// What comes of it, the earliest first.
fn outcome(fault: &SandboxFault) -> &'static str {
    let any = |usage| fault.paths.iter().any(|path| path.usage == usage);
    if any(PathUsage::Listed) {
        "the unit does not start (status 226): inside it such a path is not there"
    } else if any(PathUsage::Binary) {
        "the unit does not start (status 203): inside it the program is not there"
    } else if fault.paths.iter().all(|path| path.usage == PathUsage::Data) && is_own_tmp(fault) {
        "it writes to a /tmp of its own, which is emptied with every stop"
    } else {
        "the program does not start"
    }
}

/// Of what `DynamicUser=` implies, a /tmp of the unit's own is all that hides something.
fn is_own_tmp(fault: &SandboxFault) -> bool {
    !fault.read_only
        && ["PrivateTmp=", "DynamicUser="].iter().any(|directive| fault.directive.starts_with(directive))
}

/// The ways out: what the sandbox leaves, in lines beside the directive.
fn ways(fault: &SandboxFault) -> Vec<Help> {
    let (written, read): (Vec<_>, Vec<_>) = fault.paths.iter().partition(|path| is_written(path));
    let mut lines = vec![fault.directive.clone()];
    if fault.read_only {
        lines.push(format!("ReadWritePaths={}", listed(&written)));
    } else if fault.directive.starts_with("InaccessiblePaths=") {
        return vec![format!("take it out of `{}`", fault.directive).into()];
    } else {
        if fault.directive.starts_with("ProtectHome=") {
            lines = vec!["ProtectHome=tmpfs".to_owned()];
        }
        let binds = [("BindPaths", &written), ("BindReadOnlyPaths", &read)];
        let binds = binds.into_iter().filter(|(_, paths)| !paths.is_empty());
        lines.extend(binds.map(|(key, paths)| format!("{key}={}", listed(paths))));
    }
    let change = TextChange::Replace { span: fault.at.span.clone(), with: lines.join("\n") };
    let shown: Vec<String> = lines.iter().map(|line| format!("`{line}`")).collect();
    let way = Help::from(format!("in `{}`: {}", fault.at.source, shown.join(" and ")));
    let mut ways = vec![way.edit(fault.at.source.clone(), change)];
    if is_own_tmp(fault) && !written.is_empty() {
        let kept =
            "a directory below `/var/lib` instead: what lies in /tmp and /var/tmp is deleted by the system";
        ways.push(kept.into());
    }
    if fault.read_only {
        ways.push("or `StateDirectory=NAME`, and a directory below /var/lib".into());
    }
    ways
}

fn is_written(path: &SandboxedPath) -> bool {
    matches!(path.usage, PathUsage::Data | PathUsage::Listed)
}

/// The directories that hold these paths: several of one are named together, since none of them may be there
/// yet. What everybody has a part of (`/tmp`, `/home`, a home) is not brought in for one program's sake.
fn listed(paths: &[&SandboxedPath]) -> String {
    let shared = |path: &TargetPath| {
        let parent = path.parent();
        let several = paths.iter().filter(|other| other.path.parent() == parent).count() > 1;
        let depth = parent.as_str().split('/').filter(|part| !part.is_empty()).count();
        let is_home = parent.is_within(&TargetPath::new("/home")) && depth < 3;
        if several && depth > 1 && !is_home && parent.as_str() != "/var/tmp" { parent } else { path.clone() }
    };
    let shared: BTreeSet<TargetPath> = paths.iter().map(|path| shared(&path.path)).collect();
    let within = |path: &&TargetPath| !shared.iter().any(|other| other != *path && path.is_within(other));
    shared.iter().filter(within).map(TargetPath::as_str).collect::<Vec<_>>().join(" ")
}

//! `path-hidden`: a unit whose sandbox keeps from its program what the program needs. It does not start, or it
//! starts and what it writes is gone with every stop (seen on systemd 252 with Tempo 2.10.8).

use super::facts::Facts;
use crate::diagnostic::{Code, Finding, Findings, Help, TextChange};
use crate::model::dataflow::{PathUsage, SandboxFault, SandboxedPath};
use crate::model::names::TargetPath;
use std::collections::BTreeSet;

/// The code of this rule.
pub(super) const CODE: Code = Code("path-hidden");

/// Speaks of each directive that stands between a program and its files.
pub(super) fn judge(facts: &Facts<'_>, findings: &mut Findings) {
    for fault in &facts.topology.sandboxes {
        let Some(first) = fault.paths.first() else { continue };
        let (unit, path) = (&fault.unit, &first.path);
        let title = if fault.paths.iter().all(|path| path.read_only) {
            format!("`{unit}` does not let its own program write to `{path}`")
        } else {
            format!("`{unit}` hides `{path}` from its own program")
        };
        let mut finding = Finding::error(CODE, title).at(fault.at.clone(), outcome(fault));
        for path in &fault.paths {
            finding = finding.also(fault.at.clone(), format!("`{}`: {}", path.path, usage(path.usage)));
        }
        finding = ways(fault).into_iter().fold(finding, Finding::help);
        findings.push(finding);
    }
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

fn is_own_tmp(fault: &SandboxFault) -> bool {
    fault.directive.starts_with("PrivateTmp=")
}

/// The ways out: what the sandbox leaves, in lines beside the directive.
fn ways(fault: &SandboxFault) -> Vec<Help> {
    let read_only = fault.paths.iter().all(|path| path.read_only);
    let (written, read): (Vec<_>, Vec<_>) = fault.paths.iter().partition(|path| is_written(path));
    let mut lines = vec![fault.directive.clone()];
    if read_only {
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

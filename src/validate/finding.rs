//! Findings about engines, and about files in an engine's own words.

use super::complaint::Complaint;
use super::{EngineKind, FoundEngine, ReleaseFit, WantedEngine};
use crate::diagnostic::{Code, Finding, KeyPart, Mark, SourceName};
use crate::model::names::TargetPath;
use crate::wiring::ComponentId;
use std::path::Path;

const REFUSES: Code = Code("engine-refuses");
const WARNS: Code = Code("engine-warns");
const VERSION: Code = Code("engine-version");
const UNUSABLE: Code = Code("engine-unusable");

/// The builds of the collector that its project publishes; others have names of their own.
const KNOWN_BUILDS: [&str; 2] = ["otelcol", "otelcol-contrib"];

/// A complaint, at its place in the file where it tells one, and at the component's table.
pub(super) fn complaint(id: &ComponentId, path: &TargetPath, by: &str, complaint: Complaint) -> Finding {
    let finding = if complaint.harmless {
        Finding::warning(WARNS, format!("{by} warns of `{path}`"))
    } else {
        Finding::error(REFUSES, format!("{by} refuses `{path}`"))
            .help(format!("`tracewright explain {REFUSES}`; the words are those of {by}"))
    };
    let table = (id.key(), KeyPart::Header);
    match complaint.at {
        Some(span) => {
            let mark = Mark { source: SourceName(path.to_string()), span };
            finding.at(mark, complaint.words).also(table, "written for this")
        }
        None => finding.at(table, complaint.words),
    }
}

/// A binary that the user named and that cannot be asked.
pub(super) fn unusable(kind: EngineKind, path: &Path, what: &str) -> Finding {
    let flag = kind.flag();
    Finding::error(UNUSABLE, format!("`{flag} {}`: it {what}", path.display()))
        .help(format!("`{flag}` takes the path of a binary of `{}`", kind.binary()))
}

/// A binary of another release than the stack names, or of another build.
pub(super) fn other(
    id: &ComponentId,
    wanted: &WantedEngine,
    engine: &FoundEngine,
    fit: ReleaseFit,
) -> Option<Finding> {
    let title = |named: &str| format!("`{}` is {engine}, and the stack names {named}", engine.path.display());
    let build = engine.name != wanted.kind.binary() && KNOWN_BUILDS.contains(&engine.name.as_str());
    let (finding, named) = match fit {
        ReleaseFit::Other => (Finding::error(VERSION, title(&wanted.version)), "version"),
        ReleaseFit::Covered => (Finding::warning(VERSION, title(&wanted.version)), "version"),
        ReleaseFit::Same if build => (Finding::warning(VERSION, title(wanted.kind.binary())), "distribution"),
        ReleaseFit::Same => return None,
    };
    let (major, minor) = engine.release.line;
    let way_out = match named {
        "version" => format!("version = \"{major}.{minor}\""),
        _ => {
            format!("distribution = \"{}\"", if engine.name == KNOWN_BUILDS[0] { "core" } else { "contrib" })
        }
    };
    let finding = finding.at((id.key().join(named), KeyPart::Value), "").help(way_out);
    Some(finding.help("`--no-engines` judges without it"))
}

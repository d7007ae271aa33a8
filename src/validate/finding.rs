//! Findings about engines, and about files in an engine's own words.

use super::{FoundEngine, ReleaseFit, WantedEngine};
use crate::component::EngineBinary;
use crate::component::complaint::Complaint;
use crate::diagnostic::{Code, Finding, KeyPart, Mark, SourceName};
use crate::model::names::TargetPath;
use crate::wiring::ComponentId;
use std::path::Path;

const REFUSES: Code = Code("engine-refuses");
const WARNS: Code = Code("engine-warns");
const VERSION: Code = Code("engine-version");
const UNUSABLE: Code = Code("engine-unusable");

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
pub(super) fn unusable(binary: &EngineBinary, path: &Path, what: &str) -> Finding {
    let flag = binary.flag;
    Finding::error(UNUSABLE, format!("`{flag} {}`: it {what}", path.display()))
        .help(format!("`{flag}` takes the path of a binary of `{}`", binary.name))
}

/// A binary of another release than the stack names, or of another build.
pub(super) fn other(
    id: &ComponentId,
    wanted: &WantedEngine,
    engine: &FoundEngine,
    fit: ReleaseFit,
) -> Option<Finding> {
    let title = |named: &str| format!("`{}` is {engine}, and the stack names {named}", engine.path.display());
    let (finding, key, value) = match fit {
        ReleaseFit::Same => {
            let mut builds = wanted.binary.published.iter().filter(|build| build.name != wanted.binary.name);
            let build = builds.find(|build| build.name == engine.name)?;
            let finding = Finding::warning(VERSION, title(wanted.binary.name));
            (finding, build.key, build.value.to_owned())
        }
        ReleaseFit::Other | ReleaseFit::Covered => {
            let title = title(&wanted.version);
            let finding = match fit {
                ReleaseFit::Other => Finding::error(VERSION, title),
                _ => Finding::warning(VERSION, title),
            };
            let (major, minor) = engine.release.line;
            (finding, "version", format!("{major}.{minor}"))
        }
    };
    let finding = finding.at((id.key().join(key), KeyPart::Value), "").help(format!("{key} = \"{value}\""));
    Some(finding.help("`--no-engines` judges without it"))
}

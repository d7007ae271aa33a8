//! `unknown-key` and `file-refused`: what a program refuses before it looks at any edge.

use super::facts::Facts;
use crate::diagnostic::{Code, Finding, Findings, Help, Severity, TextChange};
use crate::model::dataflow::{ReadVersion, Suggestion};

/// The code of a key that the version does not know.
pub(super) const UNKNOWN: Code = Code("unknown-key");
/// The code of a file that its program does not start with.
pub(super) const REFUSED: Code = Code("file-refused");

/// Speaks of keys that the program's version does not know: a warning where the version is a guess.
pub(super) fn unknown(facts: &Facts<'_>, findings: &mut Findings) {
    for key in &facts.topology.unknown_keys {
        let program = &facts.topology.programs[key.program];
        let (severity, version) = match &program.version {
            ReadVersion::Given(line) | ReadVersion::Image(line) | ReadVersion::Inferred(line) => {
                (Severity::Error, format!("{} {line}", program.kind))
            }
            ReadVersion::Assumed(line) => (Severity::Warning, format!("{} {line}", program.kind)),
            ReadVersion::Nearest { line, .. } => (Severity::Warning, format!("{} {line}", program.kind)),
            ReadVersion::None => (Severity::Error, program.kind.to_string()),
        };
        let title = format!("{version} does not know `{}`", key.path);
        let finding = match severity {
            Severity::Error => Finding::error(UNKNOWN, title).at(key.at.clone(), "refused at the start"),
            Severity::Warning => {
                let flag = format!("--{}-version", program.kind.to_string().to_lowercase());
                let finding = Finding::warning(UNKNOWN, title);
                match &program.version {
                    ReadVersion::Nearest { given, .. } => {
                        finding.at(key.at.clone(), format!("the keys of {given} are not known here"))
                    }
                    _ => finding
                        .at(key.at.clone(), "no version was given, and none follows from the file")
                        .help(format!("`{flag} V` says which release reads this file")),
                }
            }
        };
        let near = key.suggestion.as_ref().map(|near| match near {
            Suggestion::Near(near) => {
                let change = TextChange::Replace { span: key.at.span.clone(), with: near.clone() };
                Help::from(format!("did you mean `{near}`?")).edit(key.at.source.clone(), change)
            }
            Suggestion::AlwaysOn(release) => {
                let change = TextChange::RemoveKey { way: key.path.clone() };
                let text = format!("remove it: it is always on since {} {release}", program.kind);
                Help::from(text).edit(key.at.source.clone(), change)
            }
            Suggestion::OtherLine(line) => {
                let change = TextChange::RemoveKey { way: key.path.clone() };
                let text = format!(
                    "remove it, or run the release that reads it: {} {line} knows this key",
                    program.kind
                );
                Help::from(text).edit(key.at.source.clone(), change)
            }
        });
        findings.push(near.into_iter().fold(finding, Finding::help));
    }
}

/// Speaks of files that do not parse, or that their program refuses for what stands in them.
pub(super) fn refused(facts: &Facts<'_>, findings: &mut Findings) {
    for (mark, fault) in &facts.topology.faults {
        let topology = facts.topology;
        let reader = topology
            .programs
            .iter()
            .find(|program| topology.sources.get(&program.file).is_some_and(|source| *source == mark.source));
        let who = reader.map_or_else(|| "its program".to_owned(), |program| program.kind.spoken());
        findings.push(
            Finding::error(REFUSED, fault.clone())
                .at(mark.clone(), format!("{who} does not start with this")),
        );
    }
}

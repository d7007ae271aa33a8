//! Findings as programs read them: with the whole range of each place, and without secrets.

use crate::diagnostic::{Finding, Label, Place, Severity};
use crate::report::ShownFindings;
use crate::text::Sources;
use schemars::JsonSchema;
use serde::Serialize;

/// One finding.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ToldFinding {
    /// Errors refuse the verb, warnings never do.
    pub severity: ToldSeverity,
    /// Its stable name, as `explain CODE` takes it.
    pub code: String,
    /// One line.
    pub title: String,
    /// The edge it speaks of.
    pub edge: Option<String>,
    /// Where it stands.
    pub at: Option<ToldPlace>,
    /// Further places that belong to it.
    pub also: Vec<ToldPlace>,
    /// Ways out, each to be typed.
    pub help: Vec<String>,
}

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ToldSeverity {
    /// It cannot work as written.
    Error,
    /// It works, and a careful reader would want to know.
    Warning,
}

/// A place of a finding.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum ToldPlace {
    /// A range of a text. Lines and columns are counted from 1, columns in characters; the end is the first
    /// character behind it.
    Text {
        /// The text, as the user knows it.
        file: String,
        /// Line of its beginning.
        line: usize,
        /// Column of its beginning.
        column: usize,
        /// Line of its end.
        end_line: usize,
        /// Column of its end.
        end_column: usize,
        /// What is said of it; may be empty.
        text: String,
    },
    /// A key of a stack whose text is not at hand.
    Key {
        /// The key.
        key: String,
        /// What is said of it; may be empty.
        text: String,
    },
}

/// Findings in their order.
pub fn told(shown: &ShownFindings<'_>) -> Vec<ToldFinding> {
    shown.findings().iter().map(|finding| one(finding, shown.sources())).collect()
}

fn one(finding: &Finding, sources: &Sources) -> ToldFinding {
    ToldFinding {
        severity: match finding.severity {
            Severity::Error => ToldSeverity::Error,
            Severity::Warning => ToldSeverity::Warning,
        },
        code: finding.code.0.to_owned(),
        title: finding.title.clone(),
        edge: finding.edge.clone(),
        at: finding.at.as_ref().map(|label| place(label, sources)),
        also: finding.also.iter().map(|label| place(label, sources)).collect(),
        help: finding.help.iter().map(|help| help.text.clone()).collect(),
    }
}

fn place(label: &Label, sources: &Sources) -> ToldPlace {
    match &label.place {
        Place::Stack(key, _) => ToldPlace::Key { key: key.to_string(), text: label.text.clone() },
        Place::Text(mark) => {
            let source = sources.get(&mark.source);
            let at = |offset| source.map_or((1, 1), |source| source.position(offset));
            let ((line, column), (end_line, end_column)) = (at(mark.span.start), at(mark.span.end));
            let file = mark.source.0.clone();
            ToldPlace::Text { file, line, column, end_line, end_column, text: label.text.clone() }
        }
    }
}

//! One finding: its code, how grave it is, what it says and what mends it.

use super::{Help, Label, Place};
use std::fmt;

/// How much a finding weighs. Errors refuse the verb (exit code 3), warnings never do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The stack or the files cannot work as written.
    Error,
    /// It works, and a careful reader would want to know.
    Warning,
}

/// The stable kebab-case name of a kind of finding, as `explain CODE` takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub &'static str);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// One result of a check or of a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Error or warning.
    pub severity: Severity,
    /// Stable name of the rule or fault.
    pub code: Code,
    /// One line, lower case, no full stop.
    pub title: String,
    /// Where it is seen first; the caret.
    pub at: Option<Label>,
    /// Further places that belong to it, such as the second of two that disagree.
    pub also: Vec<Label>,
    /// What can be typed to mend it; one entry a way out.
    pub help: Vec<Help>,
    /// The edge it speaks of (`Client::edge`), so that a stack key can be found for it.
    pub edge: Option<String>,
}

impl Finding {
    /// An error with nothing but its code and title; add places and help with the builder calls.
    pub fn error(code: Code, title: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, title.into())
    }

    /// A warning with nothing but its code and title.
    pub fn warning(code: Code, title: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, title.into())
    }

    fn new(severity: Severity, code: Code, title: String) -> Self {
        Self { severity, code, title, at: None, also: Vec::new(), help: Vec::new(), edge: None }
    }

    /// Sets the primary place, with the text beside its caret (may be empty).
    #[must_use]
    pub fn at(mut self, place: impl Into<Place>, text: impl Into<String>) -> Self {
        self.at = Some(Label { place: place.into(), text: text.into() });
        self
    }

    /// Adds a further place.
    #[must_use]
    pub fn also(mut self, place: impl Into<Place>, text: impl Into<String>) -> Self {
        self.also.push(Label { place: place.into(), text: text.into() });
        self
    }

    /// Adds a way out that can be typed.
    #[must_use]
    pub fn help(mut self, help: impl Into<Help>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Names the edge it speaks of.
    #[must_use]
    pub fn edge(mut self, edge: impl Into<String>) -> Self {
        self.edge = Some(edge.into());
        self
    }
}

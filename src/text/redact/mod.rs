//! One redaction for all outputs: the texts of files are other people's, and hold their secrets.
//!
//! A text is judged as what it is (YAML, `stack.toml`, an environment file, a unit) on its parsed tree:
//! whatever stands below a name that sounds secret is hidden, at any depth and in any style. What cannot
//! be parsed is not shown. A text leaves this module in one of two shapes only: in place, every byte that
//! is hidden a star ([`RedactSource`], what findings underline), or with `(redacted)` for each hidden value
//! ([`Redacted`], what a plan compares). What was hidden is hidden in messages too ([`Hidden`]).

mod comment;
mod free;
mod hidden;
mod known;
mod line;
mod lines;
mod ranges;
mod source;
mod toml;
mod tree;
mod unit;
mod yaml;

#[cfg(test)]
mod tests;

pub use hidden::Hidden;
pub use known::KnownSecrets;
pub use line::{redact_cut, redact_line};
pub use source::{InPlace, RedactSource, Sources};

use super::foreign::foreign;
use line::REDACTED;
use tree::Marked;

/// What a text is parsed as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TextFormat {
    /// YAML or JSON.
    Yaml,
    /// `stack.toml`.
    Stack,
    /// A systemd unit or a drop-in.
    Unit,
    /// An environment file of ours, or of a program that we know.
    Environment,
    /// An environment file of an application: no more is shown of it than the settings of its exporter.
    ForeignEnvironment,
    /// Configuration of a proxy: the directives that say where it listens and what it passes on.
    Proxy,
    /// The language of Alloy: values stand behind `=`, and blocks say whose they are.
    Alloy,
    /// No format that is known: nothing of it is shown.
    Unknown,
}

impl TextFormat {
    /// The format of a managed file, by its name.
    pub fn of_path(path: &str) -> Self {
        let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
        match name.rsplit_once('.').map_or("", |(_, suffix)| suffix) {
            "yaml" | "yml" | "json" => Self::Yaml,
            "service" | "socket" | "timer" | "path" | "target" | "mount" | "slice" => Self::Unit,
            "conf" if directory.ends_with(".d") => Self::Unit,
            "env" | "conf" => Self::Environment,
            "toml" => Self::Stack,
            "alloy" => Self::Alloy,
            _ => Self::Unknown,
        }
    }

    /// What must not be shown of a text; `None` where it cannot be parsed.
    fn mark(self, text: &str) -> Option<Marked> {
        match self {
            Self::Yaml => yaml::secrets(text, 0).ok(),
            Self::Stack => Some(toml::secrets(text)),
            Self::Unit => Some(unit::secrets(text)),
            Self::Environment => Some(lines::own(text)),
            Self::ForeignEnvironment => Some(lines::foreign(text)),
            Self::Proxy => Some(lines::proxy(text)),
            Self::Alloy => Some(Marked { hidden: free::secrets(text), ..Marked::default() }),
            Self::Unknown => None,
        }
    }
}

/// A text of which every secret value is replaced by `(redacted)`, without what a terminal would obey.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redacted(String);

impl Redacted {
    /// What is left of it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text as it may be shown; a text that cannot be parsed is one line that says so.
pub fn redact(format: TextFormat, text: &str) -> Redacted {
    if text.is_empty() {
        return Redacted::default();
    }
    let Some(marked) = format.mark(text) else {
        return Redacted("(not shown: it cannot be parsed)\n".to_owned());
    };
    let mut shown = String::with_capacity(text.len());
    let mut from = 0;
    for range in &ranges::merged(marked.hidden) {
        shown.push_str(&text[from..range.start]);
        shown.push_str(REDACTED);
        from = range.end;
    }
    shown.push_str(&text[from..]);
    Redacted(foreign(&shown).into_owned())
}

//! Scalars with variables put in: what an engine's own late binding makes of a text.
//!
//! Only the two engines' rules stand here; whose environment it is comes from the units
//! (`component::systemd`). A variable is set, unset, or unknown: unknown is never treated as unset.

use super::yaml::Node;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The longest text that is made by putting variables in (bytes): no address, path or name is longer.
const LONGEST: usize = 1024 * 1024;

/// How an engine writes variables in its configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expansion {
    /// Not at all: Tempo without `-config.expand-env=true`, datasource files.
    None,
    /// Collector: `${env:X}`, `${X}`, `${env:X:-default}`, `$$` for a dollar sign.
    Collector,
    /// Tempo with `-config.expand-env=true`: `${X}`, `${X:-default}`, `$$` for a dollar sign.
    Tempo,
    /// Tempo, and nothing tells whether it was started with `-config.expand-env=true`.
    TempoOrNone,
}

/// The variables of the process that reads a configuration file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProcessEnvironment {
    /// Variables with a known value.
    pub values: BTreeMap<String, String>,
    /// Variables that are set, to something that is not known here, and why not.
    pub unknown: BTreeMap<String, String>,
    /// Environment files that are named and could not be looked into: any variable may be set there.
    pub unread: Vec<String>,
    /// Whether nothing tells who starts the process: then any variable may be set.
    pub is_unknown: bool,
}

/// Variables that the service manager itself gives to a process, with values not known here.
const GIVEN: &[&str] = &["HOME", "HOSTNAME", "LANG", "LOGNAME", "PATH", "SHELL", "USER"];

/// What is known about a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Variable<'a> {
    Set(&'a str),
    Unset,
    Unknown(String),
}

impl ProcessEnvironment {
    fn look_up(&self, name: &str) -> Variable<'_> {
        if let Some(value) = self.values.get(name) {
            return Variable::Set(value);
        }
        if let Some(reason) = self.unknown.get(name) {
            return Variable::Unknown(reason.clone());
        }
        match self.unread.first() {
            Some(file) => Variable::Unknown(format!("`{name}` may be set in {file}, which was not read")),
            None if self.is_unknown => {
                Variable::Unknown(format!("`{name}` is known where it runs: no unit here starts the program"))
            }
            None if GIVEN.contains(&name) => Variable::Unknown(format!("`{name}` is set where it runs")),
            None => Variable::Unset,
        }
    }
}

/// A scalar after expansion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpandedText<'a> {
    /// The text; unset variables are empty in it, as the engines do it.
    pub text: Cow<'a, str>,
    /// Whether it can only be a string in YAML.
    pub quoted: bool,
    /// The first variable in it that nothing sets and that has no default.
    pub unset: Option<String>,
}

impl ExpandedText<'_> {
    /// Whether YAML reads it as null.
    pub fn is_null(&self) -> bool {
        !self.quoted && matches!(&*self.text, "" | "~" | "null" | "Null" | "NULL")
    }
}

/// How the scalars of one configuration file are read.
#[derive(Clone, Copy, Debug)]
pub struct Values<'a> {
    /// The engine's way.
    pub expansion: Expansion,
    /// The variables of the process.
    pub environment: &'a ProcessEnvironment,
}

impl<'a> Values<'a> {
    /// The text of a scalar.
    ///
    /// # Errors
    /// Why it cannot be told: not a scalar, a variable whose value is not known, a provider that is
    /// not read (`${file:...}`).
    pub fn text<'n>(&self, node: &'n Node) -> Result<ExpandedText<'n>, String> {
        let scalar = node.scalar().ok_or("not a text")?;
        if self.expansion == Expansion::TempoOrNone && scalar.text.contains("${") {
            return Err(format!(
                "`{}`: whether Tempo puts variables in is decided by its flag `-config.expand-env`, which is not known here",
                scalar.text
            ));
        }
        if matches!(self.expansion, Expansion::None | Expansion::TempoOrNone) || !scalar.text.contains('$') {
            return Ok(ExpandedText {
                text: Cow::Borrowed(&scalar.text),
                quoted: scalar.quoted,
                unset: None,
            });
        }
        let mut out = ExpandedText { text: Cow::Borrowed(""), quoted: scalar.quoted, unset: None };
        self.expand(&scalar.text, &mut out)?;
        // The collector reads what one variable alone holds as YAML, quotes around it or not.
        let alone = scalar.text.starts_with("${") && scalar.text.find('}') == Some(scalar.text.len() - 1);
        out.quoted &= !(alone && self.expansion == Expansion::Collector);
        Ok(out)
    }

    fn expand(&self, text: &str, out: &mut ExpandedText<'_>) -> Result<(), String> {
        let mut rest = text;
        // Where no brace closes, none closes behind it either.
        let mut closes = true;
        while let Some(at) = rest.find('$') {
            out.text.to_mut().push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let opened = rest.strip_prefix('{').filter(|_| closes);
            if let Some(after) = rest.strip_prefix('$') {
                out.text.to_mut().push('$');
                rest = after;
            } else if let Some((inside, after)) = opened.and_then(|text| text.split_once('}')) {
                self.variable(inside, out)?;
                if out.text.len() > LONGEST {
                    return Err(format!("longer than {LONGEST} bytes with its variables put in"));
                }
                rest = after;
            } else {
                closes &= opened.is_none();
                out.text.to_mut().push('$');
            }
        }
        out.text.to_mut().push_str(rest);
        Ok(())
    }

    /// Puts in what stands between the braces.
    fn variable(&self, inside: &str, out: &mut ExpandedText<'_>) -> Result<(), String> {
        let (name, default) = match inside.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (inside, None),
        };
        let name = match (self.expansion, name.split_once(':')) {
            (_, None) => name,
            (Expansion::Collector, Some(("env", name))) => name,
            _ => return Err(format!("`${{{inside}}}` is resolved where it runs")),
        };
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Err(format!("`${{{inside}}}` is resolved where it runs"));
        }
        match (self.environment.look_up(name), default) {
            (Variable::Set(value), Some(default))
                if self.expansion == Expansion::Tempo && value.is_empty() =>
            {
                out.text.to_mut().push_str(default);
            }
            (Variable::Set(value), _) => out.text.to_mut().push_str(value),
            (Variable::Unset, Some(default)) => out.text.to_mut().push_str(default),
            (Variable::Unset, None) => {
                out.unset.get_or_insert_with(|| name.to_owned());
            }
            (Variable::Unknown(reason), _) => return Err(reason),
        }
        Ok(())
    }
}

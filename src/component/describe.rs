//! What every home says of its program.

use super::{ClientAdvice, ConfigReader, EngineBinary};
use crate::diagnostic::Findings;
use crate::model::dataflow::ProgramKind;
use crate::model::desired::OnChange;
use crate::model::env::EnvFormat;
use crate::model::names::TargetPath;
use crate::stack::Stack;
use crate::wiring::{ComponentId, ComponentSpec, ListenerKind, UnitShape, Wiring};
use minijinja::value::{Serde, Value};
use serde::Serialize;

/// A program that a stack can have. What a home leaves out it has none of.
pub trait Component: Sync {
    /// Which one.
    fn kind(&self) -> ProgramKind;

    /// What its tables in a stack ask of the wiring.
    fn parts<'s>(&self, stack: &'s Stack) -> Vec<ComponentSpec<'s>>;

    /// Faults and warnings of a table that it resolves itself; the others are resolved in `stack/`.
    fn resolve(&self, _: &Stack, _: &mut Findings) {}

    /// Faults of its tables that only a whole wiring shows.
    fn judge(&self, _: &Wiring<'_>, _: &mut Findings) {}

    /// Its templates, by their path below `templates/`.
    fn templates(&self) -> &'static [Template] {
        &[]
    }

    /// What is written for one of its components; `None` where there is nothing to say.
    ///
    /// # Errors
    /// Values that no form of the file can hold.
    fn describe(&self, _: &Wiring<'_>, _: &ComponentId) -> Result<Option<Description>, Findings> {
        Ok(None)
    }

    /// How its configuration files are found and read; `None` where they are no YAML.
    fn reader(&self) -> Option<&'static ConfigReader> {
        None
    }

    /// How it is started, where we start it.
    fn engine(&self) -> Option<&'static Engine> {
        None
    }

    /// What its table keeps in a trial beside its listeners and directories, as lines of that table; nothing of a
    /// program whose settings are moved as values.
    fn kept_in_trial(&self, _: &Stack) -> String {
        String::new()
    }

    /// How it is told whom it dials, where that is known.
    fn advice(&self) -> Option<&'static dyn ClientAdvice> {
        None
    }
}

/// A template: its path below `templates/`, and its text.
pub type Template = (&'static str, &'static str);

/// What is written for a component.
#[derive(Debug)]
pub struct Description {
    /// The content of its file.
    pub content: Described,
    /// Files that it reads beside it.
    pub beside: Vec<BesideFile>,
    /// Whether its configuration tells it where the CA is, if it dials TLS.
    pub names_ca: bool,
}

/// A file beside the one that a program is configured by.
#[derive(Debug)]
pub struct BesideFile {
    /// Where it is.
    pub path: TargetPath,
    /// What is in it.
    pub content: Described,
    /// What a change of it asks for.
    pub on_change: OnChange,
}

/// The content of a file, before it is text.
#[derive(Debug)]
pub enum Described {
    /// A template and everything that it prints.
    Whole(String, Value),
    /// A marked block in somebody else's file.
    Block {
        /// Its lines.
        lines: Vec<String>,
        /// What stands in its marks: `STACK/APP`.
        label: String,
        /// Who reads the file.
        format: EnvFormat,
    },
}

impl Described {
    /// A template and what it prints.
    pub fn whole(template: String, context: impl Serialize) -> Self {
        Self::Whole(template, Value::from(Serde(context)))
    }
}

/// How a program of ours is started and asked.
#[derive(Debug)]
pub struct Engine {
    /// The template of its unit, whole or as a drop-in.
    pub unit: fn(UnitShape) -> &'static str,
    /// The argument that names its configuration.
    pub config: fn(&TargetPath) -> String,
    /// What else stands on its command line.
    pub flags: fn(&Wiring<'_>, &ComponentId) -> Vec<String>,
    /// Its binary.
    pub binary: fn(&Stack, &ComponentId) -> &'static EngineBinary,
    /// Whether it reads its configuration again at SIGHUP, and keeps the one before where that is bad.
    pub reloads: bool,
    /// Whether a sandbox must leave it executable memory.
    pub executable_memory: fn(&Stack) -> bool,
    /// Where its own word of being ready is asked for.
    pub ready: Ready,
    /// Where its counters are read.
    pub counters: ListenerKind,
}

/// A program's own word of being ready.
#[derive(Clone, Copy, Debug)]
pub struct Ready {
    /// The listener that is asked.
    pub listener: ListenerKind,
    /// What it is called.
    pub word: &'static str,
    /// The path of the page.
    pub path: &'static str,
    /// Whether it takes what it is sent long before, so that others need not wait for it.
    pub late: bool,
}

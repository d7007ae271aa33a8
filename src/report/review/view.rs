//! What a plan says, as one value: its text, its Markdown and its JSON are three looks at it.

use super::super::edge_word::serialized;
use super::super::verdict::plural;
use crate::check::ConditionState;
use crate::diagnostic::SourceName;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// Version of the JSON of a plan. The minor number only ever adds.
pub const PLAN_VERSION: &str = "2.2";

/// A plan for a reader: causes first, then what follows, then what to mind.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PlanView {
    /// Version of this document; the minor number only ever adds.
    pub format_version: &'static str,
    /// The stack.
    pub stack: String,
    /// Its file, as it was named; none where a verb needs the name alone.
    pub file: Option<String>,
    /// The host.
    pub host: String,
    /// Where it works: `below ./out`.
    pub place: String,
    /// The generation that is there; 0 before the first apply.
    pub generation: u64,
    /// What the plan leads to.
    pub goal: PlanGoal,
    /// The digests by their names; in JSON these are in lower case.
    #[serde(serialize_with = "by_name")]
    #[schemars(with = "BTreeMap<String, String>")]
    pub digests: Vec<(String, String)>,
    /// What is said where nothing is to be done.
    #[serde(skip)]
    pub headline: String,
    /// Whether the text that the generation was made from is lost, or not understood by this version: then it is
    /// told by component.
    #[serde(skip)]
    pub unread: bool,
    /// How many of what.
    pub summary: PlanSummary,
    /// What cannot happen.
    pub refused: Vec<PlaceView>,
    /// Why anything changes, and what changes for it.
    pub causes: Vec<CauseView>,
    /// The directory where a new CA is kept with its key; none where no CA is made, or none is kept.
    pub new_ca: Option<String>,
    /// Listeners that open, close or are others.
    pub listeners: Vec<ListenerView>,
    /// Edges that come, go or are others.
    pub edges: Vec<EdgeView>,
    /// All edges, for a picture.
    #[serde(skip)]
    pub dataflow: Vec<EdgeView>,
    /// How the edges of the whole are.
    pub edge_counts: EdgeCounts,
    /// What somebody else changed since the last apply, by key where a file can be parsed.
    pub drift: Vec<DriftView>,
    /// Units, in the order in which they start.
    pub services: Vec<ServiceView>,
    /// Whether services run where this works: below a root directory none does.
    pub runs_services: bool,
    /// Users whose services will run without a login.
    pub lingers: Vec<String>,
    /// What no way back gives back.
    pub irreversible: Vec<IrreversibleView>,
    /// What stays when everything else is given back.
    pub leaves: Vec<String>,
    /// Warnings, in short.
    pub warnings: Vec<WarningView>,
    /// What of the stack others carry out: what differs, and what was not looked at.
    pub others: OthersView,
    /// Files that an engine's own validator judged.
    pub validated: Vec<PlaceView>,
    /// What neither rules nor engines could decide.
    pub not_checked: Vec<PlaceView>,
    /// Every path that changes.
    pub changes: Vec<ChangeView>,
}

fn by_name<S: Serializer>(digests: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(digests.iter().map(|(name, digest)| (name.to_lowercase(), digest)))
}

impl PlanView {
    /// Whether nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
            && self.lingers.is_empty()
            && (!self.runs_services || self.services.iter().all(ServiceView::is_untouched))
    }

    /// Whether there is nothing to compare with.
    pub fn is_first(&self) -> bool {
        self.goal == PlanGoal::Stack && self.generation == 0
    }

    /// What is asked before anything is changed: what is not to be taken back, and what was warned of, is part
    /// of it.
    pub fn question(&self, question: &str) -> String {
        let mut said = Vec::new();
        match self.summary.irreversible {
            0 => {}
            1 => said.push("One of these changes is not to be taken back.".to_owned()),
            number => said.push(format!("{number} of these changes are not to be taken back.")),
        }
        if self.summary.warnings > 0 {
            said.push(format!("{} above.", plural(self.summary.warnings, "warning")));
        }
        if said.is_empty() { question.to_owned() } else { format!("{question}\n  {}", said.join(" ")) }
    }

    /// Whether it goes back.
    pub fn is_back(&self) -> bool {
        matches!(self.goal, PlanGoal::Generation(_) | PlanGoal::Destroy)
    }
}

/// What of a stack others carry out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OthersView {
    /// Everything that differs or was not looked at.
    pub things: Vec<OthersLine>,
    /// What carries it out, as it is typed.
    pub command: String,
}

/// Something that others carry out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OthersLine {
    /// `+`, `~`, `-`, or `?` where it was not looked at.
    pub sign: &'static str,
    /// What kind of thing it is.
    pub kind: &'static str,
    /// Its path or its name.
    pub name: String,
    /// What is to be said of it.
    pub what: String,
}

/// What a plan leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlanGoal {
    /// What the stack says.
    Stack,
    /// A generation to go back to.
    Generation(u64),
    /// Nothing of the stack: every path as it was before the first apply.
    Destroy,
    /// What the stack says here, beside what it says at another revision.
    Base(String),
}

/// How many of what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlanSummary {
    /// Paths that come.
    pub add: usize,
    /// Paths that are changed.
    pub change: usize,
    /// Paths that leave.
    pub destroy: usize,
    /// Directories that come, change or leave.
    pub directories: usize,
    /// Warnings.
    pub warnings: usize,
    /// Paths that somebody else changed.
    pub drifted: usize,
    /// What is not to be taken back.
    pub irreversible: usize,
    /// Paths that cannot be changed.
    pub refused: usize,
    /// What of others differs or was not looked at, in words.
    pub others: Option<String>,
}

impl fmt::Display for PlanSummary {
    /// `Plan: 0 to add, 1 to change, 0 to destroy. 1 warning, 0 drifted.`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Plan: {} to add, {} to change, {} to destroy.", self.add, self.change, self.destroy)?;
        write!(f, " {}, {} drifted", plural(self.warnings, "warning"), self.drifted)?;
        if self.irreversible > 0 {
            write!(f, ", {} one-way", self.irreversible)?;
        }
        if self.directories > 0 {
            let directories = if self.directories == 1 { "directory" } else { "directories" };
            write!(f, ", {} {directories}", self.directories)?;
        }
        if self.refused > 0 {
            write!(f, ", {} refused", self.refused)?;
        }
        match &self.others {
            Some(numbers) => write!(f, ". Not yours: {numbers}."),
            None => f.write_str("."),
        }
    }
}

/// Why something changes, and what changes for it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CauseView {
    /// What kind of cause.
    #[serde(flatten)]
    pub why: CauseKind,
    /// The files that follow.
    pub files: Vec<FileView>,
}

/// Kinds of causes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CauseKind {
    /// Keys of `stack.toml`; several where they act together.
    Keys {
        /// The keys.
        keys: Vec<KeyView>,
    },
    /// A component comes, stays or leaves; told where no older text is there to compare with.
    Component {
        /// Its name.
        component: String,
        /// What it is: its release, its unit.
        what: String,
    },
    /// A reason of the plan's own: a certificate is renewed, a file was removed.
    Reason {
        /// It.
        reason: String,
    },
    /// This version of the tool writes it otherwise.
    Tool,
}

/// A key of `stack.toml` that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct KeyView {
    /// The key.
    pub key: String,
    /// As it was written; none where it was not, or is a table.
    pub before: Option<String>,
    /// As it is written; none where it is not, or is a table.
    pub after: Option<String>,
    /// `+`, `~` or `-`.
    pub sign: &'static str,
    /// Its line in `stack.toml`, from 1; of one that left none.
    pub line: Option<usize>,
}

/// A file that follows from a cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FileView {
    /// Its path.
    pub path: String,
    /// `+`, `~`, `-/+` or `-`.
    pub sign: &'static str,
    /// What is to be said of the whole: `0640 root:tempo`, a certificate.
    pub about: String,
    /// Its settings that follow.
    pub settings: Vec<SettingView>,
}

/// A setting of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SettingView {
    /// Its key in the file.
    pub key: String,
    /// What it says now.
    pub before: Option<String>,
    /// What it will say.
    pub after: Option<String>,
}

/// A listener that opens, closes or is another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ListenerView {
    /// Its name: `collector.main.receive.grpc`.
    pub name: String,
    /// As it was.
    pub before: Option<ListenerEnd>,
    /// As it will be.
    pub after: Option<ListenerEnd>,
    /// Whether other hosts reach it that did not before.
    pub opens: bool,
    /// Its line in `stack.toml`.
    pub line: Option<usize>,
}

/// A listener as others see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ListenerEnd {
    /// Address and port.
    pub address: String,
    /// Whether it serves TLS.
    pub tls: bool,
    /// Names of its certificate.
    pub names: Vec<String>,
}

/// An edge that comes, goes or is another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EdgeView {
    /// The client: `app.shop`.
    pub from: String,
    /// As it was.
    pub before: Option<EdgeEnd>,
    /// As it will be.
    pub after: Option<EdgeEnd>,
}

/// An edge as its client has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EdgeEnd {
    /// The component it leads to.
    pub to: Option<String>,
    /// Host and port.
    pub dials: String,
    /// What is spoken.
    pub protocol: String,
    /// Whether it dials TLS.
    pub tls: bool,
    /// The CA that it trusts.
    pub trusts: Option<String>,
    /// `ok`, `broken` or `not known`.
    #[serde(serialize_with = "serialized")]
    #[schemars(with = "String")]
    pub state: ConditionState,
}

/// How the edges are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EdgeCounts {
    /// All of them.
    pub all: usize,
    /// Those that hold.
    pub ok: usize,
    /// Those that do not.
    pub broken: usize,
    /// Those that nobody can tell of.
    pub not_known: usize,
}

/// What somebody else changed at a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DriftView {
    /// The path.
    pub path: String,
    /// What is another now, in words.
    pub what: String,
    /// Its settings, with three values.
    pub settings: Vec<DriftSetting>,
}

/// A setting that somebody else changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DriftSetting {
    /// Its key in the file.
    pub key: String,
    /// As the last apply left it.
    pub generation: Option<String>,
    /// As it is on the disk.
    pub disk: Option<String>,
    /// As the stack has it.
    pub stack: Option<String>,
}

/// A unit and what happens to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ServiceView {
    /// Its name; none where the stack names none.
    pub unit: Option<String>,
    /// Whose it is.
    pub component: String,
    /// Its manager: `system`, `user pde`.
    pub scope: String,
    /// Whether it is ours to start.
    pub managed: bool,
    /// What happens: `restart`, `start`, `stop`, `by-hand`, `untouched`.
    pub change: &'static str,
    /// Why, by file.
    pub because: Vec<Because>,
    /// What of it is to be minded.
    pub notes: Vec<String>,
}

impl ServiceView {
    /// Whether nothing happens to it.
    pub fn is_untouched(&self) -> bool {
        self.change == "untouched"
    }

    /// Its unit, or whose it is.
    pub fn name(&self) -> String {
        match &self.unit {
            Some(unit) => format!("{unit} ({}, {})", self.scope, self.component),
            None => self.component.clone(),
        }
    }
}

/// A file that a unit runs on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Because {
    /// The file.
    pub path: String,
    /// What happens to it.
    pub why: String,
}

/// What no way back gives back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct IrreversibleView {
    /// The component.
    pub component: String,
    /// What is lost, and how.
    pub what: String,
}

/// A warning, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WarningView {
    /// Its code.
    pub code: String,
    /// Where it stands: `stack.toml:11`.
    pub at: Option<String>,
    /// What it says.
    pub title: String,
    /// The text that it stands in, by its whole name, and its line there.
    #[serde(skip)]
    #[schemars(skip)]
    pub place: Option<(SourceName, usize)>,
}

/// A place and what is said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlaceView {
    /// The file, and the key in it.
    pub place: String,
    /// What is said.
    pub reason: String,
}

/// A path that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ChangeView {
    /// The path.
    pub path: String,
    /// What kind of thing it is.
    pub kind: &'static str,
    /// `create`, `update`, `replace` or `delete`.
    pub action: &'static str,
    /// `+`, `~`, `-/+` or `-`.
    pub sign: &'static str,
    /// Why.
    pub reason: String,
    /// The component.
    pub component: Option<String>,
    /// The owner that the stack names.
    pub owner: Option<String>,
    /// What it needs to be allowed; none where it needs nothing.
    pub needs: Option<NeedsView>,
    /// Its permission bits.
    pub mode: ModeView,
    /// Whether its content changes.
    pub content_changes: bool,
    /// Its content before, where it is text, without secrets.
    pub before: Option<String>,
    /// Its content afterwards.
    pub after: Option<String>,
}

/// What a change needs to be allowed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NeedsView {
    /// `--accept-drift`: what somebody else changed.
    AcceptDrift(String),
    /// `--adopt`; always true.
    Adopt(bool),
    /// Nothing allows it: why.
    Refused(String),
}

/// Permission bits, four octal digits; none where nothing stands, or where they are not ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ModeView {
    /// Now.
    pub before: Option<String>,
    /// Afterwards.
    pub after: Option<String>,
}

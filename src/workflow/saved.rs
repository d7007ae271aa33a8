//! A plan that was saved, so that it and nothing else is carried out later.
//!
//! The file holds no content of any file: which stack was planned, where, and by a few digits each what was
//! wanted, seen and remembered. What is carried out is planned anew; a file that somebody wrote by hand can
//! refuse a plan and never make one.

#![expect(clippy::disallowed_methods, reason = "this is a plain file where the user named it")]

mod parts;

use super::host::rfc3339;
use super::session::{Session, Stop};
use crate::apply::Survey;
use crate::cli::{LeaveOutArgument, RootArgument};
use crate::diagnostic::{Code, Finding};
use crate::exit::Exit;
use crate::model::desired::{Desired, Digest};
use crate::model::names::{HostName, StackName};
use parts::PlanParts;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// The form of the file; another one belongs to another version of the tool.
const FORM: u64 = 1;
/// This version of the tool.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// A plan of 2,000 paths takes less.
const MOST: u64 = 4 * 1024 * 1024;
/// How many of the parts that moved are named.
const NAMED: usize = 12;
const CODE: Code = Code("saved-plan");

/// What the file holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SavedPlan {
    tracewright_plan: u64,
    made_by: String,
    made: String,
    stack: String,
    host: String,
    /// The stack's file or directory, whole.
    file: PathBuf,
    /// The directory that stands for a host, whole.
    root: Option<PathBuf>,
    leave_out: Vec<String>,
    /// Where the planner's state is.
    state: String,
    desired: String,
    plan: String,
    parts: PlanParts,
}

/// What a plan that is saved was made of.
pub(crate) struct ToSave<'a> {
    /// The stack as it was named.
    pub(crate) stack: &'a Path,
    /// Where it works, as that was named.
    pub(crate) root: &'a RootArgument,
    /// What the stack wants.
    pub(crate) desired: &'a Desired,
    /// What was seen.
    pub(crate) survey: &'a Survey,
}

impl SavedPlan {
    fn of(session: &Session, plan: &ToSave<'_>) -> Result<Self, Stop> {
        let whole = |path: &Path| std::path::absolute(path).map_err(|error| Stop::machine(&error));
        let survey = plan.survey;
        Ok(Self {
            tracewright_plan: FORM,
            made_by: VERSION.to_owned(),
            made: rfc3339(session.now),
            stack: survey.plan.stack.to_string(),
            host: survey.plan.host.to_string(),
            file: whole(plan.stack)?,
            root: plan.root.root.as_deref().map(whole).transpose()?,
            leave_out: plan.root.left_out.leave_out.clone(),
            state: survey.plan.ground().state().to_string(),
            desired: plan.desired.digest().to_string(),
            plan: survey.digest.to_string(),
            parts: PlanParts::of(&survey.plan, &survey.seen, plan.desired),
        })
    }

    /// The stack that it is a plan of, as it is typed from here.
    pub(crate) fn stack(&self) -> PathBuf {
        from_here(&self.file)
    }

    /// Where it works.
    ///
    /// # Errors
    /// The command line names another place.
    pub(crate) fn root(&self, typed: &RootArgument) -> Result<RootArgument, Stop> {
        let other = |root: &PathBuf| std::path::absolute(root).ok() != self.root;
        if typed.root.as_ref().is_some_and(other) {
            let place = match &self.root {
                Some(root) => format!("below `{}`", from_here(root).display()),
                None => "on this host".to_owned(),
            };
            let title = format!("the saved plan was made {place}, and `--root` names another place");
            return Err(Finding::error(CODE, title).help("leave `--root` out").into());
        }
        if !typed.left_out.leave_out.is_empty() && typed.left_out.leave_out != self.leave_out {
            let title = "the saved plan was made with another `--leave-out`";
            return Err(Finding::error(CODE, title).help("leave `--leave-out` out").into());
        }
        Ok(RootArgument {
            root: self.root.as_deref().map(from_here),
            left_out: LeaveOutArgument { leave_out: self.leave_out.clone() },
        })
    }

    /// Refuses another stack, or the same one for another host, before anything is looked at.
    ///
    /// # Errors
    /// It is another one.
    pub(crate) fn is_of(&self, stack: &StackName, host: &HostName) -> Result<(), Stop> {
        let pairs = [("stack", &*self.stack, stack.as_str()), ("host", &*self.host, host.as_str())];
        let Some((what, then, now)) = pairs.into_iter().find(|(_, then, now)| then != now) else {
            return Ok(());
        };
        let title =
            format!("the saved plan is of the {what} `{then}`; `{}` is of `{now}`", self.stack().display());
        let help = "save a plan of this one: `tracewright plan STACK --out FILE`";
        Err(Finding::error(CODE, title).help(help).into())
    }

    /// Refuses what is not the plan that was saved, and names what moved.
    ///
    /// # Errors
    /// It was made by another user, or something of it is not as it was.
    pub(crate) fn hold(&self, desired: &Desired, survey: &Survey) -> Result<(), Stop> {
        let now = &survey.plan;
        let state = now.ground().state().to_string();
        if self.state != state {
            let title = "the saved plan was made by another user of this machine".to_owned();
            let help = format!("the user whose state is in `{}` carries it out", self.state);
            return Err(Finding::error(CODE, title).help(help).into());
        }
        let parts = PlanParts::of(now, &survey.seen, desired);
        let same_digests =
            self.plan == survey.digest.to_string() && self.desired == desired.digest().to_string();
        let mut moved = self.parts.moved(&parts);
        if moved.is_empty() && same_digests {
            return Ok(());
        }
        if moved.is_empty() {
            moved.push("something that no path or unit names".to_owned());
        }
        let more = moved.len().saturating_sub(NAMED);
        moved.truncate(NAMED);
        moved.extend((more > 0).then(|| format!("and {more} more")));
        Err(Stop::Because(
            Exit::Drift,
            format!(
                "this is not the plan that was saved {}\n  {}\n  help: look at the plan above, and save it again",
                self.made,
                moved.join("\n  ")
            ),
        ))
    }

    /// The file, with a digest over all the rest of it at its end.
    fn text(&self) -> Result<String, serde_json::Error> {
        let mut document = serde_json::to_value(self)?;
        let seal = seal(&document);
        if let Value::Object(fields) = &mut document {
            fields.insert("seal".to_owned(), Value::String(seal));
        }
        Ok(format!("{document:#}\n"))
    }
}

/// Saves a plan. A file that is there is replaced where it is a saved plan too, also one that nothing can be done
/// with any more, and nothing else is.
///
/// # Errors
/// The plan cannot be carried out; something else is there; it cannot be written.
pub(crate) fn save(session: &mut Session, out: &Path, plan: &ToSave<'_>) -> Result<(), Stop> {
    let shown = out.display();
    if fs::symlink_metadata(out).is_ok() && !is_ours(out) {
        let title = format!("`{shown}` is there, and is no saved plan; it stays as it is");
        return Err(Finding::error(CODE, title).help("another name: `--out stack.plan`").into());
    }
    if plan.survey.plan.refused().next().is_some() {
        let text = format!("the plan is not saved in `{shown}`: it cannot be carried out");
        return Err(Stop::Because(Exit::Refused, text));
    }
    let text = SavedPlan::of(session, plan)?.text().map_err(|error| Stop::machine(&error))?;
    replace(out, &text)
        .map_err(|error| Stop::Because(Exit::Machine, format!("`{shown}` cannot be written: {error}")))?;
    session.say(&format!(
        "saved in `{shown}`: `tracewright apply {shown}` carries out this plan and no other\n"
    ));
    Ok(())
}

/// Writes beside the file, and takes its place: a link that somebody put there is not followed.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.new", std::process::id()));
    let beside = PathBuf::from(beside);
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(&beside)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _nothing_more_can_be_done = fs::remove_file(&beside);
    }
    written
}

/// The saved plan that an argument names; `None` where that names a stack.
///
/// # Errors
/// It is a saved plan that this version cannot carry out: cut off, edited, of another version.
pub(crate) fn read(path: &Path) -> Result<Option<SavedPlan>, Stop> {
    let Some(text) = beginning_as_a_plan(path) else { return Ok(None) };
    let refused = |what: &str| -> Stop {
        let title = format!("`{}` is no plan that can be carried out: {what}", path.display());
        // What is not ours is never replaced.
        let help = match is_ours(path) {
            true => format!("save it again: `tracewright plan STACK --out {}`", path.display()),
            false => "save one: `tracewright plan STACK --out stack.plan`".to_owned(),
        };
        Finding::error(CODE, title).help(help).into()
    };
    let document: Value = match serde_json::from_str(&text) {
        Ok(document) => document,
        Err(error) if error.is_eof() => return Err(refused("it ends in the middle, as if cut off")),
        Err(error) => return Err(refused(&format!("line {} is no JSON", error.line()))),
    };
    let Some(form) = document.get("tracewright_plan").and_then(Value::as_u64) else {
        return Err(refused("it is JSON, and not what `plan --out` writes"));
    };
    let made_by = document.get("made_by").and_then(Value::as_str).unwrap_or_default();
    if form != FORM && made_by == VERSION {
        return Err(refused(&format!("its form is {form}; this version knows {FORM}")));
    }
    if form != FORM || made_by != VERSION {
        let age = if (form, numbers(made_by)) > (FORM, numbers(VERSION)) { "a newer" } else { "an older" };
        return Err(refused(&format!("{age} version of tracewright made it, {made_by}; this is {VERSION}")));
    }
    let mut bare = document;
    let sealed = bare.as_object_mut().and_then(|fields| fields.shift_remove("seal"));
    if sealed.as_ref().and_then(Value::as_str) != Some(seal(&bare).as_str()) {
        return Err(refused("it was edited after it was saved"));
    }
    serde_json::from_value(bare).map(Some).map_err(|_| refused("a field is missing or strange"))
}

/// Whether a file is what `plan --out` wrote, of whatever version, edited or cut off; an empty one may be.
fn is_ours(path: &Path) -> bool {
    let Some(text) = beginning_as_a_plan(path) else { return false };
    let first = text.trim_start().strip_prefix('{').map(str::trim_start);
    text.trim().is_empty() || first.is_some_and(|first| first.starts_with("\"tracewright_plan\""))
}

/// The text of a file that is a saved plan as far as its first letter tells: no TOML begins with a brace, and a
/// stack is not empty.
fn beginning_as_a_plan(path: &Path) -> Option<String> {
    if !fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    fs::File::open(path).ok()?.take(MOST).read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let is_stack = path.extension().is_some_and(|suffix| suffix == "toml");
    let first = text.trim_start().chars().next();
    (first == Some('{') || first.is_none() && !is_stack).then_some(text)
}

/// The digest of all that a saved plan says.
fn seal(document: &Value) -> String {
    format!("sha256:{}", Digest::of(document.to_string().as_bytes()))
}

/// The numbers of a version, to tell which is newer.
fn numbers(version: &str) -> Vec<u64> {
    version.split(['.', '-']).map_while(|part| part.parse().ok()).collect()
}

/// A path as it is typed from the directory that the tool was started in.
fn from_here(path: &Path) -> PathBuf {
    let here = std::env::current_dir().ok();
    let below = here.as_deref().and_then(|here| path.strip_prefix(here).ok());
    match below {
        Some(below) if below.as_os_str().is_empty() => PathBuf::from("."),
        Some(below) => below.to_owned(),
        None => path.to_owned(),
    }
}

//! What a pull request changes: the stack as it is at another revision beside the stack as it is here. No
//! host is looked at.

use super::forms::PlanForms;
use super::judge::{CheckedStack, judge};
use super::load::load;
use super::readers::HostFiles;
use super::review::{StackSide, between};
use super::session::{Session, Stop};
use crate::cli::PlanArguments;
use crate::diagnostic::{Code, Finding, SourceName};
use crate::exit::Exit;
use crate::host::{CommandLine, run_here};
use crate::report;
use crate::report::plan::PlanFrame;
use crate::validate::Validation;
use std::path::Path;
use std::time::Duration;

/// How long git may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// No more of its output is kept; a text that may have been cut is none.
const MOST: usize = 200 * 1024;

pub(crate) fn run(session: &mut Session, arguments: &PlanArguments, base: &str) -> Result<Exit, Stop> {
    let loaded = load(&arguments.stack.stack)?;
    let judged: CheckedStack<'_> = judge(session, &loaded, &HostFiles::default())?;
    judged.refuse(session)?;
    let text = at(&arguments.stack.stack, base)?;
    let name = SourceName(format!("stack.toml at {base}"));
    let old = text.as_ref().and_then(|text| StackSide::read(&name, text));
    if text.is_none() {
        session.say(&format!("note: at `{base}` there is no such file: everything is new\n"));
    } else if old.is_none() {
        session.say(&format!("note: the file at `{base}` has faults: everything is told as new\n"));
    }
    let (view, plan) = between(session, (base, old.as_ref()), (&loaded, &judged))?;
    let place = format!("beside `{base}`");
    let frame = PlanFrame { place: &place, dataflow: "", digests: &[], as_root: "" };
    let engines = Validation::default();
    let forms = PlanForms {
        view: &view,
        full: &|| report::plan::text(&plan, &frame),
        judged: Some((&judged, &engines)),
        back: None,
    };
    forms.print(session, arguments)?;
    let changes = !view.is_empty() && arguments.detailed_exitcode;
    Ok(if changes { Exit::Changes } else { Exit::Fine })
}

/// The text of the stack at a revision of the repository that it lies in; `None` where it has no such file.
fn at(stack: &Path, base: &str) -> Result<Option<String>, Stop> {
    if base.starts_with('-') || base.contains(':') || base.chars().any(char::is_control) {
        return Err(unknown(base, "that is no name of a revision"));
    }
    let file = if stack.is_dir() { stack.join("stack.toml") } else { stack.to_owned() };
    let directory = match file.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => Path::new("."),
    };
    let directory = directory.display().to_string();
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let git = |arguments: &[&str]| {
        let all = ["-C", &directory].into_iter().chain(arguments.iter().copied());
        run_here(&CommandLine::new("git", all), PATIENCE).map_err(|error| Stop::machine(&error))
    };
    let known =
        git(&["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{base}^{{commit}}")])?;
    if known.code != Some(0) {
        let said = String::from_utf8_lossy(&known.stderr).trim().to_owned();
        return Err(unknown(base, if said.is_empty() { "git knows no such revision" } else { &said }));
    }
    let shown = git(&["show", "--end-of-options", &format!("{base}:./{name}")])?;
    if shown.code != Some(0) {
        return Ok(None);
    }
    match String::from_utf8(shown.stdout) {
        Ok(text) if text.len() < MOST => Ok(Some(text)),
        _ => Err(unknown(base, "its stack.toml is too large, or is not UTF-8")),
    }
}

fn unknown(base: &str, why: &str) -> Stop {
    let finding = Finding::error(Code("base-unknown"), format!("`{base}` cannot be compared with: {why}"));
    finding.help("a branch, a tag or a commit of the repository that holds the stack: `--base main`").into()
}

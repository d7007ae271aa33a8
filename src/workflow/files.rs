//! `check --files`: judges a repository, a Compose project or a host's root, whoever wrote its files.

use super::session::{Session, Stop};
use crate::check::{check, shown_texts};
use crate::cli::{CheckArguments, Format};
use crate::diagnostic::{Code, Finding};
use crate::exit::Exit;
use crate::host::DirectoryTree;
use crate::report::verdict::{self, CheckView};
use crate::topology::{Discovered, discover, read};
use crate::validate::Validation;
use std::path::Path;

pub(crate) fn run(session: &mut Session, arguments: &CheckArguments, directory: &Path) -> Result<Exit, Stop> {
    if !directory.is_dir() {
        let title = format!("`{}` is not a directory", directory.display());
        return Err(Finding::error(Code("no-files"), title)
            .help("a repository, a Compose project, or a directory laid out like the root of a host")
            .into());
    }
    let found = discover(&DirectoryTree::below(directory));
    if !holds_something(&found) && found.not_read.is_empty() {
        let title = format!("`{}` holds no file of a tracing stack", directory.display());
        let help = "looked for Compose files, for configuration of collectors, Tempo and Grafana by its content, and at a host's own places";
        return Err(Finding::error(Code("no-files"), title).help(help).into());
    }
    judge(session, arguments, directory, &found)
}

/// The same for the directory that the tool is started in, where it holds no stack but files to judge;
/// `None` where it holds neither.
///
/// # Errors
/// As [`run`].
pub(crate) fn run_here(session: &mut Session, arguments: &CheckArguments) -> Option<Result<Exit, Stop>> {
    let here = Path::new(".");
    if arguments.stack.stack != here || here.join("stack.toml").exists() {
        return None;
    }
    let found = discover(&DirectoryTree::below(here));
    holds_something(&found).then(|| {
        session.say(
            "There is no stack.toml here: judging the files of this directory, as `check --files .` does.\n",
        );
        judge(session, arguments, here, &found)
    })
}

fn holds_something(found: &Discovered) -> bool {
    found.programs > 0 || !found.projects.is_empty()
}

fn judge(
    session: &mut Session,
    arguments: &CheckArguments,
    directory: &Path,
    found: &Discovered,
) -> Result<Exit, Stop> {
    let mut files = found.file_set();
    // A host's own root holds everything that its programs can see; any other directory is a part of one.
    files.complete = directory == Path::new("/");
    files.tempo_version.clone_from(&arguments.tempo_version);
    files.collector_version.clone_from(&arguments.collector_version);
    let mut topology = read(&files);
    topology.not_read.extend(found.not_read.iter().cloned());
    topology.not_read.sort();
    let verdict = check(&topology, session.now);
    let sources = shown_texts(found, &topology);
    let subject = CheckView {
        topology: &topology,
        verdict: &verdict,
        engines: &Validation::default(),
        sources: &sources,
        desired: None,
    };
    session.print(&match arguments.format {
        Format::Text => verdict::text(&subject, session.colour()),
        Format::Json => verdict::json(&subject),
    });
    Ok(if verdict.findings.has_errors() { Exit::Refused } else { Exit::Fine })
}

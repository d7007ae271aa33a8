//! `check --files`: judges repositories, Compose projects or roots of hosts, whoever wrote their files.

use super::rendered::RenderedWith;
use super::session::{Session, Stop};
use super::verdicts::{self, CheckForm, PrintedPart, printed};
use crate::check::{CheckReport, check, shown_texts};
use crate::cli::CheckArguments;
use crate::diagnostic::{Code, Finding};
use crate::exit::Exit;
use crate::host::DirectoryTree;
use crate::model::dataflow::Topology;
use crate::text::Sources;
use crate::topology::{Discovered, discover, read};
use std::path::{Path, PathBuf};

/// What one directory came to.
struct JudgedDirectory {
    path: PathBuf,
    topology: Topology,
    verdict: CheckReport,
    sources: Sources,
}

pub(crate) fn run(session: &mut Session, arguments: &CheckArguments) -> Result<Exit, Stop> {
    let mut all = Vec::new();
    for directory in &arguments.files {
        if !directory.is_dir() {
            let title = format!("`{}` is not a directory", directory.display());
            return Err(Finding::error(Code("no-files"), title)
                .help("a repository, a Compose project, or a directory laid out like the root of a host")
                .into());
        }
        let found = discover(&DirectoryTree::below(directory));
        if !holds_something(&found) && found.not_read.is_empty() && !found.lists {
            let title = format!("`{}` holds no file of a tracing stack", directory.display());
            let help = "looked for Compose files, for configuration of collectors, Tempo and Grafana by its content, and at a host's own places";
            return Err(Finding::error(Code("no-files"), title).help(help).into());
        }
        all.push(judge(session, arguments, directory, found));
    }
    print(session, arguments, &all)
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
        let judged = judge(session, arguments, here, found);
        print(session, arguments, &[judged])
    })
}

fn holds_something(found: &Discovered) -> bool {
    found.programs > 0 || !found.projects.is_empty()
}

fn judge(
    session: &Session,
    arguments: &CheckArguments,
    directory: &Path,
    mut found: Discovered,
) -> JudgedDirectory {
    let rendered = RenderedWith::of(directory, &mut found);
    let mut files = found.file_set();
    // A host's own root holds everything that its programs can see; any other directory is a part of one.
    files.complete = directory == Path::new("/");
    rendered.add_to(&mut files);
    for (given, known) in [
        (&arguments.tempo_version, &mut files.tempo_version),
        (&arguments.collector_version, &mut files.collector_version),
    ] {
        if given.is_some() {
            known.clone_from(given);
        }
    }
    let mut topology = read(&files);
    topology.not_read.extend(found.not_read.iter().chain(&rendered.doubts).cloned());
    topology.not_read.sort();
    let verdict = check(&topology, session.now);
    let sources = shown_texts(&found, &topology);
    JudgedDirectory { path: directory.to_owned(), topology, verdict, sources }
}

fn print(session: &mut Session, arguments: &CheckArguments, all: &[JudgedDirectory]) -> Result<Exit, Stop> {
    let parts: Vec<PrintedPart<'_>> = all
        .iter()
        .map(|judged| PrintedPart {
            directory: &judged.path,
            topology: &judged.topology,
            verdict: &judged.verdict,
            sources: &judged.sources,
        })
        .collect();
    verdicts::print(session, CheckForm::of(arguments), |form, colour| printed(&parts, form, colour))?;
    let failed = all.iter().any(|judged| judged.verdict.findings.has_errors());
    Ok(if failed { Exit::Refused } else { Exit::Fine })
}

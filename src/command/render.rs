//! `render`: the files of a stack in a directory, as a team commits and reviews them. Never keys,
//! certificates or state.

use crate::cli::{RenderArguments, RenderFormat};
use crate::exit::Exit;
use crate::report::document::{RenderDocument, RenderManifest, ToldFile, told as findings_told};
use crate::report::github;
use crate::report::verdict::plural;
use crate::workflow::containers;
use crate::workflow::judge::{CheckedStack, judge};
use crate::workflow::load::load;
use crate::workflow::readers::HostFiles;
use crate::workflow::session::{Session, Stop};
use crate::workflow::written::{RenderTarget, RenderedChange, texts};

pub(super) fn run(session: &mut Session, arguments: &RenderArguments) -> Result<Exit, Stop> {
    let loaded = load(&arguments.stack.stack)?;
    let judged = judge(session, &loaded, &HostFiles::default())?;
    judged.refuse(session)?;
    let texts = texts(&judged.desired);
    let manifest = RenderManifest::of(&judged.desired, judged.wiring.releases(), &texts);
    let manifest = manifest.with_containers(containers::of(&judged.wiring));
    let target = RenderTarget::look(&arguments.out, texts)
        .map_err(|refusals| Stop::Because(Exit::Refused, refusals.join("\nerror: ")))?;
    target.write(&manifest).map_err(|why| Stop::Because(Exit::Machine, why))?;
    let document = || document(&judged, arguments, &target).text();
    session.keep_document(document)?;
    match arguments.format {
        RenderFormat::Text => {}
        RenderFormat::Json => session.print_document(&document()),
        RenderFormat::Github => {
            session.print(&github::annotations(&judged.findings(), ""));
        }
    }
    session.say(&told(&target));
    session.say(&format!("{} in `{}`{}\n", files(&target), arguments.out.display(), counts(&target)));
    if arguments.format == RenderFormat::Text {
        session.print(&format!("Desired: {}\n", judged.desired.digest()));
    }
    Ok(Exit::Fine)
}

fn document(
    judged: &CheckedStack<'_>,
    arguments: &RenderArguments,
    target: &RenderTarget<'_>,
) -> RenderDocument {
    let word = |change: &RenderedChange| match change {
        RenderedChange::Same => "same",
        RenderedChange::Added => "added",
        RenderedChange::Changed => "changed",
        RenderedChange::Removed => "removed",
        RenderedChange::Left => "left",
    };
    let files = target.changes.iter();
    let files =
        files.map(|(path, change)| ToldFile { path: path.to_string(), change: word(change) }).collect();
    let findings = findings_told(&judged.findings());
    let directory = arguments.out.display().to_string();
    RenderDocument::new(directory, judged.desired.digest().to_string(), files, findings)
}

/// A line for each path that changes, or should and does not.
fn told(target: &RenderTarget<'_>) -> String {
    let line = |(path, change): (_, &RenderedChange)| match change {
        RenderedChange::Same => String::new(),
        RenderedChange::Added => format!("  + {path}\n"),
        RenderedChange::Changed => format!("  ~ {path}\n"),
        RenderedChange::Removed => format!("  - {path}\n"),
        RenderedChange::Left => {
            format!("  ! {path} stays: the stack has it no more, but it was changed after it was rendered\n")
        }
    };
    target.changes.iter().map(line).collect()
}

fn count(target: &RenderTarget<'_>, wanted: RenderedChange) -> usize {
    target.changes.values().filter(|change| **change == wanted).count()
}

fn files(target: &RenderTarget<'_>) -> String {
    let gone = count(target, RenderedChange::Removed) + count(target, RenderedChange::Left);
    plural(target.changes.len() - gone, "file")
}

/// `: 1 added, 2 changed`.
fn counts(target: &RenderTarget<'_>) -> String {
    let kinds = [
        (RenderedChange::Added, "added"),
        (RenderedChange::Changed, "changed"),
        (RenderedChange::Removed, "removed"),
    ];
    let counted = kinds.map(|(kind, word)| (count(target, kind), word));
    let said: Vec<_> = counted.iter().filter(|(number, _)| *number > 0).collect();
    match said.as_slice() {
        [] => ": none changed".to_owned(),
        said => {
            let said: Vec<_> = said.iter().map(|(number, word)| format!("{number} {word}")).collect();
            format!(": {}", said.join(", "))
        }
    }
}

//! `check`: judges a stack, or any directory of finished files.

use crate::cli::{CheckArguments, Format};
use crate::exit::Exit;
use crate::report::verdict::{self, CheckView};
use crate::validate::Validation;
use crate::workflow::judge::{CheckedStack, judge};
use crate::workflow::load::load;
use crate::workflow::readers::HostFiles;
use crate::workflow::session::{Session, Stop};
use crate::workflow::validation::Asking;

pub(super) fn run(session: &mut Session, arguments: &CheckArguments) -> Result<Exit, Stop> {
    match &arguments.files {
        Some(directory) => crate::workflow::files::run(session, arguments, directory),
        None => match crate::workflow::files::run_here(session, arguments) {
            Some(judged) => judged,
            None => stack(session, arguments),
        },
    }
}

fn stack(session: &mut Session, arguments: &CheckArguments) -> Result<Exit, Stop> {
    let loaded = load(&arguments.stack.stack)?;
    let mut judged = judge(session, &loaded, &HostFiles::default())?;
    let asking = Asking { arguments: &arguments.validators, loaded: &loaded, judged: &judged };
    let validation = asking.about_all()?;
    judged.verdict.findings.extend(validation.findings.clone());
    judged.verdict.findings.sort();
    let digest = judged.desired.digest().to_string();
    print(session, (&judged, &validation), &digest, arguments.format);
    Ok(if judged.verdict.findings.has_errors() { Exit::Refused } else { Exit::Fine })
}

fn print(
    session: &mut Session,
    (judged, engines): (&CheckedStack<'_>, &Validation),
    digest: &str,
    format: Format,
) {
    let subject = CheckView {
        topology: &judged.topology,
        verdict: &judged.verdict,
        engines,
        sources: &judged.sources,
        desired: Some(digest),
    };
    let text = match format {
        Format::Text => verdict::text(&subject, session.colour()),
        Format::Json => verdict::json(&subject),
    };
    session.print(&text);
}

//! `check`: judges a stack, or any directory of finished files.

use crate::cli::CheckArguments;
use crate::exit::Exit;
use crate::report::verdict::CheckView;
use crate::workflow::judge::judge;
use crate::workflow::load::load;
use crate::workflow::readers::HostFiles;
use crate::workflow::session::{Session, Stop};
use crate::workflow::validation::Asking;
use crate::workflow::verdicts::{self, CheckForm};

/// Findings are what this verb is asked for, so they go to stdout, also those that stop it.
pub(super) fn run(session: &mut Session, arguments: &CheckArguments) -> Result<Exit, Stop> {
    let ended = judged(session, arguments);
    let Err(Stop::Findings(findings, sources)) = &ended else { return ended };
    match verdicts::faults(findings, sources, CheckForm::of(arguments), session.colour()) {
        Some(text) => {
            session.keep_findings(findings, sources);
            session.print(&text);
            Ok(Exit::Refused)
        }
        None => ended,
    }
}

fn judged(session: &mut Session, arguments: &CheckArguments) -> Result<Exit, Stop> {
    if !arguments.files.is_empty() {
        return crate::workflow::files::run(session, arguments);
    }
    match crate::workflow::files::run_here(session, arguments) {
        Some(judged) => judged,
        None => stack(session, arguments),
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
    let subject = CheckView { desired: Some(&digest), ..judged.view(&validation) };
    verdicts::print(session, CheckForm::of(arguments), |form, colour| {
        verdicts::one(&subject, form, "", colour)
    })?;
    Ok(if judged.verdict.findings.has_errors() { Exit::Refused } else { Exit::Fine })
}

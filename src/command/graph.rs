//! `graph`: who of a stack talks to whom, as a picture.

use crate::cli::GraphArguments;
use crate::exit::Exit;
use crate::validate::Validation;
use crate::workflow::judge::judge;
use crate::workflow::load::load;
use crate::workflow::readers::HostFiles;
use crate::workflow::session::{Session, Stop};
use crate::workflow::verdicts::{self, CheckForm, graph_format};

pub(super) fn run(session: &mut Session, arguments: &GraphArguments) -> Result<Exit, Stop> {
    let loaded = load(&arguments.stack.stack)?;
    let judged = judge(session, &loaded, &HostFiles::default())?;
    let engines = Validation::default();
    let form = CheckForm::Graph(graph_format(arguments.format));
    session.print(&verdicts::one(&judged.view(&engines), form, "", false));
    Ok(if judged.verdict.findings.has_errors() { Exit::Refused } else { Exit::Fine })
}

//! `status`: what of a stack runs, and what it says of itself. Writes nothing, takes no lock.

use crate::cli::{Format, StatusArguments};
use crate::exit::Exit;
use crate::report::document::{StatusDocument, printed};
use crate::report::{graph, status};
use crate::trial::running;
use crate::workflow::load::name_of;
use crate::workflow::running::There;
use crate::workflow::session::{Session, Stop};
use crate::workflow::status::of_trial;
use crate::workflow::verdicts::graph_format;
use crate::workflow::watch;

pub(super) fn run(session: &mut Session, arguments: &StatusArguments) -> Result<Exit, Stop> {
    let name = name_of(&arguments.stack)?;
    let picture = if running(&name).is_empty() {
        watch::picture(session, &name, &arguments.stack.stack)?
    } else {
        of_trial(&There::of(session, &name, &arguments.stack.stack)?)?
    };
    let document = || printed(&StatusDocument::of(&picture));
    session.keep_document(document)?;
    match (arguments.graph, arguments.format) {
        (Some(language), _) => {
            session.print(&graph::of_plan(&picture.edges, graph_format(language)));
        }
        (None, Format::Text) => session.print(&status::text(&picture)),
        (None, Format::Json) => session.print_document(&document()),
    }
    Ok(if picture.is_well() { Exit::Fine } else { Exit::Machine })
}

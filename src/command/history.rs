//! `history`: the generations that are kept. Creates nothing, takes no lock.

use crate::apply;
use crate::cli::{Format, HistoryArguments};
use crate::exit::Exit;
use crate::model::names::HostName;
use crate::report::document::{HistoryDocument, printed};
use crate::report::history;
use crate::workflow::host::HostChoice;
use crate::workflow::load::name_of;
use crate::workflow::session::{Session, Stop};
use crate::workflow::{consent, host};

pub(super) fn run(session: &mut Session, arguments: &HistoryArguments) -> Result<Exit, Stop> {
    let name = name_of(&arguments.stack)?;
    let place = HostChoice::of(&arguments.root, &HostName::this())?;
    let ground = place.ground(&name, None, &arguments.root.left_out)?;
    let generations = apply::history(place.target(), &ground).map_err(|error| host::stopped(&error))?;
    let doubts = apply::doubts(place.target(), &ground).map_err(|error| host::stopped(&error))?;
    consent::say_doubts(session, &doubts);
    let document = HistoryDocument::of(&name, &generations);
    session.keep_document(|| printed(&document))?;
    match arguments.format {
        Format::Text => session.print(&history::text(&document)),
        Format::Json => session.print_document(&printed(&document)),
    }
    Ok(Exit::Fine)
}

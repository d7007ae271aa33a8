//! `history`: the generations that are kept. Creates nothing, takes no lock.

use crate::apply;
use crate::cli::{Format, History};
use crate::exit::Exit;
use crate::model::names::HostName;
use crate::report::history;
use crate::workflow::host;
use crate::workflow::host::Place;
use crate::workflow::load::load_name;
use crate::workflow::session::{Session, Stop};

pub(super) fn run(session: &mut Session, arguments: &History) -> Result<Exit, Stop> {
    let name = load_name(&arguments.stack.stack)?;
    let place = Place::of(&arguments.root, &HostName::this())?;
    let ground = place.ground(&name, None)?;
    let generations = apply::history(place.target(), &ground).map_err(|error| host::stopped(&error))?;
    session.print(&match arguments.format {
        Format::Text => history::text(&name, &generations),
        Format::Json => history::json(&name, &generations),
    });
    Ok(Exit::Fine)
}

//! `history`: the generations that are kept. Creates nothing, takes no lock.

use super::load::load_name;
use super::{Exit, Session, Stop, host};
use crate::apply;
use crate::cli::{Format, History};
use crate::report::history;
use crate::stack::HostName;

pub(super) fn run(session: &mut Session, arguments: &History) -> Result<Exit, Stop> {
    let root = host::root(&arguments.root)?;
    let name = load_name(&arguments.stack.stack)?;
    let target = host::target(root, &HostName::this());
    let generations = apply::history(&target, &name).map_err(|error| host::stopped(&error))?;
    session.print(&match arguments.format {
        Format::Text => history::text(&name, &generations),
        Format::Json => history::json(&name, &generations),
    });
    Ok(Exit::Fine)
}

//! `schema`: the language for editors.

use crate::exit::Exit;
use crate::toml::json_schema;
use crate::workflow::session::{Session, Stop};

pub(super) fn run(session: &mut Session) -> Result<Exit, Stop> {
    session.print(&json_schema::document());
    Ok(Exit::Fine)
}

//! `schema`: the language for editors, or the form of what a verb prints as JSON.

use crate::cli::{SchemaArguments, SchemaOf};
use crate::exit::Exit;
use crate::report::document::{DocumentKind, schema};
use crate::toml::json_schema;
use crate::workflow::session::{Session, Stop};

pub(super) fn run(session: &mut Session, arguments: &SchemaArguments) -> Result<Exit, Stop> {
    session.print(&match arguments.of {
        None => json_schema::document(),
        Some(SchemaOf::Check) => schema(DocumentKind::Check),
        Some(SchemaOf::Render) => schema(DocumentKind::Render),
        Some(SchemaOf::History) => schema(DocumentKind::History),
    });
    Ok(Exit::Fine)
}

//! `schema`: the language for editors, or the form of what a verb prints as JSON.

use crate::cli::{SchemaArguments, SchemaOf};
use crate::exit::Exit;
use crate::report::document::{DescribedDocument, schema};
use crate::toml::json_schema;
use crate::workflow::session::{Session, Stop};

pub(super) fn run(session: &mut Session, arguments: &SchemaArguments) -> Result<Exit, Stop> {
    session.print(&match arguments.of {
        None => json_schema::document(),
        Some(SchemaOf::Check) => schema(DescribedDocument::Check),
        Some(SchemaOf::History) => schema(DescribedDocument::History),
        Some(SchemaOf::Plan) => schema(DescribedDocument::Plan),
        Some(SchemaOf::Prove) => schema(DescribedDocument::Prove),
        Some(SchemaOf::Manifest) => schema(DescribedDocument::Manifest),
        Some(SchemaOf::Render) => schema(DescribedDocument::Render),
        Some(SchemaOf::Status) => schema(DescribedDocument::Status),
    });
    Ok(Exit::Fine)
}

//! The document for programs beside what people read.

#![expect(
    missing_docs,
    reason = "what stands above a struct of arguments would be shown as the help of its verb"
)]

use clap::Args;
use std::path::PathBuf;

#[derive(Clone, Debug, Default, Args)]
pub struct JsonIntoArgument {
    /// Write what `--format json` prints to FILE too, whatever is printed
    #[arg(long, value_name = "FILE")]
    pub json_into: Option<PathBuf>,
}

//! Which stack, and where its files go.

#![expect(
    missing_docs,
    reason = "what stands above a struct of arguments would be shown as the help of its verb"
)]

use super::leave_out::LeaveOutArgument;
use super::values;
use crate::model::names::StackName;
use clap::Args;
use std::path::PathBuf;

// The stack, by its directory or its file.
#[derive(Debug, Args)]
pub struct StackArgument {
    /// A directory that holds stack.toml, or the file
    #[arg(value_name = "STACK", default_value = ".")]
    pub stack: PathBuf,
}

// The stack whose name is all that counts, so that a lost or broken file keeps nobody from going back.
#[derive(Debug, Args)]
pub struct NamedStackArgument {
    /// A directory that holds stack.toml, or the file; its name is all that counts
    #[arg(value_name = "STACK", default_value = ".")]
    pub stack: PathBuf,
    /// The stack by its name, where its file is lost
    #[arg(long, value_name = "NAME", value_parser = values::stack_name)]
    pub name: Option<StackName>,
}

// Where the stack's files go.
#[derive(Clone, Debug, Default, Args)]
pub struct RootArgument {
    /// Work below this directory instead of on this machine: no privileges, no services
    ///
    /// Contents keep their final paths; owners are recorded and shown, never set.
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
    #[command(flatten)]
    pub left_out: LeaveOutArgument,
}

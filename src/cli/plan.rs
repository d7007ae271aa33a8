//! What `plan` compares with what, and how that is printed.

#![expect(
    missing_docs,
    reason = "what stands above a struct of arguments would be shown as the help of its verb"
)]

use super::document::JsonIntoArgument;
use super::engines::ValidatorsArgument;
use super::place::{RootArgument, StackArgument};
use super::values;
use crate::model::names::StackName;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// How a plan is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    /// For people: by cause, in the columns of the terminal
    #[default]
    Text,
    /// For programs; carries a format_version, whose minor number only ever adds
    Json,
    /// For the comment of a pull request
    Markdown,
    /// Annotations of GitHub Actions, beside the lines of stack.toml
    Github,
}

/// The language of a picture of who talks to whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum GraphLanguage {
    /// Mermaid, which GitHub draws
    #[default]
    Mermaid,
    /// Graphviz
    Dot,
}

#[derive(Debug, Args)]
pub struct PlanArguments {
    #[command(flatten)]
    pub stack: StackArgument,
    #[command(flatten)]
    pub root: RootArgument,
    #[command(flatten)]
    pub validators: ValidatorsArgument,
    /// Exit with 2 when there is something to do, drift included
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Compare with the stack at a revision of its git repository instead of with a host
    #[arg(long, value_name = "REF", conflicts_with_all = ["root", "collector", "tempo", "engines_of_stack"])]
    pub base: Option<String>,
    /// Show the way back to a generation, as `rollback --to` would go it
    #[arg(long, value_name = "N", conflicts_with_all = ["base", "collector", "tempo", "engines_of_stack"], group = "back")]
    pub to: Option<u64>,
    /// Show how everything is given back, as `destroy` would do it
    #[arg(long, conflicts_with_all = ["base", "to", "collector", "tempo", "engines_of_stack"], group = "back")]
    pub destroy: bool,
    /// Of a way back, the stack by its name, where its file is lost
    #[arg(long, value_name = "NAME", value_parser = values::stack_name, requires = "back")]
    pub name: Option<StackName>,
    /// Save the plan, so that `apply FILE` carries it out and nothing else
    ///
    /// The file holds no content, secret or key of any file.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["base", "to", "destroy"])]
    pub out: Option<PathBuf>,
    /// Show every line of every file that changes
    #[arg(long)]
    pub full: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: PlanFormat,
    #[command(flatten)]
    pub json_into: JsonIntoArgument,
    /// Print who talks to whom as a picture: what comes, leaves, changes or is broken
    #[arg(long, value_enum, value_name = "LANGUAGE", conflicts_with_all = ["format", "full"])]
    pub graph: Option<GraphLanguage>,
}

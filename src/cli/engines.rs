//! The real engines, and whether their validators are asked.

#![expect(
    missing_docs,
    reason = "what stands above a struct of arguments would be shown as the help of its verb"
)]

use clap::Args;
use std::path::PathBuf;

// The real engines; where none is named they are looked for in `$TRACEWRIGHT_ENGINES`, where the
// stack says if that is allowed, and on `PATH`.
#[derive(Debug, Args)]
pub struct EnginesArgument {
    /// The collector's binary
    #[arg(long, value_name = "PATH")]
    pub collector: Option<PathBuf>,
    /// Tempo's binary
    #[arg(long, value_name = "PATH")]
    pub tempo: Option<PathBuf>,
    /// Also start what the stack names (`service.binary`): only for a stack that you trust
    #[arg(long)]
    pub engines_of_stack: bool,
}

// What a trial starts in the place of a Prometheus and a Loki of somebody else's; looked for as the engines are.
#[derive(Debug, Args)]
pub struct StoresArgument {
    /// A binary of Prometheus, for metrics
    #[arg(long, value_name = "PATH")]
    pub prometheus: Option<PathBuf>,
    /// A binary of Loki, for logs
    #[arg(long, value_name = "PATH")]
    pub loki: Option<PathBuf>,
}

// Whether the engines' own validators are asked, and which engines.
#[derive(Debug, Args)]
pub struct ValidatorsArgument {
    #[command(flatten)]
    pub engines: EnginesArgument,
    /// Ask no engine: what their validators would judge is listed as not checked
    #[arg(long, conflicts_with_all = ["collector", "tempo", "engines_of_stack"])]
    pub no_engines: bool,
}

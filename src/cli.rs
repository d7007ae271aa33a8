//! The command line: types and help texts, no logic.

#![expect(
    missing_docs,
    reason = "what stands above a struct of arguments would be shown as the help of its verb"
)]

mod document;
mod engines;
mod leave_out;
mod place;
mod plan;
mod values;

use clap::{Args, Parser, Subcommand, ValueEnum};
pub use document::JsonIntoArgument;
pub use engines::{EnginesArgument, StoresArgument, ValidatorsArgument};
pub use leave_out::LeaveOutArgument;
pub use place::{NamedStackArgument, RootArgument, StackArgument};
pub use plan::{GraphLanguage, PlanArguments, PlanFormat};
use std::path::PathBuf;

/// One stack.toml becomes a checked, planned, applied and reversible tracing stack
///
/// A stack describes applications that export OTLP, OpenTelemetry Collectors, Grafana Tempo and
/// Grafana. From it all their files follow; `check` proves that every client meets its listener,
/// `plan` shows what would change, `apply` changes it as one transaction that can be taken back.
#[derive(Debug, Parser)]
#[command(name = "tracewright", version, after_help = crate::exit::help(), max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
    /// When to colour: `auto` does on a terminal, unless NO_COLOR is set or TERM is dumb
    #[arg(
        long = "color",
        global = true,
        value_enum,
        value_name = "WHEN",
        default_value_t,
        hide_possible_values = true
    )]
    pub colour: ColourChoice,
    /// Print a plan that is longer than the terminal as it is, without a pager
    #[arg(long, global = true)]
    pub no_pager: bool,
}

/// When what is printed is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColourChoice {
    /// On a terminal
    #[default]
    Auto,
    /// Also in a file or a pipe
    Always,
    /// Nowhere
    Never,
}

/// The verbs. The arguments of one are built when it is called.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Verb {
    /// Write a stack to start from
    ///
    /// Copies one of the stacks that come with the tool to DIR/stack.toml, with its JSON Schema for
    /// editors beside it. A file that is there is never overwritten.
    Init(InitArguments),
    /// Judge a stack, or any directory of finished files
    ///
    /// Reads the files as their engines would, and proves that every client meets its listener:
    /// port, bind, protocol, TLS, CA, names, dates. What cannot be decided is listed by name.
    #[command(alias = "validate")]
    Check(CheckArguments),
    /// Write the files of a stack to a directory, for review
    ///
    /// Configuration, units and the lines of environment files, each below its final path. Never
    /// keys, certificates or state; nothing else on this machine is touched.
    Render(RenderArguments),
    /// Show what apply would change
    ///
    /// Compares what the stack wants with what is there and with what the last apply left. Writes
    /// nothing.
    Plan(PlanArguments),
    /// Change it: all of the plan, or nothing
    ///
    /// Shows the plan, asks, and carries it out as one transaction with backups. `rollback` takes it
    /// back exactly.
    Apply(ApplyArguments),
    /// Go back to an earlier generation
    ///
    /// Shows, asks and applies like `apply`, and makes a new generation of it.
    Rollback(RollbackArguments),
    /// Give everything back: every path as it was before the first apply
    ///
    /// What ran before runs again as it did, what did not is stopped; the state of the stack goes last.
    Destroy(DestroyArguments),
    /// List the generations: who, when, what
    History(HistoryArguments),
    /// Explain a finding's code, a key of stack.toml, or an application's settings
    ///
    /// Without a topic it lists all there are.
    Explain(ExplainArguments),
    /// Print the language of stack.toml as a JSON Schema, or the form of what a verb prints as JSON
    ///
    /// `init` writes it beside the stack as `stack.schema.json`, which the first line of the stack names:
    /// editors that use Taplo or Tombi then complete keys and show what they mean.
    Schema(SchemaArguments),
    /// Run a stack for real in a throw-away directory, and prove it
    ///
    /// Starts the real engines as child processes on free loopback ports, sends a trace through every
    /// application's endpoint, reads it back from Tempo, stops and removes everything. Needs no root, no
    /// systemd, and touches nothing of this machine.
    Try(TryArguments),
    /// Send a trace through every application's endpoint and read it back
    ///
    /// Proves what runs: a trial of this stack that is held, else what listens at the stack's own
    /// addresses. A failure names the edge and the cause, with what was seen of it.
    Prove(ProveArguments),
    /// Show what of a stack runs: engines, sockets, counters
    Status(StatusArguments),
    /// Show what the engines say: those of a trial, or the services of this host
    Logs(LogsArguments),
    /// Print who talks to whom as a picture
    ///
    /// What `check --graph` prints: every program of the stack with its edges, broken ones red.
    Graph(GraphArguments),
    /// Print completions for a shell
    ///
    /// For instance: `tracewright completions bash > ~/.local/share/bash-completion/completions/tracewright`.
    Completions(CompletionsArguments),
    /// Print the manual page, or that of one verb
    ///
    /// To read it: `tracewright man | man -l -`.
    Man(ManArguments),
    /// Print the version, as `--version` does
    #[command(hide = true)]
    Version,
    /// What this binary starts itself again for
    #[command(hide = true, subcommand)]
    TrialChild(Child),
    /// What root starts this binary again for: to work with the rights of a user
    #[command(hide = true)]
    ScopeChild {
        /// The number of the user
        uid: u32,
    },
}

#[derive(Debug, Args)]
pub struct SchemaArguments {
    /// Of what this verb prints with `--format json`, instead of stack.toml
    #[arg(long, value_enum, value_name = "VERB")]
    pub of: Option<SchemaOf>,
}

/// The documents whose form can be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// `check`
    Check,
    /// `render`
    Render,
    /// `history`
    History,
    /// `plan`
    Plan,
    /// `prove`
    Prove,
    /// `tracewright.json`, which `render` writes beside its files
    Manifest,
    /// `status`
    Status,
}

/// What is printed on stdout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Text,
    /// For programs; carries a format_version, whose minor number only ever adds
    Json,
}

/// How it is printed what was rendered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum RenderFormat {
    /// For people
    #[default]
    Text,
    /// For programs; carries a format_version, whose minor number only ever adds
    Json,
    /// Annotations of GitHub Actions, beside the lines of a pull request
    Github,
}

/// How the result of a check is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people
    #[default]
    Text,
    /// For programs; carries a format_version, whose minor number only ever adds
    Json,
    /// Annotations of GitHub Actions, beside the lines of a pull request
    Github,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

#[derive(Debug, Args)]
pub struct InitArguments {
    /// The directory to write stack.toml to
    #[arg(value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
    /// Which stack to copy
    #[arg(long, value_name = "NAME", default_value = "minimal")]
    pub from: String,
    /// Print the stacks there are, and write nothing
    #[arg(long, conflicts_with = "from")]
    pub list: bool,
}

#[derive(Debug, Args)]
pub struct CheckArguments {
    #[command(flatten)]
    pub stack: StackArgument,
    #[command(flatten)]
    pub validators: ValidatorsArgument,
    /// Judge the files below DIR instead of a stack: a repository, a Compose project, a host's root
    ///
    /// Several directories are judged one after the other, each by itself.
    #[arg(long, value_name = "DIR", num_args = 1.., conflicts_with_all = ["stack", "collector", "tempo", "engines_of_stack", "no_engines"])]
    pub files: Vec<PathBuf>,
    /// The Tempo line these files are for, such as 2.10; else inferred or assumed
    #[arg(long, value_name = "V", requires = "files", value_parser = values::tempo_release)]
    pub tempo_version: Option<String>,
    /// The collector release these files are for, such as 0.159; else inferred or assumed
    #[arg(long, value_name = "V", requires = "files", value_parser = values::collector_release)]
    pub collector_version: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: CheckFormat,
    #[command(flatten)]
    pub json_into: JsonIntoArgument,
    /// Print who talks to whom as a picture, broken edges red, instead of the findings
    #[arg(long, value_enum, value_name = "LANGUAGE", conflicts_with = "format")]
    pub graph: Option<GraphLanguage>,
}

#[derive(Debug, Args)]
pub struct GraphArguments {
    #[command(flatten)]
    pub stack: StackArgument,
    /// The language of the picture
    #[arg(long, value_enum, value_name = "LANGUAGE", default_value_t)]
    pub format: GraphLanguage,
}

#[derive(Debug, Args)]
pub struct RenderArguments {
    #[command(flatten)]
    pub stack: StackArgument,
    /// The directory to write to; files that differ are replaced
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: RenderFormat,
    #[command(flatten)]
    pub json_into: JsonIntoArgument,
}

// What may be overwritten, who is asked, and how much is shown.
#[derive(Debug, Args)]
pub struct ConsentArguments {
    /// Do not ask
    #[arg(long)]
    pub auto_approve: bool,
    /// Overwrite what others changed since the last apply
    #[arg(long)]
    pub accept_drift: bool,
    /// Show every line of every file that changes
    #[arg(long)]
    pub full: bool,
}

#[derive(Debug, Args)]
pub struct ApplyArguments {
    /// A directory that holds stack.toml, the file, or a plan that `plan --out` saved
    #[arg(value_name = "STACK", default_value = ".")]
    pub stack: PathBuf,
    #[command(flatten)]
    pub root: RootArgument,
    #[command(flatten)]
    pub validators: ValidatorsArgument,
    #[command(flatten)]
    pub consent: ConsentArguments,
    /// Take over files that are in the way; their bytes become generation 0
    #[arg(long)]
    pub adopt: bool,
    /// Refuse unless this is still the plan: a `Desired:` or a `Plan:` digest, or 12 digits it begins with
    ///
    /// It does not approve: it only makes sure that what was reviewed is what is applied.
    #[arg(long, value_name = "DIGEST", value_parser = values::digest)]
    pub expect: Option<String>,
    /// Keep it without sending a trace through it
    #[arg(long)]
    pub no_prove: bool,
}

#[derive(Debug, Args)]
pub struct RollbackArguments {
    #[command(flatten)]
    pub stack: NamedStackArgument,
    #[command(flatten)]
    pub root: RootArgument,
    #[command(flatten)]
    pub consent: ConsentArguments,
    /// The generation to go back to; 0 is what stood there before the first apply
    #[arg(long, value_name = "N")]
    pub to: Option<u64>,
    /// Keep it without sending a trace through it
    #[arg(long)]
    pub no_prove: bool,
}

#[derive(Debug, Args)]
pub struct DestroyArguments {
    #[command(flatten)]
    pub stack: NamedStackArgument,
    #[command(flatten)]
    pub root: RootArgument,
    #[command(flatten)]
    pub consent: ConsentArguments,
}

#[derive(Debug, Args)]
pub struct HistoryArguments {
    #[command(flatten)]
    pub stack: NamedStackArgument,
    #[command(flatten)]
    pub root: RootArgument,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    #[command(flatten)]
    pub json_into: JsonIntoArgument,
}

#[derive(Debug, Args)]
pub struct ExplainArguments {
    /// A code such as `tls-mismatch`, a key such as `tempo.retention`, or `app.NAME`
    #[arg(value_name = "TOPIC")]
    pub topic: Option<String>,
    #[command(flatten)]
    pub stack: StackArgument,
}

#[derive(Debug, Args)]
pub struct TryArguments {
    #[command(flatten)]
    pub stack: StackArgument,
    /// Leave the directory with files, data and logs
    #[arg(long)]
    pub keep: bool,
    /// Keep it running for your own application, until Ctrl-C
    #[arg(long)]
    pub hold: bool,
    /// How long each engine may take until it is ready
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub ready_within: u64,
    #[command(flatten)]
    pub engines: EnginesArgument,
    #[command(flatten)]
    pub stores: StoresArgument,
}

#[derive(Debug, Args)]
pub struct ProveArguments {
    #[command(flatten)]
    pub stack: StackArgument,
    /// Send so many numbered items of each signal, and say which did not come back
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub count: Option<u32>,
    /// Items a second; as fast as the endpoint takes them, where not given
    #[arg(long, value_name = "R", requires = "count", value_parser = clap::value_parser!(u32).range(1..))]
    pub rate: Option<u32>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    #[command(flatten)]
    pub json_into: JsonIntoArgument,
}

#[derive(Debug, Args)]
pub struct StatusArguments {
    #[command(flatten)]
    pub stack: NamedStackArgument,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    #[command(flatten)]
    pub json_into: JsonIntoArgument,
    /// Print who talks to whom as a picture: red where nobody listens, or somebody else does
    #[arg(long, value_enum, value_name = "LANGUAGE", conflicts_with = "format")]
    pub graph: Option<GraphLanguage>,
}

#[derive(Debug, Args)]
pub struct LogsArguments {
    #[command(flatten)]
    pub stack: NamedStackArgument,
    /// Only this one: `tempo`, `collector.main`, or `main`
    #[arg(long, value_name = "NAME")]
    pub component: Option<String>,
    /// Go on with what is said from now on, until Ctrl-C
    #[arg(short, long)]
    pub follow: bool,
}

#[derive(Debug, Args)]
pub struct CompletionsArguments {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub struct ManArguments {
    /// The verb; without it the page of the whole
    #[arg(value_name = "VERB")]
    pub verb: Option<String>,
}

/// Processes of this binary that are not the one that the user started.
#[derive(Debug, Subcommand)]
pub enum Child {
    /// Become a program that ends with its parent
    Engine {
        /// The process that starts it
        parent: u32,
        /// The engine
        program: PathBuf,
        /// Its arguments
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<std::ffi::OsString>,
    },
    /// Make a directory, and remove it when nobody holds standard input's other end
    Sweeper {
        /// The directory
        directory: PathBuf,
    },
}

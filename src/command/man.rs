//! `man`: the manual pages, made of the same declarations as `--help`.

use crate::cli::{Cli, ManArguments};
use crate::diagnostic::{Code, Finding};
use crate::exit::Exit;
use crate::workflow::session::{Session, Stop};
use clap::{Command, CommandFactory};
use clap_mangen::Man as Page;

pub(super) fn run(session: &mut Session, arguments: &ManArguments) -> Result<Exit, Stop> {
    let whole = shown();
    let page = match &arguments.verb {
        None => Page::new(whole),
        Some(verb) => {
            let found = whole.get_subcommands().find(|one| one.get_name() == verb);
            Page::new(found.ok_or_else(|| unknown(&whole, verb))?.clone())
        }
    };
    let mut text = Vec::new();
    page.render(&mut text).map_err(|error| Stop::machine(&error))?;
    session.print(&String::from_utf8_lossy(&text));
    Ok(Exit::Fine)
}

/// The command line as people see it: built in full, without what the tool starts itself again for.
pub(super) fn shown() -> Command {
    let mut whole = Cli::command();
    whole.build();
    // `help` is added again by whoever builds what is returned.
    let kept = |verb: &&Command| !verb.is_hide_set() && verb.get_name() != "help";
    let verbs: Vec<Command> = whole.get_subcommands().filter(kept).cloned().collect();
    let bare = Command::new("tracewright")
        .version(env!("CARGO_PKG_VERSION"))
        .about(whole.get_about().cloned().unwrap_or_default())
        .long_about(whole.get_long_about().cloned().unwrap_or_default())
        .after_help(whole.get_after_help().cloned().unwrap_or_default());
    bare.subcommands(verbs)
}

fn unknown(whole: &Command, verb: &str) -> Stop {
    let verbs: Vec<&str> = whole.get_subcommands().map(Command::get_name).collect();
    let finding = Finding::error(Code("topic-unknown"), format!("there is no verb `{verb}`"));
    finding.help(verbs.join(", ")).into()
}

//! `init`: a stack to start from.

use crate::cli::InitArguments;
use crate::diagnostic::{Code, Finding};
use crate::exit::Exit;
use crate::workflow::person::{StackOwner, personal};
use crate::workflow::session::{Session, Stop};
use std::fs;
use std::io::{ErrorKind, Write};

/// The stacks that come with the tool; each is also a golden test.
pub const SHIPPED: &[(&str, &str)] = &[
    ("incident-host", include_str!("../../stacks/incident-host/stack.toml")),
    ("internal-tls", include_str!("../../stacks/internal-tls/stack.toml")),
    ("minimal", include_str!("../../stacks/minimal/stack.toml")),
    ("tempo-3", include_str!("../../stacks/tempo-3/stack.toml")),
];

pub(super) fn run(session: &mut Session, arguments: &InitArguments) -> Result<Exit, Stop> {
    if arguments.list {
        session.print(&listed());
        return Ok(Exit::Fine);
    }
    let Some((name, text)) = SHIPPED.iter().find(|(name, _)| *name == arguments.from) else {
        let names: Vec<_> = SHIPPED.iter().map(|(name, _)| format!("`--from {name}`")).collect();
        let finding =
            Finding::error(Code("stack-unknown"), format!("there is no stack `{}`", arguments.from));
        return Err(finding.help(names.join(", ")).into());
    };
    let path = arguments.dir.join("stack.toml");
    let shown = path.display();
    fs::create_dir_all(&arguments.dir).map_err(|error| Stop::machine(&error))?;
    // The one call that never replaces what is there, not even what appears at this moment.
    let file = fs::OpenOptions::new().write(true).create_new(true).open(&path);
    let mut file = file.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            Finding::error(Code("stack-exists"), format!("`{shown}` is there already"))
                .help(format!("another directory: `tracewright init DIR --from {name}`"))
                .into()
        }
        _ => Stop::Because(Exit::Machine, format!("`{shown}` cannot be written: {error}")),
    })?;
    let person = StackOwner::of_this_run(&arguments.dir);
    file.write_all(personal(text, &person).as_bytes()).map_err(|error| Stop::machine(&error))?;
    session.say(&format!(
        "wrote `{shown}` from `{name}`; next: `tracewright check {}`\n",
        arguments.dir.display()
    ));
    Ok(Exit::Fine)
}

/// Every stack with what it says of itself, one a line.
fn listed() -> String {
    let about = |text: &'static str| {
        let lines = text.lines().map_while(|line| line.strip_prefix("# "));
        let about = lines.collect::<Vec<_>>().join(" ");
        about.split_once(". ").map_or(about.clone(), |(first, _)| first.to_owned())
    };
    let lines = SHIPPED.iter().map(|(name, text)| {
        let about = about(text);
        format!("{name:<15}{}\n", about.trim_end_matches('.'))
    });
    lines.collect()
}

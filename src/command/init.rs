//! `init`: a stack to start from.

use crate::cli::InitArguments;
use crate::diagnostic::{Code, Finding};
use crate::exit::Exit;
use crate::toml::json_schema;
use crate::workflow::person::{StackOwner, personal};
use crate::workflow::session::{Session, Stop};
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

/// The stacks that come with the tool; each is also a golden test.
pub const SHIPPED: &[(&str, &str)] = &[
    ("incident-host", include_str!("../../stacks/incident-host/stack.toml")),
    ("internal-tls", include_str!("../../stacks/internal-tls/stack.toml")),
    ("languages", include_str!("../../stacks/languages/stack.toml")),
    ("minimal", include_str!("../../stacks/minimal/stack.toml")),
    ("own-stores", include_str!("../../stacks/own-stores/stack.toml")),
    ("scraped", include_str!("../../stacks/scraped/stack.toml")),
    ("tempo-3", include_str!("../../stacks/tempo-3/stack.toml")),
    ("three-signals", include_str!("../../stacks/three-signals/stack.toml")),
];

/// The schema for editors, beside the stack.
const SCHEMA: &str = "stack.schema.json";

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
    let own = personal(text, &StackOwner::of_this_run(&arguments.dir));
    write_new(&path, &format!("#:schema ./{SCHEMA}\n{own}")).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            Finding::error(Code("stack-exists"), format!("`{shown}` is there already"))
                .help(format!("another directory: `tracewright init DIR --from {name}`"))
                .into()
        }
        _ => Stop::Because(Exit::Machine, format!("`{shown}` cannot be written: {error}")),
    })?;
    // One that is there stays: the line above names it all the same.
    match write_new(&arguments.dir.join(SCHEMA), &json_schema::document()) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(Stop::machine(&error)),
        _ => {}
    }
    session.say(&format!(
        "wrote `{shown}` from `{name}`, with `{SCHEMA}` for editors; next: `tracewright check {}`\n",
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

/// The one call that never replaces what is there, not even what appears at this moment.
fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}

//! `render`: the files of a stack in a directory, as a team commits and reviews them. Never keys,
//! certificates or state.

use crate::cli::RenderArguments;
use crate::exit::Exit;
use crate::report::verdict::plural;
use crate::workflow::judge::judge;
use crate::workflow::load::load;
use crate::workflow::readers::HostFiles;
use crate::workflow::session::{Session, Stop};
use crate::workflow::written::{files, in_the_way, write};

pub(super) fn run(session: &mut Session, arguments: &RenderArguments) -> Result<Exit, Stop> {
    let loaded = load(&arguments.stack.stack)?;
    let judged = judge(session, &loaded, &HostFiles::default())?;
    judged.refuse(session)?;
    let files = files(&judged.desired);
    let refusals: Vec<_> = files.iter().filter_map(|(path, _)| in_the_way(&arguments.out, path)).collect();
    if !refusals.is_empty() {
        return Err(Stop::Because(Exit::Refused, refusals.join("\nerror: ")));
    }
    for (path, text) in &files {
        write(&arguments.out.join(path), text).map_err(|error| {
            Stop::Because(
                Exit::Machine,
                format!("`{}` cannot be written: {error}", arguments.out.join(path).display()),
            )
        })?;
    }
    session.say(&format!("{} in `{}`\n", plural(files.len(), "file"), arguments.out.display()));
    session.print(&format!("Desired: {}\n", judged.desired.digest()));
    Ok(Exit::Fine)
}

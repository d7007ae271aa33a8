//! The child's side: gives up root, then does what it is asked until nobody asks any more.

use super::super::own::Own;
use super::super::{CommandLine, Exclusive, Host, HostError, Lock, Person, Ran, ServiceManager, file_names};
use super::frame::ScopeFrame;
use super::messages::{Reply, ScopeMessage, seen};
use super::rights::become_user;
use crate::model::names::{HostName, TargetPath};
use rustix::process::setsid;
use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::path::{Path, PathBuf};

/// Becomes the user of a number, as the first request says, and serves what else is requested on
/// standard input. What the hidden verb `scope-child` does; root's side starts it.
///
/// # Errors
/// It cannot become that user, or the pipe breaks.
pub fn serve_scope(uid: u32) -> std::result::Result<(), HostError> {
    let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
    let served = begin(uid, &mut input, &mut output).and_then(|(person, host)| {
        let manager = ServiceManager::of_user(person.name.clone(), person.uid);
        let own = Own::new(host, vec![manager], vec![PathBuf::from(person.home.as_str())]);
        serve(own, &person, &mut input, &mut output)
    });
    served.map_err(|cause| HostError::Io { operation: "serve", path: format!("user {uid}"), cause })
}

fn begin(uid: u32, input: &mut impl Read, output: &mut impl Write) -> Result<(Person, HostName)> {
    let first = ScopeFrame::read(input)?.ok_or(ErrorKind::UnexpectedEof)?;
    let ScopeMessage::Become { person, host } = ScopeMessage::of(first)? else {
        return Err(Error::other("is started by the tool itself"));
    };
    let became =
        if person.uid == uid { step_down(&person) } else { Err(Error::other("is for another user")) };
    let reply = match &became {
        Ok(()) => Reply::Done,
        Err(error) => Reply::Failed { what: error.to_string(), errno: error.raw_os_error() },
    };
    reply.frame(Vec::new())?.write(output)?;
    became.map(|()| (person, host))
}

/// Leaves the terminal, and root.
fn step_down(person: &Person) -> Result<()> {
    setsid()?;
    refuse_inherited()?;
    become_user(person)
}

/// What we opened ourselves is closed when a program is started. What this run was given by whoever
/// started it would go on to the user's programs, so only what is harmless is let through.
fn refuse_inherited() -> Result<()> {
    for number in file_names(Path::new("/proc/self/fd")) {
        let standard = matches!(number.as_str(), "0" | "1" | "2");
        // The one that listed the directory is closed by now.
        let Ok(what) = std::fs::read_link(Path::new("/proc/self/fd").join(&number)) else { continue };
        let harmless = what == Path::new("/dev/null") || what.to_string_lossy().starts_with("pipe:");
        if !standard && !harmless {
            let what = what.display();
            return Err(Error::other(format!(
                "descriptor {number} ({what}), open where this run was started, would reach the user's \
                 programs: start it with `{number}>&-`"
            )));
        }
    }
    Ok(())
}

fn serve(own: Own, person: &Person, input: &mut impl Read, output: &mut impl Write) -> Result<()> {
    let mut served = Served { own, person, locks: BTreeMap::new() };
    while let Some(frame) = ScopeFrame::read(input)? {
        let answer = ScopeMessage::of(frame).map_err(|error| error.to_string()).and_then(|request| {
            served.answer(request).or_else(|fault| Ok((Reply::fault(&fault), Vec::new())))
        });
        let (reply, bytes) = answer.unwrap_or_else(|what| (Reply::Failed { what, errno: None }, Vec::new()));
        match reply.frame(bytes)?.write(output) {
            // Its lengths are looked at before anything is written.
            Err(error) if error.kind() == ErrorKind::InvalidData => {
                let what = "the answer is too large".to_owned();
                Reply::Failed { what, errno: None }.frame(Vec::new())?.write(output)?;
            }
            written => written?,
        }
    }
    Ok(())
}

struct Served<'a> {
    own: Own,
    person: &'a Person,
    /// Held until the end.
    locks: BTreeMap<TargetPath, Lock>,
}

impl Served<'_> {
    fn answer(&mut self, request: ScopeMessage) -> std::result::Result<(Reply, Vec<u8>), HostError> {
        let plain = |reply| Ok((reply, Vec::new()));
        match request {
            ScopeMessage::Become { .. } => {
                plain(Reply::Failed { what: "asked twice".to_owned(), errno: None })
            }
            ScopeMessage::Observe { inventory } => Ok(seen(self.own.observe(&inventory)?)),
            ScopeMessage::Perform { step } => self.own.perform(&step).map(|()| (Reply::Done, Vec::new())),
            ScopeMessage::FreeSpace => plain(Reply::Space { bytes: self.own.free_space()? }),
            ScopeMessage::Run { command, deadline } => {
                let Ran { code, stdout, stderr } = self.own.run(&self.at_home(command), deadline)?;
                Ok((Reply::Ran { code, stdout: stdout.len() }, [stdout, stderr].concat()))
            }
            ScopeMessage::Lock { state, holder } => {
                if !self.locks.contains_key(&state) {
                    match self.own.lock(&state, &holder)? {
                        Ok(lock) => self.locks.insert(state, lock),
                        Err(by) => return plain(Reply::Held { by }),
                    };
                }
                plain(Reply::Done)
            }
        }
    }

    /// A program of the user, with what it expects of a user's environment.
    fn at_home(&self, mut command: CommandLine) -> CommandLine {
        let mut environment = environment(self.person);
        environment.append(&mut command.environment);
        CommandLine { environment, ..command }
    }
}

/// What a process of a user finds in its environment beside the fixed variables.
pub(super) fn environment(person: &Person) -> Vec<(String, String)> {
    let variable = |name: &str, value: String| (name.to_owned(), value);
    vec![
        variable("HOME", person.home.to_string()),
        variable("USER", person.name.to_string()),
        variable("XDG_RUNTIME_DIR", format!("/run/user/{}", person.uid)),
    ]
}

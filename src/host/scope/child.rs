//! Root's side of a child: starting it, asking it, and ending it at the first word that is wrong.
#![expect(clippy::disallowed_methods, reason = "this is the one place: children are started here")]

use super::super::run::{FIXED_ENVIRONMENT, LARGEST_OUTPUT};
use super::super::{CommandLine, Holder, HostError, Lock, Person, Ran};
use super::frame::ScopeFrame;
use super::judge::{ScopeRequest, shown};
use super::messages::{Reply, ScopeMessage};
use super::patient::{Patient, never_block};
use super::serve::environment;
use crate::model::names::{HostName, Scope, TargetPath, UserName};
use crate::model::observed::{Inventory, Observed};
use crate::model::step::Step;
use std::cell::RefCell;
use std::io::{Error, ErrorKind};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a look may take; a manager that is frozen is found out well below it.
const LOOK: Duration = Duration::from_secs(60);
/// How long anything about files may take.
const FILES: Duration = Duration::from_secs(60);
/// How long a service may take to stop and start; the child has its own deadlines below it.
const SERVICES: Duration = Duration::from_secs(600);
/// How much longer than a program the answer about it may take.
const GRACE: Duration = Duration::from_secs(5);

/// A process with the rights of one user. The kernel ends it together with the thread that started it.
#[derive(Debug)]
pub(in super::super) struct ScopeChild {
    user: UserName,
    host: HostName,
    pipe: RefCell<Pipe>,
}

#[derive(Debug)]
struct Pipe {
    process: Child,
    to: ChildStdin,
    from: ChildStdout,
    /// What ended it before its time.
    broken: Option<String>,
    /// Whether it ended without a wrong word.
    died: bool,
}

impl ScopeChild {
    /// Starts one and waits until it has given up root.
    pub(in super::super) fn start(
        program: &Path,
        person: &Person,
        host: &HostName,
    ) -> Result<Self, HostError> {
        let pipe = Pipe::open(program, person).map_err(|cause| HostError::Scope {
            user: person.name.clone(),
            what: format!("{} cannot be started: {cause}", program.display()),
            errno: cause.raw_os_error(),
        })?;
        let child = Self { user: person.name.clone(), host: host.clone(), pipe: RefCell::new(pipe) };
        child.done(&ScopeMessage::Become { person: person.clone(), host: host.clone() }, FILES)?;
        Ok(child)
    }

    /// Whether it was ended from outside: another one may take its place. Never so where it said something
    /// wrong, or nothing in time.
    pub(in super::super) fn died(&self) -> bool {
        self.pipe.borrow().died
    }

    /// Its process.
    pub(in super::super) fn pid(&self) -> u32 {
        self.pipe.borrow().process.id()
    }

    pub(in super::super) fn observe(&self, inventory: &Inventory) -> Result<Observed, HostError> {
        let inventory = Inventory {
            paths: inventory.paths.clone(),
            units: inventory.units.clone(),
            ..Inventory::default()
        };
        let scope = Scope::User(self.user.clone());
        let request = ScopeMessage::Observe { inventory: inventory.clone() };
        match self.ask(&request, LOOK)? {
            (Reply::Observed { at, machine }, bytes) => {
                let asked = ScopeRequest { inventory: &inventory, scope: &scope, host: &self.host };
                asked.observed(at, machine, &bytes).map_err(|what| self.give_up(what))
            }
            _ => Err(self.give_up("does not answer what was asked")),
        }
    }

    pub(in super::super) fn perform(&self, step: &Step) -> Result<(), HostError> {
        let deadline = if step.scope().is_some() { SERVICES } else { FILES };
        let (reply, _) = self.ask(&ScopeMessage::Perform { step: step.clone() }, deadline)?;
        match (reply, step.unit()) {
            (Reply::Done, _) => Ok(()),
            (Reply::Unit { what }, Some(unit)) => {
                Err(HostError::Unit { unit: unit.clone(), what: shown(&what) })
            }
            (Reply::Changed { path }, _) if step.paths().any(|named| *named == path) => {
                Err(HostError::Changed { path })
            }
            _ => Err(self.give_up("does not answer what was asked")),
        }
    }

    pub(in super::super) fn run(&self, command: &CommandLine, deadline: Duration) -> Result<Ran, HostError> {
        let request = ScopeMessage::Run { command: command.clone(), deadline };
        let (reply, mut stdout) = self.ask(&request, deadline + GRACE)?;
        match reply {
            Reply::Ran { code, stdout: length } if length <= stdout.len() => {
                let stderr = stdout.split_off(length);
                let largest = [&stdout, &stderr].into_iter().map(Vec::len).max().unwrap_or_default();
                if u64::try_from(largest).is_ok_and(|largest| largest <= LARGEST_OUTPUT) {
                    return Ok(Ran { code, stdout, stderr });
                }
                Err(self.give_up("has more output than a program may have"))
            }
            _ => Err(self.give_up("does not answer what was asked")),
        }
    }

    pub(in super::super) fn free_space(&self) -> Result<u64, HostError> {
        match self.ask(&ScopeMessage::FreeSpace, FILES)? {
            (Reply::Space { bytes }, _) => Ok(bytes),
            _ => Err(self.give_up("does not answer what was asked")),
        }
    }

    pub(in super::super) fn lock(
        &self,
        state: &TargetPath,
        holder: &Holder,
    ) -> Result<Result<Lock, Option<Holder>>, HostError> {
        let request = ScopeMessage::Lock { state: state.clone(), holder: holder.clone() };
        match self.ask(&request, FILES)? {
            (Reply::Done, _) => Ok(Ok(Lock::held_elsewhere())),
            (Reply::Held { by }, _) => Ok(Err(by.map(Holder::told))),
            _ => Err(self.give_up("does not answer what was asked")),
        }
    }

    fn done(&self, request: &ScopeMessage, deadline: Duration) -> Result<(), HostError> {
        match self.ask(request, deadline)? {
            (Reply::Done, _) => Ok(()),
            _ => Err(self.give_up("does not answer what was asked")),
        }
    }

    /// One request, one reply. Any fault of the pipe is its end.
    fn ask(&self, request: &ScopeMessage, deadline: Duration) -> Result<(Reply, Vec<u8>), HostError> {
        let asked = self.pipe.borrow_mut().ask(request, deadline);
        match asked {
            Ok((Reply::Failed { what, errno }, _)) => Err(self.fault(shown(&what), errno)),
            Ok(answer) => Ok(answer),
            Err(what) => Err(self.give_up(&what)),
        }
    }

    /// Ends it: whoever says one wrong word is not asked again.
    fn give_up(&self, what: &str) -> HostError {
        let mut pipe = self.pipe.borrow_mut();
        let first =
            pipe.broken.get_or_insert_with(|| format!("the process with this user's rights {what}")).clone();
        pipe.end();
        let died = pipe.died;
        drop(pipe);
        if died { HostError::Died { user: self.user.clone() } } else { self.fault(first, None) }
    }

    fn fault(&self, what: String, errno: Option<i32>) -> HostError {
        HostError::Scope { user: self.user.clone(), what, errno }
    }
}

impl Pipe {
    fn open(program: &Path, person: &Person) -> std::io::Result<Self> {
        let mut process = Command::new(program)
            .args(["scope-child", &person.uid.to_string()])
            .env_clear()
            .envs(FIXED_ENVIRONMENT)
            .envs(environment(person))
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // A terminal of root's is nothing for it; what it has to say comes as a reply.
            .stderr(Stdio::null())
            .spawn()?;
        let (Some(to), Some(from)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(Error::other("it has no pipe"));
        };
        let pipe = Self { process, to, from, broken: None, died: false };
        never_block(&pipe.to)?;
        never_block(&pipe.from)?;
        Ok(pipe)
    }

    fn ask(&mut self, request: &ScopeMessage, deadline: Duration) -> Result<(Reply, Vec<u8>), String> {
        if let Some(broken) = &self.broken {
            return Err(broken.clone());
        }
        let end = Instant::now() + deadline;
        let frame = request.frame().map_err(|error| error.to_string())?;
        let answered = frame
            .write(&mut Patient { stream: &mut self.to, end })
            .and_then(|()| ScopeFrame::read(&mut Patient { stream: &mut self.from, end }))
            .and_then(|frame| frame.ok_or_else(|| ErrorKind::UnexpectedEof.into()))
            .and_then(|frame| Ok((Reply::of(&frame.words)?, frame.bytes)));
        answered.map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof | ErrorKind::BrokenPipe => {
                self.died = true;
                "ended in the middle".to_owned()
            }
            ErrorKind::TimedOut => format!("did not answer within {} s", deadline.as_secs()),
            ErrorKind::InvalidData => format!("gave an answer that {error}"),
            _ => format!("cannot be reached: {error}"),
        })
    }

    /// It is ours and not reaped yet, so the number is its own.
    fn end(&mut self) {
        // Where it has ended already there is nothing to end.
        let _ended = self.process.kill();
        let _reaped = self.process.wait();
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        self.end();
    }
}

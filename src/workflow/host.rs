//! Where a verb works: below `--root`, or on this machine; with the user and the clock of this run.

#![expect(clippy::disallowed_methods, reason = "the names of users are read here")]

use super::load::load;
use super::readers;
use super::readers::HostFiles;
use super::root_directory;
use super::session::{Session, Stop, with_causes};
use crate::apply::{self, ApplyError};
use crate::cli::{LeaveOutArgument, RootArgument};
use crate::component::wire;
use crate::exit::Exit;
use crate::host::{Exclusive, Holder, Host, HostError, LiveHost, LocalDisk, LocalRoot};
use crate::model::ground::Ground;
use crate::model::names::{HostName, Scope, StackName, TargetPath, UserName};
use crate::model::observed::{Inventory, PathState};
use crate::stack::Stack;
use crate::wiring::Wiring;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Where a verb works.
#[derive(Debug)]
pub enum HostChoice {
    /// A directory that stands for a host.
    Directory(PathBuf, LocalRoot),
    /// This machine.
    Machine(Box<LiveHost>),
}

impl HostChoice {
    /// Below the directory that is named, or this machine itself.
    ///
    /// # Errors
    /// The directory cannot stand for a host; the machine does not say who we are.
    pub fn of(argument: &RootArgument, host: &HostName) -> Result<Self, Stop> {
        Ok(match &argument.root {
            Some(root) => {
                root_directory::refuse(root)?;
                Self::Directory(root.clone(), LocalRoot::on(LocalDisk::at(root, host.clone())))
            }
            None => {
                Self::Machine(Box::new(LiveHost::this(host.clone()).map_err(|error| stopped(&error.into()))?))
            }
        })
    }

    /// The same for a verb that writes.
    ///
    /// # Errors
    /// As [`Self::of`]; the directory cannot be written.
    pub fn to_write(argument: &RootArgument, host: &HostName) -> Result<Self, Stop> {
        let place = Self::of(argument, host)?;
        argument.root.as_deref().map_or(Ok(()), root_directory::refuse_unwritable)?;
        Ok(place)
    }

    /// The directory, where it is one.
    pub fn root(&self) -> Option<&Path> {
        match self {
            Self::Directory(root, _) => Some(root),
            Self::Machine(_) => None,
        }
    }

    /// The host.
    pub fn target(&self) -> &dyn Host {
        match self {
            Self::Directory(_, root) => root,
            Self::Machine(host) => &**host,
        }
    }

    /// The host, for a run that writes.
    pub fn exclusive(&mut self) -> &mut dyn Exclusive {
        match self {
            Self::Directory(_, root) => root,
            Self::Machine(host) => &mut **host,
        }
    }

    /// The machine, where it is one.
    pub fn machine(&self) -> Option<&LiveHost> {
        match self {
            Self::Directory(..) => None,
            Self::Machine(host) => Some(host),
        }
    }

    /// Whose part of a stack is at hand here, and where its state is. As root also the parts of the users
    /// that the stack names, or that the last apply took care of, but for those that are left out.
    ///
    /// # Errors
    /// The state cannot be read; somebody is to be left out who has no part.
    pub fn ground(
        &self,
        stack: &StackName,
        wiring: Option<&Wiring<'_>>,
        left_out: &LeaveOutArgument,
    ) -> Result<Ground, Stop> {
        let ground = self.whole_ground(stack, wiring)?;
        let names = left_out.names();
        let strangers = names.iter().find(|name| !ground.users().values().any(|user| user == *name));
        match strangers {
            None => Ok(ground.leaving_out(&names)),
            Some(name) => Err(Stop::Because(Exit::Refused, no_part(name, &ground))),
        }
    }

    fn whole_ground(&self, stack: &StackName, wiring: Option<&Wiring<'_>>) -> Result<Ground, Stop> {
        let Self::Machine(host) = self else { return Ok(Ground::below_root(stack)) };
        if !host.is_root() {
            return Ok(Ground::own(stack, host.user(), &host.home()));
        }
        let system = Ground::machine(stack, BTreeMap::new());
        let mut users = apply::users(self.target(), &system).map_err(|error| stopped(&error))?;
        users.extend(wiring.into_iter().flat_map(users_of));
        Ok(Ground::machine(stack, users))
    }

    /// The same for a verb that goes back. As long as nothing is remembered, a first apply may have ended
    /// half way: then the stack names the users, where it can be read.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn ground_back(
        &self,
        stack: &StackName,
        file: &Path,
        left_out: &LeaveOutArgument,
    ) -> Result<Ground, Stop> {
        let ground = match self.ground(stack, None, left_out) {
            // Nothing is remembered of somebody whom only the stack names.
            Err(_) if !left_out.names().is_empty() => {
                self.whole_ground(stack, None)?.leaving_out(&left_out.names())
            }
            ground => ground?,
        };
        let nothing = apply::remembers_nothing(self.target(), &ground).map_err(|error| stopped(&error))?;
        let loaded = load(file).ok().filter(|_| nothing);
        let wired = loaded.as_ref().and_then(|loaded| wire(&loaded.stack).ok());
        wired.map_or(Ok(ground), |(wiring, _)| self.ground(stack, Some(&wiring), left_out))
    }

    /// `below ./out`, `on this host`.
    pub fn shown(&self) -> String {
        match self {
            Self::Directory(root, _) => format!("below `{}`", root.display()),
            Self::Machine(_) => "on this host".to_owned(),
        }
    }

    /// The flag that names it, with a space before it.
    pub fn flag(&self) -> String {
        match self {
            Self::Directory(root, _) => format!(" --root {}", root.display()),
            Self::Machine(_) => String::new(),
        }
    }
}

/// Why nobody of this name can be left out.
fn no_part(name: &UserName, ground: &Ground) -> String {
    if !ground.is_machine() {
        return "`--leave-out` is for root on a machine: nobody else cares for parts of others".to_owned();
    }
    let users: Vec<_> = ground.users().values().map(|user| format!("`{user}`")).collect();
    let known = if users.is_empty() { "nobody has".to_owned() } else { format!("{} do", users.join(", ")) };
    format!("`{name}` has no part of `{}` that could be left out; {known}", ground.stack())
}

/// The users in whose scopes a stack has a part, by their homes.
fn users_of(wiring: &Wiring<'_>) -> BTreeMap<TargetPath, UserName> {
    let engines = wiring.engines.values().map(|place| (&place.scope, &place.home));
    let clients = wiring.clients.values().map(|place| (&place.scope, &place.home));
    let own = engines.chain(clients).filter_map(|(scope, home)| match scope {
        Scope::System => None,
        Scope::User(user) => Some((home.clone(), user.clone())),
    });
    own.filter(|(home, _)| home.as_str() != "/").collect()
}

/// The environment files of the stack's applications as they stand on a host; not those of parts that are
/// left out.
///
/// # Errors
/// The host cannot be looked at.
pub fn environment(target: &dyn Host, stack: &Stack, left_out: &LeaveOutArgument) -> Result<HostFiles, Stop> {
    let names = left_out.names();
    let is_left = |scope: &Scope| matches!(scope, Scope::User(user) if names.contains(user));
    let apps = stack.apps.values().filter(|app| !is_left(&app.service.scope));
    let paths = apps.flat_map(|app| app.env_file.clone().into_iter().chain(readers::paths(app)));
    let observed = target.observe(&Inventory::of(paths)).map_err(|error| stopped(&error.into()))?;
    let is_directory = |(path, state): (&TargetPath, &PathState)| {
        matches!(state, PathState::Directory(_)).then(|| path.clone())
    };
    let directories = observed.at.iter().filter_map(is_directory).collect();
    let file = |(path, standing)| match standing {
        PathState::File(file) => Some((path, file.bytes)),
        _ => None,
    };
    Ok(HostFiles { files: observed.at.into_iter().filter_map(file).collect(), directories })
}

/// Who runs this verb, for the lock, the journal and the history.
pub fn holder(session: &Session, verb: &str) -> Holder {
    Holder { pid: std::process::id(), user: user(), verb: verb.to_owned(), time: rfc3339(session.now) }
}

/// `2026-11-01T12:00:00Z`.
pub(crate) fn rfc3339(time: SystemTime) -> String {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let seconds = i64::try_from(seconds).unwrap_or_default();
    jiff::Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |time| time.to_string())
}

/// The name of this process's user; its number where the machine knows no name.
fn user() -> String {
    let uid = rustix::process::getuid().as_raw().to_string();
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let named = passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == uid).then(|| name.to_owned())
    });
    named.unwrap_or(uid)
}

/// What is to be said of a file system that takes nothing.
fn of_machine(fault: &HostError) -> String {
    let HostError::Io { path, .. } = fault else { return String::new() };
    let directory = std::path::Path::new(path).parent().unwrap_or(std::path::Path::new("/")).display();
    let nothing = "\n  nothing of the stack was changed";
    if fault.is_full() {
        format!("{nothing}\n  help: `df {directory}` shows what is full")
    } else if fault.is_read_only() {
        format!("{nothing}\n  help: `findmnt --target {directory}` shows what is mounted read-only")
    } else {
        String::new()
    }
}

/// The way on where a user is in it.
fn goes_on_without(user: &UserName) -> String {
    format!(
        "\n  help: as root, `plan`, `apply`, `rollback`, `destroy` and `history` go on with the rest by `--leave-out {user}`"
    )
}

/// How a refusal or fault of the transaction ends the verb.
pub fn stopped(error: &ApplyError) -> Stop {
    let exit = match error {
        ApplyError::Locked(_) | ApplyError::LockedPart { .. } | ApplyError::RootsRun(_) => Exit::Locked,
        ApplyError::Stale { .. } | ApplyError::Drift(_) => Exit::Drift,
        ApplyError::Refused(_)
        | ApplyError::Invalid(_)
        | ApplyError::NotAdopted(_)
        | ApplyError::NoGeneration { .. }
        | ApplyError::NothingApplied => Exit::Refused,
        ApplyError::Incomplete(_) | ApplyError::Unfinished(_) => Exit::Incomplete,
        _ => Exit::Machine,
    };
    let help = match error {
        ApplyError::Drift(_) => "\n  help: `plan` shows what was changed; `--accept-drift` overwrites it",
        ApplyError::NotAdopted(_) => "\n  help: `--adopt` takes them over; `rollback --to 0` gives them back",
        ApplyError::RootsRun(_) => "\n  help: `sudo tracewright apply` finishes it or takes it back",
        ApplyError::Stale { .. } => "\n  help: look at the plan again",
        ApplyError::Incomplete(_) => {
            "\n  help: move away what somebody else put at these paths, mend what keeps a unit from running, and run the verb again\n  help: `--accept-drift` leaves as it is what somebody else changed; where that is in the home of a user with a part, `--leave-out USER` leaves all of the part as it is"
        }
        ApplyError::Unfinished(_) => "\n  help: mend what keeps it there; the next run goes on with it",
        ApplyError::Locked(Some(holder)) => {
            let waits = format!("\n  help: `tail --pid={} -f /dev/null` waits until it ends", holder.pid);
            return Stop::Because(exit, with_causes(error) + &waits);
        }
        ApplyError::LockedPart { user, by } => {
            let waits = by.as_ref().map_or(String::new(), |holder| {
                format!("\n  help: `tail --pid={} -f /dev/null` waits until it ends", holder.pid)
            });
            return Stop::Because(exit, with_causes(error) + &waits + &goes_on_without(user));
        }
        ApplyError::Host(HostError::Scope { user, .. } | HostError::Died { user, .. }) => {
            return Stop::Because(exit, with_causes(error) + &goes_on_without(user));
        }
        ApplyError::NoGeneration { kept, .. } => {
            let kept: Vec<_> = kept.iter().map(ToString::to_string).collect();
            let help = format!("\n  help: `--to` takes 0, {}; `history` says more", kept.join(", "));
            return Stop::Because(exit, with_causes(error) + &help);
        }
        ApplyError::NewerState { .. } => {
            "\n  help: run the version of tracewright that wrote it, or a later one"
        }
        ApplyError::State { .. } => {
            "\n  help: bring the file back, or move it away; what only it knew of then counts as not ours"
        }
        ApplyError::Host(HostError::Strange { path, .. }) => {
            let help = format!("\n  help: look at it, and `mv {path} {path}.old`");
            return Stop::Because(exit, with_causes(error) + &help);
        }
        ApplyError::Host(fault) => return Stop::Because(exit, with_causes(error) + &of_machine(fault)),
        _ => "",
    };
    Stop::Because(exit, with_causes(error) + help)
}

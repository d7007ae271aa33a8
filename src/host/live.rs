//! The machine this runs on, live: what is the system's is done by this process, what is a person's by
//! a child with that person's rights.
//!
//! Which of the two is decided by the path alone (below whose home it lies) and by the scope of a unit.
//! Only root has children; with any other rights everything is done by this process, and the kernel
//! refuses what must be refused.

use super::own::Own;
use super::scope::ScopeChild;
use super::{
    Accounts, CommandLine, Exclusive, Holder, Host, HostError, Lock, Person, Ran, ServiceManager, last_words,
    run_here, sockets,
};
use crate::model::names::{HostName, Scope, TargetPath, UserName};
use crate::model::observed::{Inventory, Observed};
use crate::model::step::Step;
use crate::model::units::{Machine, Manager};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

/// This binary, also where its path names another one by now, or a place where others may write.
const THIS_BINARY: &str = "/proc/self/exe";
/// Where the system's part is written.
const SYSTEM_PLACES: [&str; 3] = ["/", "/etc", "/var/lib"];

/// What tells the times of files.
const STAT: &str = "/usr/bin/stat";
/// How long that may take.
const LOOK: Duration = Duration::from_secs(10);

/// A live host. To be used by the thread that made it: its children end with that thread.
#[derive(Debug)]
pub struct LiveHost {
    name: HostName,
    me: Person,
    own: Own,
    accounts: Accounts,
    program: PathBuf,
    children: RefCell<BTreeMap<UserName, Rc<ScopeChild>>>,
    /// The locks that children hold, by the state.
    locks: BTreeMap<TargetPath, Holder>,
}

/// Who does it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    /// This process.
    Own,
    /// A child with the rights of this user.
    Child(UserName),
}

impl LiveHost {
    /// This machine, with the rights of this process.
    ///
    /// # Errors
    /// The user database cannot be read.
    pub fn this(host: HostName) -> Result<Self, HostError> {
        Self::with(host, Accounts::of_this_machine()?, THIS_BINARY)
    }

    /// This machine with other accounts than its own, and with children of another binary of the tool.
    ///
    /// # Errors
    /// A directory service does not answer.
    pub fn with(host: HostName, accounts: Accounts, program: impl Into<PathBuf>) -> Result<Self, HostError> {
        let uid = rustix::process::geteuid().as_raw();
        // Containers run with numbers that no database knows.
        let me = accounts.user_of(uid)?.unwrap_or_else(|| Person {
            name: UserName::new(uid.to_string()),
            uid,
            gid: rustix::process::getegid().as_raw(),
            home: TargetPath::new("/"),
            groups: Vec::new(),
        });
        let mut managers = vec![ServiceManager::system()];
        let mut places: Vec<PathBuf> = SYSTEM_PLACES.map(PathBuf::from).into();
        if uid != 0 {
            managers.push(ServiceManager::of_user(me.name.clone(), uid));
            places = vec![PathBuf::from(me.home.as_str())];
        }
        Ok(Self {
            own: Own::new(host.clone(), managers, places),
            name: host,
            me,
            accounts,
            program: program.into(),
            children: RefCell::default(),
            locks: BTreeMap::new(),
        })
    }

    /// Whether this process has the rights of root.
    pub fn is_root(&self) -> bool {
        self.me.uid == 0
    }

    /// Whose rights this process has; the number where the machine knows no name.
    pub fn user(&self) -> UserName {
        self.me.name.clone()
    }

    /// Home directory of that user.
    pub fn home(&self) -> TargetPath {
        self.me.home.clone()
    }

    /// The processes that work with the rights of users at the moment.
    pub fn children(&self) -> BTreeMap<UserName, u32> {
        self.children.borrow().iter().map(|(user, child)| (user.clone(), child.pid())).collect()
    }

    /// Runs a program with the rights of a scope: the system's are those of this process.
    ///
    /// # Errors
    /// As [`Host::run`]; another user's scope without being root.
    pub fn run_as(
        &mut self,
        scope: &Scope,
        command: &CommandLine,
        deadline: Duration,
    ) -> Result<Ran, HostError> {
        match self.of_scope(scope)? {
            Who::Own => self.own.run(command, deadline),
            Who::Child(user) => self.child(&user)?.run(command, deadline),
        }
    }

    /// When each of these paths was last changed or put in its place (its ctime), with the rights of a
    /// scope; what these rights do not reach, or is not there, is left out.
    ///
    /// # Errors
    /// As [`Self::run_as`], of no more than a look.
    pub fn changed<'p>(
        &self,
        scope: &Scope,
        paths: impl IntoIterator<Item = &'p TargetPath>,
    ) -> Result<BTreeMap<TargetPath, SystemTime>, HostError> {
        let paths: Vec<_> = paths.into_iter().collect();
        let arguments = ["--format=%.6Z %n", "--"].into_iter().chain(paths.iter().map(|path| path.as_str()));
        // It fails where one of them is missing, and tells of the others all the same.
        let command = CommandLine::new(STAT, arguments);
        let ran = match self.of_scope(scope)? {
            Who::Own => run_here(&command, LOOK)?,
            Who::Child(user) => self.child(&user)?.run(&command, LOOK)?,
        };
        let told = String::from_utf8_lossy(&ran.stdout);
        let line = |line: &str| {
            let (time, name) = line.split_once(' ')?;
            let path = paths.iter().find(|path| path.as_str() == name)?;
            let (seconds, micros) = time.split_once('.')?;
            let since = Duration::new(seconds.parse().ok()?, micros.parse::<u32>().ok()?.checked_mul(1000)?);
            Some(((*path).clone(), SystemTime::UNIX_EPOCH.checked_add(since)?))
        };
        Ok(told.lines().filter_map(line).collect())
    }

    fn of_path(&self, path: &TargetPath) -> Who {
        let person = if self.is_root() { self.accounts.human_at(path) } else { None };
        person.map_or(Who::Own, |person| Who::Child(person.name))
    }

    /// # Errors
    /// Nobody here may do it.
    fn of_scope(&self, scope: &Scope) -> Result<Who, HostError> {
        match scope {
            Scope::System => Ok(Who::Own),
            Scope::User(_) if self.own.manager(scope).is_some() => Ok(Who::Own),
            Scope::User(user) if self.is_root() => Ok(Who::Child(user.clone())),
            Scope::User(user) => Err(self.refused(user, "only root and the user may do that")),
        }
    }

    fn of_step(&self, step: &Step) -> Result<Who, HostError> {
        if let Some(scope) = step.scope() {
            return self.of_scope(scope);
        }
        let whose: BTreeSet<Who> = step.paths().map(|path| self.of_path(path)).collect();
        match whose.iter().find_map(|who| if let Who::Child(user) = who { Some(user) } else { None }) {
            Some(user) if whose.len() > 1 => {
                Err(self.refused(user, "a step may not lead into or out of a home"))
            }
            _ => Ok(whose.into_iter().next().unwrap_or(Who::Own)),
        }
    }

    fn refused(&self, user: &UserName, what: &str) -> HostError {
        HostError::Scope { user: user.clone(), what: what.to_owned(), errno: None }
    }

    /// The child of a user; started where there is none yet. In the place of one that was ended from
    /// outside another is started, since what was begun with it must be taken back.
    fn child(&self, user: &UserName) -> Result<Rc<ScopeChild>, HostError> {
        if let Some(child) = self.children.borrow().get(user).filter(|child| !child.died()) {
            return Ok(Rc::clone(child));
        }
        let person = self.accounts.user(user)?.ok_or_else(|| self.refused(user, "there is no such user"))?;
        let child = Rc::new(ScopeChild::start(&self.program, &person, &self.name)?);
        for (state, holder) in &self.locks {
            if self.of_path(state) == Who::Child(user.clone()) && child.lock(state, holder)?.is_err() {
                return Err(self.refused(user, "another run took the lock meanwhile"));
            }
        }
        self.children.borrow_mut().insert(user.clone(), Rc::clone(&child));
        Ok(child)
    }

    /// Who looks at what. A manager that nobody here may ask is said to be silent, one of nobody absent.
    fn divide(
        &self,
        inventory: &Inventory,
        machine: &mut Machine,
    ) -> Result<BTreeMap<Who, Inventory>, HostError> {
        let mut parts = BTreeMap::from([(Who::Own, Inventory::default())]);
        for unit in &inventory.units {
            let state = match (&unit.scope, self.of_scope(&unit.scope)) {
                (Scope::User(user), Ok(Who::Child(_))) if self.accounts.user(user)?.is_none() => {
                    Manager::Absent
                }
                (_, Ok(who)) => {
                    parts.entry(who).or_insert_with(Inventory::default).units.insert(unit.clone());
                    continue;
                }
                (_, Err(why)) => Manager::Silent(why.what()),
            };
            machine.managers.insert(unit.scope.clone(), state);
        }
        for (path, look) in &inventory.paths {
            parts.entry(self.of_path(path)).or_insert_with(Inventory::default).add(path.clone(), *look);
        }
        Ok(parts)
    }
}

impl Host for LiveHost {
    fn observe(&self, inventory: &Inventory) -> Result<Observed, HostError> {
        let mut machine = Machine::default();
        self.accounts.observe(inventory, &mut machine)?;
        if inventory.sockets {
            machine.sockets = sockets();
            self.accounts.name_holders(&mut machine)?;
        }
        let mut whole = Observed { host: self.name.clone(), at: BTreeMap::new(), machine: None };
        for (who, part) in self.divide(inventory, &mut machine)? {
            let seen = match who {
                Who::Own => self.own.observe(&part)?,
                Who::Child(user) => self.child(&user)?.observe(&part)?,
            };
            whole.at.extend(seen.at);
            if let Some(Machine { units, managers, .. }) = seen.machine {
                machine.units.extend(units);
                machine.managers.extend(managers);
            }
        }
        whole.machine = Some(machine);
        Ok(whole)
    }

    fn perform(&mut self, step: &Step) -> Result<(), HostError> {
        match self.of_step(step)? {
            Who::Own => self.own.perform(step),
            Who::Child(user) => self.child(&user)?.perform(step),
        }
    }

    fn run(&mut self, command: &CommandLine, deadline: Duration) -> Result<Ran, HostError> {
        self.own.run(command, deadline)
    }

    fn only(&mut self, user: &UserName) -> Result<Box<dyn Host + '_>, HostError> {
        if !self.is_root() {
            return Err(self.refused(user, "only root has somebody who works with this user's rights"));
        }
        Ok(Box::new(OfUser { host: self, user: user.clone() }))
    }

    fn last_words(&self, invocation: &str) -> Result<Vec<String>, HostError> {
        last_words(invocation)
    }

    /// The least of where this process writes and where the children at work do.
    fn free_space(&self) -> Result<u64, HostError> {
        let children = self.children.borrow();
        children.values().try_fold(self.own.free_space()?, |least, child| Ok(least.min(child.free_space()?)))
    }
}

/// A live host as one user's child has it: whatever is asked, it is asked of that child.
struct OfUser<'h> {
    host: &'h LiveHost,
    user: UserName,
}

impl Host for OfUser<'_> {
    fn observe(&self, inventory: &Inventory) -> Result<Observed, HostError> {
        self.host.child(&self.user)?.observe(inventory)
    }

    fn perform(&mut self, step: &Step) -> Result<(), HostError> {
        self.host.child(&self.user)?.perform(step)
    }

    fn run(&mut self, command: &CommandLine, deadline: Duration) -> Result<Ran, HostError> {
        self.host.child(&self.user)?.run(command, deadline)
    }

    fn free_space(&self) -> Result<u64, HostError> {
        self.host.child(&self.user)?.free_space()
    }
}

impl Exclusive for LiveHost {
    /// The lock of a state below a home is held by that user's child, for as long as it lives.
    fn lock(
        &mut self,
        state: &TargetPath,
        holder: &Holder,
    ) -> Result<Result<Lock, Option<Holder>>, HostError> {
        match self.of_path(state) {
            Who::Own => self.own.lock(state, holder),
            Who::Child(user) => {
                let lock = self.child(&user)?.lock(state, holder)?;
                if lock.is_ok() {
                    self.locks.insert(state.clone(), holder.clone());
                }
                Ok(lock)
            }
        }
    }
}

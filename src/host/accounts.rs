//! Users and groups of this machine: the two files that every system has, and `getent` for a name that
//! stands elsewhere (a directory service). Pure but for the reading and asking.
#![expect(clippy::disallowed_methods, reason = "this is the one place: the user database is read here")]

use super::{CommandLine, HostError, is_program, run_here};
use crate::model::names::{GroupName, Scope, TargetPath, UserName};
use crate::model::observed::Inventory;
use crate::model::units::{Account, Machine};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

/// What asks the databases that are no files.
const GETENT: &str = "/usr/bin/getent";
/// How long a directory service may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Where systemd keeps who lingers: one file a user.
const LINGER: &str = "/var/lib/systemd/linger";
/// User numbers of people, by the convention of every distribution.
const HUMANS: std::ops::Range<u32> = 1000..65534;

/// A user as the user database has it, and the groups whose rights are the user's too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Login name.
    pub name: UserName,
    /// User number.
    pub uid: u32,
    /// Number of the primary group.
    pub gid: u32,
    /// Home directory.
    pub home: TargetPath,
    /// Numbers of all groups, the primary one included; sorted.
    pub groups: Vec<u32>,
}

/// The users and groups of a machine. What was asked for once is not asked for again.
#[derive(Debug)]
pub struct Accounts {
    users: RefCell<BTreeMap<UserName, Option<Person>>>,
    groups: RefCell<BTreeMap<GroupName, Option<u32>>>,
    elsewhere: bool,
}

impl Accounts {
    /// Those of this machine.
    ///
    /// # Errors
    /// One of the two files cannot be read.
    pub fn of_this_machine() -> Result<Self, HostError> {
        let read = |path: &str| {
            let fault = |cause| HostError::Io { operation: "read", path: path.to_owned(), cause };
            std::fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).map_err(fault)
        };
        let files = Self::of(&read("/etc/passwd")?, &read("/etc/group")?);
        Ok(Self { elsewhere: is_program(Path::new(GETENT)), ..files })
    }

    /// Those of the texts of `/etc/passwd` and `/etc/group` alone. A line that is none is passed over,
    /// as the system does.
    pub fn of(passwd: &str, group: &str) -> Self {
        let groups: Vec<_> = group.lines().filter_map(group_line).collect();
        let mut users = BTreeMap::new();
        for mut person in passwd.lines().filter_map(user_line) {
            let member = |group: &&Group<'_>| group.members.contains(&person.name.as_str());
            person.groups.extend(groups.iter().filter(member).map(|group| group.gid));
            person.groups.sort_unstable();
            person.groups.dedup();
            users.entry(person.name.clone()).or_insert(Some(person));
        }
        let mut numbers = BTreeMap::new();
        for group in groups {
            numbers.entry(GroupName::new(group.name)).or_insert(Some(group.gid));
        }
        Self { users: RefCell::new(users), groups: RefCell::new(numbers), elsewhere: false }
    }

    /// A user; `None` where there is none of this name.
    ///
    /// # Errors
    /// A directory service does not answer.
    pub fn user(&self, name: &UserName) -> Result<Option<Person>, HostError> {
        if let Some(known) = self.users.borrow().get(name) {
            return Ok(known.clone());
        }
        let mut person = self.ask("passwd", name.as_str())?.and_then(|line| user_line(&line));
        if let Some(person) = &mut person {
            let groups = self.ask("initgroups", name.as_str())?.unwrap_or_default();
            person.groups.extend(groups.split_whitespace().skip(1).filter_map(number));
            person.groups.sort_unstable();
            person.groups.dedup();
        }
        self.users.borrow_mut().insert(name.clone(), person.clone());
        Ok(person)
    }

    /// The user of a number.
    ///
    /// # Errors
    /// A directory service does not answer.
    pub fn user_of(&self, uid: u32) -> Result<Option<Person>, HostError> {
        let known = self.users.borrow().values().flatten().find(|person| person.uid == uid).cloned();
        match known {
            Some(person) => Ok(Some(person)),
            None => match self.ask("passwd", &uid.to_string())?.and_then(|line| user_line(&line)) {
                Some(person) => self.user(&person.name),
                None => Ok(None),
            },
        }
    }

    /// The number of a group.
    ///
    /// # Errors
    /// A directory service does not answer.
    pub fn group(&self, name: &GroupName) -> Result<Option<u32>, HostError> {
        if let Some(known) = self.groups.borrow().get(name) {
            return Ok(*known);
        }
        let line = self.ask("group", name.as_str())?;
        let gid = line.as_deref().and_then(group_line).map(|group| group.gid);
        self.groups.borrow_mut().insert(name.clone(), gid);
        Ok(gid)
    }

    /// The person, as opposed to a system user, whose home a path is or lies below; of two the nearer.
    pub fn human_at(&self, path: &TargetPath) -> Option<Person> {
        let users = self.users.borrow();
        let humans = users.values().flatten().filter(|person| {
            HUMANS.contains(&person.uid) && person.home.as_str() != "/" && path.is_within(&person.home)
        });
        humans.max_by_key(|person| person.home.as_str().len()).cloned()
    }

    /// Enters the users and groups that an inventory names into what is seen of a machine.
    ///
    /// # Errors
    /// A directory service does not answer.
    pub fn observe(&self, inventory: &Inventory, machine: &mut Machine) -> Result<(), HostError> {
        let of_units = inventory.units.iter().filter_map(|unit| match &unit.scope {
            Scope::User(user) => Some(user),
            Scope::System => None,
        });
        for name in inventory.owners.iter().map(|owner| &owner.user).chain(of_units) {
            machine.users.extend(self.user(name)?.map(account));
        }
        for name in inventory.owners.iter().map(|owner| &owner.group) {
            if let Some(gid) = self.group(name)? {
                machine.groups.insert(name.clone(), gid);
            }
        }
        Ok(())
    }

    /// Enters the users who hold sockets, so that they can be called by their names.
    ///
    /// # Errors
    /// A directory service does not answer.
    pub fn name_holders(&self, machine: &mut Machine) -> Result<(), HostError> {
        let holders: BTreeSet<u32> = machine.sockets.iter().filter_map(|one| one.holder.user()).collect();
        for uid in holders {
            machine.users.extend(self.user_of(uid)?.map(account));
        }
        Ok(())
    }

    /// The line of a database for a key. No such entry is the answer 2.
    fn ask(&self, database: &str, key: &str) -> Result<Option<String>, HostError> {
        if !self.elsewhere {
            return Ok(None);
        }
        let ran = run_here(&CommandLine::new(GETENT, [database, "--", key]), PATIENCE)?;
        match ran.code {
            Some(0) => Ok(Some(String::from_utf8_lossy(&ran.stdout).trim_end().to_owned())),
            Some(2) => Ok(None),
            _ => Err(HostError::Program {
                program: format!("{GETENT} {database} {key}"),
                what: format!("failed: {}", String::from_utf8_lossy(&ran.stderr).trim_end()),
            }),
        }
    }
}

/// A user as a plan sees one.
fn account(Person { name, uid, gid, home, .. }: Person) -> (UserName, Account) {
    let lingers = Path::new(LINGER).join(name.as_str()).exists();
    (name, Account { uid, gid, home, lingers })
}

/// A line of `/etc/passwd`: `name:password:uid:gid:comment:home:shell`.
fn user_line(line: &str) -> Option<Person> {
    let fields: Vec<&str> = line.split(':').collect();
    let [name, _, uid, gid, _, home, _] = fields[..] else { return None };
    let (uid, gid) = (number(uid)?, number(gid)?);
    let name = (!name.is_empty()).then(|| UserName::new(name))?;
    Some(Person { name, uid, gid, home: directory(home)?, groups: vec![gid] })
}

/// The number of a user or group; the largest one means nobody to the kernel.
fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number| *number != u32::MAX)
}

/// A path as we write paths: trailing slashes away, and nothing in it that would lead elsewhere.
fn directory(text: &str) -> Option<TargetPath> {
    let text = text.trim_end_matches('/');
    let rest = text.strip_prefix('/');
    match rest {
        None if text.is_empty() => Some(TargetPath::new("/")),
        None => None,
        Some(rest) => {
            let plain = |part| !matches!(part, "" | "." | "..");
            let fine = rest.split('/').all(plain) && !rest.contains(char::is_control);
            fine.then(|| TargetPath::new(text))
        }
    }
}

struct Group<'a> {
    name: &'a str,
    gid: u32,
    members: Vec<&'a str>,
}

/// A line of `/etc/group`: `name:password:gid:member,member`.
fn group_line(line: &str) -> Option<Group<'_>> {
    let fields: Vec<&str> = line.split(':').collect();
    let [name, _, gid, members] = fields[..] else { return None };
    let gid = number(gid)?;
    (!name.is_empty()).then(|| Group { name, gid, members: members.split(',').collect() })
}

#[cfg(test)]
mod tests;

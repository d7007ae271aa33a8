//! The words for what runs on a machine: units, managers, accounts and sockets, as one look saw them.

use crate::model::names::{GroupName, Scope, TargetPath, UnitName, UserName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;

/// A unit of one manager.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UnitId {
    /// Whose manager.
    pub scope: Scope,
    /// Its name.
    pub name: UnitName,
}

impl fmt::Display for UnitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.scope {
            Scope::System => self.name.fmt(f),
            Scope::User(user) => write!(f, "{} of {user}", self.name),
        }
    }
}

/// Whether a manager knows a unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Load {
    /// It has a unit file that it understands.
    Loaded,
    /// No unit file has this name.
    NotFound,
    /// An administrator forbade it: the name is linked to `/dev/null`.
    Masked,
    /// Its file cannot be understood: systemd's own word for it (`bad-setting`, `error`).
    Faulty(String),
}

/// Whether a unit runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnitRun {
    /// It does not.
    Stopped,
    /// It does not, and systemd counts it as failed: systemd's word for how (`exit-code`, `timeout`).
    Failed(String),
    /// It runs; systemd's id of this run (`InvocationID`), 32 hexadecimal digits.
    Running(String),
}

impl UnitRun {
    /// Whether it runs.
    pub fn is_running(&self) -> bool {
        matches!(self, Self::Running(_))
    }
}

/// A unit as its manager has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedUnit {
    /// Whether the manager knows it.
    pub load: Load,
    /// Whether it runs. One that waits for its automatic restart counts as running.
    pub run: UnitRun,
    /// Automatic restarts of this run (`NRestarts`).
    pub restarts: u32,
    /// Whether a job of the manager for it is under way.
    pub busy: bool,
    /// Its main process; `None` while it does not run.
    pub pid: Option<u32>,
    /// The file it is loaded from.
    pub fragment: Option<TargetPath>,
    /// The drop-ins that change it.
    pub drop_ins: Vec<TargetPath>,
}

/// Whether a manager answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Manager {
    /// It does.
    Running,
    /// It does not run: a user without a session and without lingering has none.
    Absent,
    /// It cannot be asked, and why.
    Silent(String),
}

/// A user of the machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// User number.
    pub uid: u32,
    /// Number of the primary group.
    pub gid: u32,
    /// Home directory, from the user database.
    pub home: TargetPath,
    /// Whether the user's services run without a login.
    pub lingers: bool,
}

/// A socket that listens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedSocket {
    /// Where.
    pub address: SocketAddr,
    /// Who listens, as far as the kernel tells this user.
    pub holder: SocketHolder,
}

/// Who holds a socket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SocketHolder {
    /// A process of a unit; a user's unit with the user's number.
    Unit {
        /// The user whose manager it is; `None`: the system's.
        uid: Option<u32>,
        /// The unit.
        name: UnitName,
        /// Its process, where it may be known.
        pid: Option<u32>,
    },
    /// A process outside of any service, and the name of its program.
    Process {
        /// Its number.
        pid: u32,
        /// Its program.
        name: String,
    },
    /// Only the number of its user is known.
    User(u32),
}

impl SocketHolder {
    /// The number of the user who holds it, where it is known.
    pub fn user(&self) -> Option<u32> {
        match self {
            Self::Unit { uid, .. } => *uid,
            Self::Process { .. } => None,
            Self::User(uid) => Some(*uid),
        }
    }
}

/// What was seen of a machine beside its files. A root directory has none of this.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// The units that were asked for; one without a manager to ask is missing.
    #[serde(with = "pairs")]
    pub units: BTreeMap<UnitId, ObservedUnit>,
    /// The managers of the scopes that were asked for.
    #[serde(with = "pairs")]
    pub managers: BTreeMap<Scope, Manager>,
    /// The users that were asked for and exist.
    pub users: BTreeMap<UserName, Account>,
    /// The groups that were asked for and exist.
    pub groups: BTreeMap<GroupName, u32>,
    /// Every socket that listens.
    pub sockets: Vec<ObservedSocket>,
}

/// Maps whose keys are no text, as lists of pairs.
mod pairs {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::collections::BTreeMap;

    pub(super) fn serialize<S: Serializer, K: Serialize, V: Serialize>(
        map: &BTreeMap<K, V>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>, K, V>(
        deserializer: D,
    ) -> Result<BTreeMap<K, V>, D::Error>
    where
        K: Deserialize<'de> + Ord,
        V: Deserialize<'de>,
    {
        Ok(Vec::<(K, V)>::deserialize(deserializer)?.into_iter().collect())
    }
}

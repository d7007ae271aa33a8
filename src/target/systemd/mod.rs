//! A service manager, asked through its own `systemctl` with the rights of this process.

use super::TargetError;
use crate::plan::{Manager, ObservedSocket, ObservedUnit, Step, UnitId};
use crate::stack::{Scope, UserName};
use std::collections::{BTreeMap, BTreeSet};

/// The manager of one scope.
#[derive(Clone, Debug)]
pub struct ServiceManager {
    scope: Scope,
    /// The number of the user whose manager it is.
    uid: Option<u32>,
}

impl ServiceManager {
    /// The system's manager.
    pub fn system() -> Self {
        Self { scope: Scope::System, uid: None }
    }

    /// The manager of the user whose rights this process has.
    pub fn of_user(user: UserName, uid: u32) -> Self {
        Self { scope: Scope::User(user), uid: Some(uid) }
    }

    /// Whose manager it is.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Whether it answers, and what it knows of those of these units that are its own.
    pub fn observe(
        &self,
        _units: &BTreeSet<UnitId>,
    ) -> Result<(Manager, BTreeMap<UnitId, ObservedUnit>), TargetError> {
        let _ = self.uid;
        Err(TargetError::NoServices)
    }

    /// Carries out a step about services of this scope and waits for its end: [`Step::ReloadManager`],
    /// [`Step::Start`], [`Step::Stop`], and for the system's manager [`Step::Linger`].
    pub fn perform(&self, _step: &Step) -> Result<(), TargetError> {
        Err(TargetError::NoServices)
    }
}

/// Every socket of this machine that listens, with its holder as far as this user may know.
pub fn sockets() -> Vec<ObservedSocket> {
    Vec::new()
}

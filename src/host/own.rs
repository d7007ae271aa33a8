//! What this process may do itself on a live machine: the files its rights reach, and the managers it
//! may ask. [`super::LiveHost`] has one, and so has every child that works with a user's rights.

use super::local::free_space_at;
use super::{
    CommandLine, Exclusive, Holder, Host, HostError, LocalDisk, LocalRoot, Lock, Ran, Root, ServiceManager,
    run_here,
};
use crate::model::names::{HostName, Scope, TargetPath};
use crate::model::observed::{Inventory, Observed};
use crate::model::step::Step;
use crate::model::units::Machine;
use std::path::PathBuf;
use std::time::Duration;

/// The live machine, with the rights of this process.
#[derive(Debug)]
pub(super) struct Own {
    files: LocalRoot,
    managers: Vec<ServiceManager>,
    /// Where it writes: the room there counts.
    places: Vec<PathBuf>,
}

impl Own {
    pub(super) fn new(host: HostName, managers: Vec<ServiceManager>, places: Vec<PathBuf>) -> Self {
        Self { files: Root::on(LocalDisk::guarded("/", host)), managers, places }
    }

    /// The manager of a scope, if it may be asked here.
    pub(super) fn manager(&self, scope: &Scope) -> Option<&ServiceManager> {
        self.managers.iter().find(|manager| manager.scope() == scope)
    }
}

impl Host for Own {
    fn observe(&self, inventory: &Inventory) -> Result<Observed, HostError> {
        let mut observed = self.files.observe(inventory)?;
        let mut machine = Machine::default();
        for manager in &self.managers {
            if inventory.units.iter().any(|unit| unit.scope == *manager.scope()) {
                let (state, units) = manager.observe(&inventory.units)?;
                machine.managers.insert(manager.scope().clone(), state);
                machine.units.extend(units);
            }
        }
        observed.machine = Some(machine);
        Ok(observed)
    }

    fn perform(&mut self, step: &Step) -> Result<(), HostError> {
        let scope = if matches!(step, Step::Linger { .. }) { Some(&Scope::System) } else { step.scope() };
        match scope {
            None => self.files.perform(step),
            Some(scope) => self.manager(scope).ok_or(HostError::NoServices)?.perform(step),
        }
    }

    fn run(&mut self, command: &CommandLine, deadline: Duration) -> Result<Ran, HostError> {
        run_here(command, deadline)
    }

    fn free_space(&self) -> Result<u64, HostError> {
        self.places.iter().try_fold(u64::MAX, |least, place| Ok(least.min(free_space_at(place)?)))
    }
}

impl Exclusive for Own {
    fn lock(
        &mut self,
        state: &TargetPath,
        holder: &Holder,
    ) -> Result<Result<Lock, Option<Holder>>, HostError> {
        self.files.lock(state, holder)
    }
}

//! A stand-in until the scopes are merged.
#![allow(missing_docs)]
use super::{
    CommandLine, Exclusive, Holder, LocalDisk, LocalRoot, Lock, Ran, ServiceManager, Target, TargetError,
};
use crate::plan::{Inventory, Machine, Observed, Step};
use crate::stack::{HostName, TargetPath, UserName};
use std::time::Duration;

#[derive(Debug)]
pub struct Host {
    own: LocalRoot,
    manager: ServiceManager,
}

impl Host {
    pub fn this(host: HostName) -> Result<Self, TargetError> {
        Ok(Self { own: LocalRoot::on(LocalDisk::at("/", host)), manager: ServiceManager::system() })
    }
    pub fn is_root(&self) -> bool {
        rustix::process::geteuid().is_root()
    }
    pub fn user(&self) -> UserName {
        UserName::new("root")
    }
    pub fn home(&self) -> TargetPath {
        TargetPath::new("/root")
    }
}

impl Target for Host {
    fn observe(&self, inventory: &Inventory) -> Result<Observed, TargetError> {
        let mut seen = self.own.observe(inventory)?;
        let (manager, units) = self.manager.observe(&inventory.units)?;
        let managers = [(self.manager.scope().clone(), manager)].into();
        seen.machine = Some(Machine { units, managers, sockets: super::sockets(), ..Machine::default() });
        Ok(seen)
    }
    fn perform(&mut self, step: &Step) -> Result<(), TargetError> {
        if step.path().is_some() { self.own.perform(step) } else { self.manager.perform(step) }
    }
    fn run(&mut self, command: &CommandLine, deadline: Duration) -> Result<Ran, TargetError> {
        self.own.run(command, deadline)
    }
    fn free_space(&self) -> Result<u64, TargetError> {
        self.own.free_space()
    }
}
impl Exclusive for Host {
    fn lock(
        &mut self,
        state: &TargetPath,
        holder: &Holder,
    ) -> Result<Result<Lock, Option<Holder>>, TargetError> {
        self.own.lock(state, holder)
    }
}

//! What every table of a neighbour says, for the homes of programs that resolve a table of their own.

use super::super::{ListenerSettings, Neighbour, Stack};
use super::host::{HostKeys, place};
use super::listener::switchable;
use super::service::Runner;
use crate::diagnostic::{Findings, KeyPath};
use crate::model::names::{HostName, TargetPath};
use crate::toml::{KeyField, ListenerTable, RunnerTable, TableAt};

/// Who runs a neighbour, and where.
#[derive(Debug)]
pub struct ResolvedNeighbour {
    /// Its host.
    pub host: HostName,
    /// Its `service`.
    pub service: Neighbour,
    /// Where it is written.
    pub key: KeyPath,
    runner: Runner,
}

impl ResolvedNeighbour {
    /// Resolves what the tables of all neighbours have; nothing of a table that was not read without a fault, since
    /// what is found in it may come from the key that was not understood.
    pub fn of(
        stack: &Stack,
        at: &TableAt,
        host: &KeyField<String>,
        service: &RunnerTable,
        faults: &mut Findings,
    ) -> Option<Self> {
        if !at.is_written() || !at.is_sound() {
            return None;
        }
        let host = place(&HostKeys::one(host), &stack.hosts, faults);
        let runner = Runner::of(service, faults)?;
        let service = runner.clone().neighbour(service);
        Some(Self { host: host?, service, key: at.path().clone(), runner })
    }

    /// The same of a neighbour that nothing is written for, so that nobody needs to know who runs it.
    pub fn unwritten(
        stack: &Stack,
        at: &TableAt,
        host: &KeyField<String>,
        faults: &mut Findings,
    ) -> Option<Self> {
        if !at.is_written() || !at.is_sound() {
            return None;
        }
        let host = place(&HostKeys::one(host), &stack.hosts, faults)?;
        let runner = Runner::unknown();
        let service = runner.clone().unnamed(at.path().join("service"));
        Some(Self { host, service, key: at.path().clone(), runner })
    }

    /// A path of the host, `~/` filled in with the home of the service's user.
    pub fn path(&self, key: &KeyField<String>, faults: &mut Findings) -> Option<TargetPath> {
        self.runner.path(key, faults)
    }

    /// One of its listeners; `None` where it is switched off.
    pub fn listener(&self, table: &ListenerTable, port: u16) -> Option<ListenerSettings> {
        switchable(table, port)
    }
}

//! What every table of a neighbour says, for the homes of programs that resolve a table of their own.

use super::super::{ListenerSettings, Neighbour, PathSettings, ServiceSettings, Stack};
use super::host::{HostKeys, place};
use super::listener::switchable;
use super::service::{Runner, ServiceDefaults};
use super::version::line;
use crate::diagnostic::{Code, Finding, Findings, KeyPart, KeyPath};
use crate::model::names::{HostName, TargetPath};
use crate::toml::{KeyField, ListenerTable, PathsTable, RunnerTable, ServiceTable, TableAt};
use std::time::Duration;

/// What a store's `service` leaves open.
const SERVICE: ServiceDefaults =
    ServiceDefaults { memory_limit: None, stop_timeout: Duration::from_secs(30) };

/// A program that can be somebody else's or the stack's own.
#[derive(Clone, Copy, Debug)]
pub struct ManagedProgram {
    /// What it is called.
    pub name: &'static str,
    /// Whether a configuration is written for a release line, (major, minor).
    pub knows: fn((u32, u32)) -> bool,
    /// Which those are.
    pub known: &'static str,
    /// The newest of them.
    pub newest: &'static str,
}

/// How a program of the stack's own is run.
#[derive(Clone, Debug)]
pub struct ManagedService {
    /// The release as written.
    pub version: String,
    /// `service`.
    pub service: ServiceSettings,
    /// `paths`.
    pub paths: PathSettings,
}

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

    /// How it is run, where the stack itself does.
    pub fn managed(
        &self,
        program: ManagedProgram,
        version: &KeyField<String>,
        (service, paths): (&ServiceTable, &PathsTable),
        faults: &mut Findings,
    ) -> Option<ManagedService> {
        let version = self.release(program, version, faults);
        let paths = self.runner.paths(paths, faults);
        let service = self.runner.clone().service(service, &SERVICE, faults)?;
        Some(ManagedService { version: version?, service, paths })
    }

    fn release(
        &self,
        program: ManagedProgram,
        version: &KeyField<String>,
        faults: &mut Findings,
    ) -> Option<String> {
        let ManagedProgram { name, knows, known, newest } = program;
        let found = match version.text() {
            Some(text) if knows(line(text)) => return Some(text.to_owned()),
            Some(text) => {
                let found = Finding::error(Code("version-unknown"), format!("{name} {text} is not known"));
                found.at(version.value(), "")
            }
            None => {
                let title = format!("{name} is managed, and has no version");
                Finding::error(Code("version-missing"), title).at((self.key.clone(), KeyPart::Header), "")
            }
        };
        faults.push(found.help(format!("known: {known}")).help(format!("version = \"{newest}\"")));
        None
    }

    /// Faults of keys that are read where the stack runs it, and are written for one of somebody else's.
    pub fn only_managed(&self, written: &[KeyPath], faults: &mut Findings) {
        for path in written {
            let name = path.0.last().map_or("", String::as_str);
            let title = format!("`{name}` is read where `{}` is the stack's own", self.key);
            let found = Finding::error(Code("key-unused"), title).at((path.clone(), KeyPart::Key), "");
            let found = found.help(format!("leave `{name}` out"));
            faults.push(found.help("or have the stack run it, with `managed` and its release"));
        }
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

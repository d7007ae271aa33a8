//! What a running trial leaves in its directory, for `status`, `logs` and `prove` of another terminal.

use super::directory::{StandingTrial, standing};
use super::{Ports, TrialDirectory, TrialError};
use crate::host::ticks;
use crate::model::names::{Port, StackName};
use crate::prove::Store;
use crate::wiring::WiredListener;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

/// The file.
const FILE: &str = "trial.json";
/// The stack's text as it was read.
const STACK: &str = "stack.toml";
/// The form of the file; another one is not read.
const VERSION: u32 = 1;

/// A trial whose engines are up.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TrialState {
    version: u32,
    /// The process of the verb `try`.
    pub pid: u32,
    /// The port of each listener, by its name: `collector.main.receive.grpc`.
    pub ports: BTreeMap<String, u16>,
    /// The engines, in the order in which they were started.
    pub engines: Vec<Running>,
}

/// One engine of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Running {
    /// What it is called in the stack: `collector.main`.
    pub name: String,
    /// What it says of itself: `otelcol 0.159.0`.
    pub release: String,
    /// Its process.
    pub pid: u32,
    /// When that began, in ticks of the kernel since it started: a number that is used again for another
    /// process is told by it.
    pub started: u64,
}

impl Running {
    /// The engine that runs as this process.
    pub fn new(name: &str, release: &str, pid: u32) -> Self {
        let started = ticks(pid).unwrap_or_default();
        Self { name: name.to_owned(), release: release.to_owned(), pid, started }
    }

    /// Whether it still runs.
    pub fn is_alive(&self) -> bool {
        ticks(self.pid) == Some(self.started)
    }
}

/// A trial that was found.
#[derive(Clone, Debug)]
pub struct FoundTrial {
    /// Its directory.
    pub directory: PathBuf,
    /// What it left there.
    pub state: TrialState,
}

impl FoundTrial {
    /// The text of its stack as it was read when it began.
    ///
    /// # Errors
    /// The trial has just ended.
    pub fn stack_text(&self) -> Result<String, TrialError> {
        let path = self.directory.join(STACK);
        fs::read_to_string(&path).map_err(TrialError::io("read", path))
    }

    /// The ports of its listeners; `None` where it has not all of them.
    pub fn ports(&self, listeners: &[WiredListener]) -> Option<Ports> {
        let port = |listener: &WiredListener| {
            let number = self.state.ports.get(&listener.id.to_string())?;
            Some((listener.id.clone(), Port::new(i64::from(*number))?))
        };
        listeners.iter().map(port).collect()
    }

    /// The stores of somebody else's that it has of its own.
    pub fn own_stores(&self) -> BTreeSet<Store> {
        let has = |store: &Store| {
            let name = store.name().to_lowercase();
            self.state.engines.iter().any(|engine| engine.name == name)
        };
        [Store::Prometheus, Store::Loki].into_iter().filter(has).collect()
    }

    /// The log of an engine.
    pub fn log(&self, engine: &str) -> PathBuf {
        self.directory.join(engine).join("log")
    }
}

/// Says that this trial's engines are up.
///
/// # Errors
/// The directory cannot be written to.
pub fn announce(
    directory: &TrialDirectory,
    stack: &str,
    ports: &Ports,
    engines: Vec<Running>,
) -> Result<(), TrialError> {
    let ports = ports.iter().map(|(listener, port)| (listener.to_string(), port.number())).collect();
    let state = TrialState { version: VERSION, pid: std::process::id(), ports, engines };
    let text = serde_json::to_string_pretty(&state).expect("names and numbers can always be written");
    let put = |name: &str, text: &str| {
        // Whoever looks at this moment sees all of it or nothing.
        let (path, half) = (directory.path().join(name), directory.path().join(format!("{name}.new")));
        fs::write(&half, text).and_then(|()| fs::rename(&half, &path)).map_err(TrialError::io("write", path))
    };
    put(STACK, stack)?;
    put(FILE, &(text + "\n"))
}

/// The trials of a stack that run now, the newest first.
pub fn running(stack: &StackName) -> Vec<FoundTrial> {
    let mut found: Vec<_> =
        standing().into_iter().filter(|one| one.is_of(stack)).filter_map(|one| read(&one)).collect();
    found.sort_by_key(|one| std::cmp::Reverse(one.state.engines.iter().map(|engine| engine.started).min()));
    found
}

fn read(standing: &StandingTrial) -> Option<FoundTrial> {
    let text = fs::read_to_string(standing.path.join(FILE)).ok()?;
    let state: TrialState =
        serde_json::from_str(&text).ok().filter(|state: &TrialState| state.version == VERSION)?;
    let alive = state.engines.iter().any(Running::is_alive);
    alive.then(|| FoundTrial { directory: standing.path.clone(), state })
}

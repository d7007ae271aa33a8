//! What runs of a stack, as text of one screen.

use super::edge_word::edge_word;
use super::edges::plural;
use super::review::EdgeView;
use crate::check::ConditionState;
use crate::model::names::TargetPath;
use crate::model::prior::GenerationNumber;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::SocketAddr;

/// What was seen of a stack.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Its name.
    pub stack: String,
    /// Where it was looked at.
    pub place: PlaceStatus,
    /// Who dials whom.
    pub edges: Vec<EdgeView>,
    /// Tempo and the collectors.
    pub components: Vec<ComponentStatus>,
}

/// Where a stack was looked at.
#[derive(Clone, Debug)]
pub enum PlaceStatus {
    /// The directory of a trial.
    Trial(String),
    /// This host, with its services.
    Host(HostStatus),
}

/// What was seen of a host beside its services.
#[derive(Clone, Debug)]
pub struct HostStatus {
    /// The newest generation: its number, and which verb, by whom, when.
    pub generation: Option<(GenerationNumber, String)>,
    /// A run that is under way, or was killed and is still to be recovered.
    pub run: Option<(RunStatus, String)>,
    /// Paths that are not as the newest generation left them, and how they differ.
    pub drift: Vec<(TargetPath, String)>,
    /// What `stack.toml` asks for.
    pub desired: DesiredStatus,
    /// Whether others have parts of the stack, of which neither files nor state are this user's to see.
    pub part: bool,
}

/// A run whose journal is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunStatus {
    /// It is under way.
    AtWork,
    /// It was killed.
    Killed,
}

/// What `stack.toml` asks for beyond what was applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DesiredStatus {
    /// So many changes.
    Changes(usize),
    /// It cannot be applied as it is.
    Faulty,
}

/// What was seen of one engine.
#[derive(Clone, Debug)]
pub struct ComponentStatus {
    /// What it is called in the stack.
    pub name: String,
    /// What its binary says of itself, where that is known.
    pub release: Option<String>,
    /// What is wrong with its binary.
    pub release_fault: Option<String>,
    /// The version that the stack names.
    pub version: String,
    /// Its process, where that is known and runs.
    pub pid: Option<u32>,
    /// Its service, on a host.
    pub unit: Option<UnitStatus>,
    /// Why it cannot be asked whether it is ready, if it cannot.
    pub not_asked: Option<String>,
    /// Why it is not ready, if it is not.
    pub not_ready: Option<String>,
    /// Its listeners.
    pub listeners: Vec<ListenerStatus>,
    /// Its counters; `None` where they cannot be read.
    pub counters: Option<BTreeMap<&'static str, f64>>,
}

/// What was seen of a service.
#[derive(Clone, Debug)]
pub struct UnitStatus {
    /// `otelcol.service of pde`.
    pub name: String,
    /// `running`, `failed (exit-code)`, `masked`.
    pub state: String,
    /// Since when its process runs: RFC 3339, UTC.
    pub since: Option<String>,
    /// The id of its run.
    pub run: Option<String>,
    /// How often its manager started it anew by itself in this run.
    pub restarts: u32,
    /// Whether it was started after the newest generation was kept: by somebody else, or at a boot.
    pub started_since: bool,
    /// What it runs on and was changed after it was started.
    pub outdated: Vec<TargetPath>,
    /// Files of others that define it too.
    pub others: Vec<TargetPath>,
}

/// One listener, desired and real.
#[derive(Clone, Debug)]
pub struct ListenerStatus {
    /// `receive.grpc`.
    pub name: String,
    /// Where it shall listen.
    pub desired: SocketAddr,
    /// Whether it serves TLS.
    pub tls: bool,
    /// The socket that is really open there, which may be one of all interfaces.
    pub real: Option<SocketAddr>,
    /// Who has it, where that is not the component itself.
    pub holder: Option<String>,
}

impl Picture {
    /// Whether everything that was applied is there, is what runs, and is ready. That `stack.toml` asks
    /// for more is no fault.
    pub fn is_well(&self) -> bool {
        let place = match &self.place {
            PlaceStatus::Trial(_) => true,
            PlaceStatus::Host(host) => host.run.is_none() && host.drift.is_empty(),
        };
        let current = |unit: &UnitStatus| unit.outdated.is_empty();
        place
            && self
                .components
                .iter()
                .all(|component| component.not_ready.is_none() && component.unit.as_ref().is_none_or(current))
    }
}

/// For people.
pub fn text(picture: &Picture) -> String {
    let mut text = String::new();
    write_text(&mut text, picture).expect("writing to a string does not fail");
    text
}

fn write_text(text: &mut String, picture: &Picture) -> std::fmt::Result {
    match &picture.place {
        PlaceStatus::Trial(directory) => writeln!(text, "{}: a trial in `{directory}`", picture.stack)?,
        PlaceStatus::Host(host) => write_host(text, picture, host)?,
    }
    for component in &picture.components {
        let release = component
            .release
            .clone()
            .unwrap_or_else(|| format!("release not known, the stack names {}", component.version));
        let fault = component.release_fault.as_ref().map(|fault| format!(" ({fault})")).unwrap_or_default();
        let pid = component.pid.map(|pid| format!(", process {pid}")).unwrap_or_default();
        let ready = match (&component.not_ready, &component.not_asked) {
            (Some(why), _) => format!("NOT READY: {why}"),
            (None, Some(why)) => format!("not asked whether it is ready: {why}"),
            (None, None) => "ready".to_owned(),
        };
        writeln!(text, "\n{}  {release}{fault}{pid}, {ready}", component.name)?;
        component.unit.as_ref().map_or(Ok(()), |unit| write_unit(text, unit))?;
        for listener in &component.listeners {
            let tls = if listener.tls { "TLS" } else { "plaintext" };
            let open = match (&listener.holder, listener.real) {
                (Some(holder), _) => format!("HELD by {holder}"),
                (None, None) => "NOT OPEN".to_owned(),
                (None, Some(real)) if real == listener.desired => "open".to_owned(),
                (None, Some(real)) => format!("open as {real}"),
            };
            writeln!(text, "  {:14} {:22} {tls:9}  {open}", listener.name, listener.desired.to_string())?;
        }
        match &component.counters {
            None => writeln!(text, "  its counters cannot be read")?,
            Some(counters) => {
                counters.iter().try_for_each(|(name, value)| writeln!(text, "  {value:>14} {name}"))?;
            }
        }
    }
    write_edges(text, &picture.edges)
}

/// Who dials whom, and whether what listens there is what shall.
fn write_edges(text: &mut String, edges: &[EdgeView]) -> std::fmt::Result {
    if edges.is_empty() {
        return Ok(());
    }
    let ends = || edges.iter().filter_map(|edge| Some((edge, edge.after.as_ref()?)));
    let count = |state| ends().filter(|(_, end)| end.state == state).count();
    write!(text, "\nDataflow: {}, {} ok", plural(edges.len(), "edge"), count(ConditionState::Met))?;
    for state in [ConditionState::Broken, ConditionState::NotKnown] {
        match count(state) {
            0 => {}
            number => write!(text, ", {number} {}", edge_word(state))?,
        }
    }
    writeln!(text)?;
    for (edge, end) in ends() {
        // All that holds is counted: a status is one screen. `--graph` shows it.
        let word = match end.state {
            ConditionState::Met => continue,
            ConditionState::Broken => "BROKEN",
            ConditionState::NotKnown => edge_word(end.state),
        };
        let tls = if end.tls { "TLS" } else { "plaintext" };
        let to = end.to.as_ref().map(|to| format!("{to} ")).unwrap_or_default();
        writeln!(text, "  {word:9}  {} -> {to}{}, {tls}", edge.from, end.dials)?;
    }
    Ok(())
}

/// Disk, running, desired: three things that should be one.
fn write_host(text: &mut String, picture: &Picture, host: &HostStatus) -> std::fmt::Result {
    writeln!(text, "{} on this host{}", picture.stack, if host.part { ", your part of it" } else { "" })?;
    let mut line = |name: &str, what: &str| writeln!(text, "  {name:10} {what}");
    match &host.run {
        None => {}
        Some((RunStatus::AtWork, what)) => line("at work", what)?,
        Some((RunStatus::Killed, what)) => line("KILLED", what)?,
    }
    match &host.generation {
        None => line("applied", "nothing; these are its own addresses")?,
        Some((number, author)) => {
            line("applied", &format!("generation {number}: {author}"))?;
            if host.drift.is_empty() {
                line("disk", &format!("as generation {number} left it"))?;
            }
            host.drift.iter().try_for_each(|(path, how)| line("disk", &format!("CHANGED {path}: {how}")))?;
            let mut old =
                picture.components.iter().filter_map(|one| Some((one, one.unit.as_ref()?))).peekable();
            if old.clone().all(|(_, unit)| unit.outdated.is_empty()) {
                let part = if host.part { ", as far as you may look" } else { "" };
                line("running", &format!("with what is on disk{part}"))?;
            } else {
                old.try_for_each(|(one, unit)| {
                    let name = &one.name;
                    unit.outdated.iter().try_for_each(|path| {
                        line("running", &format!("OUTDATED {name}: {path} changed after it was started"))
                    })
                })?;
            }
        }
    }
    match host.desired {
        DesiredStatus::Changes(0) => line("wished", "nothing else"),
        DesiredStatus::Changes(number) => {
            let changes = if number == 1 { "change" } else { "changes" };
            line("wished", &format!("{number} {changes} pending: `tracewright plan` shows them"))
        }
        DesiredStatus::Faulty => {
            line("wished", "`stack.toml` cannot be applied: `tracewright plan` says why")
        }
    }
}

fn write_unit(text: &mut String, unit: &UnitStatus) -> std::fmt::Result {
    write!(text, "  {}: {}", unit.name, unit.state)?;
    if let Some(since) = &unit.since {
        write!(text, " since {since}")?;
    }
    if let Some(run) = &unit.run {
        // Enough to tell two runs apart, as other programs show ids.
        write!(text, ", run {}", run.chars().take(8).collect::<String>())?;
    }
    match unit.restarts {
        0 if unit.started_since => write!(text, ", started after the last apply")?,
        0 => {}
        1 => write!(text, ", restarted by itself once")?,
        times => write!(text, ", restarted by itself {times} times")?,
    }
    writeln!(text)?;
    unit.others.iter().try_for_each(|path| writeln!(text, "  also defined by {path}"))
}

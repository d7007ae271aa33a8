//! What runs of a stack, as text of one screen and as JSON.

use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::SocketAddr;

/// Version of the JSON that this module prints. The minor number only ever adds.
pub const FORMAT_VERSION: &str = "1.0";

/// What was seen of a stack.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Its name.
    pub stack: String,
    /// The folder of the trial that runs; `None` where the stack's own addresses were looked at.
    pub trial: Option<String>,
    /// Tempo and the collectors.
    pub components: Vec<ComponentStatus>,
}

/// What was seen of one engine.
#[derive(Clone, Debug)]
pub struct ComponentStatus {
    /// What it is called in the stack.
    pub name: String,
    /// What its binary says of itself, where that is known.
    pub release: Option<String>,
    /// The version that the stack names.
    pub version: String,
    /// Its process, where that is known and runs.
    pub pid: Option<u32>,
    /// Why it is not ready, if it is not.
    pub not_ready: Option<String>,
    /// Its doors.
    pub doors: Vec<DoorStatus>,
    /// Its counters; `None` where they cannot be read.
    pub counters: Option<BTreeMap<&'static str, f64>>,
}

/// One door, wished and real.
#[derive(Clone, Debug)]
pub struct DoorStatus {
    /// `receive.grpc`.
    pub name: String,
    /// Where it shall listen.
    pub wished: SocketAddr,
    /// Whether it serves TLS.
    pub tls: bool,
    /// The socket that is really open there, which may be one of all interfaces.
    pub real: Option<SocketAddr>,
}

/// For people.
pub fn text(picture: &Picture) -> String {
    let mut text = String::new();
    write_text(&mut text, picture).expect("writing to a string does not fail");
    text
}

fn write_text(text: &mut String, picture: &Picture) -> std::fmt::Result {
    match &picture.trial {
        Some(folder) => writeln!(text, "{}: a trial in `{folder}`", picture.stack)?,
        None => writeln!(text, "{}: no trial runs; these are its own addresses", picture.stack)?,
    }
    for component in &picture.components {
        let release =
            component.release.clone().unwrap_or_else(|| format!("version {} wanted", component.version));
        let pid = component.pid.map(|pid| format!(", process {pid}")).unwrap_or_default();
        let ready =
            component.not_ready.as_ref().map_or("ready".to_owned(), |why| format!("NOT READY: {why}"));
        writeln!(text, "\n{}  {release}{pid}, {ready}", component.name)?;
        for door in &component.doors {
            let tls = if door.tls { "TLS" } else { "plaintext" };
            let open = match door.real {
                None => "NOT OPEN".to_owned(),
                Some(real) if real == door.wished => "open".to_owned(),
                Some(real) => format!("open as {real}"),
            };
            writeln!(text, "  {:14} {:22} {tls:9}  {open}", door.name, door.wished.to_string())?;
        }
        match &component.counters {
            None => writeln!(text, "  its counters cannot be read")?,
            Some(counters) => {
                counters.iter().try_for_each(|(name, value)| writeln!(text, "  {value:>14} {name}"))?;
            }
        }
    }
    Ok(())
}

/// For programs.
pub fn json(picture: &Picture) -> String {
    let components = picture.components.iter().map(|component| {
        let doors = component.doors.iter().map(|door| {
            json!({ "name": door.name, "address": door.wished.to_string(), "tls": door.tls, "open": door.real.map(|real| real.to_string()) })
        });
        json!({
            "name": component.name,
            "release": component.release,
            "version": component.version,
            "pid": component.pid,
            "ready": component.not_ready.is_none(),
            "not_ready": component.not_ready,
            "doors": doors.collect::<Vec<_>>(),
            "counters": component.counters,
        })
    });
    let document = json!({
        "format_version": FORMAT_VERSION,
        "stack": picture.stack,
        "trial": picture.trial,
        "components": components.collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

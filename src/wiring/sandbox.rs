//! What the sandbox of our own units leaves an engine of the host's files, and what it cannot.
//!
//! Measured on systemd 252 (`tests/host/sandbox.md`): what lies below `/tmp` and `/var/tmp` is hidden by
//! `PrivateTmp=`, what lies in a home by `ProtectHome=yes`. Data and a program in the home of the service's
//! own user are bound into an otherwise empty `/home`; everything else of that kind is refused: files of
//! root's in a home are anybody's to move, and what lies in `/tmp` is deleted.

use super::{ComponentId, EnginePlace, Wiring};
use crate::diagnostic::{Code, Finding, Findings, KeyPart, KeyPath};
use crate::model::names::{Scope, TargetPath};
use crate::stack::Hardening;

const TEMPORARY: &[&str] = &["/tmp", "/var/tmp"];
const HOMES: &[&str] = &["/home", "/root", "/run/user"];
/// Gone with every boot.
const VOLATILE: &[&str] = &["/run", "/dev", "/proc", "/sys"];
/// What a sandbox of a user's unit hides of the home.
const SECRET: &[&str] = &[".ssh", ".gnupg"];

/// What a path is to an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    Configuration,
    Certificates,
    Data,
    Binary,
}

/// A path that an engine uses, and the key that says it.
struct UsedPath<'a> {
    path: &'a TargetPath,
    what: Use,
    key: KeyPath,
}

impl EnginePlace {
    /// The home of the user that the service runs as, by its usual place.
    fn own_home(&self) -> TargetPath {
        super::places::home(&self.user, None)
    }

    /// Whether a path is bound into the sandbox of a system service: it lies in the home of its own user.
    pub fn is_bound(&self, path: &TargetPath) -> bool {
        let can_be_written = crate::format::unit::quoting::bound(path.as_str()).is_some();
        self.scope == Scope::System
            && path.is_within(&self.own_home())
            && is_below(path, HOMES)
            && can_be_written
    }
}

fn is_below(path: &TargetPath, directories: &[&str]) -> bool {
    directories.iter().any(|directory| path.is_within(&TargetPath::new(*directory)))
}

/// Refuses what a unit of ours would hide from its own engine, or what would not be there after a boot.
pub(super) fn find(wiring: &Wiring<'_>, findings: &mut Findings) {
    for (id, place) in &wiring.engines {
        let strict = place.service.hardening == Hardening::Strict;
        for used in used(wiring, id, place) {
            let hidden = hidden_by(place, &used).filter(|_| strict);
            let gone =
                used.what == Use::Data && (is_below(used.path, VOLATILE) || is_below(used.path, TEMPORARY));
            let finding = match hidden {
                Some(why) => Finding::error(
                    Code("path-hidden"),
                    format!("the sandbox of `{}` hides `{}`", place.unit.name, used.path),
                )
                .at((used.key.clone(), KeyPart::Value), why),
                None if gone => gone_after_a_boot(&used, strict),
                None => continue,
            };
            findings.push(finding.help(elsewhere(place, &used)));
        }
    }
}

fn gone_after_a_boot(used: &UsedPath<'_>, strict: bool) -> Finding {
    let title = format!("`{}` is gone after a boot", used.path);
    let at = (used.key.clone(), KeyPart::Value);
    if strict {
        Finding::error(Code("path-volatile"), title).at(at, "and the unit does not start without it (226)")
    } else {
        Finding::warning(Code("path-volatile"), title).at(at, "with all that was stored")
    }
}

/// The directive that hides a path, in words.
fn hidden_by(place: &EnginePlace, used: &UsedPath<'_>) -> Option<&'static str> {
    if is_below(used.path, TEMPORARY) {
        return Some("`PrivateTmp=yes`: a unit of ours has a /tmp of its own");
    }
    match &place.scope {
        Scope::System => {
            let follows = matches!(used.what, Use::Data | Use::Binary) && place.is_bound(used.path);
            (is_below(used.path, HOMES) && !follows)
                .then_some("`ProtectHome=`: a unit of the system sees no homes but for its own user's data")
        }
        Scope::User(_) => {
            let secret = SECRET.iter().any(|name| used.path.is_within(&place.home.join(name)));
            secret.then_some("`InaccessiblePaths=`: keys of the user are not shown to it")
        }
    }
}

/// A path of the same kind that is shown, as it is typed.
fn elsewhere(place: &EnginePlace, used: &UsedPath<'_>) -> String {
    let unit = place.unit.name.as_str();
    let stem = unit.strip_suffix(".service").unwrap_or(unit);
    let name = used.path.file_name();
    let key = used.key.0.last().map(String::as_str).unwrap_or_default();
    let system = place.scope == Scope::System;
    let path = match (used.what, system) {
        (Use::Configuration, true) => format!("/etc/{stem}/{name}"),
        (Use::Configuration, false) => format!("~/.config/{stem}/{name}"),
        (Use::Certificates, true) => format!("/etc/{stem}/tls"),
        (Use::Certificates, false) => format!("~/.config/{stem}/tls"),
        (Use::Data, true) => format!("/var/lib/{stem}"),
        (Use::Data, false) => format!("~/.local/state/{stem}"),
        (Use::Binary, true) => format!("/usr/local/bin/{name}"),
        (Use::Binary, false) => format!("~/.local/bin/{name}"),
    };
    format!("{key} = \"{path}\"")
}

fn used<'a>(wiring: &Wiring<'_>, id: &ComponentId, place: &'a EnginePlace) -> Vec<UsedPath<'a>> {
    let header = id.key();
    let below = |table: &str, key: &str| header.join(table).join(key);
    // Only one kind of program has a key for it beside `paths.data`.
    let storage = wiring.stack.tempo.as_ref().filter(|tempo| tempo.key == header);
    let storage = storage.and_then(|tempo| tempo.local_storage.as_ref());
    let mut used = vec![
        UsedPath { path: &place.config, what: Use::Configuration, key: below("paths", "config") },
        UsedPath { path: &place.binary, what: Use::Binary, key: place.service.key.join("binary") },
    ];
    if wiring.serves_tls(id) || wiring.dials_tls(id) {
        let key = below("paths", "certificates");
        used.push(UsedPath { path: &place.certificates, what: Use::Certificates, key });
    }
    used.extend(place.data.iter().map(|path| {
        let key = if storage == Some(path) { below("storage", "local") } else { below("paths", "data") };
        UsedPath { path, what: Use::Data, key }
    }));
    used
}

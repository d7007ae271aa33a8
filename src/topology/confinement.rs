//! What units let the programs of configuration files see and write, and configuration that they name and
//! that is not there.

use super::FileSet;
use crate::component::systemd::read::{Access, Unit};
use crate::diagnostic::Mark;
use crate::format::address;
use crate::format::unit::{Backslash, specified, words};
use crate::model::dataflow::{Confinement, Topology, UnitFault};
use crate::model::names::TargetPath;
use std::collections::BTreeMap;

type Texts<'t> = BTreeMap<&'t TargetPath, &'t str>;

/// Adds the confinement of a program by the unit that starts it.
pub(super) fn of_program(
    files: &FileSet<'_>,
    (unit, program): (&Unit, usize),
    texts: &Texts<'_>,
    topology: &mut Topology,
) {
    let mark = |path: &TargetPath, text: &str| mark_of(files, texts, path, text);
    let of = |name: &'static str| unit.confining.iter().filter(move |line| line.0 == name);
    let is_true = |value: &str| matches!(value.to_ascii_lowercase().as_str(), "yes" | "true" | "1" | "on");
    let dynamic = of("DynamicUser").next_back().filter(|line| is_true(&line.1));
    let strict = of("ProtectSystem").next_back().filter(|line| line.1 == "strict").or(dynamic);
    let private = of("PrivateTmp").next_back().filter(|line| is_true(&line.1)).or(dynamic);
    let mut confinement = Confinement {
        program,
        unit: unit.name.clone(),
        strict: strict.map(|(key, value, path)| mark(path, &format!("{key}={value}"))),
        writable: Vec::new(),
        private_tmp: private.map(|(key, value, path)| mark(path, &format!("{key}={value}"))),
        hidden: None,
    };
    for (key, value, path) in &unit.confining {
        let below = match key.as_str() {
            "ReadWritePaths" | "ReadWriteDirectories" | "BindPaths" => "",
            "StateDirectory" => "/var/lib/",
            "CacheDirectory" => "/var/cache/",
            "LogsDirectory" => "/var/log/",
            "RuntimeDirectory" => "/run/",
            _ => continue,
        };
        for word in words(value, Backslash::Next) {
            // A dash says that it may be absent, a plus that it lies below the unit's own root.
            let optional = below.is_empty() && word.starts_with('-');
            let bare = if below.is_empty() { word.trim_start_matches(['-', '+']) } else { word.as_str() };
            let name = inside(key, bare);
            let whole = specified(&format!("{below}{name}"), unit.home.as_deref());
            let Some(writable) = whole.and_then(|text| address::path(&text)) else { continue };
            let temporary = ["/tmp", "/var/tmp"].iter().any(|tmp| {
                let tmp = TargetPath::new(*tmp);
                writable.is_within(&tmp) && writable != tmp
            });
            let unseen = || unit.sandbox.obstacle(&writable, Access::Read, unit.home.is_some()).is_some();
            let named = key.starts_with("ReadWrite") && temporary && !optional;
            if named && confinement.private_tmp.is_some() && unseen() {
                confinement.hidden = Some((writable.clone(), mark(path, value)));
            }
            confinement.writable.push(writable);
        }
    }
    topology.confinements.push(confinement);
}

/// What a word of a directive is called inside the unit. `BindPaths=` has `SOURCE:DESTINATION:OPTIONS` and
/// `StateDirectory=` `NAME:LINK`; in `ReadWritePaths=` a colon is part of the path (systemd.exec(5)).
fn inside<'w>(key: &str, word: &'w str) -> &'w str {
    let mut parts = word.split(':');
    let first = parts.next().unwrap_or_default();
    match key {
        "ReadWritePaths" | "ReadWriteDirectories" => word,
        "BindPaths" => parts.next().filter(|destination| !destination.is_empty()).unwrap_or(first),
        _ => first,
    }
}

/// Configuration that units name and that is known to be absent.
pub(super) fn missing(files: &FileSet<'_>, units: &[Unit], texts: &Texts<'_>, topology: &mut Topology) {
    for unit in units.iter().filter(|unit| unit.engine().is_some() && !unit.masked) {
        let Some(own) = &unit.path else { continue };
        for config in unit.configs.iter().filter(|config| files.absent.contains(*config)) {
            let named =
                |path: &&TargetPath| texts.get(*path).is_some_and(|text| text.contains(config.as_str()));
            let place = unit.environment_files.iter().find(named).unwrap_or(own);
            let at = mark_of(files, texts, place, config.as_str());
            topology.unit_faults.push(UnitFault { unit: unit.name.clone(), missing: config.clone(), at });
        }
    }
}

/// Where a text stands last in a file; its beginning where it is put together otherwise.
fn mark_of(files: &FileSet<'_>, texts: &Texts<'_>, path: &TargetPath, text: &str) -> Mark {
    let whole = texts.get(path).copied().unwrap_or_default();
    let span = whole.rfind(text).map_or(0..0, |start| start..start + text.len());
    Mark { source: files.source_of(path), span }
}

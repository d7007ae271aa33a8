//! Units and their drop-ins: which configuration a program is started with, and its environment.
//!
//! Follows systemd 252 in what matters for that: load order, resets by an empty assignment,
//! continuation lines, quoting, specifiers of directories, `$VAR` in command lines. Everything else in a
//! unit is nobody's business here. Called by [`crate::topology`].

mod sandbox;
mod service;

pub use sandbox::{Access, Obstacle, Said, Sandbox};
pub use service::Unit;

use crate::model::names::TargetPath;
use service::ServiceLines;
use std::collections::BTreeMap;

/// Directories of system units, strongest first.
pub const SYSTEM_DIRECTORIES: &[&str] = &[
    "/etc/systemd/system",
    "/usr/local/lib/systemd/system",
    "/lib/systemd/system",
    "/usr/lib/systemd/system",
];

/// The directory of a user's own units, below the home.
pub const USER_DIRECTORY: &str = ".config/systemd/user";

/// One assignment of an `Environment=` line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assigned {
    /// The variable.
    pub key: String,
    /// Its value, without quotes.
    pub value: String,
    /// The unit or drop-in that sets it.
    pub path: TargetPath,
}

/// A service that an official package brings.
struct Packaged {
    unit: &'static str,
    command: &'static str,
    environment: Option<&'static str>,
    config: &'static str,
}

/// For drop-ins whose unit is not in the set, and for options that stand in a file not in the set.
const PACKAGED: &[Packaged] = &[
    Packaged {
        unit: "otelcol.service",
        command: "/usr/bin/otelcol $OTELCOL_OPTIONS",
        environment: Some("/etc/otelcol/otelcol.conf"),
        config: "/etc/otelcol/config.yaml",
    },
    Packaged {
        unit: "otelcol-contrib.service",
        command: "/usr/bin/otelcol-contrib $OTELCOL_OPTIONS",
        environment: Some("/etc/otelcol-contrib/otelcol-contrib.conf"),
        config: "/etc/otelcol-contrib/config.yaml",
    },
    Packaged {
        unit: "tempo.service",
        command: "/usr/bin/tempo -config.file /etc/tempo/config.yml",
        environment: None,
        config: "/etc/tempo/config.yml",
    },
];

/// All services among some files. `file` gives a file's text, `is_absent` says whether a file that is
/// not given is known not to be there.
pub fn units<'a>(
    files: impl Iterator<Item = (&'a TargetPath, &'a str)>,
    file: &dyn Fn(&TargetPath) -> Option<&'a str>,
    is_absent: &dyn Fn(&TargetPath) -> bool,
) -> Vec<Unit> {
    let mut sets: BTreeMap<(Option<String>, String), Parts<'a>> = BTreeMap::new();
    for (path, text) in files {
        let Some(place) = Place::of(path) else { continue };
        let parts = sets.entry((place.home, place.unit)).or_default();
        match place.drop_in {
            None => parts.base.entry(place.rank).or_insert((path, text)),
            Some(name) => parts.drop_ins.entry(name).or_default().entry(place.rank).or_insert((path, text)),
        };
    }
    sets.into_iter()
        .map(|((home, unit), parts)| parts.unit(home.as_deref(), &unit, file, is_absent))
        .collect()
}

/// Where a unit file stands: in whose directory, for which unit, as the unit or as a drop-in.
struct Place {
    home: Option<String>,
    rank: usize,
    unit: String,
    drop_in: Option<String>,
}

impl Place {
    fn of(path: &TargetPath) -> Option<Self> {
        let text = path.as_str();
        let system = SYSTEM_DIRECTORIES.iter().enumerate().find_map(|(rank, directory)| {
            Some((None, rank, text.strip_prefix(directory)?.strip_prefix('/')?))
        });
        let (home, rank, rest) = system.or_else(|| {
            let (home, rest) = text.split_once(&format!("/{USER_DIRECTORY}/"))?;
            Some((Some(home.to_owned()), 0, rest))
        })?;
        match rest.split_once('/') {
            None => {
                rest.ends_with(".service").then(|| Self { home, rank, unit: rest.to_owned(), drop_in: None })
            }
            Some((directory, name)) => {
                let unit = directory.strip_suffix(".d").filter(|unit| unit.ends_with(".service"))?;
                (name.ends_with(".conf") && !name.contains('/')).then(|| Self {
                    home,
                    rank,
                    unit: unit.to_owned(),
                    drop_in: Some(name.to_owned()),
                })
            }
        }
    }
}

/// Whether a file is a unit or a drop-in of one that is read.
pub fn is_unit(path: &TargetPath) -> bool {
    Place::of(path).is_some()
}

/// A file and its text.
type File<'a> = (&'a TargetPath, &'a str);

/// The files of one unit: the unit by rank of its directory, drop-ins by name, then rank.
#[derive(Default)]
struct Parts<'a> {
    base: BTreeMap<usize, File<'a>>,
    drop_ins: BTreeMap<String, BTreeMap<usize, File<'a>>>,
}

impl<'a> Parts<'a> {
    fn unit(
        self,
        home: Option<&str>,
        name: &str,
        file: &dyn Fn(&TargetPath) -> Option<&'a str>,
        is_absent: &dyn Fn(&TargetPath) -> bool,
    ) -> Unit {
        let mut service = ServiceLines::default();
        let packaged = PACKAGED.iter().find(|row| row.unit == name && home.is_none());
        let base = self.base.into_values().next();
        let mut first = base.map(|(path, _)| path.clone());
        match (base, packaged) {
            (Some((path, text)), _) => service.apply(path, text, home),
            (None, Some(row)) => {
                row.command.clone_into(&mut service.command);
                service.files.extend(row.environment.map(str::to_owned));
            }
            (None, None) => {}
        }
        for by_rank in self.drop_ins.into_values() {
            if let Some((path, text)) = by_rank.into_values().next() {
                service.apply(path, text, home);
                first.get_or_insert_with(|| path.clone());
            }
        }
        let mut unit = service.resolve(home, file, is_absent);
        unit.path = first;
        // A link to /dev/null, or an empty file.
        unit.masked = base.is_some_and(|(_, text)| text.trim().is_empty());
        name.clone_into(&mut unit.name);
        if let Some(row) = packaged
            && unit.configs.is_empty()
            && !unit.more
            && !unit.masked
        {
            unit.configs.push(TargetPath::new(row.config));
        }
        unit
    }
}

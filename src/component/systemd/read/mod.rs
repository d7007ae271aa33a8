//! Units and their drop-ins: which configuration a program is started with, its environment, and whether
//! anything starts it.
//!
//! Follows systemd 252 in what matters for that: load order, masks, templates and their instances, resets by an
//! empty assignment, continuation lines, quoting, specifiers, `$VAR` in command lines. Everything else in a
//! unit is nobody's business here. Called by [`crate::topology`].

mod chain;
mod links;
mod place;
mod sandbox;
mod service;
mod shell;

pub use links::{UnitLinks, is_wanting};
pub use place::{
    EVERY_USER_DIRECTORIES, SYSTEM_DIRECTORIES, USER_DIRECTORIES, USER_DIRECTORY, UnitManager,
    WRITTEN_DIRECTORIES, is_single, is_unit, related, template_of,
};
pub use sandbox::{Access, Obstacle, Said, Sandbox};
pub use service::{Idle, NeededFile, Unit};

use crate::format::unit::Specifiers;
use crate::model::names::TargetPath;
use place::PlaceOfUnit;
use service::{Command, ServiceLines};
use std::collections::{BTreeMap, BTreeSet};

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
    Packaged {
        unit: "loki.service",
        command: "/usr/bin/loki -config.file /etc/loki/config.yml",
        environment: None,
        config: "/etc/loki/config.yml",
    },
];

/// Texts of files, and what is known of those that are not given.
pub struct UnitFiles<'u, 'a> {
    /// A file's text.
    pub text: &'u dyn Fn(&TargetPath) -> Option<&'a str>,
    /// Whether a file that is not given is known not to be there.
    pub is_absent: &'u dyn Fn(&TargetPath) -> bool,
    /// What starts units.
    pub links: &'u UnitLinks,
}

/// All services among some files: units, and the instances of templates that something asks for.
pub fn units<'a>(
    files: impl Iterator<Item = (&'a TargetPath, &'a str)>,
    known: &UnitFiles<'_, 'a>,
) -> Vec<Unit> {
    let mut parts = Parts::default();
    for (path, text) in files {
        let Some(place) = PlaceOfUnit::of(path) else { continue };
        let of_name = parts.0.entry((place.manager, place.name)).or_default();
        match place.drop_in {
            None => of_name.base.entry(place.rank).or_insert((path, text)),
            Some(name) => of_name.drop_ins.entry((name, place.rank)).or_insert((path, text)),
        };
    }
    let all = parts.names(known.links);
    all.iter().map(|(manager, unit)| parts.unit(manager, unit, known)).collect()
}

/// A file and its text.
type File<'a> = (&'a TargetPath, &'a str);

/// Files of one name: units by rank of their directory, drop-ins by name and rank.
#[derive(Default)]
struct OfName<'a> {
    base: BTreeMap<usize, File<'a>>,
    drop_ins: BTreeMap<(String, usize), File<'a>>,
}

/// The files of all units, by whose manager reads them and by what they are named after.
#[derive(Default)]
struct Parts<'a>(BTreeMap<(UnitManager, String), OfName<'a>>);

impl<'a> Parts<'a> {
    /// The units there are: one for each name, and for each instance that something asks for. What stands in
    /// the directories of every user is a unit of each user that has a part in it.
    fn names(&self, links: &UnitLinks) -> BTreeSet<(UnitManager, String)> {
        let homes: BTreeSet<&UnitManager> =
            self.0.keys().map(|(manager, _)| manager).filter(|manager| manager.home().is_some()).collect();
        let mut all = BTreeSet::new();
        for (manager, name) in self.0.keys().filter(|(_, name)| is_single(name)) {
            let managers = match manager {
                UnitManager::EveryUser => homes.iter().map(|home| (*home).clone()).collect(),
                own => vec![own.clone()],
            };
            for manager in managers {
                let of_all = links.instances(&UnitManager::EveryUser, name);
                let instances = links.instances(&manager, name).into_iter().chain(of_all);
                all.extend(instances.map(|instance| (manager.clone(), instance)));
                all.insert((manager, name.clone()));
            }
        }
        all
    }

    /// What stands under a name in the directories of a manager; those of every user come behind a user's own.
    fn of<'p>(&'p self, manager: &UnitManager, name: &str) -> impl Iterator<Item = &'p OfName<'a>> {
        let own = self.0.get(&(manager.clone(), name.to_owned()));
        let every = manager.home().and_then(|_| self.0.get(&(UnitManager::EveryUser, name.to_owned())));
        own.into_iter().chain(every)
    }

    /// The file of a unit, strongest first: its own, or that of its template.
    fn bases(&self, manager: &UnitManager, name: &str) -> Vec<File<'a>> {
        let all = |name: &str| -> Vec<File<'a>> {
            self.of(manager, name).flat_map(|part| part.base.values()).copied().collect()
        };
        let mut found = all(name);
        found.extend(template_of(name).iter().flat_map(|template| all(template)));
        found
    }

    /// The drop-ins of a unit, in the order of their names; of one name the strongest.
    fn drop_ins(&self, manager: &UnitManager, names: &[String]) -> Vec<File<'a>> {
        let mut all: BTreeMap<&str, File<'a>> = BTreeMap::new();
        for name in names {
            for ((file, _), found) in self.of(manager, name).flat_map(|part| &part.drop_ins) {
                all.entry(file).or_insert(*found);
            }
        }
        all.into_values().collect()
    }

    fn unit(&self, manager: &UnitManager, name: &str, known: &UnitFiles<'_, 'a>) -> Unit {
        let home = manager.home();
        let specifiers = Specifiers { home, unit: name };
        let mut service = ServiceLines::default();
        let packaged = PACKAGED.iter().find(|row| row.unit == name && *manager == UnitManager::System);
        let bases = self.bases(manager, name);
        // Of a masked unit, what it would start stands in the next one.
        let written = bases.iter().copied().find(|(_, text)| !text.trim().is_empty());
        let base = written.or(bases.first().copied());
        let mut first = base.map(|(path, _)| path.clone());
        match (base, packaged) {
            (Some((path, text)), _) => service.apply(path, text, &specifiers),
            (None, Some(row)) => {
                service.commands.push(Command { text: row.command.to_owned(), path: None });
                service.files.extend(row.environment.map(|path| (path.to_owned(), None)));
            }
            (None, None) => {}
        }
        let names = known.links.names(manager, name);
        let named: Vec<String> = names.into_iter().chain(related(name)).collect();
        for (path, text) in self.drop_ins(manager, &named) {
            service.apply(path, text, &specifiers);
            first.get_or_insert_with(|| path.clone());
        }
        let mut unit = service.resolve(&specifiers, known);
        unit.path = first;
        unit.idle = idle(bases.first().copied(), manager, name, known.links);
        name.clone_into(&mut unit.name);
        if let Some(row) = packaged
            && unit.configs.is_empty()
            && !unit.more
            && unit.idle.is_none()
        {
            unit.configs.push(TargetPath::new(row.config));
        }
        unit
    }
}

/// Why nothing starts a unit, where that is known.
fn idle(base: Option<File<'_>>, manager: &UnitManager, name: &str, links: &UnitLinks) -> Option<Idle> {
    // Of a unit that is not here, nothing says whether it is enabled.
    let (path, text) = base?;
    // A link to /dev/null, or an empty file.
    if text.trim().is_empty() {
        return Some(Idle::Masked);
    }
    if name.ends_with("@.service") {
        return Some(Idle::Template);
    }
    // What was started, or made at the start, stands there.
    let is_running = path.as_str().starts_with("/run/");
    (!is_running && links.starts(manager, name) == Some(false)).then_some(Idle::NotEnabled)
}

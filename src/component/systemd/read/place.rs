//! Where unit files and drop-ins stand, and which of them are one unit's (systemd.unit(5), 252).

use crate::model::names::TargetPath;

/// Directories of system units, strongest first.
pub const SYSTEM_DIRECTORIES: &[&str] = &[
    "/etc/systemd/system.control",
    "/run/systemd/system.control",
    "/run/systemd/transient",
    "/run/systemd/generator.early",
    "/etc/systemd/system",
    "/etc/systemd/system.attached",
    "/run/systemd/system",
    "/run/systemd/system.attached",
    "/run/systemd/generator",
    "/usr/local/lib/systemd/system",
    "/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/run/systemd/generator.late",
];

/// Those of them that people and packages write to.
pub const WRITTEN_DIRECTORIES: &[&str] = &[
    "/etc/systemd/system",
    "/usr/local/lib/systemd/system",
    "/lib/systemd/system",
    "/usr/lib/systemd/system",
];

/// The directory of a user's own units, below the home.
pub const USER_DIRECTORY: &str = ".config/systemd/user";

/// All directories of a user's own units, below the home, strongest first.
pub const USER_DIRECTORIES: &[&str] =
    &[".config/systemd/user.control", USER_DIRECTORY, ".local/share/systemd/user"];

/// Directories of units for every user, strongest first.
pub const EVERY_USER_DIRECTORIES: &[&str] = &[
    "/etc/systemd/user",
    "/run/systemd/user",
    "/usr/local/lib/systemd/user",
    "/lib/systemd/user",
    "/usr/lib/systemd/user",
];

/// Who reads a unit file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UnitManager {
    /// That of the system.
    System,
    /// That of every user.
    EveryUser,
    /// That of the user with this home.
    User(String),
}

impl UnitManager {
    /// The home of its user.
    pub(super) fn home(&self) -> Option<&str> {
        match self {
            Self::User(home) => Some(home),
            Self::System | Self::EveryUser => None,
        }
    }
}

/// Where a file stands below a directory of units.
pub(super) struct Below<'p> {
    pub(super) manager: UnitManager,
    /// How weak the directory is.
    pub(super) rank: usize,
    /// The path below it.
    pub(super) rest: &'p str,
}

impl<'p> Below<'p> {
    pub(super) fn of(path: &'p TargetPath) -> Option<Self> {
        let text = path.as_str();
        let fixed = |directories: &[&str]| {
            directories
                .iter()
                .enumerate()
                .find_map(|(rank, directory)| Some((rank, text.strip_prefix(directory)?.strip_prefix('/')?)))
        };
        if let Some((rank, rest)) = fixed(SYSTEM_DIRECTORIES) {
            return Some(Self { manager: UnitManager::System, rank, rest });
        }
        // Weaker than what stands in a home.
        if let Some((rank, rest)) = fixed(EVERY_USER_DIRECTORIES) {
            return Some(Self { manager: UnitManager::EveryUser, rank: rank + USER_DIRECTORIES.len(), rest });
        }
        USER_DIRECTORIES.iter().enumerate().find_map(|(rank, directory)| {
            let (home, rest) = text.split_once(&format!("/{directory}/"))?;
            Some(Self { manager: UnitManager::User(home.to_owned()), rank, rest })
        })
    }
}

/// A unit file or a drop-in.
pub(super) struct PlaceOfUnit {
    pub(super) manager: UnitManager,
    pub(super) rank: usize,
    /// The unit, or what a directory of drop-ins is named after: `service`, `shop-.service`, `shop@.service`.
    pub(super) name: String,
    pub(super) drop_in: Option<String>,
}

impl PlaceOfUnit {
    pub(super) fn of(path: &TargetPath) -> Option<Self> {
        let Below { manager, rank, rest } = Below::of(path)?;
        let (name, drop_in) = match rest.split_once('/') {
            None => (rest.ends_with(".service").then_some(rest)?, None),
            Some((directory, file)) => {
                let name = directory.strip_suffix(".d")?;
                let is_one = name == EVERY_SERVICE || name.ends_with(".service");
                let is_drop_in = is_one && file.ends_with(".conf") && !file.contains('/');
                (name, Some(is_drop_in.then(|| file.to_owned())?))
            }
        };
        Some(Self { manager, rank, name: name.to_owned(), drop_in })
    }
}

/// Whether a file is a unit or a drop-in of one that is read.
pub fn is_unit(path: &TargetPath) -> bool {
    PlaceOfUnit::of(path).is_some()
}

/// What drop-ins of all services are named after.
pub(super) const EVERY_SERVICE: &str = "service";

/// The template of an instance: `shop@.service` of `shop@one.service`.
pub fn template_of(unit: &str) -> Option<String> {
    let (prefix, rest) = unit.split_once('@')?;
    let instance = rest.strip_suffix(".service")?;
    (!instance.is_empty()).then(|| format!("{prefix}@.service"))
}

/// What the drop-ins of a unit are named after, strongest first: itself, its template, beginnings of its name
/// that end in a dash, every service.
pub fn related(unit: &str) -> Vec<String> {
    let mut all = vec![unit.to_owned()];
    all.extend(template_of(unit));
    let bare = unit.strip_suffix(".service").unwrap_or(unit);
    let prefix = bare.split('@').next().unwrap_or(bare).trim_end_matches('-');
    let dashes: Vec<usize> = prefix.match_indices('-').map(|(at, _)| at).collect();
    all.extend(dashes.into_iter().rev().map(|at| format!("{}-.service", &prefix[..at])));
    all.push(EVERY_SERVICE.to_owned());
    all
}

/// Whether a name is that of one unit, and not of many.
pub fn is_single(name: &str) -> bool {
    name != EVERY_SERVICE && !name.ends_with("-.service")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drop_ins_by_strength() {
        assert_eq!(
            related("otel-gate@a.service"),
            ["otel-gate@a.service", "otel-gate@.service", "otel-.service", "service"]
        );
        assert_eq!(related("a-b-c.service"), ["a-b-c.service", "a-b-.service", "a-.service", "service"]);
        assert_eq!(related("tempo.service"), ["tempo.service", "service"]);
        assert_eq!(template_of("a@.service"), None);
    }
}

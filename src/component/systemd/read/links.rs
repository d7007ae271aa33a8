//! What starts units: links of enablement, other units that ask for them, other names that they have.

use super::place::{Below, UnitManager};
use crate::format::unit::{Backslash, assignments, words};
use crate::model::names::TargetPath;
use std::collections::{BTreeMap, BTreeSet};

/// Directories that hold links to units which something asks for.
const WANTING: &[&str] = &[".wants", ".requires", ".upholds"];

/// Directives that start what they name.
const STARTING: &[&str] =
    &["Wants", "Requires", "BindsTo", "Upholds", "Unit", "Service", "Also", "OnFailure", "OnSuccess"];

/// What is known of who starts the units of a host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnitLinks {
    /// Units that something asks for.
    wanted: BTreeSet<(UnitManager, String)>,
    /// Managers whose own links are here.
    seen: BTreeSet<UnitManager>,
    /// Other names of units.
    aliases: BTreeMap<(UnitManager, String), String>,
}

/// Whether a directory holds links to units.
pub fn is_wanting(name: &str) -> bool {
    WANTING.iter().any(|suffix| name.ends_with(suffix))
}

impl UnitLinks {
    /// Takes a link in a directory of such into account: `multi-user.target.wants/tempo.service`.
    pub fn add_link(&mut self, path: &TargetPath) {
        let Some(below) = Below::of(path) else { return };
        let text = path.as_str();
        // What a package brings says nothing of what else somebody switched on.
        if !text.starts_with("/usr/") && !text.starts_with("/lib/") && !text.starts_with("/run/") {
            self.seen.insert(below.manager.clone());
        }
        self.wanted.insert((below.manager, path.file_name().to_owned()));
    }

    /// Takes another name of a unit into account: a link at `path` that leads to the unit `to`.
    pub fn add_alias(&mut self, path: &TargetPath, to: &str) {
        let Some(below) = Below::of(path) else { return };
        self.wanted.insert((below.manager.clone(), to.to_owned()));
        self.aliases.insert((below.manager, path.file_name().to_owned()), to.to_owned());
    }

    /// Takes what another unit asks for into account; a timer, a socket and a path start the service of their name.
    pub fn add_unit(&mut self, path: &TargetPath, text: &str) {
        let Some(below) = Below::of(path) else { return };
        let name = path.file_name();
        let by_name = [".timer", ".socket", ".path"].iter().find_map(|suffix| name.strip_suffix(suffix));
        if let Some(stem) = by_name {
            self.wanted.insert((below.manager.clone(), format!("{stem}.service")));
        }
        for found in assignments(text).into_iter().filter(|found| STARTING.contains(&found.key.as_str())) {
            let named = words(&found.value, Backslash::Next).into_iter();
            let services = named.filter(|word| word.ends_with(".service"));
            self.wanted.extend(services.map(|word| (below.manager.clone(), word)));
        }
    }

    /// The instances of a template that something asks for.
    pub(super) fn instances(&self, manager: &UnitManager, template: &str) -> Vec<String> {
        let of = |(asked, name): &&(UnitManager, String)| {
            asked == manager && super::place::template_of(name).as_deref() == Some(template)
        };
        self.wanted.iter().filter(of).map(|(_, name)| name.clone()).collect()
    }

    /// The other names of a unit.
    pub(super) fn names(&self, manager: &UnitManager, unit: &str) -> Vec<String> {
        let of =
            |((asked, _), to): &(&(UnitManager, String), &String)| asked == manager && to.as_str() == unit;
        self.aliases.iter().filter(of).map(|((_, name), _)| name.clone()).collect()
    }

    /// Whether something starts a unit; `None` where nothing here tells.
    pub(super) fn starts(&self, manager: &UnitManager, unit: &str) -> Option<bool> {
        let asks = |manager: &UnitManager| {
            let asked = |name: &str| self.wanted.contains(&(manager.clone(), name.to_owned()));
            asked(unit) || self.names(manager, unit).iter().any(|name| asked(name))
        };
        let for_all = matches!(manager, UnitManager::User(_)) && asks(&UnitManager::EveryUser);
        match asks(manager) || for_all {
            true => Some(true),
            false => self.seen.contains(manager).then_some(false),
        }
    }
}

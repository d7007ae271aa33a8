//! The units of a host: in all directories that systemd reads, those that matter with all of their drop-ins,
//! and the links that start them.

use super::discover::Search;
use super::places;
use crate::component::systemd::read::{
    EVERY_USER_DIRECTORIES, SYSTEM_DIRECTORIES, USER_DIRECTORIES, Unit, UnitFiles, is_single, is_unit,
    is_wanting, related, units,
};
use crate::model::names::TargetPath;
use crate::topology::tree::Looked;
use std::collections::BTreeSet;

/// What a unit says that starts an engine or an application, or that sets something for one.
const WORDS: &[&str] = &[
    "otelcol",
    "opentelemetry-collector",
    "tempo",
    "-config",
    "EnvironmentFile",
    "OTEL_",
    "prometheus",
    "loki",
];

/// Units that start or want others.
const OTHERS: &[&str] = &[".target", ".timer", ".socket", ".path"];

/// No directive of such a unit is far behind its beginning (bytes).
const MOST: usize = 64 * 1024;

type Texts = Vec<(TargetPath, Vec<u8>)>;

impl Search<'_> {
    /// Reads the units of the host and of these homes.
    pub(super) fn find_units(&mut self, homes: &[TargetPath]) {
        let mut all = Vec::new();
        let fixed = SYSTEM_DIRECTORIES.iter().chain(EVERY_USER_DIRECTORIES);
        let fixed: Vec<TargetPath> = fixed.map(|path| TargetPath::new(*path)).collect();
        let below = |home: &TargetPath| {
            let home = home.clone();
            USER_DIRECTORIES.iter().map(move |directory| home.join(directory))
        };
        for directory in fixed.into_iter().chain(homes.iter().flat_map(below)) {
            self.unit_directory(&directory, &mut all);
        }
        self.keep_units(all);
    }

    /// The units among the files that were found.
    pub(super) fn units(&self) -> Vec<Unit> {
        let text =
            |path: &TargetPath| self.found.files.get(path).and_then(|bytes| std::str::from_utf8(bytes).ok());
        let unit_files = self.found.files.keys().filter(|path| is_unit(path));
        let known = UnitFiles { text: &text, is_absent: &|_| true, links: &self.found.unit_links };
        units(unit_files.filter_map(|path| Some((path, text(path)?))), &known)
    }

    /// The homes of a host: root's, those below `/home`, and those that its list of users names.
    pub(super) fn homes(&mut self) -> Vec<TargetPath> {
        let mut homes = BTreeSet::from([TargetPath::new(places::ROOT_HOME)]);
        for directory in places::HOMES {
            let directory = TargetPath::new(*directory);
            let below = self.list(&directory).into_iter().filter(|entry| entry.1);
            homes.extend(below.map(|entry| directory.join(&entry.0)));
        }
        if let Looked::Bytes(bytes) = self.tree.read(&TargetPath::new("/etc/passwd"), 1024 * 1024) {
            homes.extend(String::from_utf8_lossy(&bytes).lines().filter_map(home_of));
        }
        homes.into_iter().collect()
    }

    /// Collects units and drop-ins of a directory with their text, and what starts them.
    fn unit_directory(&mut self, directory: &TargetPath, all: &mut Texts) {
        for entry in self.tree.list(directory).entries {
            let path = directory.join(&entry.name);
            if entry.is_directory {
                let below = self.list(&path).into_iter().map(|below| path.join(&below.0));
                let below: Vec<TargetPath> = below.collect();
                if is_wanting(&entry.name) {
                    below.iter().for_each(|link| self.found.unit_links.add_link(link));
                } else {
                    below.into_iter().for_each(|path| self.unit(path, all));
                }
            } else if let Some(to) = self.other_name(&path, entry.is_link) {
                self.found.unit_links.add_alias(&path, &to);
            } else {
                self.unit(path, all);
            }
        }
    }

    /// The unit that a link of another name leads to. Whatever is an alias has no text of its own.
    fn other_name(&self, path: &TargetPath, is_link: bool) -> Option<String> {
        let to = is_link.then(|| self.tree.link(path)).flatten()?;
        let name = to.rsplit('/').next()?;
        let template = crate::component::systemd::read::template_of(path.file_name());
        let is_other = name != path.file_name() && name.ends_with(".service");
        (is_other && path.file_name().ends_with(".service") && template.as_deref() != Some(name))
            .then(|| name.to_owned())
    }

    fn unit(&mut self, path: TargetPath, all: &mut Texts) {
        if is_unit(&path) {
            if let Some(bytes) = self.fetch(&path) {
                self.found.unit_links.add_unit(&path, &String::from_utf8_lossy(&bytes));
                all.push((path, bytes));
            }
        } else if OTHERS.iter().any(|suffix| path.file_name().ends_with(suffix))
            && let Looked::Bytes(bytes) = self.tree.read(&path, MOST)
        {
            self.found.unit_links.add_unit(&path, &String::from_utf8_lossy(&bytes));
        }
    }

    /// Keeps the units that start an engine or read an environment file, with all of their drop-ins:
    /// the other hundreds of a host are nobody's business.
    fn keep_units(&mut self, all: Texts) {
        let matters = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes);
            WORDS.iter().any(|word| text.contains(word))
        };
        let mattering: BTreeSet<String> = all
            .iter()
            .filter(|(path, bytes)| matters(bytes) || matters(name_of(path).as_bytes()))
            .map(|(path, _)| name_of(path))
            .collect();
        // What is said for many units alike makes none of them one of ours, but for a beginning of names.
        let by_beginning = |name: &String| {
            related(name).iter().any(|one| one.ends_with("-.service") && mattering.contains(one))
        };
        let kept: BTreeSet<String> = all
            .iter()
            .map(|(path, _)| name_of(path))
            .filter(|name| is_single(name) && (mattering.contains(name) || by_beginning(name)))
            .collect();
        let drop_ins: BTreeSet<String> = kept.iter().flat_map(|name| related(name)).collect();
        let belongs = |path: &TargetPath| {
            let name = name_of(path);
            drop_ins.contains(&name) || related(&name).iter().any(|one| is_single(one) && kept.contains(one))
        };
        self.found.files.extend(all.into_iter().filter(|(path, _)| belongs(path)));
    }
}

/// What a unit or a drop-in is named after.
fn name_of(path: &TargetPath) -> String {
    let name = path.file_name();
    if name.ends_with(".service") {
        name.to_owned()
    } else {
        path.parent().file_name().trim_end_matches(".d").to_owned()
    }
}

/// The home of a person, by a line of the list of users.
fn home_of(line: &str) -> Option<TargetPath> {
    let mut fields = line.split(':');
    let number: u32 = fields.nth(2)?.parse().ok()?;
    let home = fields.nth(2).filter(|home| home.starts_with('/') && *home != "/")?;
    // Below are services, and the last one is nobody.
    (1000..65534).contains(&number).then(|| crate::format::address::path(home)).flatten()
}

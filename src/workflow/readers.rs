//! Which unit reads an application's environment file, as far as the host shows it: unit files and drop-ins
//! below `--root` or on the machine, as systemd reads them.

use super::session::Session;
use crate::component::systemd::read::{USER_DIRECTORY, UnitFiles, UnitLinks, WRITTEN_DIRECTORIES, units};
use crate::model::dataflow::EnvReader;
use crate::model::env::EnvFormat;
use crate::model::names::{Scope, TargetPath};
use crate::stack::App;
use crate::wiring::Wiring;
use std::collections::{BTreeMap, BTreeSet};

/// What stands on a host and is judged together with what is wanted: only there a block meets the lines
/// around it, and a unit that reads it or not. Nothing of it changes what is wanted.
#[derive(Clone, Debug, Default)]
pub struct HostFiles {
    /// Environment files of applications, and units that may read them.
    pub files: BTreeMap<TargetPath, Vec<u8>>,
    /// Directories of drop-ins that are there.
    pub directories: BTreeSet<TargetPath>,
}

/// Names of drop-ins that people and tools use; what else stands beside them is not known. One of ours that
/// is not asked for goes with the same apply.
const DROP_INS: [&str; 1] = ["override.conf"];

/// Where the unit of an application may stand.
fn directories(app: &App) -> Vec<TargetPath> {
    match &app.service.scope {
        Scope::System => WRITTEN_DIRECTORIES.iter().map(|path| TargetPath::new(*path)).collect(),
        Scope::User(user) => {
            let home = app.service.home.clone();
            let usual = if user.as_str() == "root" { "/root".to_owned() } else { format!("/home/{user}") };
            vec![home.unwrap_or_else(|| TargetPath::new(usual)).join(USER_DIRECTORY)]
        }
    }
}

/// The unit file and the drop-ins of an application that matter, and the directories of its drop-ins.
pub(crate) fn paths(app: &App) -> Vec<TargetPath> {
    let Some(unit) = &app.service.unit else { return Vec::new() };
    let below = directories(app);
    let drop_ins = below.iter().map(|directory| directory.join(&format!("{unit}.d")));
    drop_ins.chain(paths_of(&below, unit.as_str())).collect()
}

/// What is known of the readers of environment files that no unit is known to read.
pub(crate) fn readers(wiring: &Wiring<'_>, there: &HostFiles) -> BTreeMap<TargetPath, EnvReader> {
    let mut found = BTreeMap::new();
    for app in wiring.stack.apps.values() {
        let asked = app.service.reads_env;
        if let (Some(file), false) = (&app.env_file, asked)
            && let Some(reader) = reader(app, file, there)
        {
            found.insert(file.clone(), reader);
        }
    }
    found
}

fn reader(app: &App, file: &TargetPath, there: &HostFiles) -> Option<EnvReader> {
    let unit = app.service.unit.as_ref()?;
    let by_systemd = app.env_dialect == EnvFormat::Systemd;
    let name = unit.to_string();
    let below = directories(app);
    let whole = below.iter().any(|directory| there.files.contains_key(&directory.join(unit.as_str())));
    let own = |path: &&TargetPath| paths_of(&below, unit.as_str()).contains(path);
    let text = |path: &TargetPath| there.files.get(path).and_then(|bytes| std::str::from_utf8(bytes).ok());
    let texts = there.files.keys().filter(own).filter_map(|path| Some((path, text(path)?)));
    let known = UnitFiles { text: &text, is_absent: &|_| false, links: &UnitLinks::default() };
    let reads = units(texts, &known).iter().any(|read| read.environment_files.contains(file));
    if reads {
        return None;
    }
    let drop_ins = below.iter().map(|directory| directory.join(&format!("{unit}.d")));
    let more = drop_ins.into_iter().any(|path| there.directories.contains(&path));
    match (whole, by_systemd) {
        (true, true) if !more => Some(EnvReader::NotBy(name)),
        (true, false) => Some(EnvReader::PerhapsProgram(name)),
        (_, true) => Some(EnvReader::UnitNotHere(name)),
        // Nothing was seen that speaks against a program that reads its own file.
        (false, false) => None,
    }
}

fn paths_of(directories: &[TargetPath], unit: &str) -> Vec<TargetPath> {
    let of = |directory: &TargetPath| {
        let drop_ins = directory.join(&format!("{unit}.d"));
        let whole = directory.join(unit);
        DROP_INS.iter().map(|name| drop_ins.join(name)).chain([whole]).collect::<Vec<_>>()
    };
    directories.iter().flat_map(of).collect()
}

/// Says what the proof of a trace that was kept does not show: it was sent by this tool, and whether the
/// application gets the same settings is another question.
pub(crate) fn say_not_shown(session: &mut Session, kept: bool, readers: &BTreeMap<TargetPath, EnvReader>) {
    for (file, reader) in readers.iter().filter(|_| kept) {
        let (EnvReader::NotBy(unit) | EnvReader::PerhapsProgram(unit) | EnvReader::UnitNotHere(unit)) =
            reader;
        session.say(&format!(
            "Not shown: that `{unit}` reads `{file}`; `reads_env = true` in its `service` sees to it.\n"
        ));
    }
}

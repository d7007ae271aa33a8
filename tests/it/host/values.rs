//! What systemd itself makes of the values in units: every unit of `tests/values` is loaded and its properties
//! compared with those of the same unit around a plain word; and a program that is started with them says what
//! it got.

use super::Host;
use crate::values::case::{Case, File, Kind, Outcome, PLAIN, all};
use crate::values::compare;
use crate::values::parsed::Tree;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;

const LOADED: &str = "promise: units that systemd reads as written, shape x place";
const STARTED: &str = "promise: programs started with the values as written, shape x place";

/// A unit in the host, by number.
struct Unit<'a> {
    case: Option<&'a Case>,
    text: String,
    whole: bool,
}

/// What must be on the host before a unit of a place is started: a file, a directory, a program.
const NEEDS: &[(&str, Need, &str)] = &[
    ("collector-config", Need::Nothing, ""),
    ("collector-environment-file", Need::Variables, "/srv/VALUE"),
    ("collector-credential", Need::Credential, "/srv/VALUE"),
    ("collector-data", Need::Directory, "/srv/VALUE"),
    ("collector-state", Need::State, "/var/lib/VALUE"),
    ("collector-whole-unit-binary", Need::Program, "/opt/VALUE/otelcol"),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Nothing,
    Variables,
    Credential,
    Directory,
    State,
    Program,
}

/// The unit of a place's own component, and whether it is a whole one.
fn unit_of<'a>(files: &'a [File], place: &str) -> Option<(&'a str, bool)> {
    let component = if place.starts_with("tempo") { "/tempo" } else { "/otelcol" };
    let mut units = files.iter().filter(|file| file.kind == Kind::Unit);
    let unit = units.find(|file| file.path.contains(component))?;
    Some((&unit.text, unit.path.ends_with(".service")))
}

impl Host {
    /// A path of the host, as this process reaches it.
    fn inside(&self, path: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root{path}", self.init))
    }

    fn put(&self, path: &str, text: &str) {
        let path = self.inside(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
    }

    /// Puts units in place, each with `more` in its last drop-in.
    fn install(&self, units: &[Unit<'_>], more: impl Fn(usize) -> String) {
        for (number, unit) in units.iter().enumerate() {
            let name = format!("/etc/systemd/system/v{number:04}.service");
            if unit.whole {
                self.put(&name, &unit.text);
            } else {
                self.put(&name, "[Service]\nExecStart=/usr/bin/otelcol\nUser=otel\nGroup=otel\n");
                self.put(&format!("{name}.d/50.conf"), &unit.text);
            }
            let more = more(number);
            if !more.is_empty() {
                self.put(&format!("{name}.d/90.conf"), &format!("[Service]\n{more}"));
            }
        }
        self.must("systemctl daemon-reload");
    }

    fn remove_units(&self) {
        self.must("find /etc/systemd/system -maxdepth 1 -name 'v[0-9]*' -exec rm -r {} +; systemctl daemon-reload; systemctl reset-failed");
    }
}

/// The distinct units of a place: the plain one first.
fn units(place: &crate::values::case::Place) -> Vec<Unit<'_>> {
    let Some((plain, whole)) = unit_of(&place.plain, &place.name) else { return Vec::new() };
    if !plain.contains(PLAIN) {
        return Vec::new();
    }
    let mut all = vec![Unit { case: None, text: plain.to_owned(), whole }];
    for case in &place.cases {
        if let Outcome::Kept(files) = &case.outcome {
            let (text, whole) = unit_of(files, &place.name).expect("it has one around the plain word");
            all.push(Unit { case: Some(case), text: text.to_owned(), whole });
        }
    }
    all
}

#[test]
fn systemd_reads_what_was_written() {
    let host = match Host::boot("values") {
        Ok(host) => host,
        Err(reason) => {
            println!("{LOADED} | 0 | not run: {reason}");
            return println!("{STARTED} | 0 | not run: {reason}");
        }
    };
    let places = all();
    let (mut loaded, mut wrong) = (0, Vec::new());
    for place in places {
        let units = units(place);
        if units.is_empty() {
            continue;
        }
        host.install(&units, |_| String::new());
        let shown = properties(&host, units.len());
        host.remove_units();
        for (unit, found) in units.iter().zip(&shown) {
            if let Some(case) = unit.case {
                loaded += 1;
                wrong.extend(compare(case, &shown[0], found).err());
            }
        }
    }
    let mut started = 0;
    for (name, need, path) in NEEDS {
        let place = places.iter().find(|place| place.name == *name).expect("a place of that name");
        // A name in a directory, and a directory of the same name, are not there at once.
        for with_slash in [false, true] {
            let fits = |unit: &Unit<'_>| unit.case.is_none_or(|case| case.shape.contains('/') == with_slash);
            let units: Vec<Unit<'_>> = units(place).into_iter().filter(fits).collect();
            let said = start(&host, &units, *need, path);
            for (unit, found) in units.iter().zip(&said) {
                if let Some(case) = unit.case {
                    started += 1;
                    wrong.extend(compare(case, &said[0], found).err());
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), loaded + started, wrong.join("\n"));
    println!("{LOADED} | {loaded} | real systemd");
    println!("{STARTED} | {started} | real systemd");
}

/// The properties of the service of each unit.
fn properties(host: &Host, count: usize) -> Vec<Tree> {
    host.must(&format!(
        "for number in $(seq -f %04g 0 {}); do
           busctl --json=short call org.freedesktop.systemd1 /org/freedesktop/systemd1/unit/v${{number}}_2eservice \
             org.freedesktop.DBus.Properties GetAll s org.freedesktop.systemd1.Service || exit 1
         done > /run/values/properties",
        count - 1
    ));
    let text = std::fs::read_to_string(host.inside("/run/values/properties")).unwrap();
    text.lines().map(|line| kept(&serde_json::from_str(line).unwrap())).collect()
}

/// Properties as values, in the one form of both ways to write the same.
fn kept(answer: &Value) -> Tree {
    let all = answer["data"][0].as_object().unwrap();
    let mut tree: Tree = all.iter().map(|(name, value)| (name.clone(), value["data"].clone())).collect();
    for name in ["ExecStart", "ExecStartEx", "ExecReload", "ExecReloadEx"] {
        for command in tree.get_mut(name).unwrap().as_array_mut().unwrap() {
            for argument in command[1].as_array_mut().unwrap().iter_mut().skip(1) {
                let text = argument.as_str().unwrap().replace("$$", "$");
                *argument = json!(text.replacen("=file:/", "=/", 1));
            }
        }
    }
    for file in tree.get_mut("EnvironmentFiles").unwrap().as_array_mut().unwrap() {
        let pattern = file[0].as_str().unwrap();
        assert!(!pattern.contains("\u{1}"));
        let hidden = pattern.replace("\\\\", "\u{1}").replace('\\', "").replace('\u{1}', "\\");
        file[0] = json!(hidden);
    }
    for name in ["StateDirectoryMode", "StateDirectorySymlink"] {
        tree.remove(name);
    }
    let state = tree.remove("StateDirectory").unwrap();
    let granted = tree.get_mut("ReadWritePaths").unwrap().as_array_mut().unwrap();
    granted.extend(
        state.as_array().unwrap().iter().map(|below| json!(format!("/var/lib/{}", below.as_str().unwrap()))),
    );
    tree
}

/// Starts every unit with what it needs, and gives what its program says.
fn start(host: &Host, units: &[Unit<'_>], need: Need, path: &str) -> Vec<Tree> {
    let otel: Vec<u32> =
        host.must("id -u otel; id -g otel").lines().map(|number| number.parse().unwrap()).collect();
    let mut made = Vec::new();
    for (number, unit) in units.iter().enumerate() {
        let shape = unit.case.map_or(PLAIN, |case| case.shape.as_str());
        let path = path.replace("VALUE", shape);
        let directory = if matches!(need, Need::Directory | Need::State) { path.as_str() } else { "" };
        host.put(&format!("/run/values/in/{number}"), directory);
        match need {
            Need::Nothing => {}
            Need::Variables => {
                for decoy in decoys(&path) {
                    host.put(&decoy, "FOUND=wrong\nDECOY=there\n");
                    made.push(decoy);
                }
                made.push(path.clone());
            }
            Need::Credential => host.put(&path, "right"),
            Need::Directory => std::fs::create_dir_all(host.inside(&path)).unwrap(),
            // `StateDirectory=` makes it; else the tool does, before the unit starts.
            Need::State if unit.text.contains("StateDirectory=") => {}
            Need::State => std::fs::create_dir_all(host.inside(&path)).unwrap(),
            Need::Program => {
                std::fs::create_dir_all(host.inside(&path).parent().unwrap()).unwrap();
                std::fs::copy(host.inside("/usr/bin/otelcol"), host.inside(&path)).unwrap();
            }
        }
        if !directory.is_empty() && host.inside(directory).exists() {
            std::os::unix::fs::chown(host.inside(directory), Some(otel[0]), Some(otel[1])).unwrap();
        }
    }
    if need == Need::Variables {
        for (number, unit) in units.iter().enumerate() {
            let path = path.replace("VALUE", unit.case.map_or(PLAIN, |case| case.shape.as_str()));
            host.put(&path, &format!("FOUND=right{number}\n"));
        }
    }
    host.put("/etc/second", "SECOND=1\n");
    host.install(units, |number| {
        format!("Type=oneshot\nRestart=no\nEnvironment=NUMBER={number}\nStandardOutput=file:/run/values/out/{number}\n")
    });
    host.run(
        super::Who::Root,
        &format!(
            "rm -f /run/values/out/*; seq -f v%04g.service 0 {} | xargs -n 40 systemctl start",
            units.len() - 1
        ),
    );
    let said = (0..units.len()).map(|number| {
        let text =
            std::fs::read_to_string(host.inside(&format!("/run/values/out/{number}"))).unwrap_or_default();
        let text =
            text.replace(&format!("variable right{number} "), "variable right ").replace("=file:/", "=/");
        BTreeMap::from([("said".to_owned(), json!(text))])
    });
    let said = said.collect();
    host.remove_units();
    for path in made {
        let _gone = std::fs::remove_file(host.inside(&path));
    }
    host.must(
        "find /srv /opt /var/lib/private -mindepth 1 -maxdepth 1 -exec rm -rf {} + 2> /dev/null || true",
    );
    said
}

/// Names that a pattern of the same letters stands for.
fn decoys(path: &str) -> Vec<String> {
    let mut all = vec![path.replace(['*', '?'], "X"), path.replace("[a]", "a"), path.replace('\\', "")];
    all.retain(|decoy| decoy != path && !decoy.ends_with('/'));
    all
}

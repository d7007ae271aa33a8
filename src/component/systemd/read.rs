//! Units and their drop-ins: which configuration a program is started with, and its environment.
//!
//! Follows systemd 252 in what matters for that: load order, resets by an empty assignment,
//! continuation lines, quoting, specifiers of folders, `$VAR` in command lines. Everything else in a
//! unit is nobody's business here. Called by [`crate::topology`].

use crate::dataflow::ProgramKind;
use crate::stack::{EnvDialect, TargetPath};
use crate::topology::address;
use crate::topology::env_file;
use crate::topology::values::Environment;
use std::collections::BTreeMap;

/// Folders of system units, strongest first.
pub const SYSTEM_FOLDERS: &[&str] = &[
    "/etc/systemd/system",
    "/usr/local/lib/systemd/system",
    "/lib/systemd/system",
    "/usr/lib/systemd/system",
];

/// The folder of a user's own units, below the home.
pub const USER_FOLDER: &str = ".config/systemd/user";

/// What a service unit says about the program it starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unit {
    /// Configuration files on its command line, in order.
    pub configs: Vec<TargetPath>,
    /// The file name of its binary.
    pub binary: String,
    /// Whether Tempo puts variables into its configuration (`-config.expand-env=true`).
    pub expands: bool,
    /// Whether the command line overrides configuration keys or names what is no file.
    pub more: bool,
    /// Environment files, in order.
    pub environment_files: Vec<TargetPath>,
    /// What the process's environment is known to hold.
    pub environment: Environment,
}

/// The services that official packages bring, for drop-ins whose unit is not in the set: unit, binary
/// and arguments, environment file.
const PACKAGED: &[(&str, &str, &str)] = &[
    ("otelcol.service", "/usr/bin/otelcol $OTELCOL_OPTIONS", "/etc/otelcol/otelcol.conf"),
    (
        "otelcol-contrib.service",
        "/usr/bin/otelcol-contrib $OTELCOL_OPTIONS",
        "/etc/otelcol-contrib/otelcol-contrib.conf",
    ),
    ("tempo.service", "/usr/bin/tempo -config.file /etc/tempo/config.yml", ""),
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
            None => parts.base.entry(place.rank).or_insert(text),
            Some(name) => parts.drop_ins.entry(name).or_default().entry(place.rank).or_insert(text),
        };
    }
    sets.into_iter()
        .map(|((home, unit), parts)| parts.unit(home.as_deref(), &unit, file, is_absent))
        .collect()
}

/// Where a unit file stands: in whose folder, for which unit, as the unit or as a drop-in.
struct Place {
    home: Option<String>,
    rank: usize,
    unit: String,
    drop_in: Option<String>,
}

impl Place {
    fn of(path: &TargetPath) -> Option<Self> {
        let text = path.as_str();
        let system = SYSTEM_FOLDERS
            .iter()
            .enumerate()
            .find_map(|(rank, folder)| Some((None, rank, text.strip_prefix(folder)?.strip_prefix('/')?)));
        let (home, rank, rest) = system.or_else(|| {
            let (home, rest) = text.split_once(&format!("/{USER_FOLDER}/"))?;
            Some((Some(home.to_owned()), 0, rest))
        })?;
        match rest.split_once('/') {
            None => {
                rest.ends_with(".service").then(|| Self { home, rank, unit: rest.to_owned(), drop_in: None })
            }
            Some((folder, name)) => {
                let unit = folder.strip_suffix(".d").filter(|unit| unit.ends_with(".service"))?;
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

/// The files of one unit: the unit by rank of its folder, drop-ins by name, then rank.
#[derive(Default)]
struct Parts<'a> {
    base: BTreeMap<usize, &'a str>,
    drop_ins: BTreeMap<String, BTreeMap<usize, &'a str>>,
}

impl<'a> Parts<'a> {
    fn unit(
        self,
        home: Option<&str>,
        name: &str,
        file: &dyn Fn(&TargetPath) -> Option<&'a str>,
        is_absent: &dyn Fn(&TargetPath) -> bool,
    ) -> Unit {
        let mut service = Service::default();
        match (self.base.into_values().next(), PACKAGED.iter().find(|row| row.0 == name)) {
            (Some(text), _) => service.apply(text),
            (None, Some((_, command, environment))) if home.is_none() => {
                service.command = (*command).to_owned();
                service.files.extend((!environment.is_empty()).then(|| (*environment).to_owned()));
            }
            _ => {}
        }
        for by_rank in self.drop_ins.into_values() {
            if let Some(text) = by_rank.into_values().next() {
                service.apply(text);
            }
        }
        service.resolve(home, file, is_absent)
    }
}

/// The lines of `[Service]` that matter.
#[derive(Default)]
struct Service {
    command: String,
    assignments: Vec<String>,
    files: Vec<String>,
}

impl Service {
    fn apply(&mut self, text: &str) {
        let mut section = String::new();
        for line in logical_lines(text) {
            let line = line.trim();
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                section = name.to_owned();
                continue;
            }
            let Some((key, value)) = line.split_once('=').filter(|_| section == "Service") else { continue };
            let value = value.trim();
            match key.trim_end() {
                "ExecStart" => value.clone_into(&mut self.command),
                "Environment" if value.is_empty() => self.assignments.clear(),
                "Environment" => self.assignments.extend(words(value)),
                "EnvironmentFile" if value.is_empty() => self.files.clear(),
                "EnvironmentFile" => self.files.push(value.to_owned()),
                _ => {}
            }
        }
    }

    fn resolve<'a>(
        self,
        home: Option<&str>,
        file: &dyn Fn(&TargetPath) -> Option<&'a str>,
        is_absent: &dyn Fn(&TargetPath) -> bool,
    ) -> Unit {
        let mut unit = Unit::default();
        if let Some(home) = home {
            unit.environment.values.insert("HOME".to_owned(), home.to_owned());
        }
        for assignment in &self.assignments {
            if let Some((key, value)) = specified(assignment, home)
                .and_then(|text| text.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned())))
            {
                unit.environment.values.insert(key, value);
            }
        }
        for written in &self.files {
            let name = written.trim_start_matches('-');
            let Some(path) = specified(name, home).and_then(|text| address::path(&text)) else {
                unit.environment.unread.push(format!("`{name}`"));
                continue;
            };
            match file(&path) {
                Some(text) => {
                    let lines = env_file::parse(text, EnvDialect::Systemd).entries;
                    let pairs = lines.into_iter().map(|line| (line.key.to_owned(), line.value.into_owned()));
                    unit.environment.values.extend(pairs);
                }
                None if is_absent(&path) => {}
                None => unit.environment.unread.push(format!("`{path}`")),
            }
            unit.environment_files.push(path);
        }
        unit.command(&self.command, home);
        unit
    }
}

impl Unit {
    /// The engine it starts, by the name of its binary.
    pub fn engine(&self) -> Option<ProgramKind> {
        if self.binary.starts_with("otelcol") {
            Some(ProgramKind::Collector)
        } else if self.binary == "tempo"
            || self.binary.starts_with("tempo-2")
            || self.binary.starts_with("tempo-3")
        {
            Some(ProgramKind::Tempo)
        } else {
            None
        }
    }

    /// Reads the command line: binary, configuration files, flags that change how they are read.
    fn command(&mut self, command: &str, home: Option<&str>) {
        let mut arguments = Vec::new();
        for word in words(command.trim_start_matches(['@', '-', ':', '+', '!', '|'])) {
            let Some(word) = specified(&word, home) else {
                self.more = true;
                continue;
            };
            match word.strip_prefix('$').filter(|name| !name.starts_with('{')) {
                Some(name) => arguments
                    .extend(self.environment.values.get(name).map(|text| words(text)).unwrap_or_default()),
                None => arguments.push(self.put_in(&word)),
            }
        }
        let mut arguments = arguments.into_iter();
        self.binary = arguments
            .next()
            .map(|path| path.rsplit('/').next().unwrap_or_default().to_owned())
            .unwrap_or_default();
        while let Some(argument) = arguments.next() {
            let flag = argument.trim_start_matches('-');
            let (name, value) =
                flag.split_once('=').map_or((flag, None), |(name, value)| (name, Some(value.to_owned())));
            match name {
                _ if !argument.starts_with('-') => {}
                "config" | "config.file" => match value.or_else(|| arguments.next()) {
                    Some(value) => self.configuration(&value),
                    None => self.more = true,
                },
                "config.expand-env" => self.expands = value.is_none_or(|value| value == "true"),
                "set" => self.more = true,
                _ => self.more |= self.engine() == Some(ProgramKind::Tempo) && !name.starts_with("config."),
            }
        }
    }

    fn configuration(&mut self, value: &str) {
        match address::path(value.strip_prefix("file:").unwrap_or(value)) {
            Some(path) => self.configs.push(path),
            None => self.more = true,
        }
    }

    /// `${VAR}` inside a word.
    fn put_in(&self, word: &str) -> String {
        let mut out = String::new();
        let mut rest = word;
        while let Some((before, after)) = rest.split_once("${") {
            let Some((name, after)) = after.split_once('}') else { break };
            out.push_str(before);
            out.push_str(self.environment.values.get(name).map(String::as_str).unwrap_or_default());
            rest = after;
        }
        out + rest
    }
}

/// Lines with `\` at their end joined; comments left out.
fn logical_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut open: Option<String> = None;
    for line in text.lines() {
        let comment = line.trim_start().starts_with(['#', ';']);
        if comment {
            continue;
        }
        let mut whole = open.take().unwrap_or_default();
        match line.strip_suffix('\\') {
            Some(part) => {
                whole.push_str(part);
                whole.push(' ');
                open = Some(whole);
            }
            None => {
                whole.push_str(line);
                lines.push(whole);
            }
        }
    }
    lines.extend(open);
    lines
}

/// Words separated by spaces; quotes hold a word together, `\` takes the next character as it is.
fn words(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match (c, quote) {
            ('\\', _) => word.get_or_insert_default().extend(characters.next()),
            (c, Some(open)) if c == open => quote = None,
            (c, Some(_)) => word.get_or_insert_default().push(c),
            ('"' | '\'', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (c, None) if c.is_whitespace() => all.extend(word.take()),
            (c, None) => word.get_or_insert_default().push(c),
        }
    }
    all.extend(word);
    all
}

/// A text with its folder specifiers put in; `None` where one is not known here.
fn specified(text: &str, home: Option<&str>) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut out = String::new();
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        match (characters.next()?, home) {
            ('%', _) => out.push('%'),
            ('h', Some(home)) => out.push_str(home),
            ('h', None) => out.push_str("/root"),
            ('E', None) => out.push_str("/etc"),
            ('S', None) => out.push_str("/var/lib"),
            ('E', Some(home)) => out.push_str(&format!("{home}/.config")),
            _ => return None,
        }
    }
    Some(out)
}

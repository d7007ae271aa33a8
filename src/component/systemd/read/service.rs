//! The `[Service]` section: environment and command line of the process.

use super::sandbox::Sandbox;
use super::{Assigned, UnitFiles, chain};
use crate::format::unit::{Backslash, Specifiers, assignments, put_in, unpatterned, words};
use crate::format::values::ProcessEnvironment;
use crate::format::{address, env_file, unit};
use crate::model::dataflow::ProgramKind;
use crate::model::env::EnvFormat;
use crate::model::names::TargetPath;
use std::collections::BTreeMap;

/// The kernel starts nothing with more (a quarter of the usual 8 MiB of stack, `execve(2)`).
const LONGEST_COMMAND: usize = 2 * 1024 * 1024;

/// A line of `ExecStart=`.
pub(super) struct Command {
    pub(super) text: String,
    /// The unit or drop-in; none for what a package brings.
    pub(super) path: Option<TargetPath>,
}

/// The lines of `[Service]` that matter.
#[derive(Default)]
pub(super) struct ServiceLines {
    /// What `ExecStart=` lists.
    pub(super) commands: Vec<Command>,
    is_oneshot: bool,
    unset: Vec<String>,
    /// What stands in `Environment=`, with the file.
    assignments: Vec<(String, TargetPath)>,
    /// What stands in `EnvironmentFile=`, with the file.
    pub(super) files: Vec<(String, Option<TargetPath>)>,
    sandbox: Sandbox,
}

impl ServiceLines {
    pub(super) fn apply(&mut self, path: &TargetPath, text: &str, specifiers: &Specifiers<'_>) {
        for found in assignments(text).into_iter().filter(|found| found.section == "Service") {
            self.sandbox.apply(&found, path, specifiers);
            let value = found.value;
            match &*found.key {
                "ExecStart" if value.is_empty() => self.commands.clear(),
                "ExecStart" => self.commands.push(Command { text: value, path: Some(path.clone()) }),
                "Type" => self.is_oneshot = value == "oneshot",
                "UnsetEnvironment" if value.is_empty() => self.unset.clear(),
                "UnsetEnvironment" => self.unset.extend(words(&value, Backslash::Escape)),
                "Environment" if value.is_empty() => self.assignments.clear(),
                "Environment" => {
                    self.assignments.extend(
                        words(&value, Backslash::Escape).into_iter().map(|word| (word, path.clone())),
                    );
                }
                "EnvironmentFile" if value.is_empty() => self.files.clear(),
                "EnvironmentFile" => self.files.push((value, Some(path.clone()))),
                _ => {}
            }
        }
    }

    pub(super) fn resolve(self, specifiers: &Specifiers<'_>, known: &UnitFiles<'_, '_>) -> Unit {
        let home = specifiers.home;
        let mut unit =
            Unit { home: home.map(str::to_owned), sandbox: self.sandbox.clone(), ..Unit::default() };
        if let Some(home) = home {
            unit.environment.values.insert("HOME".to_owned(), home.to_owned());
        }
        for (assignment, path) in &self.assignments {
            if let Some((key, value)) = specifiers
                .put_in(assignment)
                .and_then(|text| text.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned())))
            {
                unit.environment.values.insert(key.clone(), value.clone());
                unit.assigned.push(Assigned { key, value, path: path.clone() });
            }
        }
        self.environment_files(&mut unit, specifiers, known);
        // `KEY` takes a variable away, `KEY=VALUE` only that value.
        for unset in &self.unset {
            let (key, value) =
                unset.split_once('=').map_or((&**unset, None), |(key, value)| (key, Some(value)));
            if unit.environment.values.get(key).is_some_and(|own| value.is_none_or(|value| value == own)) {
                unit.environment.values.remove(key);
                unit.assigned.retain(|assigned| assigned.key != key);
            }
        }
        let more = self.commands.get(1..).and_then(|more| more.last()).filter(|_| !self.is_oneshot);
        unit.refused_at = more.and_then(|command| command.path.clone());
        self.command(&mut unit, specifiers);
        unit
    }

    fn environment_files(&self, unit: &mut Unit, specifiers: &Specifiers<'_>, known: &UnitFiles<'_, '_>) {
        for (written, named_in) in &self.files {
            let name = written.strip_prefix('-').unwrap_or(written);
            let path = specifiers.put_in(name).and_then(|text| unpatterned(&text));
            let Some(path) = path.and_then(|text| address::path(&text)) else {
                unit.environment.unread.push(format!("`{name}`"));
                continue;
            };
            match (known.text)(&path) {
                Some(text) => {
                    let lines = env_file::parse(text, EnvFormat::Systemd).entries;
                    let pairs = lines.into_iter().map(|line| (line.key.to_owned(), line.value.into_owned()));
                    unit.environment.values.extend(pairs);
                }
                None if (known.is_absent)(&path) => {}
                None => unit.environment.unread.push(format!("`{path}`")),
            }
            if let (false, Some(named_in)) = (written.starts_with('-'), named_in.clone()) {
                unit.needed_files.push(NeededFile { path: path.clone(), named_in });
            }
            unit.environment_files.push(path);
        }
    }

    /// Reads the command that matters: of several the one that starts an engine, else the last.
    fn command(&self, unit: &mut Unit, specifiers: &Specifiers<'_>) {
        let read = |command: &Command| {
            let mut read = unit.clone();
            read.command(&command.text, specifiers);
            read
        };
        let mut all: Vec<Unit> = self.commands.iter().map(read).collect();
        let at = all.iter().position(|read| read.engine().is_some()).or(all.len().checked_sub(1));
        if let Some(at) = at {
            *unit = all.swap_remove(at);
        }
    }
}

/// Flags of Tempo that its reader puts in the place of their keys.
const READ_FLAGS: &[&str] = &[
    "target",
    "server.http-listen-address",
    "server.http-listen-port",
    "server.grpc-listen-address",
    "server.grpc-listen-port",
];

impl Unit {
    /// Reads the command line: binary, configuration files, flags that change how they are read.
    fn command(&mut self, command: &str, specifiers: &Specifiers<'_>) {
        let mut arguments = Vec::new();
        let mut length = 0;
        for word in unit::command(command.trim_start_matches(['@', '-', ':', '+', '!', '|'])) {
            let Some(word) = specifiers.put_in(&word) else {
                self.more = true;
                continue;
            };
            // The program is no variable; an argument that is one whole becomes the words of its value.
            let whole = word.strip_prefix('$').filter(|name| !name.starts_with(['{', '$']));
            let value = |name: &str| self.environment.values.get(name).cloned().unwrap_or_default();
            let more = match whole {
                _ if arguments.is_empty() => vec![word.clone()],
                Some(name) => words(&value(name), Backslash::Next),
                None => put_in(&word, LONGEST_COMMAND, value).into_iter().collect(),
            };
            length += more.iter().map(|argument| argument.len() + 1).sum::<usize>();
            if more.is_empty() && whole.is_none() || length >= LONGEST_COMMAND {
                self.too_long = true;
                self.more = true;
                return;
            }
            arguments.extend(more);
        }
        self.arguments(arguments);
    }

    /// A process by its arguments, the first of them its binary.
    pub fn started(arguments: Vec<String>, environment: ProcessEnvironment) -> Self {
        let mut unit = Self { environment, ..Self::default() };
        unit.arguments(arguments);
        unit
    }

    fn arguments(&mut self, arguments: Vec<String>) {
        let started = chain::followed(arguments, &mut self.environment);
        self.more |= started.unknown;
        let mut arguments = started.arguments.into_iter();
        let program = arguments.next();
        self.program = program.as_deref().and_then(address::path);
        self.binary =
            program.map(|path| path.rsplit('/').next().unwrap_or_default().to_owned()).unwrap_or_default();
        while let Some(argument) = arguments.next() {
            let flag = argument.trim_start_matches('-');
            let (name, value) =
                flag.split_once('=').map_or((flag, None), |(name, value)| (name, Some(value.to_owned())));
            match name {
                _ if !argument.starts_with('-') => self.positional.push(argument),
                "config" | "config.file" => match value.or_else(|| arguments.next()) {
                    Some(value) => self.configuration(&value),
                    None => self.more = true,
                },
                "config.expand-env" => self.expands = value.is_none_or(|value| value == "true"),
                "set" => self.more = true,
                _ => {
                    let value = value.unwrap_or_else(|| "true".to_owned());
                    self.more |= self.engine() == Some(ProgramKind::Tempo)
                        && !name.starts_with("config.")
                        && !READ_FLAGS.contains(&name);
                    self.flags.insert(name.to_owned(), value);
                }
            }
        }
    }

    fn configuration(&mut self, value: &str) {
        match address::path(value.strip_prefix("file:").unwrap_or(value)) {
            Some(path) => self.configs.push(path),
            None => self.more = true,
        }
    }
}

/// An environment file without which a unit does not start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeededFile {
    /// The file.
    pub path: TargetPath,
    /// The unit or drop-in that names it.
    pub named_in: TargetPath,
}

/// Why nothing starts a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idle {
    /// It is masked: nothing can start it.
    Masked,
    /// It is a template: only its instances are started.
    Template,
    /// Others are enabled, and nothing asks for this one: somebody may start it by hand.
    NotEnabled,
}

/// What a service unit says about the program it starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unit {
    /// Configuration files on its command line, in order.
    pub configs: Vec<TargetPath>,
    /// The file name of its binary.
    pub binary: String,
    /// Its binary, where that is a whole path.
    pub program: Option<TargetPath>,
    /// What is left to it of the host's files.
    pub sandbox: Sandbox,
    /// Whether Tempo puts variables into its configuration (`-config.expand-env=true`).
    pub expands: bool,
    /// Whether the command line overrides configuration keys or names what is no file.
    pub more: bool,
    /// Whether its command line, variables put in, is longer than the kernel takes.
    pub too_long: bool,
    /// Its name, `tempo.service`.
    pub name: String,
    /// Environment files, in order.
    pub environment_files: Vec<TargetPath>,
    /// Those of them without which it does not start.
    pub needed_files: Vec<NeededFile>,
    /// What the process's environment is known to hold.
    pub environment: ProcessEnvironment,
    /// What its `Environment=` lines set, in order.
    pub assigned: Vec<Assigned>,
    /// What stands on its command line beside flags.
    pub positional: Vec<String>,
    /// Other flags on its command line, by name without dashes; `true` for one without a value.
    pub flags: BTreeMap<String, String>,
    /// Why nothing starts it, where that is known.
    pub idle: Option<Idle>,
    /// The file with one command more than its kind may have: systemd refuses it.
    pub refused_at: Option<TargetPath>,
    /// Whose unit it is: the home, for one of a user's own.
    pub home: Option<String>,
    /// The unit file, or its first drop-in where the unit itself is not among the files.
    pub path: Option<TargetPath>,
}

impl Unit {
    /// Whether it starts Prometheus.
    pub fn is_prometheus(&self) -> bool {
        self.binary == "prometheus"
    }

    /// The engine it starts, by the name of its binary.
    pub fn engine(&self) -> Option<ProgramKind> {
        if self.binary.starts_with("otelcol") {
            Some(ProgramKind::Collector)
        } else if self.binary == "tempo"
            || self.binary.starts_with("tempo-2")
            || self.binary.starts_with("tempo-3")
        {
            Some(ProgramKind::Tempo)
        } else if self.binary == "loki" || self.binary.starts_with("loki-3") {
            Some(ProgramKind::Loki)
        } else {
            None
        }
    }
}

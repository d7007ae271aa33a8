//! The `[Service]` section: environment and command line of the process.

use super::Assigned;
use super::sandbox::Sandbox;
use crate::format::unit::{Backslash, assignments, put_in, specified, unpatterned, words};
use crate::format::values::ProcessEnvironment;
use crate::format::{address, env_file, unit};
use crate::model::dataflow::ProgramKind;
use crate::model::env::EnvFormat;
use crate::model::names::TargetPath;
use std::collections::BTreeMap;

/// The kernel starts nothing with more (a quarter of the usual 8 MiB of stack, `execve(2)`).
const LONGEST_COMMAND: usize = 2 * 1024 * 1024;

/// The lines of `[Service]` that matter.
#[derive(Default)]
pub(super) struct ServiceLines {
    pub(super) command: String,
    /// What stands in `Environment=`, with the file.
    assignments: Vec<(String, TargetPath)>,
    pub(super) files: Vec<String>,
    sandbox: Sandbox,
}

impl ServiceLines {
    pub(super) fn apply(&mut self, path: &TargetPath, text: &str, home: Option<&str>) {
        for found in assignments(text).into_iter().filter(|found| found.section == "Service") {
            self.sandbox.apply(&found, path, home);
            let value = found.value;
            match &*found.key {
                "ExecStart" => self.command = value,
                "Environment" if value.is_empty() => self.assignments.clear(),
                "Environment" => {
                    self.assignments.extend(
                        words(&value, Backslash::Escape).into_iter().map(|word| (word, path.clone())),
                    );
                }
                "EnvironmentFile" if value.is_empty() => self.files.clear(),
                "EnvironmentFile" => self.files.push(value),
                _ => {}
            }
        }
    }

    pub(super) fn resolve<'a>(
        self,
        home: Option<&str>,
        file: &dyn Fn(&TargetPath) -> Option<&'a str>,
        is_absent: &dyn Fn(&TargetPath) -> bool,
    ) -> Unit {
        let mut unit =
            Unit { home: home.map(str::to_owned), sandbox: self.sandbox.clone(), ..Unit::default() };
        if let Some(home) = home {
            unit.environment.values.insert("HOME".to_owned(), home.to_owned());
        }
        for (assignment, path) in &self.assignments {
            if let Some((key, value)) = specified(assignment, home)
                .and_then(|text| text.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned())))
            {
                unit.environment.values.insert(key.clone(), value.clone());
                unit.assigned.push(Assigned { key, value, path: path.clone() });
            }
        }
        for written in &self.files {
            let name = written.strip_prefix('-').unwrap_or(written);
            let path = specified(name, home).and_then(|text| unpatterned(&text));
            let Some(path) = path.and_then(|text| address::path(&text)) else {
                unit.environment.unread.push(format!("`{name}`"));
                continue;
            };
            match file(&path) {
                Some(text) => {
                    let lines = env_file::parse(text, EnvFormat::Systemd).entries;
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
    fn command(&mut self, command: &str, home: Option<&str>) {
        let mut arguments = Vec::new();
        let mut length = 0;
        for word in unit::command(command.trim_start_matches(['@', '-', ':', '+', '!', '|'])) {
            let Some(word) = specified(&word, home) else {
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
        let mut arguments = arguments.into_iter();
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
    /// What the process's environment is known to hold.
    pub environment: ProcessEnvironment,
    /// What its `Environment=` lines set, in order.
    pub assigned: Vec<Assigned>,
    /// What stands on its command line beside flags.
    pub positional: Vec<String>,
    /// Other flags on its command line, by name without dashes; `true` for one without a value.
    pub flags: BTreeMap<String, String>,
    /// Whether it is masked: nothing starts it.
    pub masked: bool,
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
        } else {
            None
        }
    }
}

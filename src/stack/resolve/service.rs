//! `service` and the paths that hang on its scope.

use super::super::{Hardening, Neighbour, PathSettings, ServiceSettings, Size};
use crate::diagnostic::{Code, Finding, Findings, KeyPart, KeyPath};
use crate::model::names::{GroupName, Scope, TargetPath, UnitName, UserName};
use crate::toml::{KeyField, PathsTable, RunnerTable, ScopeWord, ServiceTable, is_credential_name};
use std::time::Duration;

/// What stands where a managed program's `service` does not speak.
pub(super) struct ServiceDefaults {
    /// `memory_limit`.
    pub(super) memory_limit: Option<Size>,
    /// `stop_timeout`.
    pub(super) stop_timeout: Duration,
}

/// Who runs a component, as far as it decides what a path may be.
#[derive(Clone, Debug)]
pub(super) struct Runner {
    scope: Scope,
    user: Option<UserName>,
    group: Option<GroupName>,
    home: Option<TargetPath>,
    unit: Option<UnitName>,
}

impl Runner {
    /// The scope, user, group, home and unit of a component's `service`.
    pub(super) fn of(table: &RunnerTable, faults: &mut Findings) -> Option<Self> {
        for key in [&table.user, &table.group] {
            if let Some(text) = key.text().filter(|text| !is_unix_name(text)) {
                faults.push(not_unix(key, text));
                return None;
            }
        }
        let user = table.user.text();
        let scope = scope(&table.scope, user, faults)?;
        let home = home(&table.home, &scope, faults)?;
        let unit = unit(&table.unit, faults)?;
        let group = table.group.text().map(GroupName::new);
        Some(Self { scope, user: user.map(UserName::new), group, home, unit })
    }

    /// A path of the host, `~/` filled in with the home of the service's user.
    pub(super) fn path(&self, key: &KeyField<String>, faults: &mut Findings) -> Option<TargetPath> {
        self.path_at(key.text()?, key.path(), faults)
    }

    fn path_at(&self, text: &str, path: KeyPath, faults: &mut Findings) -> Option<TargetPath> {
        match text.strip_prefix("~/") {
            None => Some(TargetPath::new(text)),
            Some(below) => match self.home_directory() {
                Some(home) => Some(home.join(below)),
                None => {
                    faults.push(home_needs_user(path));
                    None
                }
            },
        }
    }

    /// The home of the user, in a user scope.
    fn home_directory(&self) -> Option<TargetPath> {
        let Scope::User(user) = &self.scope else { return None };
        let usual = if user.as_str() == "root" { "/root".into() } else { format!("/home/{user}") };
        Some(self.home.clone().unwrap_or_else(|| TargetPath::new(usual)))
    }

    /// All of the component's `paths`.
    pub(super) fn paths(&self, table: &PathsTable, faults: &mut Findings) -> PathSettings {
        let PathsTable { at: _, config, data, certificates } = table;
        let mut path = |key| self.path(key, faults);
        PathSettings { config: path(config), data: path(data), certificates: path(certificates) }
    }

    /// As the service of a neighbour.
    pub(super) fn neighbour(self, table: &RunnerTable) -> Neighbour {
        self.unnamed(table.at.path().clone())
    }

    /// Nobody known: somebody else's program.
    pub(super) fn unknown() -> Self {
        Self { scope: Scope::System, user: None, group: None, home: None, unit: None }
    }

    /// As the service of a neighbour that is written here, or would be.
    pub(super) fn unnamed(self, key: KeyPath) -> Neighbour {
        let Self { scope, user, group, home, unit } = self;
        Neighbour { scope, user, group, home, unit, reads_env: false, key }
    }

    /// As the service of a managed program, with the keys that only those have.
    pub(super) fn service(
        self,
        table: &ServiceTable,
        defaults: &ServiceDefaults,
        faults: &mut Findings,
    ) -> Option<ServiceSettings> {
        let hardening = table.hardening.or(Hardening::Strict);
        if hardening == Hardening::Off {
            let found = Finding::warning(Code("hardening-off"), "the unit runs without a sandbox");
            faults.push(found.at(table.hardening.value(), "").help("hardening = \"strict\""));
        }
        let binary = self.path(&table.binary, faults);
        if binary.as_ref().is_some_and(|path| path.as_str().contains(['"', '\'', '\\'])) {
            let title = "a unit starts no program whose path holds a quote or a backslash";
            let found = Finding::error(Code("path-shape"), title).at(table.binary.value(), "");
            faults.push(found.help("name a link to it, with a path that holds none"));
        }
        let files = table.environment_files.get().into_iter().flatten().enumerate();
        let at = |index: usize| table.environment_files.path().join(&index.to_string());
        let files: Vec<Option<TargetPath>> =
            files.map(|(index, text)| self.path_at(text, at(index), faults)).collect();
        let credentials = table.credentials.get().into_iter().flatten();
        let at = |name: &str| table.credentials.path().join(name);
        let credentials: Vec<Option<(String, TargetPath)>> =
            credentials.map(|(name, path)| self.credential(name, (path, at(name)), faults)).collect();
        let limit = table.memory_limit.get().copied().map(Size);
        Some(ServiceSettings {
            packaged: table.packaged.or(self.scope == Scope::System),
            environment_files: files.into_iter().collect::<Option<_>>()?,
            credentials: credentials.into_iter().collect::<Option<_>>()?,
            memory_limit: limit.or(defaults.memory_limit).filter(|limit| limit.0 > 0),
            stop_timeout: table.stop_timeout.or(defaults.stop_timeout),
            scope: self.scope,
            user: self.user,
            group: self.group,
            home: self.home,
            unit: self.unit,
            binary,
            hardening,
            key: table.at.path().clone(),
        })
    }

    fn credential(
        &self,
        name: &str,
        (path, at): (&str, KeyPath),
        faults: &mut Findings,
    ) -> Option<(String, TargetPath)> {
        if !is_credential_name(name) {
            let title = format!("`{name}` is not the name of a credential");
            let found = Finding::error(Code("name-shape"), title).at((at, KeyPart::Key), "");
            faults.push(found.help("letters, digits, `_`, `-` and `.`, at most 64"));
            return None;
        }
        if path.ends_with('\\') {
            let title = "the path of a credential does not end with a backslash";
            let found = Finding::error(Code("path-shape"), title).at((at, KeyPart::Value), "");
            faults.push(found.help("a unit would take the line that follows for a part of it"));
            return None;
        }
        Some((name.to_owned(), self.path_at(path, at, faults)?))
    }
}

fn scope(key: &KeyField<ScopeWord>, user: Option<&str>, faults: &mut Findings) -> Option<Scope> {
    match (key.or(ScopeWord::System), user) {
        (ScopeWord::System, _) => Some(Scope::System),
        (ScopeWord::User, Some(user)) => Some(Scope::User(UserName::new(user))),
        (ScopeWord::User, None) => {
            let found = Finding::error(Code("service-user-missing"), "a user service needs a user")
                .at(key.value(), "");
            faults.push(found.help("for example: service = { scope = \"user\", user = \"otel\" }"));
            None
        }
    }
}

/// `home`, which only a user scope reads. The outer `None` is a fault.
fn home(key: &KeyField<String>, scope: &Scope, faults: &mut Findings) -> Option<Option<TargetPath>> {
    let Some(text) = key.text() else { return Some(None) };
    if *scope == Scope::System {
        let found = Finding::error(Code("key-unused"), "`home` is only read in a user service");
        faults.push(found.at(key.key(), "").help("leave `home` out, or scope = \"user\""));
        return None;
    }
    if text.starts_with("~/") {
        let found = Finding::error(Code("path-relative"), "a path on the host is absolute");
        faults.push(found.at(key.value(), "").help("for example: home = \"/home/otel\""));
        return None;
    }
    Some(Some(TargetPath::new(text)))
}

/// `unit`, as systemd takes it. The outer `None` is a fault.
fn unit(key: &KeyField<String>, faults: &mut Findings) -> Option<Option<UnitName>> {
    let Some(text) = key.text() else { return Some(None) };
    let stem = text.strip_suffix(".service");
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || b":-_.\\@".contains(&byte);
    if stem.is_some_and(|stem| (1..=200).contains(&stem.len()) && stem.bytes().all(letters)) {
        return Some(Some(UnitName::new(text)));
    }
    let title = format!("`{text}` is not the name of a service unit");
    let found = Finding::error(Code("name-shape"), title).at(key.value(), "");
    let stem = text.split('.').next().filter(|stem| !stem.is_empty() && stem.bytes().all(letters));
    faults.push(found.help(format!("unit = \"{}.service\"", stem.unwrap_or("shop"))));
    None
}

/// What `useradd` of any distribution makes, and LDAP names with dots.
fn is_unix_name(text: &str) -> bool {
    text.len() <= 32
        && text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

fn not_unix(key: &KeyField<String>, text: &str) -> Finding {
    let (value, key) = (key.value(), key.name());
    let title = format!("`{text}` is not the name of a {key}");
    Finding::error(Code("name-shape"), title).at(value, "").help(format!("for example: {key} = \"otel\""))
}

fn home_needs_user(path: KeyPath) -> Finding {
    Finding::error(Code("path-home"), "`~/` needs a user service")
        .at((path, KeyPart::Prefix(2)), "")
        .help("for example: service = { scope = \"user\", user = \"otel\" }")
        .help("or write an absolute path")
}

//! Who runs a program, and where its files shall be: as written, with nothing filled in that
//! [`crate::wiring`] decides.

use super::settings::Size;
use crate::diagnostic::KeyPath;
use crate::model::names::{GroupName, Scope, TargetPath, UnitName, UserName};
use crate::toml::Hardening;
use std::collections::BTreeMap;
use std::time::Duration;

/// `service = { ... }` of a managed program.
#[derive(Clone, Debug)]
pub struct ServiceSettings {
    /// `scope`, with the user where it is `user`.
    pub scope: Scope,
    /// `user` of a system service; `None` is the package's.
    pub user: Option<UserName>,
    /// `group`; `None` is the package's, or the user's own.
    pub group: Option<GroupName>,
    /// `home`; `None` is `/home/USER`, `/root` for root.
    pub home: Option<TargetPath>,
    /// `unit`; `None` is the package's.
    pub unit: Option<UnitName>,
    /// `packaged`: a drop-in beside the package's unit, or the whole unit.
    pub packaged: bool,
    /// `binary`; `None` is `/usr/bin/PACKAGE`.
    pub binary: Option<TargetPath>,
    /// `hardening`.
    pub hardening: Hardening,
    /// `memory_limit`; `None` is none.
    pub memory_limit: Option<Size>,
    /// `stop_timeout`.
    pub stop_timeout: Duration,
    /// `environment_files`.
    pub environment_files: Vec<TargetPath>,
    /// `credentials`: name -> path on the host.
    pub credentials: BTreeMap<String, TargetPath>,
    /// `COMPONENT.service`, written or not.
    pub key: KeyPath,
}

/// `service = { ... }` of a neighbour (an application, Grafana): which unit reads our files and who
/// must be able to read certificates.
#[derive(Clone, Debug)]
pub struct Neighbour {
    /// `scope`, with the user where it is `user`.
    pub scope: Scope,
    /// `user`; for a user scope the same name as in `scope`.
    pub user: Option<UserName>,
    /// `group`.
    pub group: Option<GroupName>,
    /// `home`.
    pub home: Option<TargetPath>,
    /// `unit` as written; without it nothing is restarted for it.
    pub unit: Option<UnitName>,
    /// `reads_env`: a drop-in lets the unit read the environment file.
    pub reads_env: bool,
    /// `COMPONENT.service`, written or not.
    pub key: KeyPath,
}

/// `paths = { ... }`: only what is written, `~/` already resolved.
#[derive(Clone, Debug, Default)]
pub struct PathSettings {
    /// `config`.
    pub config: Option<TargetPath>,
    /// `data`.
    pub data: Option<TargetPath>,
    /// `certificates`.
    pub certificates: Option<TargetPath>,
}

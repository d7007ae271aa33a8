//! Paths, owners and units: what the package of a program uses, unless the stack says otherwise.

use crate::diagnostic::KeyPath;
use crate::model::names::{GroupName, HostName, Mode, Owner, Scope, TargetPath, UnitName, UserName};
use crate::stack::{Neighbour, PathSettings, ServiceSettings};

/// What a package calls things, where the stack does not.
#[derive(Debug)]
pub struct Package {
    /// Unit without suffix, and binary.
    pub name: &'static str,
    /// The user it runs as.
    pub user: &'static str,
    /// The group it runs as.
    pub group: &'static str,
    /// Its configuration file.
    pub config: &'static str,
    /// Directory of its certificates.
    pub certificates: &'static str,
    /// What is usual where a user runs it.
    pub in_home: HomePackage,
}

/// The same of a program that a user runs, below the home.
#[derive(Debug)]
pub struct HomePackage {
    /// Unit without suffix.
    pub name: &'static str,
    /// Its configuration file.
    pub config: &'static str,
    /// Directory of its certificates.
    pub certificates: &'static str,
}

/// Where an engine's files are, who owns them, and how it is started.
#[derive(Clone, Debug)]
pub struct EnginePlace {
    /// Its host.
    pub host: HostName,
    /// The version that the stack names.
    pub version: String,
    /// How it is run, as written.
    pub service: ServiceSettings,
    /// Whose manager and rights.
    pub scope: Scope,
    /// The user the engine runs as.
    pub user: UserName,
    /// Its group: who may read configuration and keys.
    pub group: GroupName,
    /// Its home; only meaningful in user scope.
    pub home: TargetPath,
    /// Configuration file.
    pub config: TargetPath,
    /// Whether the package's own unit already starts it with this configuration and binary.
    pub packaged_command: bool,
    /// All local state, if there is any.
    pub data: Vec<TargetPath>,
    /// Directory of CA, leaf and key.
    pub certificates: TargetPath,
    /// The engine's executable.
    pub binary: TargetPath,
    /// Its unit.
    pub unit: UnitPlace,
}

/// A unit file of ours.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitPlace {
    /// The unit.
    pub name: UnitName,
    /// Whole unit or drop-in.
    pub shape: UnitShape,
    /// The file we write.
    pub path: TargetPath,
}

/// What is written of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitShape {
    /// All of it.
    Whole,
    /// A drop-in beside the package's unit.
    DropIn,
}

/// Where a neighbour's file and certificates are, and who owns them.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientPlace {
    /// Its host.
    pub host: HostName,
    /// Its unit, where the stack names one.
    pub unit: Option<UnitName>,
    /// `service` in the stack, written or not.
    pub service: KeyPath,
    /// Whose manager and rights.
    pub scope: Scope,
    /// Who must be able to read its files: the group where one is known.
    pub reader: Option<Owner>,
    /// Whom its file belongs to when it is made: its reader, else whose home it lies in.
    pub file_owner: Option<Owner>,
    /// Its home; only meaningful in user scope.
    pub home: TargetPath,
    /// The file we write to: `.env`, datasource; `None` where none is wanted.
    pub file: Option<TargetPath>,
    /// Directory of its `ca.crt`.
    pub certificates: TargetPath,
    /// The same as the program sees it: another one in a container.
    pub certificates_seen: TargetPath,
    /// The drop-in with which its unit reads the file; `None` where none is wanted.
    pub drop_in: Option<UnitPlace>,
}

impl EnginePlace {
    /// What the package uses, where the stack does not say otherwise; no local state yet.
    pub fn of(
        package: &Package,
        (host, version): (&HostName, &str),
        service: &ServiceSettings,
        paths: &PathSettings,
    ) -> Self {
        let binary =
            service.binary.clone().unwrap_or_else(|| TargetPath::new(format!("/usr/bin/{}", package.name)));
        let (user, group, home) = identity(package, service);
        let own = &package.in_home;
        let (default_config, certificates, default_unit) = match &service.scope {
            Scope::System => {
                (TargetPath::new(package.config), TargetPath::new(package.certificates), package.name)
            }
            Scope::User(_) => (home.join(own.config), home.join(own.certificates), own.name),
        };
        let config = paths.config.clone().unwrap_or_else(|| default_config.clone());
        let unit = service.unit.clone().unwrap_or_else(|| UnitName::new(format!("{default_unit}.service")));
        Self {
            host: host.clone(),
            version: version.to_owned(),
            service: service.clone(),
            scope: service.scope.clone(),
            packaged_command: service.packaged && service.binary.is_none() && config == default_config,
            user,
            group,
            config,
            data: Vec::new(),
            certificates: paths.certificates.clone().unwrap_or(certificates),
            binary,
            unit: unit_place(&service.scope, &home, unit, service.packaged),
            home,
        }
    }

    /// Where its state is usual, by this path below `/var/lib`; a user's own below the home.
    pub fn state(&self, below: &str) -> TargetPath {
        match self.scope {
            Scope::System => TargetPath::new("/var/lib").join(below),
            Scope::User(_) => self.home.join(".local/state").join(below),
        }
    }

    /// Owner and mode of configuration, certificates and keys.
    pub fn file_owner(&self) -> (Owner, Mode) {
        owner_of(&self.scope, &self.user, &self.group, Mode(0o640), Mode(0o600))
    }

    /// Owner and mode of the directories of these.
    pub fn directory_owner(&self) -> (Owner, Mode) {
        owner_of(&self.scope, &self.user, &self.group, Mode(0o750), Mode(0o700))
    }

    /// Owner and mode of local state.
    pub fn data_owner(&self) -> (Owner, Mode) {
        let owner = Owner { user: self.user.clone(), group: self.group.clone() };
        (owner, if self.scope == Scope::System { Mode(0o750) } else { Mode(0o700) })
    }

    /// Owner and mode of the unit file.
    pub fn unit_owner(&self) -> (Owner, Mode) {
        owner_of(&self.scope, &self.user, &GroupName::new("root"), Mode(0o644), Mode(0o600))
    }

    /// A file in the certificate directory: `ca.crt`, `tempo.key`.
    pub fn certificate(&self, file: &str) -> TargetPath {
        self.certificates.join(file)
    }
}

/// `root:GROUP` in the system scope, the user's own in a user scope.
fn owner_of(scope: &Scope, user: &UserName, group: &GroupName, system: Mode, own: Mode) -> (Owner, Mode) {
    match scope {
        Scope::System => (Owner { user: UserName::new("root"), group: group.clone() }, system),
        Scope::User(_) => (Owner { user: user.clone(), group: GroupName::new(user.as_str()) }, own),
    }
}

fn identity(package: &Package, service: &ServiceSettings) -> (UserName, GroupName, TargetPath) {
    match &service.scope {
        Scope::System => {
            let user = service.user.clone().unwrap_or_else(|| UserName::new(package.user));
            let group = service.group.clone().unwrap_or_else(|| GroupName::new(package.group));
            (user, group, TargetPath::new("/"))
        }
        Scope::User(user) => {
            let group = service.group.clone().unwrap_or_else(|| GroupName::new(user.as_str()));
            (user.clone(), group, home(user, service.home.as_ref()))
        }
    }
}

/// `/home/USER`, root's `/root`, unless the stack says.
pub(super) fn home(user: &UserName, written: Option<&TargetPath>) -> TargetPath {
    match (written, user.as_str()) {
        (Some(home), _) => home.clone(),
        (None, "root") => TargetPath::new("/root"),
        (None, name) => TargetPath::new(format!("/home/{name}")),
    }
}

fn unit_place(scope: &Scope, home: &TargetPath, name: UnitName, packaged: bool) -> UnitPlace {
    let directory = match scope {
        Scope::System => TargetPath::new("/etc/systemd/system"),
        Scope::User(_) => home.join(".config/systemd/user"),
    };
    let (shape, path) = if packaged {
        (UnitShape::DropIn, directory.join(&format!("{name}.d/50-tracewright.conf")))
    } else {
        (UnitShape::Whole, directory.join(name.as_str()))
    };
    UnitPlace { name, shape, path }
}

/// Who has the home that a path lies in.
fn owner_of_home(path: &TargetPath) -> Option<Owner> {
    if path.is_within(&TargetPath::new("/root")) {
        return Some(Owner::of("root", "root"));
    }
    let (user, _) = path.as_str().strip_prefix("/home/")?.split_once('/')?;
    Some(Owner::of(user, user))
}

impl ClientPlace {
    /// Its unit reads its file by a drop-in of ours.
    pub fn read_by_unit(&mut self) {
        let unit = self.unit.clone();
        self.drop_in = unit.map(|unit| unit_place(&self.scope, &self.home, unit, true));
    }

    /// A file that no reader is named for belongs to whoever has the home that it lies in.
    pub fn own_by_home(&mut self) {
        let owner = self.file.as_ref().and_then(owner_of_home);
        self.file_owner = self.file_owner.take().or(owner);
    }

    /// Who runs it, as far as the stack says; its certificates in this directory, and no file yet.
    pub fn of(service: &Neighbour, host: &HostName, certificates: TargetPath) -> Self {
        let user = match &service.scope {
            Scope::System => service.user.clone(),
            Scope::User(user) => Some(user.clone()),
        };
        let home =
            user.as_ref().map_or_else(|| TargetPath::new("/"), |user| home(user, service.home.as_ref()));
        let reader = match (user, service.group.clone()) {
            (Some(user), group) => {
                Some(Owner { group: group.unwrap_or_else(|| GroupName::new(user.as_str())), user })
            }
            // Whoever it is, it reads by its group.
            (None, Some(group)) => Some(Owner { user: UserName::new("root"), group }),
            (None, None) => None,
        };
        Self {
            host: host.clone(),
            unit: service.unit.clone(),
            service: service.key.clone(),
            scope: service.scope.clone(),
            file_owner: reader.clone(),
            drop_in: None,
            reader,
            home,
            file: None,
            certificates_seen: certificates.clone(),
            certificates,
        }
    }
}

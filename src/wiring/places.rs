//! Paths, owners and units: what the packages of each program use, unless the stack says otherwise.
//!
//! Source of the defaults: the packages' own file lists (`otelcol`, `otelcol-contrib`, `tempo`,
//! `grafana`, each as released in 2026).

use super::ComponentId;
use crate::model::names::{GroupName, Mode, Owner, Scope, TargetPath, UnitName, UserName};
use crate::stack::{Collector, Distribution, Neighbour, PathSettings, ServiceSettings, Stack};
use std::collections::BTreeMap;

/// What a package calls things, where the stack does not.
struct Package {
    /// Unit without suffix, user, group, binary and directories all derive from it.
    name: &'static str,
    user: &'static str,
    group: &'static str,
    config: &'static str,
    certificates: &'static str,
}

const CORE: Package = Package {
    name: "otelcol",
    user: "otel",
    group: "otel",
    config: "/etc/otelcol/config.yaml",
    certificates: "/etc/otelcol/tls",
};
const CONTRIB: Package = Package {
    name: "otelcol-contrib",
    user: "otelcol-contrib",
    group: "otelcol-contrib",
    config: "/etc/otelcol-contrib/config.yaml",
    certificates: "/etc/otelcol-contrib/tls",
};
const TEMPO: Package = Package {
    name: "tempo",
    user: "tempo",
    group: "tempo",
    config: "/etc/tempo/config.yml",
    certificates: "/etc/tempo/tls",
};

/// Where an engine's files are, who owns them, and how it is started.
#[derive(Clone, Debug, PartialEq)]
pub struct EnginePlace {
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
    /// The drop-in with which its unit reads the file; `None` where none is wanted.
    pub drop_in: Option<UnitPlace>,
}

impl EnginePlace {
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

/// Places of collectors and Tempo.
pub(super) fn engines(stack: &Stack) -> BTreeMap<ComponentId, EnginePlace> {
    let mut places = BTreeMap::new();
    for collector in stack.collectors.values() {
        places.insert(ComponentId::Collector(collector.name.clone()), collector_place(collector));
    }
    if let Some(tempo) = &stack.tempo {
        let mut place = engine(&TEMPO, &tempo.service, &tempo.paths);
        let storage = tempo.local_storage.clone();
        let data = tempo.paths.data.clone().or_else(|| storage.clone());
        let data = data.unwrap_or_else(|| TargetPath::new("/var/tempo"));
        let outside = storage.filter(|directory| !directory.is_within(&data));
        place.data = std::iter::once(data).chain(outside).collect();
        places.insert(ComponentId::Tempo, place);
    }
    places
}

/// A collector without a persistent queue has no state; a data directory that is written is granted.
fn collector_place(collector: &Collector) -> EnginePlace {
    let package = match collector.distribution {
        Distribution::Core => &CORE,
        Distribution::Contrib => &CONTRIB,
    };
    let mut place = engine(package, &collector.service, &collector.paths);
    place.data = collector.paths.data.iter().cloned().collect();
    place
}

fn engine(package: &Package, service: &ServiceSettings, paths: &PathSettings) -> EnginePlace {
    let binary =
        service.binary.clone().unwrap_or_else(|| TargetPath::new(format!("/usr/bin/{}", package.name)));
    let (user, group, home) = identity(package, service);
    let (config, certificates, default_unit) = match &service.scope {
        Scope::System => {
            (TargetPath::new(package.config), TargetPath::new(package.certificates), package.name)
        }
        Scope::User(_) => {
            (home.join(".config/otelcol/config.yaml"), home.join(".config/otelcol/tls"), "otelcol")
        }
    };
    let default_config = config.clone();
    let config = paths.config.clone().unwrap_or(config);
    let unit = service.unit.clone().unwrap_or_else(|| UnitName::new(format!("{default_unit}.service")));
    EnginePlace {
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

/// Places of applications and Grafana.
pub(super) fn clients(stack: &Stack) -> BTreeMap<ComponentId, ClientPlace> {
    let mut places = BTreeMap::new();
    for app in stack.apps.values() {
        let mut place = client(&app.service);
        place.certificates = app.certificates.clone().unwrap_or_else(|| match &app.service.scope {
            Scope::System => TargetPath::new(format!("/etc/tracewright/{}", app.name)),
            Scope::User(_) => place.home.join(&format!(".config/tracewright/{}", app.name)),
        });
        place.file.clone_from(&app.env_file);
        let unit = app.service.unit.clone().filter(|_| app.service.reads_env);
        place.drop_in = unit.map(|unit| unit_place(&place.scope, &place.home, unit, true));
        place.file_owner = place.reader.clone().or_else(|| app.env_file.as_ref().and_then(owner_of_home));
        places.insert(ComponentId::App(app.name.clone()), place);
    }
    if let Some(grafana) = &stack.grafana {
        let mut place = client(&grafana.service);
        place.reader.get_or_insert_with(|| Owner::of("grafana", "grafana"));
        if let Some(directory) = &grafana.certificates {
            place.certificates = directory.clone();
        }
        place.file = Some(grafana.provisioning.join(&format!("datasources/tracewright-{}.yaml", stack.name)));
        places.insert(ComponentId::Grafana, place);
    }
    places
}

/// Who has the home that a path lies in.
fn owner_of_home(path: &TargetPath) -> Option<Owner> {
    if path.is_within(&TargetPath::new("/root")) {
        return Some(Owner::of("root", "root"));
    }
    let (user, _) = path.as_str().strip_prefix("/home/")?.split_once('/')?;
    Some(Owner::of(user, user))
}

fn client(service: &Neighbour) -> ClientPlace {
    let user = match &service.scope {
        Scope::System => service.user.clone(),
        Scope::User(user) => Some(user.clone()),
    };
    let home = user.as_ref().map_or_else(|| TargetPath::new("/"), |user| home(user, service.home.as_ref()));
    let reader = match (user, service.group.clone()) {
        (Some(user), group) => {
            Some(Owner { group: group.unwrap_or_else(|| GroupName::new(user.as_str())), user })
        }
        // Whoever it is, it reads by its group.
        (None, Some(group)) => Some(Owner { user: UserName::new("root"), group }),
        (None, None) => None,
    };
    ClientPlace {
        scope: service.scope.clone(),
        file_owner: reader.clone(),
        drop_in: None,
        reader,
        home,
        file: None,
        certificates: TargetPath::new("/etc/grafana/tls"),
    }
}

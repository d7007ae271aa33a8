//! Compose projects as Compose reads them: from the texts of a directory to services with their
//! networks, ports, environments and mounts, every part with its place.
//!
//! Pure: a text comes from a function, nothing is looked up on a machine. What a shell would set is
//! unknown and said to be; nothing outside of the directory is followed. The rules were measured on
//! Compose 2.40.3, and a test holds our reading against what `docker compose config` says.

mod command;
mod dotenv;
mod image;
mod inside;
mod interpolate;
mod load;
mod merge;
mod mounts;
mod names;
mod paths;
mod ports;
mod service;
mod tree;

pub use image::{Image, ImageProgram};
pub use inside::{Inside, Led};
pub use mounts::{Mount, Source};
pub use names::{is_compose_file, main_files};
pub use paths::SourcePath;
pub use ports::Published;
pub use tree::{InterpolatedText, ScalarKind};

use crate::diagnostic::{Mark, SourceName};
use crate::model::names::TargetPath;
use load::Loader;
use service::Around;
use std::collections::{BTreeMap, BTreeSet};
use tree::Tree;

/// What stands at a path of the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProjectFile<'a> {
    /// Nothing.
    Absent,
    /// A text.
    Text(&'a str),
    /// Something that could not be read as a text.
    Unreadable,
}

/// The directory that files are taken from.
pub struct ProjectDirectory<'a> {
    /// What stands at a path.
    pub text: &'a dyn Fn(&TargetPath) -> ProjectFile<'a>,
    /// The name under which a file is shown.
    pub shown_as: &'a dyn Fn(&TargetPath) -> SourceName,
    /// Whether its paths are those of a machine: then `/etc/x` stands in it.
    pub rooted: bool,
}

impl ProjectDirectory<'_> {
    fn shown(&self, path: &TargetPath) -> SourceName {
        (self.shown_as)(path)
    }
}

/// A project, as far as its files tell.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// The name that names of containers and networks begin with.
    pub name: String,
    /// The directory that paths are relative to.
    pub directory: Option<TargetPath>,
    /// Every file that was read for it, `.env` included.
    pub files: BTreeSet<TargetPath>,
    /// Services, in the order of their names.
    pub services: Vec<ComposeService>,
    /// Networks that services may be on.
    pub networks: BTreeMap<String, Network>,
    /// Profiles that `.env` switches on.
    pub profiles: Vec<String>,
    /// What Compose refuses.
    pub faults: Vec<ComposeFault>,
    /// What could not be read, and why.
    pub not_read: Vec<(TargetPath, String)>,
    /// Whether it stands for the workloads of a Kubernetes cluster.
    pub cluster: bool,
}

/// Something that Compose does not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComposeFault {
    /// Where.
    pub at: Mark,
    /// What is wrong, in Compose's words where they are short.
    pub text: String,
}

/// A text with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenText {
    /// The text.
    pub text: InterpolatedText,
    /// Where it is written.
    pub at: Mark,
}

/// The value of a variable of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvValue {
    /// The value; `None` is the shell's, which is not known here.
    pub value: Option<InterpolatedText>,
    /// Where the value is written.
    pub at: Mark,
    /// Where the key is written.
    pub key_at: Mark,
}

/// A network of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// Its name on the machine.
    pub name: String,
    /// Whether it was made by somebody else: others may be on it.
    pub external: bool,
}

/// A network that a service is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Its key in the project.
    pub network: String,
    /// Further names of the service on it.
    pub aliases: Vec<String>,
    /// Where it is written; `None` for the default network.
    pub at: Option<Mark>,
}

/// `network_mode`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetworkMode {
    /// The machine's own network.
    Host,
    /// No network.
    None,
    /// The network of another service.
    Service(String),
    /// `bridge`, `container:x`.
    Other(String),
}

/// A service.
#[derive(Clone, Debug)]
pub struct ComposeService {
    /// Its key.
    pub name: String,
    /// Where its key is written.
    pub at: Mark,
    /// `image`.
    pub image: Option<WrittenText>,
    /// Whether it is built from a directory.
    pub builds: bool,
    /// `container_name`.
    pub container_name: Option<String>,
    /// `hostname`.
    pub hostname: Option<String>,
    /// Networks; none with a network mode.
    pub networks: Vec<Attachment>,
    /// `network_mode`.
    pub mode: Option<NetworkMode>,
    /// `ports`.
    pub ports: Vec<Published>,
    /// `expose`, which changes nothing.
    pub expose: Vec<String>,
    /// Names and addresses that its hosts file holds.
    pub extra_hosts: Vec<(String, String)>,
    /// `links`, as written.
    pub links: Vec<String>,
    /// `environment` over `env_file`. A key that is empty says that a file of it was not read.
    pub environment: BTreeMap<String, EnvValue>,
    /// `entrypoint`, where it is written.
    pub entrypoint: Option<Vec<WrittenText>>,
    /// `command`, where it is written.
    pub command: Option<Vec<WrittenText>>,
    /// What stands at which path of the container.
    pub mounts: Vec<Mount>,
    /// `profiles`.
    pub profiles: Vec<String>,
    /// `user`.
    pub user: Option<WrittenText>,
    /// The words of the health check.
    pub healthcheck: Option<Vec<WrittenText>>,
    /// Ports under which a cluster reaches it by its names, with those that they lead to. None where it is
    /// reached on its own ports.
    pub forwards: Vec<(u16, u16)>,
}

impl ComposeService {
    /// The key that stands for a file of the environment that was not read.
    pub const UNREAD: &'static str = service::UNREAD;

    /// A service of this name, and nothing else known of it.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            at: Mark::default(),
            image: None,
            builds: false,
            container_name: None,
            hostname: None,
            networks: Vec::new(),
            mode: None,
            ports: Vec::new(),
            expose: Vec::new(),
            extra_hosts: Vec::new(),
            links: Vec::new(),
            environment: BTreeMap::new(),
            entrypoint: None,
            command: None,
            mounts: Vec::new(),
            profiles: Vec::new(),
            user: None,
            healthcheck: None,
            forwards: Vec::new(),
        }
    }

    /// Whether a file of its environment is not known.
    pub fn has_unread_environment(&self) -> bool {
        self.environment.contains_key(service::UNREAD)
    }

    /// Its variables.
    pub fn variables(&self) -> impl Iterator<Item = (&str, &EnvValue)> {
        self.environment.iter().filter(|(key, _)| !key.is_empty()).map(|(key, value)| (key.as_str(), value))
    }
}

/// What a `configs:` or `secrets:` of the project stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Shared {
    File(SourcePath),
    Content(WrittenText),
    Elsewhere,
}

/// Reads a project from its files, the first the lowest. Total: what it cannot read is listed.
pub fn load(files: &[TargetPath], directory: &ProjectDirectory<'_>) -> Project {
    let Some(first) = files.first() else { return Project::default() };
    let base = first.parent();
    let mut loader = Loader { directory, faults: Vec::new(), not_read: Vec::new(), read: BTreeSet::new() };
    let variables = loader.variables_of(&base);
    let whole = loader.model(files, &base, &variables, 0);
    let Loader { mut faults, mut not_read, read, .. } = loader;
    let mut project = Project {
        name: names::project(whole.as_ref(), &base, &variables),
        directory: Some(base),
        files: read,
        profiles: variables
            .get("COMPOSE_PROFILES")
            .map(|text| text.split(',').map(|name| name.trim().to_owned()).collect())
            .unwrap_or_default(),
        ..Project::default()
    };
    if let Some(whole) = whole {
        project.networks = networks(&whole, &project.name);
        let configs = shared(&whole, "configs");
        let secrets = shared(&whole, "secrets");
        let mut around = Around {
            directory,
            variables: &variables,
            configs: &configs,
            secrets: &secrets,
            faults: &mut faults,
            not_read: &mut not_read,
            files: &mut project.files,
        };
        let services = whole.get("services").map(Tree::fields).unwrap_or_default();
        project.services = services
            .iter()
            .filter(|field| matches!(field.value.shape, tree::Shape::Map(_)))
            .map(|field| service::read(field, &mut around))
            .collect();
        project.services.sort_by(|a, b| a.name.cmp(&b.name));
        faults.extend(names::undefined(&project, &whole));
    }
    faults.dedup();
    project.faults = faults;
    project.not_read = not_read;
    project
}

fn networks(whole: &Tree, project: &str) -> BTreeMap<String, Network> {
    let mut all = BTreeMap::new();
    all.insert("default".to_owned(), Network { name: format!("{project}_default"), external: false });
    for field in whole.get("networks").map(Tree::fields).unwrap_or_default() {
        let external = field.value.get("external");
        let is_external = external.is_some_and(|tree| tree.text().is_none_or(|text| text.text == "true"));
        let name = field.value.get("name").or_else(|| external.and_then(|tree| tree.get("name")));
        let name = name.and_then(Tree::text).map(|text| text.text.clone());
        let own = if is_external { field.key.clone() } else { format!("{project}_{}", field.key) };
        all.insert(field.key.clone(), Network { name: name.unwrap_or(own), external: is_external });
    }
    all
}

fn shared(whole: &Tree, kind: &str) -> BTreeMap<String, Shared> {
    let of = |tree: &Tree| {
        if let Some(file) = tree.get("file").and_then(Tree::text) {
            Shared::File(SourcePath::of(&file.text))
        } else if let Some(content) = tree.get("content").and_then(service::written) {
            Shared::Content(content)
        } else {
            Shared::Elsewhere
        }
    };
    let fields = whole.get(kind).map(Tree::fields).unwrap_or_default();
    fields.iter().map(|field| (field.key.clone(), of(&field.value))).collect()
}

//! What runs in a container: the program of its image, the command line, the configuration.

use crate::component::systemd::read::Unit;
use crate::format::compose::{ComposeService, Image, ImageProgram, Inside, InterpolatedText, Source};
use crate::format::values::ProcessEnvironment;
use crate::model::dataflow::ProgramKind;
use crate::model::names::TargetPath;
use std::collections::BTreeSet;

/// A service with what is known of the process in its container.
pub(in crate::topology) struct Container<'p> {
    pub(in crate::topology) service: &'p ComposeService,
    /// Index into the sites.
    pub(in crate::topology) site: usize,
    /// The image, where its name is known.
    pub(in crate::topology) image: Option<Image>,
    /// Its command line and environment.
    pub(in crate::topology) process: Unit,
    /// What the process finds around it.
    pub(in crate::topology) inside: Inside,
    /// What another service of the project gives an owner or rights before anybody else writes to it.
    pub(in crate::topology) prepared: Vec<Source>,
}

/// Which of our programs a container runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::topology) enum Runs {
    /// This one.
    Engine(ProgramKind),
    /// Something else: an application, or a program that is not read.
    Other,
}

/// Where an image of the collector keeps its configuration, and the program in it.
const COLLECTOR_DEFAULTS: &[(&str, &str)] =
    &[("/etc/otelcol-contrib/config.yaml", "/otelcol-contrib"), ("/etc/otelcol/config.yaml", "/otelcol")];

/// Programs that end once they have prepared something for others.
const TOOLS: [&str; 6] = ["chmod", "chown", "cp", "install", "mkdir", "true"];

/// The user, and the group, that the official images of collector and Tempo run as.
pub(in crate::topology) const ENGINE_USER: u32 = 10001;

impl<'p> Container<'p> {
    pub(super) fn of(service: &'p ComposeService, site: usize, prepared: Vec<Source>) -> Self {
        let image = service.image.as_ref().map(|image| Image::of(&image.text.text));
        let program = image.as_ref().and_then(|image| image.program);
        let names = own_names(service);
        let inside = Inside::of(service, names);
        let process = Unit::started(command_line(service, program, &inside), environment(service, program));
        Self { service, site, image, process, inside, prepared }
    }

    /// Which of our programs it runs, by its image, else by the name of its binary.
    pub(in crate::topology) fn runs(&self) -> Runs {
        let program = self.image.as_ref().and_then(|image| image.program);
        // An image that is used for a tool in it.
        if TOOLS.contains(&self.process.binary.as_str()) {
            return Runs::Other;
        }
        let engine = match program {
            Some(ImageProgram::Collector(_)) => Some(ProgramKind::Collector),
            Some(ImageProgram::Tempo) => Some(ProgramKind::Tempo),
            Some(ImageProgram::Grafana) => Some(ProgramKind::Grafana),
            Some(ImageProgram::Known(_)) => None,
            None => self.process.engine(),
        };
        engine.map_or(Runs::Other, Runs::Engine)
    }

    /// Whether its image is an official one, of which is known what is in it.
    pub(in crate::topology) fn is_official(&self) -> bool {
        self.image.as_ref().is_some_and(|image| image.program.is_some()) && !self.service.builds
    }

    /// Whether it runs the core distribution of the collector, as its official image brings it.
    pub(in crate::topology) fn is_core_collector(&self) -> bool {
        let program = self.image.as_ref().and_then(|image| image.program);
        program == Some(ImageProgram::Collector("core")) && !self.service.builds
    }

    /// Whether it runs an engine as the user of its official image.
    pub(in crate::topology) fn runs_as_engine_user(&self) -> bool {
        let old = self.runs() == Runs::Engine(ProgramKind::Tempo)
            && self.release().is_some_and(|release| {
                let mut parts = release.split('.').filter_map(|part| part.parse::<u32>().ok());
                (parts.next().unwrap_or_default(), parts.next().unwrap_or_default()) < (2, 5)
            });
        let ours = matches!(self.runs(), Runs::Engine(ProgramKind::Collector | ProgramKind::Tempo));
        ours && self.is_official() && self.service.user.is_none() && !old
    }

    /// Whether its store of CAs is certain to be the one of an official image.
    pub(super) fn trusts_public_alone(&self) -> bool {
        const STORES: [&str; 4] = ["/etc/ssl", "/etc/pki", "/usr/share/ca-certificates", "/usr/local/share"];
        let replaced = self.inside.mounts().iter().any(|mount| {
            let target = mount.target.trim_end_matches('/');
            STORES.iter().any(|store| target.starts_with(store) || store.starts_with(target))
        });
        let named = ["SSL_CERT_FILE", "SSL_CERT_DIR"];
        let told = named.iter().any(|key| self.service.environment.contains_key(*key));
        self.is_official() && !replaced && !told && !self.service.has_unread_environment()
    }

    /// Why it may listen where nobody here knows: its program is none that is read.
    pub(super) fn open(&self) -> Option<String> {
        let name = &self.service.name;
        match (self.runs(), self.image.as_ref().and_then(|image| image.program)) {
            (Runs::Engine(ProgramKind::Collector | ProgramKind::Tempo), _) => None,
            (_, Some(ImageProgram::Known(program))) => {
                Some(format!("`{name}` runs {program}, which is not read"))
            }
            _ => Some(format!("what `{name}` listens on is not read")),
        }
    }

    /// The release that the tag of its image names.
    pub(in crate::topology) fn release(&self) -> Option<&str> {
        self.image.as_ref()?.release.as_deref()
    }

    /// The configuration files on its command line; of an image's own one where it names none.
    pub(in crate::topology) fn configs(&self) -> &[TargetPath] {
        &self.process.configs
    }
}

/// What a service brings along only to give it an owner or rights: `chown` and `chmod` on its command line.
pub(super) fn prepares(service: &ComposeService) -> impl Iterator<Item = &Source> {
    let words = [&service.entrypoint, &service.command].into_iter().flatten().flatten();
    let gives = words.into_iter().any(|word| {
        let mut parts = word.text.text.split(|letter: char| !letter.is_alphanumeric());
        parts.any(|part| matches!(part, "chown" | "chmod"))
    });
    service.mounts.iter().filter(move |_| gives).map(|mount| &mount.source)
}

/// The names that a container's own hosts file and its networks give it.
fn own_names(service: &ComposeService) -> BTreeSet<String> {
    let all = [Some(service.name.clone()), service.container_name.clone(), service.hostname.clone()];
    let aliases = service.networks.iter().flat_map(|attachment| attachment.aliases.iter().cloned());
    all.into_iter().flatten().chain(aliases).map(|name| name.to_lowercase()).collect()
}

/// Entrypoint and command, those of the official image where the service has none.
fn command_line(service: &ComposeService, program: Option<ImageProgram>, inside: &Inside) -> Vec<String> {
    let words = |words: &Option<Vec<crate::format::compose::WrittenText>>| {
        words.as_ref().map(|words| words.iter().map(|word| word.text.text.clone()).collect::<Vec<_>>())
    };
    let default = default_command(program, inside);
    let (mut line, own_entrypoint) = match words(&service.entrypoint) {
        Some(entrypoint) => (entrypoint, true),
        None => (default.iter().take(1).cloned().collect(), false),
    };
    match words(&service.command) {
        Some(command) => line.extend(command),
        // An entrypoint that is written takes the image's command away.
        None if own_entrypoint => {}
        None => line.extend(default.into_iter().skip(1)),
    }
    line
}

fn default_command(program: Option<ImageProgram>, inside: &Inside) -> Vec<String> {
    let at_default =
        COLLECTOR_DEFAULTS.iter().find(|(path, _)| inside.mounts().iter().any(|mount| mount.target == *path));
    let (path, binary) = match program {
        Some(ImageProgram::Collector("contrib")) => COLLECTOR_DEFAULTS[0],
        Some(ImageProgram::Collector("core")) => COLLECTOR_DEFAULTS[1],
        Some(ImageProgram::Collector(_)) => return vec!["/otelcol".to_owned()],
        Some(ImageProgram::Tempo) => return vec!["/tempo".to_owned()],
        // Their images have an entrypoint, so that what stands in `command` are arguments.
        Some(ImageProgram::Grafana) => return vec!["/run.sh".to_owned()],
        Some(ImageProgram::Known(name)) => return vec![format!("/{}", name.to_lowercase())],
        // Some other image with a file where those of the collector have theirs.
        None => match at_default {
            Some(row) => *row,
            None => return Vec::new(),
        },
    };
    vec![binary.to_owned(), "--config".to_owned(), path.to_owned()]
}

/// What the process finds set. What an image of somebody's own sets is not known.
fn environment(service: &ComposeService, program: Option<ImageProgram>) -> ProcessEnvironment {
    let mut environment = ProcessEnvironment::default();
    for (key, value) in service.variables() {
        match &value.value {
            Some(InterpolatedText { text, unset: None, .. }) => {
                environment.values.insert(key.to_owned(), text.clone());
            }
            Some(InterpolatedText { unset: Some(name), .. }) => {
                let reason = format!("`{key}` is made of `{name}`, which no file here sets");
                environment.unknown.insert(key.to_owned(), reason);
            }
            None => {
                let reason = format!("`{key}` is taken from the shell that starts the project");
                environment.unknown.insert(key.to_owned(), reason);
            }
        }
    }
    if service.has_unread_environment() {
        environment.unread.push(format!("an environment file of `{}`", service.name));
    }
    if program.is_none() || service.builds {
        environment.unread.push(format!("the image of `{}`", service.name));
    }
    environment
}

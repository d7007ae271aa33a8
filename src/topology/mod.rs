//! Finished files -> listeners, clients, edges, with each engine's own semantics.
//!
//! Imports neither `wiring/` nor `render`, so that the same reader judges what was rendered, what is
//! on a host, and what somebody wrote by hand. Total: what it cannot read is listed in `not_read`.

mod compose;
mod discover;
mod host_units;
pub mod named;
mod neighbours;
pub mod places;
mod projects;
mod proxies;
mod reader;
mod repository;
mod sandboxes;
pub mod tree;
mod unit_configs;
mod unit_programs;
mod whose;

pub use discover::{Discovered, discover};
pub use reader::{FileReader, read};

use crate::component::systemd::read::UnitLinks;
use crate::diagnostic::SourceName;
use crate::format::compose::{Inside, Project};
use crate::model::certificate::CertificateSpec;
use crate::model::dataflow::{EnvReader, ProgramKind};
use crate::model::env::EnvFormat;
use crate::model::names::{CertificateName, TargetPath};
use std::collections::{BTreeMap, BTreeSet};

/// What stands at a path, for the reader.
#[derive(Clone, Debug)]
pub enum Examined<'a> {
    /// The file's bytes.
    Bytes(&'a [u8]),
    /// A certificate that apply will issue.
    Spec(&'a CertificateSpec),
    /// The private key that apply will make for a certificate.
    DesiredKey(&'a CertificateName),
}

/// A program in a container, as far as its environment file goes.
#[derive(Clone, Debug)]
pub struct Guest {
    /// What it is called.
    pub name: String,
    /// How it reaches its host, in lower case.
    pub host_address: String,
    /// What it finds around it.
    pub inside: Inside,
}

/// A set of finished files of one host.
#[derive(Clone, Debug, Default)]
pub struct FileSet<'a> {
    /// What stands at each path.
    pub files: BTreeMap<TargetPath, Examined<'a>>,
    /// The name under which a file is shown; its path where absent.
    pub shown_as: BTreeMap<TargetPath, SourceName>,
    /// Release line of Tempo, where it is known: `2.10`.
    pub tempo_version: Option<String>,
    /// Release line of collectors, where it is known: by configuration file, or for all.
    pub collector_version: Option<String>,
    /// Who reads an environment file, where that is known; else systemd where a unit names it, else a
    /// dotenv library.
    pub environment_dialects: BTreeMap<TargetPath, EnvFormat>,
    /// Environment files of programs in containers that no file here describes.
    pub guests: BTreeMap<TargetPath, Guest>,
    /// Environment files of units that are known not to read them, or of which nobody knows.
    pub readers: BTreeMap<TargetPath, EnvReader>,
    /// Files that are there and could not be read: never taken for absent.
    pub unread: BTreeSet<TargetPath>,
    /// Whether a path that a file names and that is not in the set is really absent. False for a
    /// directory that holds only a part of a host.
    pub complete: bool,
    /// Compose projects among the files.
    pub projects: &'a [Project],
    /// Paths that something names and where nothing is: neither a file nor a directory with anything in it.
    pub absent: BTreeSet<TargetPath>,
    /// Files that engines in containers find mounted, and that their user may not read.
    pub unreadable: BTreeSet<TargetPath>,
    /// Whether it is a repository and no host: a file stands for a program only where something says so.
    pub repository: bool,
    /// Whether something that is not read may listen on the host.
    pub neighbours: bool,
    /// What starts the units of the host.
    pub unit_links: UnitLinks,
}

impl FileSet<'_> {
    /// The release of a program, where it is known.
    pub fn version_of(&self, kind: ProgramKind) -> Option<&str> {
        match kind {
            ProgramKind::Tempo => self.tempo_version.as_deref(),
            ProgramKind::Collector => self.collector_version.as_deref(),
            _ => None,
        }
    }

    /// The name under which a file is shown.
    pub fn source_of(&self, path: &TargetPath) -> SourceName {
        self.shown_as.get(path).cloned().unwrap_or_else(|| SourceName(path.to_string()))
    }

    /// Whether a path that is not in the set is known to be absent.
    pub fn is_absent(&self, path: &TargetPath) -> bool {
        self.complete && !self.files.contains_key(path) && !self.unread.contains(path)
    }
}

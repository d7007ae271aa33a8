//! What the stack wants on its hosts: files, directories and units as values.
//!
//! A function of `stack.toml` and the product alone, the same on every machine. `render` makes it,
//! `topology` judges it, `plan` compares it with a host.

mod digest;

pub use digest::{Canonical, DesiredDigest, Digest};

use crate::model::certificate::CertificateSpec;
use crate::model::env::EnvFormat;
use crate::model::names::{
    CertificateName, ComponentName, HostName, Mode, Owner, Scope, StackName, TargetPath, UnitName,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// A path on a host of the stack.
pub type HostPath = (HostName, TargetPath);

/// Everything the stack wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desired {
    /// The stack it belongs to.
    pub stack: StackName,
    /// Directories that must exist before a file or a unit can use them. One that exists keeps its mode.
    pub directories: BTreeMap<HostPath, DesiredDirectory>,
    /// Files, whole or in part.
    pub files: BTreeMap<HostPath, DesiredFile>,
    /// Units that run on these files, in start order (listeners before clients).
    pub units: Vec<DesiredUnit>,
}

/// A directory to make where it is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesiredDirectory {
    /// Who makes it.
    pub scope: Scope,
    /// Its owner when made.
    pub owner: Owner,
    /// Its mode when made.
    pub mode: Mode,
    /// Whether it is the directory of an application's environment file, which is made only below
    /// `--root`.
    pub only_below_root: bool,
}

/// A file the stack wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesiredFile {
    /// Who writes it.
    pub scope: Scope,
    /// Its owner.
    pub owner: Owner,
    /// Its mode. For [`Content::Block`] only of a file that does not exist yet.
    pub mode: Mode,
    /// What is in it.
    pub content: Content,
    /// Whose file it is: `main`, `tempo`, `grafana`, an application.
    pub component: ComponentName,
}

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// The whole text.
    Whole(String),
    /// A marked block in a file that belongs to somebody else.
    Block {
        /// The lines between the markers, without line ends.
        lines: Vec<String>,
        /// The line above them: `# >>> tracewright STACK/APP >>>`.
        begin: String,
        /// The line below them: `# <<< tracewright STACK/APP <<<`.
        end: String,
        /// Who reads the file.
        dialect: EnvFormat,
    },
    /// A PEM certificate issued at apply.
    Certificate(CertificateSpec),
    /// The PKCS#8 key of the certificate with this name.
    PrivateKey(CertificateName),
}

/// A unit and what it runs on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DesiredUnit {
    /// Its host.
    pub host: HostName,
    /// Its manager.
    pub scope: Scope,
    /// Its name. `None`: a neighbour whose unit the stack does not name; a human restarts it.
    pub unit: Option<UnitName>,
    /// Whose unit.
    pub component: ComponentName,
    /// Whether we write the unit or a drop-in (then it is ours to restart), or it is a neighbour.
    pub managed: bool,
    /// The files it runs on and what a change of each asks for.
    pub inputs: Vec<UnitInput>,
    /// Who its program runs as; `None` of a neighbour where nobody is named.
    pub runs_as: Option<Owner>,
    /// Its place in the order in which units start: listeners before clients.
    pub order: u32,
    /// What starts it at boot; `None` where that is the package's or somebody else's business.
    pub enablement: Option<Enablement>,
    /// Where it listens.
    pub listens: Vec<SocketAddr>,
}

/// The link in a target's `.wants` directory that starts a unit at boot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enablement {
    /// The link.
    pub path: TargetPath,
    /// The unit file.
    pub to: String,
}

/// A file a unit runs on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitInput {
    /// The file.
    pub path: TargetPath,
    /// What a change of its meaning asks for.
    pub on_change: OnChange,
}

/// What a changed input asks of its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnChange {
    /// A restart.
    Restart,
    /// `daemon-reload`, then a restart.
    ReloadManagerAndRestart,
    /// Nothing: the program re-reads it by itself.
    ReadsByItself,
}

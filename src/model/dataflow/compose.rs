//! What a Compose project itself says that cannot work, or that works otherwise than it reads.

use crate::diagnostic::Mark;

/// One such thing, of one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComposeFact {
    /// What.
    pub kind: ComposeFactKind,
    /// The service; empty for the project as a whole.
    pub service: String,
    /// Where it is written.
    pub at: Mark,
}

/// The kinds of [`ComposeFact`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComposeFactKind {
    /// Compose refuses the project, in its own words.
    Refused(String),
    /// Nothing here sets this variable, and without it this is what comes of it.
    Unset(String, UnsetEffect),
    /// The configuration that the command line names is mounted from a path where nothing is.
    ConfigurationMissing {
        /// The path in the directory.
        source: String,
        /// The path in the container.
        target: String,
    },
    /// The configuration that the command line names is mounted from nowhere.
    NotMounted(String),
    /// Something else is mounted from a path where nothing is: Docker makes an empty directory there.
    SourceMissing {
        /// The path in the directory.
        source: String,
        /// The path in the container.
        target: String,
    },
    /// A directory is mounted from a path where nothing is, and the program in the container names files in it.
    DirectoryMissing {
        /// The path in the directory.
        source: String,
        /// The files, by their paths in the directory.
        files: Vec<String>,
    },
    /// `ports` beside this network mode publish nothing.
    NotPublished(String),
    /// Tempo keeps its data at a path that its user cannot write to.
    NotWritable(String),
    /// A file is mounted that the user of the image may not read.
    NotReadable {
        /// The path in the directory.
        source: String,
        /// The path in the container.
        target: String,
    },
    /// The queue of a collector is kept in a directory that is not there, or that its user cannot write to.
    QueueDirectory(String, bool),
    /// The tag of the image moves, and the file is for an older line.
    MovingTag(String),
    /// A health check calls a program that the image does not have.
    HealthcheckCannotRun(String),
}

/// What an empty variable does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnsetEffect {
    /// The image has no tag.
    Image,
    /// The port on the host is a random one.
    Port,
    /// The mount has no source.
    Source,
    /// The variable in the container is empty.
    Value,
}

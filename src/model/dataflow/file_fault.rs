//! What is wrong with one file by itself, beyond keys and syntax: facts, which rules put into words.

use crate::diagnostic::Mark;

/// A fault of a file that no other file is needed to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFault {
    /// Index into [`super::Topology::programs`].
    pub program: usize,
    /// What is wrong.
    pub kind: FileFaultKind,
    /// Where.
    pub at: Mark,
}

/// The kinds of [`FileFault`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileFaultKind {
    /// The release holds no component of this type.
    ComponentGone {
        /// Its key path: `exporters.logging`.
        path: String,
        /// Since when, or from when on.
        reason: String,
        /// What does its work.
        instead: Option<String>,
    },
    /// The distribution in its image holds no component of this type, and another one does.
    NotInDistribution {
        /// Its key path: `exporters.loki`.
        path: String,
        /// Which releases of the distribution that is said of.
        reason: String,
    },
    /// An endpoint that the collector accepts and that no request can be sent to.
    EndpointWithoutScheme {
        /// Key path of the exporter.
        setting: String,
        /// The endpoint as written.
        text: String,
    },
    /// `$NAME` where only `${env:NAME}` is a variable.
    BareVariable {
        /// Key path of the value.
        path: String,
        /// The variable.
        name: String,
    },
    /// A variable of the process sends what it dials through a proxy.
    Proxied {
        /// Key path of the client.
        setting: String,
        /// The variable.
        variable: String,
        /// The host that is dialled.
        host: String,
    },
    /// Metrics are asked for and the generator is not configured: it has no `storage.path`.
    GeneratorOff,
    /// The generator is configured and no tenant has a processor.
    GeneratorIdle,
}

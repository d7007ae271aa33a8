//! TLS on either end of an edge, as the engine will really do it.

use crate::diagnostic::Mark;
use crate::model::names::TargetPath;

/// A path to a PEM file and where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileReference {
    /// The path on the host.
    pub path: TargetPath,
    /// Where it is written.
    pub at: Mark,
}

/// What a server really does with its TLS settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ServerTlsMode {
    /// Serves plaintext: no settings, or settings that this engine ignores.
    Plaintext,
    /// Serves TLS.
    Tls,
    /// Starts, but every handshake fails (`tls: {}` on Tempo's receivers).
    HandshakeFails,
    /// Does not start.
    StartFails,
}

/// TLS of a listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerTls {
    /// The effect.
    pub mode: ServerTlsMode,
    /// Certificate chain.
    pub certificate: Option<FileReference>,
    /// Private key.
    pub key: Option<FileReference>,
    /// CA that client certificates are checked against.
    pub client_ca: Option<FileReference>,
    /// Whether a client without a certificate is turned away.
    pub demands_client_certificate: bool,
    /// The block of settings, where there is one.
    pub at: Option<Mark>,
}

impl ServerTls {
    /// A listener without TLS settings.
    pub fn plaintext() -> Self {
        Self {
            mode: ServerTlsMode::Plaintext,
            certificate: None,
            key: None,
            client_ca: None,
            demands_client_certificate: false,
            at: None,
        }
    }
}

/// Whom a client trusts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// This PEM file.
    File(FileReference),
    /// The host's trust store.
    System,
    /// Anybody: verification is switched off.
    Anybody,
    /// A file that is not among these, or a text that is written inline.
    NotHere,
    /// The program decides in code, or nothing in the file tells.
    Unknown,
}

/// TLS of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientTls {
    /// Whether it dials TLS.
    pub enabled: bool,
    /// Whom it trusts; meaningful where `enabled`.
    pub trust: Trust,
    /// The name it checks instead of the dialled host.
    pub server_name: Option<String>,
    /// Client certificate.
    pub certificate: Option<FileReference>,
    /// Its private key.
    pub key: Option<FileReference>,
    /// TLS paths that are written and have no effect because the switch is missing.
    pub ignored: Vec<FileReference>,
    /// The setting that decides, where one is written.
    pub at: Option<Mark>,
}

impl ClientTls {
    /// A client without TLS.
    pub fn plaintext() -> Self {
        Self {
            enabled: false,
            trust: Trust::System,
            server_name: None,
            certificate: None,
            key: None,
            ignored: Vec::new(),
            at: None,
        }
    }
}

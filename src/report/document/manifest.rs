//! What stands in a directory that `render` wrote: each file as a host will have it, and the certificates that
//! an apply will issue. It tells a later render what is its own, and `check --files` what a directory without
//! keys leaves out.

use super::printed;
use crate::model::certificate::{Algorithm, CertificateRole, CertificateSpec, ServerName};
use crate::model::desired::{Content, Desired, DesiredFile, Digest};
use crate::model::env::EnvFormat;
use crate::model::names::{CertificateName, TargetPath};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// Version of this document. The minor number only ever adds.
const FORMAT_VERSION: &str = "1.0";

/// What a render wrote, and what it left out.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RenderManifest {
    /// Version of this document; the minor number only ever adds.
    format_version: String,
    /// The stack.
    pub stack: String,
    /// The digest of everything that the stack wants.
    pub desired: String,
    /// The release of each engine, by its name in the stack.
    pub releases: BTreeMap<String, String>,
    /// Every file, by the path that it has on the host.
    pub files: BTreeMap<String, ManifestFile>,
    /// Applications that run in a container, by the file that each is told by.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub containers: BTreeMap<String, ManifestContainer>,
}

/// What an application in a container has around it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ManifestContainer {
    /// Its name in the stack.
    pub name: String,
    /// How it reaches its host.
    pub host_address: String,
    /// The directory of its certificates on the host.
    pub certificates: String,
    /// Where that directory is mounted.
    pub mounted: String,
}

/// A file as the host will have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ManifestFile {
    /// Four octal digits; of a block only where the file does not exist yet.
    pub mode: String,
    /// `USER:GROUP`.
    pub owner: String,
    /// Whose file it is: an engine, a neighbour, an application.
    pub component: String,
    /// What is in it.
    #[serde(flatten)]
    pub content: ManifestContent,
}

/// What is in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum ManifestContent {
    /// A text that stands in the directory.
    File {
        /// SHA-256 of its bytes, in hexadecimal digits.
        digest: String,
    },
    /// A block of lines in somebody else's file; the directory holds the block alone.
    Block {
        /// SHA-256 of its bytes, in hexadecimal digits.
        digest: String,
        /// Who reads the file.
        dialect: EnvFormat,
    },
    /// A certificate that an apply will issue; it does not stand in the directory.
    Certificate {
        /// What it will say.
        spec: ManifestCertificate,
    },
    /// The private key of a certificate; it does not stand in the directory.
    Key {
        /// The name of the certificate.
        of: String,
    },
}

/// What a certificate will say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ManifestCertificate {
    /// Its name within the stack.
    pub name: String,
    /// `O=` of its subject.
    pub organization: String,
    /// `CN=` of its subject.
    pub common_name: String,
    /// Whether it is the CA.
    pub ca: bool,
    /// Names and addresses of a leaf.
    pub names: Vec<String>,
    /// Whether a leaf is one of a server.
    pub server: bool,
    /// Whether a leaf is one of a client.
    pub client: bool,
    /// Seconds from issue to expiry.
    pub lifetime_seconds: u64,
    /// Seconds before expiry at which it is replaced.
    pub renew_before_seconds: u64,
    /// The algorithm of its key.
    pub algorithm: Algorithm,
}

impl RenderManifest {
    /// Its name in the directory.
    pub const NAME: &str = "tracewright.json";

    /// Of what is wanted, with the texts that are written, by path.
    pub fn of(
        desired: &Desired,
        releases: BTreeMap<String, String>,
        texts: &BTreeMap<TargetPath, String>,
    ) -> Self {
        let file = |((_, path), file): (&_, &DesiredFile)| {
            let text = texts.get(path).map_or("", String::as_str);
            (TargetPath::to_string(path), ManifestFile::of(file, text))
        };
        Self {
            format_version: FORMAT_VERSION.to_owned(),
            stack: desired.stack.to_string(),
            desired: desired.digest().to_string(),
            releases,
            files: desired.files.iter().map(file).collect(),
            containers: BTreeMap::new(),
        }
    }

    /// The same, with what containers have around them.
    pub fn with_containers(mut self, containers: BTreeMap<String, ManifestContainer>) -> Self {
        self.containers = containers;
        self
    }

    /// Reads one; in words what is wrong with it otherwise.
    ///
    /// # Errors
    /// It is none, or one of a later version of the tool, or it names what no host can have.
    pub fn parse(text: &str) -> Result<Self, String> {
        let manifest: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if manifest.format_version.split('.').next() != FORMAT_VERSION.split('.').next() {
            return Err(format!(
                "it has version {}, this tool reads {FORMAT_VERSION}",
                manifest.format_version
            ));
        }
        let flaw =
            |path: &String| TargetPath::new(path.as_str()).flaw().map(|flaw| format!("`{path}` {flaw}"));
        match manifest.files.keys().find_map(flaw) {
            Some(flaw) => Err(flaw),
            None => Ok(manifest),
        }
    }

    /// As it is written: the same bytes for the same stack.
    pub fn text(&self) -> String {
        printed(self)
    }

    /// The digest of a file that stands in the directory.
    pub fn digest(&self, path: &TargetPath) -> Option<&str> {
        self.files.get(path.as_str())?.digest()
    }
}

impl ManifestFile {
    fn of(file: &DesiredFile, text: &str) -> Self {
        let digest = || Digest::of(text.as_bytes()).to_string();
        Self {
            mode: file.mode.to_string(),
            owner: file.owner.to_string(),
            component: file.component.to_string(),
            content: match &file.content {
                Content::Whole(_) => ManifestContent::File { digest: digest() },
                Content::Block { dialect, .. } => {
                    ManifestContent::Block { digest: digest(), dialect: *dialect }
                }
                Content::Certificate(spec) => {
                    ManifestContent::Certificate { spec: ManifestCertificate::of(spec) }
                }
                Content::PrivateKey(name) => ManifestContent::Key { of: name.to_string() },
            },
        }
    }

    /// The digest of its bytes, where it stands in the directory.
    pub fn digest(&self) -> Option<&str> {
        match &self.content {
            ManifestContent::File { digest } | ManifestContent::Block { digest, .. } => Some(digest),
            ManifestContent::Certificate { .. } | ManifestContent::Key { .. } => None,
        }
    }
}

impl ManifestCertificate {
    fn of(spec: &CertificateSpec) -> Self {
        let (names, server, client) = match &spec.role {
            CertificateRole::Ca => (Vec::new(), false, false),
            CertificateRole::Leaf { names, server, client } => {
                (names.iter().map(ServerName::to_string).collect(), *server, *client)
            }
        };
        Self {
            name: spec.name.to_string(),
            organization: spec.organization.clone(),
            common_name: spec.common_name.clone(),
            ca: spec.role == CertificateRole::Ca,
            names,
            server,
            client,
            lifetime_seconds: spec.lifetime.as_secs(),
            renew_before_seconds: spec.renew_before.as_secs(),
            algorithm: spec.algorithm,
        }
    }

    /// What an apply will issue.
    pub fn meant(&self) -> CertificateSpec {
        CertificateSpec {
            name: CertificateName::new(self.name.as_str()),
            organization: self.organization.clone(),
            common_name: self.common_name.clone(),
            role: match self.ca {
                true => CertificateRole::Ca,
                false => CertificateRole::Leaf {
                    names: self.names.iter().map(|name| ServerName::of(name)).collect(),
                    server: self.server,
                    client: self.client,
                },
            },
            lifetime: Duration::from_secs(self.lifetime_seconds),
            renew_before: Duration::from_secs(self.renew_before_seconds),
            algorithm: self.algorithm,
        }
    }
}

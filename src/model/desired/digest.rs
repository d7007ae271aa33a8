//! The digest of what a stack wants: the same on every machine, so that a pull request can name it.
//!
//! The canonical form is a sequence of fields, each written as its length (eight bytes, big-endian) and
//! its bytes, so that no two different values share a form. Maps are in the order of their keys.
//! Certificates enter as what the stack wants: the random bytes of keys and serial numbers are not covered.

use super::{Content, Desired, DesiredFile, HostPath, OnChange};
use crate::model::certificate::{CertificateRole, CertificateSpec};
use crate::model::env::EnvFormat;
use crate::model::names::{HostName, Owner, Scope};
use sha2::{Digest as _, Sha256};
use std::fmt;

/// A SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Its first eight digits: enough to tell two of a handful apart.
    pub fn few(&self) -> String {
        self.to_string().chars().take(8).collect()
    }

    /// Reads 64 hexadecimal digits.
    pub fn parse(hex: &str) -> Option<Self> {
        if hex.len() != 64 || !hex.is_ascii() {
            return None;
        }
        let mut bytes = [0; 32];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&hex[index * 2..index * 2 + 2], 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl From<[u8; 32]> for Digest {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The digest of a [`Desired`], shown as `sha256:…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DesiredDigest(pub Digest);

impl fmt::Display for DesiredDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.0)
    }
}

/// Writes a canonical form straight into the hash.
#[derive(Default)]
pub struct Canonical(Sha256);

impl Canonical {
    /// Adds one field.
    pub fn field(&mut self, bytes: impl AsRef<[u8]>) {
        let bytes = bytes.as_ref();
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    /// Adds a number.
    pub fn number(&mut self, number: u64) {
        self.field(number.to_be_bytes());
    }

    /// The digest of all fields.
    pub fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

impl Desired {
    /// The digest of everything the stack wants, on all hosts.
    pub fn digest(&self) -> DesiredDigest {
        let mut form = Canonical::default();
        form.field("tracewright desired 1");
        form.field(self.stack.as_str());
        form.number(self.directories.len() as u64);
        for ((host, path), directory) in &self.directories {
            place(&mut form, host, path.as_str(), &directory.scope);
            owner(&mut form, &directory.owner);
            form.number(u64::from(directory.mode.0));
            form.number(u64::from(directory.only_below_root));
        }
        form.number(self.files.len() as u64);
        for ((host, path), wanted) in &self.files {
            place(&mut form, host, path.as_str(), &wanted.scope);
            file(&mut form, wanted);
        }
        form.number(self.units.len() as u64);
        for unit in &self.units {
            let name = unit.unit.as_ref().map_or("", |name| name.as_str());
            place(&mut form, &unit.host, name, &unit.scope);
            form.field(unit.component.as_str());
            form.number(u64::from(unit.managed));
            form.field(unit.enablement.as_ref().map_or("", |link| link.path.as_str()));
            form.number(unit.inputs.len() as u64);
            for input in &unit.inputs {
                form.field(input.path.as_str());
                form.field(match input.on_change {
                    OnChange::Restart => "restart",
                    OnChange::ReloadManagerAndRestart => "reload",
                    OnChange::ReadsByItself => "reads",
                });
            }
        }
        DesiredDigest(form.finish())
    }
}

impl Desired {
    /// The digest of each file that the stack wants.
    pub fn file_digests(&self) -> impl Iterator<Item = (&HostPath, Digest)> {
        self.files.iter().map(|(at, wanted)| {
            let mut form = Canonical::default();
            file(&mut form, wanted);
            (at, form.finish())
        })
    }
}

fn place(form: &mut Canonical, host: &HostName, name: &str, scope: &Scope) {
    form.field(host.as_str());
    form.field(name);
    match scope {
        Scope::System => form.field("system"),
        Scope::User(user) => {
            form.field("user");
            form.field(user.as_str());
        }
    }
}

fn owner(form: &mut Canonical, owner: &Owner) {
    form.field(owner.user.as_str());
    form.field(owner.group.as_str());
}

fn file(form: &mut Canonical, wanted: &DesiredFile) {
    owner(form, &wanted.owner);
    form.number(u64::from(wanted.mode.0));
    form.field(wanted.component.as_str());
    match &wanted.content {
        Content::Whole(text) => {
            form.field("whole");
            form.field(text);
        }
        Content::Block { lines, begin, end, dialect } => {
            form.field("block");
            form.field(begin);
            form.field(end);
            form.field(match dialect {
                EnvFormat::Dotenv => "dotenv",
                EnvFormat::Systemd => "systemd",
                EnvFormat::Shell => "shell",
                EnvFormat::Docker => "docker",
                EnvFormat::Injector => "injector",
            });
            form.number(lines.len() as u64);
            lines.iter().for_each(|line| form.field(line));
        }
        Content::Certificate(spec) => {
            form.field("certificate");
            certificate(form, spec);
        }
        Content::PrivateKey(name) => {
            form.field("key");
            form.field(name.as_str());
        }
    }
}

fn certificate(form: &mut Canonical, spec: &CertificateSpec) {
    form.field(spec.name.as_str());
    form.field(&spec.organization);
    form.field(&spec.common_name);
    form.number(spec.lifetime.as_secs());
    form.number(spec.renew_before.as_secs());
    form.field(format!("{:?}", spec.algorithm));
    match &spec.role {
        CertificateRole::Ca => form.field("authority"),
        CertificateRole::Leaf { names, server, client } => {
            form.field("leaf");
            form.number(names.len() as u64);
            names.iter().for_each(|name| form.field(name.to_string()));
            form.number(u64::from(*server));
            form.number(u64::from(*client));
        }
    }
}

//! The folder of the machine that runs the tool where certificate authorities are kept.
//!
//! An authority is two files, `ca-ID.crt` and `ca-ID.key`, named by the start of the certificate's
//! SHA-256. None is ever overwritten: a transaction that is taken back, or a rollback to older
//! certificates, finds the authority that goes with them.
#![expect(clippy::disallowed_methods, reason = "this is the door: keys are kept on this machine")]

use super::HostError;
use crate::model::desired::Digest;
use crate::pki::{Authority, facts_of};
use std::fs::{DirBuilder, File, OpenOptions, read_dir, read_to_string};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// A folder with kept authorities.
#[derive(Clone, Debug)]
pub struct AuthorityFolder {
    path: PathBuf,
    kept: Vec<Authority>,
}

impl AuthorityFolder {
    /// Reads what is kept, the one that lives longest first. The folder need not be there yet; one
    /// inside a git work tree is refused.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, HostError> {
        let path = path.into();
        if let Some(tree) = path.ancestors().find(|folder| folder.join(".git").exists()) {
            let (folder, tree) = (path.display().to_string(), tree.display().to_string());
            return Err(HostError::InWorkTree { folder, tree });
        }
        let mut kept = Vec::new();
        match read_dir(&path) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
            Err(cause) => return Err(fault("list", &path, cause)),
            Ok(entries) => {
                for entry in entries {
                    let certificate = entry.map_err(|cause| fault("list", &path, cause))?.path();
                    if certificate.extension().is_some_and(|suffix| suffix == "crt") {
                        kept.extend(read_pair(&certificate)?);
                    }
                }
            }
        }
        let end =
            |authority: &Authority| facts_of(authority.certificate.as_bytes()).map(|facts| facts.not_after);
        kept.sort_by(|a, b| end(b).cmp(&end(a)).then_with(|| a.certificate.cmp(&b.certificate)));
        Ok(Self { path, kept })
    }

    /// The authorities that were kept when the folder was opened.
    pub fn kept(&self) -> &[Authority] {
        &self.kept
    }

    /// Keeps an authority: the key first, so that a certificate is never there without it.
    pub fn keep(&self, authority: &Authority) -> Result<(), HostError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.path)
            .map_err(|cause| fault("make folder", &self.path, cause))?;
        let id = Digest::of(authority.certificate.as_bytes()).to_string();
        for (suffix, text) in [("key", &authority.key), ("crt", &authority.certificate)] {
            let path = self.path.join(format!("ca-{}.{suffix}", &id[..16]));
            OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&path)
                .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
                .map_err(|cause| fault("write", &path, cause))?;
        }
        File::open(&self.path)
            .and_then(|folder| folder.sync_all())
            .map_err(|cause| fault("synchronize", &self.path, cause))
    }
}

/// A certificate and its key; `None` where the key is not beside it.
fn read_pair(certificate: &Path) -> Result<Option<Authority>, HostError> {
    let text = |path: &Path| read_to_string(path).map_err(|cause| fault("read", path, cause));
    let key = certificate.with_extension("key");
    if !key.exists() {
        return Ok(None);
    }
    Ok(Some(Authority { certificate: text(certificate)?, key: text(&key)? }))
}

fn fault(operation: &'static str, path: &Path, cause: io::Error) -> HostError {
    HostError::Io { operation, path: path.display().to_string(), cause }
}

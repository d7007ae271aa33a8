//! The files of a trial: written plainly, for nobody but this user, and issued for this trial alone.

use super::TrialError;
use crate::model::desired::{Content, Desired};
use crate::model::names::{CertificateName, TargetPath};
use crate::pki::{Issued, issue};
use crate::wiring::Wiring;
use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Writes everything that is wanted below the trial's directory (units stand elsewhere and are left
/// out), with fresh certificates. Gives the file of their CA, which is there where anything
/// serves TLS.
///
/// # Errors
/// The machine refuses, or no certificate can be issued.
pub fn write(
    wiring: &Wiring<'_>,
    desired: &Desired,
    directory: &TargetPath,
    now: SystemTime,
) -> Result<PathBuf, TrialError> {
    let issued = certificates(wiring, now)?;
    for place in wiring.engines.values() {
        for data in &place.data {
            make(Path::new(data.as_str()))?;
        }
        let home = place.config.parent();
        file(Path::new(home.join("secret").as_str()), "a placeholder")?;
    }
    for ((_, path), wanted) in desired.files.iter().filter(|((_, path), _)| path.is_within(directory)) {
        file(Path::new(path.as_str()), &text(&wanted.content, &issued))?;
    }
    let ca = PathBuf::from(directory.join("ca.crt").as_str());
    if let Some(pair) = issued.pairs.get(&CertificateName::new("ca")) {
        file(&ca, &pair.certificate)?;
    }
    Ok(ca)
}

fn certificates(wiring: &Wiring<'_>, now: SystemTime) -> Result<Issued, TrialError> {
    let Some(ca) = wiring.certificates.get(&CertificateName::new("ca")) else { return Ok(Issued::default()) };
    let leaves: Vec<_> = wiring.certificates.values().filter(|spec| spec.name != ca.name).cloned().collect();
    Ok(issue(&leaves, ca, None, now)?)
}

fn text(content: &Content, issued: &Issued) -> String {
    let pair = |name: &CertificateName| issued.pairs.get(name).expect("every wish was issued");
    match content {
        Content::Whole(text) => text.clone(),
        Content::Block { lines, begin, end, .. } => format!("{begin}\n{}\n{end}\n", lines.join("\n")),
        Content::Certificate(spec) => pair(&spec.name).certificate.clone(),
        Content::PrivateKey(name) => pair(name).key.clone(),
    }
}

pub(super) fn file(path: &Path, text: &str) -> Result<(), TrialError> {
    if let Some(directory) = path.parent() {
        make(directory)?;
    }
    let opened = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
    opened.and_then(|mut file| file.write_all(text.as_bytes())).map_err(TrialError::io("write", path))
}

fn make(directory: &Path) -> Result<(), TrialError> {
    fs::create_dir_all(directory).map_err(TrialError::io("make", directory))
}

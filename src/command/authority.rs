//! The folder where a stack's certificate authority is kept, on the machine that runs apply.

#![expect(
    clippy::disallowed_methods,
    reason = "the authority's folder is no managed path: it is the operator's own"
)]

use super::{Exit, Stop};
use crate::diagnostic::{Code, Finding, KeyPart, KeyPath};
use crate::pki::Authority;
use crate::stack::CertificateSettings;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// What is kept in the folder that the stack names; nothing where it names none, or nothing is there yet.
///
/// # Errors
/// The folder lies in a git work tree, or cannot be read.
pub fn load(settings: &CertificateSettings) -> Result<Vec<Authority>, Stop> {
    let Some(folder) = settings.folder.as_ref().map(Path::new) else { return Ok(Vec::new()) };
    outside_of_git(folder)?;
    let read = |name: &str| match fs::read_to_string(folder.join(name)) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(fault("read", &folder.join(name), &error)),
    };
    let kept = (read("ca.crt")?, read("ca.key")?);
    Ok(match kept {
        (Some(certificate), Some(key)) => vec![Authority { certificate, key }],
        _ => Vec::new(),
    })
}

/// Keeps an authority that was made, where the stack names a folder for it.
///
/// # Errors
/// The folder cannot be written.
pub fn keep(settings: &CertificateSettings, authority: Option<&Authority>) -> Result<(), Stop> {
    let (Some(folder), Some(authority)) = (settings.folder.as_ref().map(Path::new), authority) else {
        return Ok(());
    };
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| fault("create", folder, &error))?;
    for (name, text) in [("ca.crt", &authority.certificate), ("ca.key", &authority.key)] {
        write(&folder.join(name), text)?;
    }
    Ok(())
}

/// Under a name of its own first, so that a reader sees the old pair or the new one.
fn write(path: &Path, text: &str) -> Result<(), Stop> {
    let staged = path.with_extension("new");
    let file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&staged);
    file.and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&staged, path))
        .map_err(|error| fault("write", path, &error))
}

/// A key must not be committed by accident.
fn outside_of_git(folder: &Path) -> Result<(), Stop> {
    let Some(tree) = folder.ancestors().find(|above| above.join(".git").exists()) else { return Ok(()) };
    let finding = Finding::error(
        Code("authority-in-git"),
        "the authority's folder lies inside a git work tree",
    )
    .at((KeyPath::of(["certificates", "folder"]), KeyPart::Value), format!("below `{}`", tree.display()));
    Err(finding.help("a folder outside of it: the key of the authority must not be committed").into())
}

fn fault(what: &str, path: &Path, error: &std::io::Error) -> Stop {
    Stop::Because(Exit::Machine, format!("cannot {what} `{}`: {error}", path.display()))
}

//! The folder where a stack's certificate authority is kept, on the machine that runs apply.

use super::{Stop, host};
use crate::diagnostic::{Code, Finding};
use crate::stack::CertificateSettings;
use crate::target::{AuthorityFolder, TargetError};

/// The folder that the stack names, with what is kept in it; `None` where it names none.
///
/// # Errors
/// The folder lies in a git work tree, or cannot be read.
pub fn open(settings: &CertificateSettings) -> Result<Option<AuthorityFolder>, Stop> {
    let Some(folder) = &settings.folder else { return Ok(None) };
    match AuthorityFolder::open(folder) {
        Ok(folder) => Ok(Some(folder)),
        Err(TargetError::InWorkTree { tree, .. }) => Err(in_git(&tree).into()),
        Err(error) => Err(host::stopped(&error.into())),
    }
}

/// A key must not be committed by accident.
fn in_git(tree: &str) -> Finding {
    let title = format!("`certificates.folder` lies inside the git work tree `{tree}`");
    Finding::error(Code("authority-in-git"), title)
        .help("a folder outside of it: the key of the authority must not be committed")
}

//! The folder where a stack's certificate authorities are kept, on the machine that runs apply.

use super::Stop;
use crate::diagnostic::{Code, Finding};
use crate::stack::CertificateSettings;
use crate::target::{AuthorityFolder, TargetError};

/// The folder that the stack names, with what is kept in it; `None` where it names none.
///
/// # Errors
/// The folder lies in a git work tree, or cannot be read.
pub fn open(settings: &CertificateSettings) -> Result<Option<AuthorityFolder>, Stop> {
    let Some(folder) = &settings.folder else { return Ok(None) };
    AuthorityFolder::open(folder).map(Some).map_err(|error| match &error {
        TargetError::InWorkTree { folder, tree } => {
            let title = format!("the authority's folder `{folder}` lies inside the git work tree `{tree}`");
            let help = "certificates.folder: a folder outside of it; the key must not be committed";
            Finding::error(Code("authority-in-git"), title).help(help).into()
        }
        _ => Stop::machine(&error),
    })
}

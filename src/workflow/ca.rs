//! The directory where a stack's CA is kept, on the machine that runs apply.

use super::host::{self, HostChoice};
use super::session::Stop;
use crate::diagnostic::{Code, Finding};
use crate::host::{CaDirectory, HostError};
use crate::model::ground::Ground;
use crate::stack::CertificateSettings;

/// The directory that the stack names, below the root where there is one, or on a machine the one in the
/// state, with what is kept in it; `None` below a root directory where none is named: the key is dropped then.
///
/// # Errors
/// The directory lies in a git work tree, others may write to it, or it cannot be read.
pub fn open(
    settings: &CertificateSettings,
    place: &HostChoice,
    ground: &Ground,
) -> Result<Option<CaDirectory>, Stop> {
    let opened = match (place.root(), &settings.directory) {
        (None, Some(named)) => CaDirectory::open(named.as_str()),
        (None, None) => CaDirectory::open(ground.state().join("authority").as_str()),
        (Some(root), Some(named)) => CaDirectory::below(root, named),
        (Some(_), None) => return Ok(None),
    };
    match opened {
        Ok(directory) => Ok(Some(directory)),
        Err(HostError::InWorkTree { tree, .. }) => Err(in_git(&tree).into()),
        Err(HostError::Shared { at, what, .. }) => Err(shared(&at, &what).into()),
        Err(error) => Err(host::stopped(&error.into())),
    }
}

/// Whoever may put another file in the place of the key is the CA.
fn shared(at: &str, what: &str) -> Finding {
    let title = format!("others may put their own CA into `certificates.folder`: `{at}` {what}");
    Finding::error(Code("authority-shared"), title)
        .help(format!("`chmod go-w {at}`, or a directory that is yours alone; look at what is in it first"))
}

/// A key must not be committed by accident.
fn in_git(tree: &str) -> Finding {
    let title = format!("`certificates.folder` lies inside the git work tree `{tree}`");
    Finding::error(Code("authority-in-git"), title)
        .help("a directory outside of it: the key of the CA must not be committed")
}

//! A directory that is named by `--root`: refused before anything is looked at where it cannot stand for a host.

use super::session::Stop;
use crate::diagnostic::{Code, Finding};
use rustix::fs::{Access, access};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

const CODE: Code = Code("root-unusable");

/// Refuses what is no directory, and the root of this machine by whatever name: below it nothing would have
/// its owner, no service would be restarted, and the state would be that of the live stack.
///
/// # Errors
/// It is one of these.
pub(super) fn refuse(root: &Path) -> Result<(), Stop> {
    let shown = root.display();
    let Ok(seen) = std::fs::metadata(root) else { return Ok(()) };
    if !seen.is_dir() {
        let title = format!("`--root {shown}` is no directory; nothing was changed");
        return Err(Finding::error(CODE, title)
            .help("a directory, or a name where one can be made: `--root out`")
            .into());
    }
    let this = std::fs::metadata("/").map_err(|error| Stop::machine(&error))?;
    if (seen.dev(), seen.ino()) == (this.dev(), this.ino()) {
        let title = format!("`--root {shown}` is this machine itself; nothing was changed");
        return Err(Finding::error(CODE, title)
            .help("leave `--root` out: then owners are set, services restarted, and it is proven")
            .into());
    }
    Ok(())
}

/// Refuses one that cannot be written, for a verb that is about to.
///
/// # Errors
/// It, or the directory in which it would be made, cannot.
pub(super) fn refuse_unwritable(root: &Path) -> Result<(), Stop> {
    let absolute = std::path::absolute(root).map_err(|error| Stop::machine(&error))?;
    let Some(there) = absolute.ancestors().find(|above| above.exists()) else { return Ok(()) };
    let Err(errno) = access(there, Access::WRITE_OK | Access::EXEC_OK) else { return Ok(()) };
    let error = std::io::Error::from(errno);
    let title = format!("`--root {}` cannot be written: {error}; nothing was changed", root.display());
    Err(Finding::error(CODE, title)
        .help(format!(
            "`ls -ld {0}` and `findmnt --target {0}` show why; or another directory",
            there.display()
        ))
        .into())
}

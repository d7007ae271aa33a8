//! Extended attributes and access lists: those of a replaced file, taken over by its successor, and those
//! that a directory would give to what is made in it.
//!
//! Only those that an owner may set (`user.`, POSIX access lists) are copied; labels of a security
//! module are the business of that module.

use rustix::fd::AsFd;
use rustix::fs::{XattrFlags, fgetxattr, flistxattr, fremovexattr, fsetxattr};
use rustix::io::Errno;

/// The access list of a file or directory, beside its mode.
const ACCESS: &str = "system.posix_acl_access";
/// What a directory gives to what is made in it.
const DEFAULT: &str = "system.posix_acl_default";

/// Takes away what a new file or directory was given by the default list of the directory that it is made in:
/// such an entry for somebody else sleeps under a mode of 0600 and wakes up with the first bit of the group.
pub(super) fn clear(made: &impl AsFd) -> Result<(), Errno> {
    for name in [ACCESS, DEFAULT] {
        match fremovexattr(made, name) {
            // There is none, it is no directory, or the file system knows of none.
            Ok(()) | Err(Errno::NODATA | Errno::OPNOTSUPP | Errno::ACCESS | Errno::INVAL) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

/// The largest list and value the kernel knows.
const LARGEST: usize = 64 * 1024;

pub(super) fn copy(from: &impl AsFd, to: &impl AsFd) -> Result<(), Errno> {
    let mut list = vec![0_u8; LARGEST];
    let length = match flistxattr(from, list.as_mut_slice()) {
        Ok(length) => length,
        Err(Errno::OPNOTSUPP) => return Ok(()),
        Err(errno) => return Err(errno),
    };
    for name in list[..length].split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        if !name.starts_with(b"user.") && name != ACCESS.as_bytes() {
            continue;
        }
        let mut value = vec![0_u8; LARGEST];
        let length = fgetxattr(from, name, value.as_mut_slice())?;
        fsetxattr(to, name, &value[..length], XattrFlags::empty())?;
    }
    Ok(())
}

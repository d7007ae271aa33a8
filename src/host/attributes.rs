//! Extended attributes and access lists of a replaced file, taken over by its successor.
//!
//! Only those that an owner may set (`user.`, POSIX access lists) are copied; labels of a security
//! module are the business of that module.

use rustix::fd::AsFd;
use rustix::fs::{XattrFlags, fgetxattr, flistxattr, fsetxattr};
use rustix::io::Errno;

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
        if !name.starts_with(b"user.") && name != b"system.posix_acl_access" {
            continue;
        }
        let mut value = vec![0_u8; LARGEST];
        let length = fgetxattr(from, name, value.as_mut_slice())?;
        fsetxattr(to, name, &value[..length], XattrFlags::empty())?;
    }
    Ok(())
}

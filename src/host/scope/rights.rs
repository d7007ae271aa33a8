//! Giving up root for good. Done by a process that root has started for a user, before it does anything
//! else, while it has one thread: the kernel keeps these rights for each thread.

use super::super::{Person, file_names};
use rustix::process::{
    DumpableBehavior, Signal, getegid, geteuid, getgid, getgroups, getuid, set_dumpable_behavior,
    set_parent_process_death_signal,
};
use rustix::thread::{
    CapabilitySet, Gid, Uid, capabilities, clear_ambient_capability_set, set_no_new_privs, set_thread_groups,
    set_thread_res_gid, set_thread_res_uid,
};
use std::io::{Error, Result};
use std::path::Path;

/// Takes the rights of a user, no more and no less, and makes sure that there is no way back.
///
/// # Errors
/// This process is not root's, the user is root, or the system refused.
pub(super) fn become_user(person: &Person) -> Result<()> {
    if person.uid == 0 {
        return Err(Error::other("root needs nobody to work for it"));
    }
    if file_names(Path::new("/proc/self/task")).len() != 1 {
        return Err(Error::other("more than one thread would have to give up root"));
    }
    let (uid, gid) = (Uid::from_raw(person.uid), Gid::from_raw(person.gid));
    let groups: Vec<_> = person.groups.iter().copied().map(Gid::from_raw).collect();
    set_thread_groups(&groups)?;
    set_thread_res_gid(gid, gid, gid)?;
    set_thread_res_uid(uid, uid, uid)?;
    clear_ambient_capability_set()?;
    set_no_new_privs(true)?;
    // The user could trace it otherwise, and read what root's next request says. Both lines must come
    // after the change of user, which resets them.
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    set_parent_process_death_signal(Some(Signal::KILL))?;
    verify(uid, gid, groups)
}

fn verify(uid: Uid, gid: Gid, mut groups: Vec<Gid>) -> Result<()> {
    let root = Uid::ROOT;
    if set_thread_res_uid(root, root, root).is_ok() || set_thread_res_uid(None, root, None).is_ok() {
        return Err(Error::other("root could be had back"));
    }
    let mut kept = getgroups()?;
    groups.sort_unstable_by_key(|gid| gid.as_raw());
    kept.sort_unstable_by_key(|gid| gid.as_raw());
    let is_user = [getuid(), geteuid()] == [uid; 2] && [getgid(), getegid()] == [gid; 2] && kept == groups;
    let sets = capabilities(None)?;
    let none = CapabilitySet::empty();
    if !is_user || sets.effective != none || sets.permitted != none {
        return Err(Error::other("some rights of root are still there"));
    }
    Ok(())
}

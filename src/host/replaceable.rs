//! Who beside root could put another program in the place of one.
//!
//! Root must not start what an unprivileged user may replace: that would be the user's program with
//! root's rights. Whoever owns a part of a path, or may write to a directory of it, may replace what it
//! leads to; of a directory with the sticky bit only an entry's own owner may.

use super::Accounts;
use std::fmt;
use std::fs::{Metadata, read_link, symlink_metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

/// As many links as the kernel follows.
const LINKS: u32 = 40;
const WORLD: u32 = 0o002;
const GROUP: u32 = 0o020;
const STICKY: u32 = 0o1000;

/// A part of the way to a program that is not root's alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaceable {
    /// That part.
    pub at: PathBuf,
    /// Who may.
    pub by: Who,
}

/// Who may replace something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// The user of this number.
    User(u32),
    /// The members of the group of this number.
    Group(u32),
    /// Everybody.
    Anybody,
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(uid) => {
                // The number will do where the user database does not answer.
                let known = Accounts::of_this_machine().and_then(|accounts| accounts.user_of(*uid));
                match known.ok().flatten() {
                    Some(person) => write!(f, "user {}", person.name),
                    None => write!(f, "user {uid}"),
                }
            }
            Self::Group(gid) => write!(f, "group {gid}"),
            Self::Anybody => f.write_str("anybody"),
        }
    }
}

/// The first part of the way to a program, links included, that somebody else than root may replace. A
/// way that cannot be followed to its end leads to nothing that could be started.
pub fn replaceable(program: &Path) -> Option<Replaceable> {
    let program = std::path::absolute(program).ok()?;
    let (mut links, mut at) = (LINKS, PathBuf::from("/"));
    let mut left: Vec<PathBuf> = parts(&program);
    if let Some(by) = theirs(&symlink_metadata("/").ok()?) {
        return Some(Replaceable { at, by });
    }
    while let Some(part) = left.pop() {
        if part == Path::new("..") {
            at.pop();
            continue;
        }
        let next = at.join(&part);
        let metadata = symlink_metadata(&next).ok()?;
        if let Some(by) = theirs(&metadata) {
            return Some(Replaceable { at: next, by });
        }
        if !metadata.is_symlink() {
            at = next;
            continue;
        }
        links = links.checked_sub(1)?;
        let to = read_link(&next).ok()?;
        if to.is_absolute() {
            at = PathBuf::from("/");
        }
        left.extend(parts(&to));
    }
    None
}

/// The parts of a path, the first one last.
fn parts(path: &Path) -> Vec<PathBuf> {
    let named = |part| match part {
        Component::Normal(name) => Some(PathBuf::from(name)),
        Component::ParentDir => Some(PathBuf::from("..")),
        Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
    };
    path.components().rev().filter_map(named).collect()
}

fn theirs(metadata: &Metadata) -> Option<Who> {
    let (uid, gid, mode) = (metadata.uid(), metadata.gid(), metadata.mode());
    let sticky = metadata.is_dir() && mode & STICKY != 0;
    let shared = !metadata.is_symlink() && !sticky;
    match () {
        () if uid != 0 => Some(Who::User(uid)),
        () if shared && mode & WORLD != 0 => Some(Who::Anybody),
        () if shared && mode & GROUP != 0 && gid != 0 => Some(Who::Group(gid)),
        () => None,
    }
}

//! Reaching a path below a root, component by component.
//!
//! Below a root directory no symbolic link is ever followed. On a live machine others are at work in the
//! same tree, so a walk is careful: once a directory belongs to an unprivileged user, all that follow must
//! be that user's, who else could put another's directory in the way; and a link is followed only where
//! root alone could have made it (`/lib`, `/var/run`).

use super::HostError;
use crate::model::names::TargetPath;
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{AtFlags, FileType, Mode as Bits, OFlags, fstat, openat, readlinkat, statat};
use rustix::io::Errno;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// How a directory on the way is opened: never through a link.
const DIRECTORY: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
/// A directory that may be gone through and not be read.
const PASSED: OFlags = DIRECTORY.union(OFlags::PATH);
/// As many links as the system follows itself.
const MOST_LINKS: usize = 40;
/// Bits of a directory in which others than its owner may change names.
const OTHERS_WRITE: u32 = 0o022;

/// Whether others are at work in the same tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Care {
    /// They are not: a directory laid out like a host.
    Plain,
    /// They are: a live machine.
    Guarded,
}

/// A directory that was reached.
#[derive(Debug)]
pub(super) struct OpenDirectory {
    descriptor: OwnedFd,
    /// Where it is, with the links that were followed resolved.
    real: String,
    /// The unprivileged user in whose part of the tree it stands.
    within: Option<u32>,
}

impl AsFd for OpenDirectory {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }
}

/// The open directories of one look or step, so that a directory is opened once for all that stands in it.
#[derive(Debug)]
pub(super) struct DirectoryWalk {
    root: PathBuf,
    care: Care,
    open: BTreeMap<String, Option<Rc<OpenDirectory>>>,
    /// How many links are being followed at the moment.
    links: usize,
}

impl DirectoryWalk {
    pub(super) fn below(root: PathBuf, care: Care) -> Self {
        Self { root, care, open: BTreeMap::new(), links: 0 }
    }

    /// Lets go of all directories.
    pub(super) fn end(&mut self) {
        self.open.clear();
    }

    /// Lets go of what was reached at a path that something else gets or leaves, and below it.
    pub(super) fn forget(&mut self, path: &TargetPath) {
        self.open.retain(|directory, _| !TargetPath::new(directory.as_str()).is_within(path));
    }

    /// A directory, or `None` where it, or one on the way, is missing or is no directory. What is spelt with `..`
    /// is nowhere: no path that was judged is, and a record that somebody wrote could be.
    pub(super) fn directory(&mut self, path: &str) -> Result<Option<Rc<OpenDirectory>>, HostError> {
        let (mut at, mut reached) = self.known_above(path)?;
        while at < path.len() && path != "/" {
            let name = &path[at..].trim_start_matches('/');
            let start = path.len() - name.len();
            let end = name.find('/').map_or(path.len(), |length| start + length);
            let (name, here) = (&path[start..end], &path[..end]);
            let opened = match &reached {
                Some(parent) if is_name(name) => self.open_in(&Rc::clone(parent), name, here)?,
                _ => None,
            };
            self.open.insert(here.to_owned(), opened.clone());
            if opened.is_none() {
                return Ok(None);
            }
            (at, reached) = (end, opened);
        }
        Ok(reached)
    }

    /// The lowest directory on the way that is open already, and how far that is; else the root.
    fn known_above(&mut self, path: &str) -> Result<(usize, Option<Rc<OpenDirectory>>), HostError> {
        let ends = std::iter::once(path.len()).chain(path.rmatch_indices('/').map(|(end, _)| end));
        for end in ends.filter(|end| *end > 0) {
            if let Some(known) = self.open.get(&path[..end]) {
                return Ok(if known.is_some() { (end, known.clone()) } else { (path.len(), None) });
            }
        }
        if let Some(root) = self.open.get("/") {
            return Ok(if root.is_some() { (0, root.clone()) } else { (path.len(), None) });
        }
        let root = self.open_root()?;
        self.open.insert("/".to_owned(), root.clone());
        Ok(if root.is_some() { (0, root) } else { (path.len(), None) })
    }

    /// Keeps a directory that was opened to be looked at, for what stands in it. To look at one is not yet
    /// to go through it: where that matters it is opened again.
    pub(super) fn remember(&mut self, path: &TargetPath, descriptor: OwnedFd) -> Rc<OpenDirectory> {
        let directory = Rc::new(OpenDirectory { descriptor, real: path.as_str().to_owned(), within: None });
        if self.care == Care::Plain {
            self.open.insert(path.as_str().to_owned(), Some(Rc::clone(&directory)));
        }
        directory
    }

    fn open_root(&self) -> Result<Option<Rc<OpenDirectory>>, HostError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        match rustix::fs::open(&self.root, flags, Bits::empty()) {
            Ok(descriptor) => self.enter(None, descriptor, "/").map(Some),
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(fault("open directory", &self.root.display(), errno)),
        }
    }

    fn open_in(
        &mut self,
        parent: &OpenDirectory,
        name: &str,
        path: &str,
    ) -> Result<Option<Rc<OpenDirectory>>, HostError> {
        let opened = match openat(parent, name, DIRECTORY, Bits::empty()) {
            Err(Errno::ACCESS) => openat(parent, name, PASSED, Bits::empty()),
            opened => opened,
        };
        match (opened, self.care) {
            (Ok(descriptor), _) => self.enter(Some(parent), descriptor, path).map(Some),
            (Err(Errno::NOENT | Errno::NAMETOOLONG), _) => Ok(None),
            (Err(Errno::NOTDIR | Errno::LOOP), Care::Plain) => Ok(None),
            (Err(Errno::NOTDIR | Errno::LOOP), Care::Guarded) => self.follow(parent, name, path),
            (Err(errno), _) => Err(self.fault("open directory", path, errno)),
        }
    }

    /// A directory that was opened, if it may be gone through.
    fn enter(
        &self,
        parent: Option<&OpenDirectory>,
        descriptor: OwnedFd,
        path: &str,
    ) -> Result<Rc<OpenDirectory>, HostError> {
        let real = match (parent, path.rsplit_once('/')) {
            (Some(parent), Some((_, name))) => format!("{}/{name}", parent.real.trim_end_matches('/')),
            _ => "/".to_owned(),
        };
        let mut within = parent.and_then(|parent| parent.within);
        if self.care == Care::Guarded {
            let owner = fstat(&descriptor).map_err(|errno| self.fault("look at", path, errno))?.st_uid;
            if let Some(user) = within.filter(|user| *user != owner) {
                return Err(HostError::Swappable { at: shown(&self.root, &real), owner, user });
            }
            within = (owner != 0).then_some(owner);
        }
        Ok(Rc::new(OpenDirectory { descriptor, real, within }))
    }

    /// Where a link that root alone could have made leads; `None` for any other, and for what is none.
    fn follow(
        &mut self,
        parent: &OpenDirectory,
        name: &str,
        path: &str,
    ) -> Result<Option<Rc<OpenDirectory>>, HostError> {
        let fail = |errno| self.fault("follow the link", path, errno);
        let link = match statat(parent, name, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => return Ok(None),
            looked => looked.map_err(fail)?,
        };
        let directory = fstat(parent).map_err(fail)?;
        let by_root = link.st_uid == 0 && directory.st_uid == 0 && directory.st_mode & OTHERS_WRITE == 0;
        if FileType::from_raw_mode(link.st_mode) != FileType::Symlink || !by_root {
            return Ok(None);
        }
        // Links that lead to themselves lead nowhere, as far as the system is concerned.
        if self.links == MOST_LINKS {
            return Ok(None);
        }
        let to = readlinkat(parent, name, Vec::new()).map_err(fail)?;
        let to = to.to_str().map_err(|_| fail(Errno::ILSEQ))?;
        let target = resolve(&parent.real, to);
        self.links += 1;
        let reached = self.directory(&target);
        self.links -= 1;
        reached
    }

    /// The directory that a path stands in, which must be there, and the path's name in it.
    pub(super) fn parent<'p>(
        &mut self,
        operation: &'static str,
        path: &'p TargetPath,
    ) -> Result<(Rc<OpenDirectory>, &'p str), HostError> {
        let parent = path.parent();
        let name = path.file_name();
        match self.directory(parent.as_str())?.filter(|_| is_name(name)) {
            Some(directory) => Ok((directory, name)),
            None => Err(HostError::NoDirectory {
                operation,
                path: shown(&self.root, path.as_str()),
                at: shown(&self.root, parent.as_str()),
            }),
        }
    }

    fn fault(&self, operation: &'static str, path: &str, errno: Errno) -> HostError {
        fault(operation, &shown(&self.root, path), errno)
    }
}

/// Where a link in a directory points. The directory's own path holds no link, so `..` is the part above.
fn resolve(directory: &str, to: &str) -> String {
    let mut parts: Vec<&str> = if to.starts_with('/') { Vec::new() } else { directory.split('/').collect() };
    for part in to.split('/') {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    let parts: Vec<_> = parts.into_iter().filter(|part| !matches!(*part, "" | ".")).collect();
    format!("/{}", parts.join("/"))
}

/// Whether it names something in a directory, and is no way out of it.
pub(super) fn is_name(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && !name.contains('\0')
}

/// A path as the person knows it.
pub(super) fn shown(root: &Path, path: &str) -> String {
    root.join(path.trim_start_matches('/')).display().to_string()
}

pub(super) fn fault(operation: &'static str, path: &impl ToString, errno: Errno) -> HostError {
    HostError::Io { operation, path: path.to_string(), cause: errno.into() }
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn a_link_is_read_from_the_directory_it_stands_in() {
        assert_eq!(resolve("/", "usr/lib"), "/usr/lib");
        assert_eq!(resolve("/var", "../run/./x/"), "/run/x");
        assert_eq!(resolve("/var/lib", "/srv//data"), "/srv/data");
        assert_eq!(resolve("/var", "../../../.."), "/");
        assert_eq!(resolve("/var/lib/a", ".."), "/var/lib");
    }
}

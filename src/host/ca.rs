//! The directory of the machine that runs the tool where CAs are kept.
//!
//! A CA is two files, `ca-ID.crt` and `ca-ID.key`, named by the start of the certificate's
//! SHA-256. None is ever overwritten: a transaction that is taken back, or a rollback to older
//! certificates, finds the CA that goes with them. Each gets its name when it is whole and durable.
//! The directory must be one in which nobody else can change names: who could, would be the authority.

use super::HostError;
use super::new_root::{IGNORE, IGNORE_ALL};
use crate::model::desired::Digest;
use crate::pki::private_key::{is_private_key, public_key_digest};
use crate::pki::{CaPair, facts_of};
use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{
    AtFlags, Dir, FileType, FlockOperation, Mode as Bits, OFlags, RenameFlags, flock, fstat, fsync, open,
    openat, renameat_with, unlinkat,
};
use rustix::io::Errno;
use std::fs::{DirBuilder, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

/// No certificate or key is larger.
const LARGEST: u64 = 1024 * 1024;
/// What ends the name of a file that is not whole yet.
const UNFINISHED: &str = ".new";
/// Bits of a directory with which others than its owner may change names in it.
const OTHERS_WRITE: u32 = 0o022;
const EVERYBODY_WRITES: u32 = 0o002;
const STICKY: u32 = 0o1000;

/// A directory with kept CAs.
#[derive(Clone, Debug)]
pub struct CaDirectory {
    /// Where it really is, links followed.
    path: PathBuf,
    /// As it was named: below a root directory the path on the host.
    named: String,
    kept: Vec<CaPair>,
}

impl CaDirectory {
    /// Reads what is kept, the one that lives longest first. The directory need not be there yet.
    ///
    /// # Errors
    /// It is inside a git work tree, others may write to it, or what is in it cannot be read.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, HostError> {
        let path = path.into();
        let named = path.display().to_string();
        let path = real(&path)?;
        refuse_work_tree(&path)?;
        Self::read(path, named)
    }

    /// The same below the root directory of a host that is not live: nothing outside of it is read or
    /// written, wherever links lead. Git is told to leave a root of ours alone.
    ///
    /// # Errors
    /// As [`Self::open`]; a link leads out of the root.
    pub fn below(root: &Path, named: &str) -> Result<Self, HostError> {
        let root = real(root)?;
        let path = real(&root.join(named.trim_start_matches('/')))?;
        if !path.starts_with(&root) {
            let path = path.display().to_string();
            return Err(HostError::Strange {
                path,
                what: "something that a link leads to, out of the root,",
            });
        }
        if !is_ignored(&root)? {
            refuse_work_tree(&path)?;
        }
        Self::read(path, named.to_owned())
    }

    fn read(path: PathBuf, named: String) -> Result<Self, HostError> {
        let mut kept = Vec::new();
        if let Some(directory) = private(&path)? {
            for name in names(&directory, &path)?.iter().filter(|name| name.ends_with(".crt")) {
                kept.extend(read_pair((&directory, &path), name)?);
            }
        }
        let end = |ca: &CaPair| facts_of(ca.certificate.as_bytes()).map(|facts| facts.not_after);
        kept.sort_by(|a, b| end(b).cmp(&end(a)).then_with(|| a.certificate.cmp(&b.certificate)));
        Ok(Self { path, named, kept })
    }

    /// Its path, as it was named.
    pub fn named(&self) -> &str {
        &self.named
    }

    /// The CAs that were kept when the directory was opened.
    pub fn kept(&self) -> &[CaPair] {
        &self.kept
    }

    /// Keeps a CA: the key first, so that a certificate is never there without it.
    ///
    /// # Errors
    /// The system refused; then neither is there, or the key alone, which signs nothing.
    pub fn keep(&self, ca: &CaPair) -> Result<(), HostError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.path)
            .map_err(|cause| fault("make directory", &self.path, cause))?;
        let gone = || fault("open directory", &self.path, io::ErrorKind::NotFound.into());
        let directory = private(&self.path)?.ok_or_else(gone)?;
        // Another stack may keep its own here at the same time, and what is not whole is nobody's then.
        flock(&directory, FlockOperation::LockExclusive)
            .map_err(|errno| fault("lock", &self.path, errno.into()))?;
        for name in names(&directory, &self.path)? {
            if name.starts_with(".ca-") && name.ends_with(UNFINISHED) {
                unlinkat(&directory, &*name, AtFlags::empty())
                    .map_err(|errno| fault("remove", &self.path.join(name), errno.into()))?;
            }
        }
        let id = Digest::of(ca.certificate.as_bytes()).to_string();
        for (suffix, text) in [("key", &ca.key), ("crt", &ca.certificate)] {
            let name = format!("ca-{}.{suffix}", &id[..16]);
            write(&directory, &name, text)
                .map_err(|errno| fault("write", &self.path.join(&name), errno.into()))?;
        }
        fsync(&directory).map_err(|errno| fault("synchronize", &self.path, errno.into()))
    }
}

/// A key must not be committed by accident.
fn refuse_work_tree(path: &Path) -> Result<(), HostError> {
    match path.ancestors().find(|directory| directory.join(".git").exists()) {
        None => Ok(()),
        Some(tree) => {
            let (directory, tree) = (path.display().to_string(), tree.display().to_string());
            Err(HostError::InWorkTree { directory, tree })
        }
    }
}

/// Whether git is told to leave a root alone, as it is of those that are made here.
fn is_ignored(root: &Path) -> Result<bool, HostError> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    match open(root, flags, Bits::empty()) {
        Err(Errno::NOENT) => Ok(true),
        Err(errno) => Err(fault("open directory", root, errno.into())),
        Ok(directory) => {
            let told = read((&directory, root), IGNORE)?;
            Ok(told.is_some_and(|told| told.as_bytes() == IGNORE_ALL))
        }
    }
}

/// Writes a file under a name that nobody reads, and gives it its own when it is durable.
fn write(directory: &OwnedFd, name: &str, text: &str) -> rustix::io::Result<()> {
    let unfinished = format!(".{name}{UNFINISHED}");
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let whole = || {
        let file = openat(directory, &*unfinished, flags, Bits::from_raw_mode(0o600))?;
        super::attributes::clear(&file)?;
        let mut file = File::from(file);
        file.write_all(text.as_bytes()).map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?;
        fsync(&file)?;
        renameat_with(directory, &*unfinished, directory, name, RenameFlags::NOREPLACE)
    };
    whole().inspect_err(|_first_fault_counts| {
        let _swept_by_the_next = unlinkat(directory, &*unfinished, AtFlags::empty());
    })
}

/// Where a directory really is, links followed as far as there is something.
fn real(path: &Path) -> Result<PathBuf, HostError> {
    let path = std::path::absolute(path).map_err(|cause| fault("find", path, cause))?;
    for there in path.ancestors() {
        match there.canonicalize() {
            Ok(found) => {
                let rest = path.strip_prefix(there).unwrap_or(Path::new(""));
                return Ok(if rest.as_os_str().is_empty() { found } else { found.join(rest) });
            }
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
            Err(cause) => return Err(fault("find", there, cause)),
        }
    }
    Ok(path)
}

/// The directory, open, if nobody else may change names in it or on the way; `None` where there is none.
fn private(path: &Path) -> Result<Option<OwnedFd>, HostError> {
    let shared = |at: &Path, what: String| {
        Err(HostError::Shared { directory: path.display().to_string(), at: at.display().to_string(), what })
    };
    for above in path.ancestors().skip(1) {
        let Ok(metadata) = above.metadata() else { continue };
        if metadata.mode() & EVERYBODY_WRITES != 0 && metadata.mode() & STICKY == 0 {
            return shared(above, format!("has the mode {:04o}", metadata.mode() & 0o7777));
        }
    }
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let directory = match open(path, flags, Bits::empty()) {
        Err(Errno::NOENT) => return Ok(None),
        opened => opened.map_err(|errno| fault("open directory", path, errno.into()))?,
    };
    let stat = fstat(&directory).map_err(|errno| fault("look at", path, errno.into()))?;
    let own = rustix::process::geteuid().as_raw();
    if stat.st_uid != own && stat.st_uid != 0 {
        return shared(path, format!("belongs to user {}", stat.st_uid));
    }
    if stat.st_mode & OTHERS_WRITE != 0 {
        return shared(path, format!("has the mode {:04o}", stat.st_mode & 0o7777));
    }
    Ok(Some(directory))
}

fn names(directory: &OwnedFd, path: &Path) -> Result<Vec<String>, HostError> {
    let fail = |errno: Errno| fault("list", path, errno.into());
    let mut names = Vec::new();
    for entry in Dir::read_from(directory.as_fd()).map_err(fail)? {
        names.extend(entry.map_err(fail)?.file_name().to_str().ok().map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

/// A certificate and its key; `None` where the key is not beside it.
///
/// # Errors
/// One of them is not whole, as an older version could leave it on a full disk, or they are no pair.
fn read_pair(directory: (&OwnedFd, &Path), certificate: &str) -> Result<Option<CaPair>, HostError> {
    let key_name = format!("{}.key", certificate.trim_end_matches(".crt"));
    let Some(key) = read(directory, &key_name)? else { return Ok(None) };
    let Some(pem) = read(directory, certificate)? else { return Ok(None) };
    let strange = |name: &str, what| {
        Err(HostError::Strange { path: directory.1.join(name).display().to_string(), what })
    };
    let Some(facts) = facts_of(pem.as_bytes()) else {
        return strange(certificate, "something that is no whole certificate");
    };
    if !is_private_key(key.as_bytes()) {
        return strange(&key_name, "something that is no whole private key");
    }
    if public_key_digest(key.as_bytes()).is_some_and(|digest| digest != facts.public_key.0) {
        return strange(&key_name, "the private key of another certificate");
    }
    Ok(Some(CaPair { certificate: pem, key }))
}

/// The text of a file; nothing else is waited for or read to its end.
fn read((directory, path): (&OwnedFd, &Path), name: &str) -> Result<Option<String>, HostError> {
    let shown = path.join(name);
    let fail = |errno: Errno| fault("read", &shown, errno.into());
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = match openat(directory, name, flags, Bits::empty()) {
        Err(Errno::NOENT) => return Ok(None),
        opened => opened.map_err(fail)?,
    };
    let stat = fstat(&file).map_err(fail)?;
    let strange = |what| Err(HostError::Strange { path: shown.display().to_string(), what });
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return strange("something that is no file");
    }
    let mut text = String::new();
    match File::from(file).take(LARGEST + 1).read_to_string(&mut text) {
        Ok(length) if length as u64 > LARGEST => strange("a file above 1 MiB"),
        Ok(_) => Ok(Some(text)),
        Err(cause) => Err(fault("read", &shown, cause)),
    }
}

fn fault(operation: &'static str, path: &Path, cause: io::Error) -> HostError {
    HostError::Io { operation, path: path.display().to_string(), cause }
}

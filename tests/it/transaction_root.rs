//! A root directory of this machine, as tests prepare it and look at it.
#![expect(clippy::disallowed_methods, reason = "a test prepares the directories that it judges")]

use crate::transaction_support::{author, now, stack};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use tracewright::apply::Judges;
use tracewright::apply::{
    ApplyError, ApplySession, Consent, DesiredState, NoProver, Outcome, Recovered, Survey, SurveyRequest,
    apply, recover, survey,
};
use tracewright::host::{Holder, LocalDisk, LocalRoot, Root};
use tracewright::model::ground::Ground;
use tracewright::model::names::HostName;

/// A directory for tests; in memory where the machine has such a place, for speed.
pub fn directory() -> tempfile::TempDir {
    let shared = Path::new("/dev/shm");
    let made = if shared.is_dir() { tempfile::tempdir_in(shared) } else { tempfile::tempdir() };
    made.expect("a directory for the test")
}

pub fn root_at(path: &Path) -> LocalRoot {
    Root::on(LocalDisk::at(path, HostName::this()))
}

pub fn holder(verb: &str) -> Holder {
    let author = author(verb);
    Holder { pid: std::process::id(), user: author.user, verb: author.verb, time: author.time }
}

/// Puts a file there, with its directories, as somebody else would.
pub fn put(root: &Path, path: &str, bytes: &[u8], mode: u32) {
    let path = root.join(path.trim_start_matches('/'));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
}

pub fn read(root: &Path, path: &str) -> Option<Vec<u8>> {
    fs::read(root.join(path.trim_start_matches('/'))).ok()
}

/// Copies a tree with its modes.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, new) = (entry.path(), to.join(entry.file_name()));
        let metadata = fs::symlink_metadata(&path).unwrap();
        if metadata.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(&path).unwrap(), &new).unwrap();
        } else if metadata.is_dir() {
            copy(&path, &new);
        } else {
            fs::copy(&path, &new).unwrap();
        }
    }
    fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
}

/// Type, mode, uid, gid, link target and bytes of everything, empty directories included, but for the state
/// and the directories above it.
pub fn tree(root: &Path) -> BTreeMap<PathBuf, String> {
    all(root)
        .into_iter()
        .filter(|(path, _)| {
            !path.starts_with("var/lib/tracewright")
                && *path != Path::new("var")
                && *path != Path::new("var/lib")
        })
        .map(|(path, metadata)| {
            let full = root.join(&path);
            let inside = if metadata.is_symlink() {
                format!("link to {}", fs::read_link(&full).unwrap().display())
            } else if metadata.is_dir() {
                "folder".to_owned()
            } else {
                String::from_utf8_lossy(&fs::read(&full).unwrap()).into_owned()
            };
            let about = format!("{:o} {} {}", metadata.mode(), metadata.uid(), metadata.gid());
            (path, format!("{about} {inside}"))
        })
        .collect()
}

/// Everything that a write would change of every file, the state included.
pub fn inodes(root: &Path) -> BTreeMap<PathBuf, (u64, i64, i64, u64)> {
    let facts =
        |metadata: fs::Metadata| (metadata.ino(), metadata.ctime(), metadata.ctime_nsec(), metadata.size());
    all(root).into_iter().map(|(path, metadata)| (path, facts(metadata))).collect()
}

fn all(root: &Path) -> BTreeMap<PathBuf, fs::Metadata> {
    let mut found = BTreeMap::new();
    let mut directories = vec![PathBuf::new()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(root.join(&directory)).unwrap() {
            let path = directory.join(entry.unwrap().file_name());
            let metadata = fs::symlink_metadata(root.join(&path)).unwrap();
            if metadata.is_dir() {
                directories.push(path.clone());
            }
            found.insert(path, metadata);
        }
    }
    found
}

pub fn look_at(root: &Path, desired: DesiredState<'_>) -> Result<Survey, ApplyError> {
    let (stack, host) = (stack(), HostName::this());
    survey(
        &root_at(root),
        &SurveyRequest {
            stack: &stack,
            host: &host,
            desired,
            ground: &Ground::below_root(&stack),
            text: None,
            cas: None,
            now: now(),
        },
    )
}

/// The verb as the command line carries it out, with this much agreed to; without a lock, which a child
/// of another test that runs at the same time would hold on to between its fork and its exec.
pub fn run_at(
    root: &Path,
    desired: DesiredState<'_>,
    accept_drift: bool,
    adopt: bool,
) -> Result<Outcome, ApplyError> {
    let (stack, host) = (stack(), HostName::this());
    let request = SurveyRequest {
        stack: &stack,
        host: &host,
        desired,
        ground: &Ground::below_root(&stack),
        text: None,
        cas: None,
        now: now(),
    };
    let consent = Consent { approved: look_at(root, desired)?.digest, accept_drift, adopt };
    apply(&mut root_at(root), &request, &consent, (&author("apply"), Judges::none(&NoProver::below_root())))
}

pub fn recover_at(root: &Path) -> Result<Option<Recovered>, ApplyError> {
    recover(&mut root_at(root), &Ground::below_root(&stack()), false)
}

/// The same with the lock.
pub fn run_locked(root: &Path, desired: DesiredState<'_>) -> Result<Outcome, ApplyError> {
    let (stack, host) = (stack(), HostName::this());
    let request = SurveyRequest {
        stack: &stack,
        host: &host,
        desired,
        ground: &Ground::below_root(&stack),
        text: None,
        cas: None,
        now: now(),
    };
    let consent = Consent { approved: look_at(root, desired)?.digest, accept_drift: true, adopt: true };
    let mut target = root_at(root);
    let mut session = ApplySession::begin(&mut target, &Ground::below_root(&stack), &holder("apply"))?;
    session.apply(&request, &consent, Judges::none(&NoProver::below_root()))
}

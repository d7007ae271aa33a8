//! A person made up by a number, with a home in a directory of the test.
#![expect(clippy::disallowed_methods, reason = "a test prepares the directories that it judges")]

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tracewright::host::{Accounts, Host, LiveHost};
use tracewright::model::names::{HostName, Mode, TargetPath};
use tracewright::model::observed::{Inventory, PathState};
use tracewright::model::step::Step;

/// The number of the person.
pub const PERSON: u32 = 1000;
/// The number of a user of a service, who is no person.
pub const SERVICE: u32 = 990;
/// A group that the person is in beside their own.
pub const SHARED: u32 = 3033;

pub struct Lab {
    pub base: TempDir,
}

/// A lab, where this is root; else says that the test did not run.
pub fn lab(test: &str) -> Option<Lab> {
    if !rustix::process::geteuid().is_root() {
        println!("skipped: {test}: only root has children with the rights of others");
        return None;
    }
    let lab = Lab { base: tempfile::tempdir().unwrap() };
    fs::set_permissions(lab.base.path(), Permissions::from_mode(0o755)).unwrap();
    lab.directory("home", PERSON);
    lab.directory("service", SERVICE);
    lab.directory("roots", 0);
    Some(lab)
}

impl Lab {
    pub fn on_disk(&self, below: &str) -> PathBuf {
        self.base.path().join(below)
    }

    pub fn at(&self, below: &str) -> TargetPath {
        TargetPath::new(self.on_disk(below).to_str().unwrap())
    }

    /// A directory of a user, 0755.
    pub fn directory(&self, below: &str, uid: u32) {
        let path = self.on_disk(below);
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        chown(&path, Some(uid), Some(uid)).unwrap();
    }

    /// A file of a user.
    pub fn file(&self, below: &str, uid: u32, mode: u32) {
        let path = self.on_disk(below);
        fs::write(&path, "of the test").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        chown(&path, Some(uid), Some(uid)).unwrap();
    }

    pub fn link(&self, below: &str, to: &Path, uid: u32) {
        let path = self.on_disk(below);
        std::os::unix::fs::symlink(to, &path).unwrap();
        std::os::unix::fs::lchown(&path, Some(uid), Some(uid)).unwrap();
    }

    /// The machine, as one that has the person among its users.
    pub fn host(&self) -> LiveHost {
        self.host_with(env!("CARGO_BIN_EXE_tracewright"))
    }

    pub fn host_with(&self, program: &str) -> LiveHost {
        let home = self.on_disk("home").display().to_string();
        let passwd = format!("root:x:0:0::/root:/bin/sh\nperson:x:{PERSON}:{PERSON}::{home}:/bin/sh\n");
        let accounts = Accounts::of(&passwd, &format!("shared:x:{SHARED}:person\nroot:x:0:\n"));
        LiveHost::with(HostName::this(), accounts, program).unwrap()
    }

    /// What is below a directory, sorted.
    pub fn names(&self, below: &str) -> Vec<String> {
        let entries = fs::read_dir(self.on_disk(below)).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

pub fn look(host: &LiveHost, path: &TargetPath) -> PathState {
    host.observe(&Inventory::of([path.clone()])).unwrap().standing(path).clone()
}

pub fn stage(path: TargetPath, text: &str) -> Step {
    Step::Stage { staged: path, bytes: text.into(), mode: Mode(0o640), ids: None, like: None }
}

//! A directory of this machine as a tree to look for files in. A link is followed only below the directory:
//! its target is read as a path of the host, as everything in such a directory is.
use crate::model::names::TargetPath;
use crate::topology::tree::{FileTree, Listed, Looked, TreeEntry};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// As many links as the system follows itself.
const MOST_LINKS: usize = 40;

/// A directory laid out like the root of a host.
#[derive(Debug)]
pub struct DirectoryTree {
    root: PathBuf,
}

impl DirectoryTree {
    /// The tree below a directory.
    pub fn below(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Where a path of the host stands on this machine, links followed below the root. `Err` is a chain
    /// of links without an end, or out of the tree.
    fn find(&self, path: &TargetPath) -> Result<PathBuf, String> {
        let mut left: Vec<String> = parts(path.as_str());
        let (mut found, mut links) = (Vec::new(), 0);
        while let Some(part) = left.pop() {
            match part.as_str() {
                ".." => drop(found.pop()),
                _ => found.push(part),
            }
            let here = self.at(&found);
            if let Ok(to) = fs::read_link(&here) {
                links += 1;
                if links > MOST_LINKS {
                    return Err("a chain of links without an end".to_owned());
                }
                let to = to.to_str().ok_or("a link to a name that is not UTF-8")?.to_owned();
                found.pop();
                if to.starts_with('/') {
                    found.clear();
                }
                left.extend(parts(&to));
            }
        }
        Ok(self.at(&found))
    }

    /// Adds what stands in a directory; what cannot be named or looked at is said, and hides nothing else.
    fn entries(&self, directory: &TargetPath, here: &Path, listed: &mut Listed) {
        let entries = match fs::read_dir(here) {
            Ok(entries) => entries,
            Err(error) => return listed.unread.push(error.to_string()),
        };
        for entry in entries {
            let (name, kind) = match entry.and_then(|entry| Ok((entry.file_name(), entry.file_type()?))) {
                Ok(entry) => entry,
                Err(error) => {
                    listed.unread.push(error.to_string());
                    continue;
                }
            };
            let Some(name) = name.to_str() else {
                listed.unread.push(format!("a name that is not UTF-8: {}", name.display()));
                continue;
            };
            let leads_to_directory = || self.find(&directory.join(name)).is_ok_and(|path| path.is_dir());
            let is_directory = kind.is_dir() || (kind.is_symlink() && leads_to_directory());
            listed.entries.push(TreeEntry {
                name: name.to_owned(),
                is_directory,
                is_link: kind.is_symlink(),
            });
        }
    }

    fn at(&self, parts: &[String]) -> PathBuf {
        parts.iter().fold(self.root.clone(), |path, part| path.join(part))
    }
}

/// The parts of a path, last first.
fn parts(path: &str) -> Vec<String> {
    path.split('/').filter(|part| !part.is_empty() && *part != ".").rev().map(str::to_owned).collect()
}

impl FileTree for DirectoryTree {
    fn is_readable_by(&self, path: &TargetPath, (uid, gid): (u32, u32)) -> Option<bool> {
        use std::os::unix::fs::MetadataExt;
        let metadata = fs::metadata(self.find(path).ok()?).ok().filter(fs::Metadata::is_file)?;
        let bit = match (metadata.uid() == uid, metadata.gid() == gid) {
            (true, _) => 0o400,
            (false, true) => 0o040,
            (false, false) => 0o004,
        };
        Some(metadata.mode() & bit != 0)
    }

    fn link(&self, path: &TargetPath) -> Option<String> {
        let directory = self.find(&path.parent()).ok()?;
        let to = fs::read_link(directory.join(path.file_name())).ok()?;
        to.to_str().map(str::to_owned)
    }

    fn list(&self, directory: &TargetPath) -> Listed {
        let mut listed = Listed::default();
        match self.find(directory) {
            Ok(here) if here.is_dir() => self.entries(directory, &here, &mut listed),
            Ok(_) => {}
            Err(reason) => listed.unread.push(reason),
        }
        listed.entries.sort();
        listed.unread.sort();
        listed
    }

    fn read(&self, path: &TargetPath, most: usize) -> Looked {
        match self.find(path) {
            // A unit that leads here is masked, which is to systemd as if it were empty.
            Ok(here) if here == self.root.join("dev/null") => Looked::Bytes(Vec::new()),
            Ok(here) => read(&here, most),
            Err(reason) => Looked::Unreadable(reason),
        }
    }
}

/// At most so many bytes of a regular file; a pipe or a device is never opened.
fn read(path: &Path, most: usize) -> Looked {
    let unreadable = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => Looked::Absent,
        _ => Looked::Unreadable(error.to_string()),
    };
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => Looked::Absent,
        Ok(metadata) if !metadata.is_file() => Looked::Unreadable("not a regular file".to_owned()),
        Ok(metadata) if metadata.len() > most as u64 => {
            Looked::Unreadable(format!("larger than {most} bytes"))
        }
        Ok(_) => {
            let mut bytes = Vec::new();
            let file = fs::File::open(path).map(|file| file.take(most as u64 + 1));
            match file.and_then(|mut file| file.read_to_end(&mut bytes)) {
                Ok(_) => Looked::Bytes(bytes),
                Err(error) => unreadable(error),
            }
        }
        Err(error) => unreadable(error),
    }
}

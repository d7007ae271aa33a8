//! A folder of this machine as a tree to look for files in. A link is followed only below the folder:
//! its target is read as a path of the host, as everything in such a folder is.
use crate::stack::TargetPath;
use crate::topology::tree::{Looked, Tree, TreeEntry};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// As many links as the system follows itself.
const MOST_LINKS: usize = 40;

/// A folder laid out like the root of a host.
#[derive(Debug)]
pub struct FolderTree {
    root: PathBuf,
}

impl FolderTree {
    /// The tree below a folder.
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

    fn at(&self, parts: &[String]) -> PathBuf {
        parts.iter().fold(self.root.clone(), |path, part| path.join(part))
    }
}

/// The parts of a path, last first.
fn parts(path: &str) -> Vec<String> {
    path.split('/').filter(|part| !part.is_empty() && *part != ".").rev().map(str::to_owned).collect()
}

impl Tree for FolderTree {
    fn list(&self, folder: &TargetPath) -> Result<Vec<TreeEntry>, String> {
        let here = self.find(folder)?;
        if !here.is_dir() {
            return Ok(Vec::new());
        }
        let mut entries = Vec::new();
        for entry in fs::read_dir(&here).map_err(|error| error.to_string())? {
            let entry = entry.map_err(|error| error.to_string())?;
            let name = entry.file_name();
            let name =
                name.to_str().ok_or_else(|| format!("a name that is not UTF-8: {}", name.display()))?;
            entries.push(TreeEntry { name: name.to_owned(), is_folder: entry.path().is_dir() });
        }
        entries.sort();
        Ok(entries)
    }

    fn read(&self, path: &TargetPath, most: usize) -> Looked {
        match self.find(path) {
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

//! A directory laid out like a root, as [`super::discover()`] sees it.
//!
//! The real one is a loader's business: it reads absolute paths below its directory, follows no link
//! out of it, and says what it may not read. The one here holds files in memory.

use crate::model::names::TargetPath;
use std::collections::BTreeMap;

/// What stands in a directory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TreeEntry {
    /// Its name, without a slash.
    pub name: String,
    /// Whether it is a directory.
    pub is_directory: bool,
    /// Whether it is a link to one: what it leads to stands somewhere else as well.
    pub is_link: bool,
}

/// The entries of a directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// Those that have a name on the host as we write them.
    pub entries: Vec<TreeEntry>,
    /// Why the directory, or an entry of it, could not be looked at.
    pub unread: Vec<String>,
}

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// Nothing.
    Absent,
    /// A file with these bytes.
    Bytes(Vec<u8>),
    /// Something that could not be read, and why.
    Unreadable(String),
}

/// A tree of files, read only.
pub trait FileTree {
    /// The entries of a directory in order of their names; none where there is no such directory.
    fn list(&self, directory: &TargetPath) -> Listed;

    /// A file of at most `most` bytes; a larger one is unreadable.
    fn read(&self, path: &TargetPath, most: usize) -> Looked;

    /// Where a link leads, as it is written; none for what is no link, and in a tree without links.
    fn link(&self, _path: &TargetPath) -> Option<String> {
        None
    }

    /// Whether a user that is neither its owner nor of its group may read a file, where the tree tells: numbers
    /// of the user and of its group.
    fn is_readable_by(&self, _path: &TargetPath, _user: (u32, u32)) -> Option<bool> {
        None
    }
}

impl FileTree for BTreeMap<TargetPath, Vec<u8>> {
    fn list(&self, directory: &TargetPath) -> Listed {
        let mut entries: Vec<TreeEntry> = self
            .keys()
            .filter(|path| path.is_within(directory))
            .filter_map(|path| path.as_str().strip_prefix(directory.as_str()))
            .map(|rest| rest.trim_start_matches('/'))
            .filter(|rest| !rest.is_empty())
            .map(|rest| match rest.split_once('/') {
                Some((name, _)) => TreeEntry { name: name.to_owned(), is_directory: true, is_link: false },
                None => TreeEntry { name: rest.to_owned(), is_directory: false, is_link: false },
            })
            .collect();
        entries.sort();
        entries.dedup();
        Listed { entries, unread: Vec::new() }
    }

    fn read(&self, path: &TargetPath, most: usize) -> Looked {
        match self.get(path) {
            None => Looked::Absent,
            Some(bytes) if bytes.len() > most => Looked::Unreadable(format!("larger than {most} bytes")),
            Some(bytes) => Looked::Bytes(bytes.clone()),
        }
    }
}

//! A disk in memory that can lose power, run out of room, or fail at any operation.
//!
//! What was not synchronized may be lost at a power loss: bytes of a file that was not synchronized,
//! and each change of names whose directories were not all synchronized, one by one.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Error, ErrorKind};
use tracewright::host::{Disk, DiskRights, HostError, Naming};
use tracewright::model::names::{HostName, Mode, TargetPath};
use tracewright::model::observed::{
    Ids, Inventory, Look, Observed, ObservedDirectory, ObservedFile, PathState,
};
use tracewright::model::step::Like;

/// A small generator of random numbers with a seed.
#[derive(Clone, Debug)]
pub struct Random(pub u64);

impl Random {
    /// A number below a bound.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % bound as u64).unwrap()
    }
}

#[derive(Clone, Debug)]
enum Node {
    File { bytes: Vec<u8>, synced: Option<Vec<u8>>, mode: Mode },
    Directory { mode: Mode },
}

type Names = BTreeMap<String, usize>;

/// One atomic change of names.
#[derive(Clone, Debug)]
struct Change {
    set: Vec<(String, Option<usize>)>,
    unsynced: BTreeSet<String>,
}

/// What goes wrong, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// The operation with this number fails once.
    FailAt(usize),
    /// From the operation with this number on there is no room for new bytes.
    FullFrom(usize),
    /// The power goes at this operation.
    PowerLossAt(usize),
}

/// A disk in memory.
#[derive(Clone, Debug)]
pub struct MemoryDisk {
    nodes: Vec<Node>,
    names: Names,
    durable: Names,
    pending: Vec<Change>,
    /// What goes wrong.
    pub fault: Fault,
    /// Whether two names can be exchanged at once.
    pub exchanges: bool,
    /// Operations so far.
    pub operations: usize,
    dead: bool,
}

impl MemoryDisk {
    /// An empty disk.
    pub fn new() -> Self {
        let mut names = Names::new();
        names.insert("/".to_owned(), 0);
        Self {
            nodes: vec![Node::Directory { mode: Mode(0o755) }],
            durable: names.clone(),
            names,
            pending: Vec::new(),
            fault: Fault::None,
            exchanges: true,
            operations: 0,
            dead: false,
        }
    }

    /// Puts a durable file there, with its directories, as somebody else would.
    pub fn put(&mut self, path: &str, bytes: &[u8], mode: u32) {
        self.put_directories(path);
        let node = Node::File { bytes: bytes.to_vec(), synced: Some(bytes.to_vec()), mode: Mode(mode) };
        self.set_durable(path, node);
    }

    fn put_directories(&mut self, path: &str) {
        let mut directory = TargetPath::new(path).parent();
        let mut missing = Vec::new();
        while !self.names.contains_key(directory.as_str()) {
            missing.push(directory.clone());
            directory = directory.parent();
        }
        for directory in missing.iter().rev() {
            self.set_durable(directory.as_str(), Node::Directory { mode: Mode(0o755) });
        }
    }

    fn set_durable(&mut self, path: &str, node: Node) {
        self.nodes.push(node);
        self.names.insert(path.to_owned(), self.nodes.len() - 1);
        self.durable.insert(path.to_owned(), self.nodes.len() - 1);
    }

    /// Everything on the disk but the state and the directories above it.
    pub fn tree(&self) -> BTreeMap<String, (Mode, Vec<u8>)> {
        self.names
            .iter()
            .filter(|(path, _)| !is_of_state(path))
            .map(|(path, node)| {
                let seen = match &self.nodes[*node] {
                    Node::File { bytes, mode, .. } => (*mode, bytes.clone()),
                    Node::Directory { mode } => (*mode, b"<directory>".to_vec()),
                };
                (path.clone(), seen)
            })
            .collect()
    }

    /// Everything on the disk, with the node it is, to see that nothing was written.
    pub fn inodes(&self) -> BTreeMap<String, usize> {
        self.names.clone()
    }

    /// The disk after power came back: what was not synchronized is there or not, as chance has it.
    pub fn after_power_loss(mut self, random: &mut Random) -> Self {
        for change in std::mem::take(&mut self.pending) {
            if random.below(2) == 0 {
                apply(&mut self.durable, &change);
            }
        }
        // A name whose directory was lost is lost with it.
        let durable = self.durable.clone();
        self.durable.retain(|path, _| {
            let mut directory = TargetPath::new(path.as_str()).parent();
            loop {
                if !durable.contains_key(directory.as_str()) {
                    return false;
                }
                if directory.as_str() == "/" {
                    return true;
                }
                directory = directory.parent();
            }
        });
        for node in &mut self.nodes {
            if let Node::File { bytes, synced, .. } = node {
                let kept = synced.clone().unwrap_or_default();
                if *bytes != kept {
                    let least = if bytes.starts_with(&kept) { kept.len() } else { 0 };
                    bytes.truncate(least + random.below(bytes.len() - least + 1));
                }
                *synced = Some(bytes.clone());
            }
        }
        self.names = self.durable.clone();
        self.fault = Fault::None;
        self.dead = false;
        self
    }

    fn tick(&mut self, operation: &'static str, path: &TargetPath, writes: bool) -> Result<(), HostError> {
        self.operations += 1;
        let fails = match self.fault {
            Fault::None => false,
            Fault::FailAt(at) => at == self.operations,
            Fault::FullFrom(at) => writes && at <= self.operations,
            Fault::PowerLossAt(at) => {
                self.dead |= at == self.operations;
                self.dead
            }
        };
        let kind = if writes { ErrorKind::StorageFull } else { ErrorKind::Other };
        if fails { Err(fault(operation, path, kind)) } else { Ok(()) }
    }

    fn change(&mut self, set: Vec<(String, Option<usize>)>) {
        let unsynced =
            set.iter().map(|(path, _)| TargetPath::new(path.as_str()).parent().as_str().to_owned()).collect();
        let change = Change { set, unsynced };
        apply(&mut self.names, &change);
        self.pending.push(change);
    }

    fn node(&self, operation: &'static str, path: &TargetPath) -> Result<usize, HostError> {
        self.names.get(path.as_str()).copied().ok_or_else(|| fault(operation, path, ErrorKind::NotFound))
    }

    fn need_directory(&self, operation: &'static str, path: &TargetPath) -> Result<(), HostError> {
        match self.names.get(path.parent().as_str()).map(|node| &self.nodes[*node]) {
            Some(Node::Directory { .. }) => Ok(()),
            _ => Err(fault(operation, path, ErrorKind::NotADirectory)),
        }
    }

    fn children(&self, path: &str) -> BTreeSet<String> {
        let directory = TargetPath::new(path);
        self.names
            .keys()
            .filter(|name| *name != "/" && TargetPath::new(name.as_str()).parent() == directory)
            .map(|name| TargetPath::new(name.as_str()).file_name().to_owned())
            .collect()
    }
}

fn is_of_state(path: &str) -> bool {
    ["/var", "/var/lib"].contains(&path) || path.starts_with("/var/lib/tracewright")
}

fn apply(names: &mut Names, change: &Change) {
    for (path, node) in &change.set {
        match node {
            Some(node) => names.insert(path.clone(), *node),
            None => names.remove(path),
        };
    }
}

fn fault(operation: &'static str, path: &TargetPath, kind: ErrorKind) -> HostError {
    HostError::Io { operation, path: path.to_string(), cause: Error::from(kind) }
}

impl Disk for MemoryDisk {
    fn look(&self, inventory: &Inventory) -> Result<Observed, HostError> {
        let mut at = BTreeMap::new();
        for (path, look) in &inventory.paths {
            if self.dead {
                return Err(fault("look at", path, ErrorKind::Other));
            }
            let ids = Ids { uid: 0, gid: 0 };
            let standing = match self.names.get(path.as_str()).map(|node| &self.nodes[*node]) {
                None => PathState::Absent,
                Some(Node::File { bytes, mode, .. }) => {
                    PathState::File(ObservedFile { bytes: bytes.clone(), mode: *mode, ids, links: 1 })
                }
                Some(Node::Directory { mode }) => {
                    let entries = (*look == Look::Names).then(|| self.children(path.as_str()));
                    PathState::Directory(ObservedDirectory { mode: *mode, ids, entries })
                }
            };
            at.insert(path.clone(), standing);
        }
        Ok(Observed { host: HostName::this(), at, machine: None })
    }

    fn make_root(&mut self) -> Result<(), HostError> {
        Ok(())
    }

    fn make_directory(
        &mut self,
        path: &TargetPath,
        DiskRights { mode, .. }: DiskRights,
    ) -> Result<(), HostError> {
        self.tick("make directory", path, true)?;
        self.need_directory("make directory", path)?;
        if self.names.contains_key(path.as_str()) {
            return Err(fault("make directory", path, ErrorKind::AlreadyExists));
        }
        self.nodes.push(Node::Directory { mode });
        self.change(vec![(path.to_string(), Some(self.nodes.len() - 1))]);
        Ok(())
    }

    fn create(
        &mut self,
        path: &TargetPath,
        bytes: &[u8],
        DiskRights { mode, .. }: DiskRights,
        _: Option<&Like>,
    ) -> Result<(), HostError> {
        self.tick("create", path, true)?;
        self.need_directory("create", path)?;
        if self.names.contains_key(path.as_str()) {
            return Err(fault("create", path, ErrorKind::AlreadyExists));
        }
        self.nodes.push(Node::File { bytes: bytes.to_vec(), synced: None, mode });
        let node = self.nodes.len() - 1;
        self.change(vec![(path.to_string(), Some(node))]);
        self.tick("synchronize", path, true)?;
        if let Node::File { bytes, synced, .. } = &mut self.nodes[node] {
            *synced = Some(bytes.clone());
        }
        Ok(())
    }

    fn append(&mut self, path: &TargetPath, bytes: &[u8]) -> Result<bool, HostError> {
        self.tick("append to", path, true)?;
        self.need_directory("append to", path)?;
        if !self.names.contains_key(path.as_str()) {
            self.nodes.push(Node::File { bytes: Vec::new(), synced: None, mode: Mode(0o600) });
            self.change(vec![(path.to_string(), Some(self.nodes.len() - 1))]);
        }
        let node = self.node("append to", path)?;
        let mut fresh = true;
        if let Node::File { bytes: all, .. } = &mut self.nodes[node] {
            fresh = all.is_empty();
            all.extend_from_slice(bytes);
        }
        self.tick("synchronize", path, true)?;
        if let Node::File { bytes, synced, .. } = &mut self.nodes[node] {
            *synced = Some(bytes.clone());
        }
        Ok(fresh)
    }

    fn rename(&mut self, from: &TargetPath, to: &TargetPath, naming: Naming) -> Result<(), HostError> {
        if naming == Naming::Exchange && !self.exchanges {
            return Err(fault("rename", from, ErrorKind::Unsupported));
        }
        self.tick("rename", from, false)?;
        self.need_directory("rename", to)?;
        let node = self.node("rename", from)?;
        assert!(
            !matches!(self.nodes[node], Node::Directory { .. }) || self.children(from.as_str()).is_empty()
        );
        let other = self.names.get(to.as_str()).copied();
        let back = match (naming, other) {
            (Naming::New, Some(_)) => return Err(fault("rename", to, ErrorKind::AlreadyExists)),
            (Naming::Exchange, None) => return Err(fault("rename", to, ErrorKind::NotFound)),
            (Naming::Exchange, other) => other,
            (Naming::New | Naming::Over, _) => None,
        };
        self.change(vec![(from.to_string(), back), (to.to_string(), Some(node))]);
        Ok(())
    }

    fn set_mode(&mut self, path: &TargetPath, wanted: Mode) -> Result<(), HostError> {
        self.tick("set the mode of", path, false)?;
        let node = self.node("set the mode of", path)?;
        match &mut self.nodes[node] {
            Node::File { mode, .. } | Node::Directory { mode } => *mode = wanted,
        }
        Ok(())
    }

    fn set_owner(&mut self, path: &TargetPath, _: Ids) -> Result<(), HostError> {
        Err(fault("set the owner of", path, ErrorKind::Unsupported))
    }

    fn link(&mut self, path: &TargetPath, _: &str) -> Result<(), HostError> {
        Err(fault("link", path, ErrorKind::Unsupported))
    }

    fn remove_file(&mut self, path: &TargetPath) -> Result<(), HostError> {
        self.tick("remove", path, false)?;
        self.node("remove", path)?;
        self.change(vec![(path.to_string(), None)]);
        Ok(())
    }

    fn remove_directory(&mut self, path: &TargetPath) -> Result<(), HostError> {
        self.tick("remove directory", path, false)?;
        self.node("remove directory", path)?;
        if !self.children(path.as_str()).is_empty() {
            return Err(fault("remove directory", path, ErrorKind::DirectoryNotEmpty));
        }
        self.change(vec![(path.to_string(), None)]);
        Ok(())
    }

    fn sync(&mut self, directory: &TargetPath) -> Result<(), HostError> {
        self.tick("synchronize", directory, false)?;
        let mut kept = Vec::new();
        for mut change in std::mem::take(&mut self.pending) {
            change.unsynced.remove(directory.as_str());
            if change.unsynced.is_empty() {
                apply(&mut self.durable, &change);
            } else {
                kept.push(change);
            }
        }
        self.pending = kept;
        Ok(())
    }

    fn free_space(&self) -> Result<u64, HostError> {
        Ok(u64::MAX)
    }
}

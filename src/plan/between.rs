//! What changes from one rendering of a stack to another, without any host: as on one that has all of the
//! first, as an apply of it left it.

use super::goal::DesiredHost;
use super::{Circumstances, Plan, plan};
use crate::model::block::{Markers, Origin, Split};
use crate::model::desired::{Content, Desired, DesiredFile, Digest};
use crate::model::ground::Ground;
use crate::model::names::{HostName, Mode, TargetPath};
use crate::model::observed::{Ids, Observed, ObservedDirectory, ObservedFile, PathState};
use crate::model::prior::{GenerationNumber, Manifest, PathKind, Prior, PriorPath};
use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

const NOBODY: Ids = Ids { uid: 0, gid: 0 };

/// The plan that leads from one rendering to the other. Certificates that both want alike are left out:
/// whatever they say, they stay.
pub fn between(before: &Desired, after: &Desired, host: &HostName, now: SystemTime) -> Plan {
    let (before, after) = (without(before, after), without(after, before));
    let ground = Ground::below_root(&after.stack);
    let at = before.files.iter().map(|((_, path), file)| (path.clone(), standing(file)));
    let directories = before.directories.iter().map(|((_, path), directory)| {
        let names = names_in(&before, path);
        let state = ObservedDirectory { mode: directory.mode, ids: NOBODY, entries: Some(names) };
        (path.clone(), PathState::Directory(state))
    });
    let at: BTreeMap<_, _> = directories.chain(at).collect();
    let newest = (!before.files.is_empty()).then(|| manifest(&before, host));
    let prior = Prior { newest, ..Prior::default() };
    let observed = Observed { host: host.clone(), at, machine: None };
    let goal = DesiredHost::of_stack(&after, (host, &ground), &prior);
    plan(&goal, &observed, &prior, &Circumstances::at(now))
}

/// A rendering without the certificates and keys that another one wants alike.
fn without(desired: &Desired, other: &Desired) -> Desired {
    let mut rest = desired.clone();
    let issued =
        |file: &DesiredFile| matches!(file.content, Content::Certificate(_) | Content::PrivateKey(_));
    rest.files.retain(|at, file| !(issued(file) && other.files.get(at) == Some(file)));
    rest
}

/// The names in a directory of a rendering.
fn names_in(desired: &Desired, directory: &TargetPath) -> BTreeSet<String> {
    let paths = desired.files.keys().chain(desired.directories.keys());
    let inside = paths.filter(|(_, path)| path.parent() == *directory && path.as_str() != "/");
    inside.map(|(_, path)| path.file_name().to_owned()).collect()
}

fn bytes(file: &DesiredFile) -> Vec<u8> {
    match &file.content {
        Content::Whole(text) => text.as_bytes().to_vec(),
        Content::Block { lines, begin, end, .. } => {
            let markers = Markers { begin: begin.clone(), end: end.clone() };
            Split::empty().with(&markers, lines, Origin::default()).0
        }
        // What it is does not matter: it is another than the one that comes.
        Content::Certificate(_) | Content::PrivateKey(_) => Vec::new(),
    }
}

fn standing(file: &DesiredFile) -> PathState {
    PathState::File(ObservedFile { bytes: bytes(file), mode: file.mode, ids: NOBODY, links: 1 })
}

fn manifest(before: &Desired, host: &HostName) -> Manifest {
    let files = before.files.iter().map(|((_, path), file)| (path.clone(), remembered(file)));
    let directories = before.directories.iter().map(|((_, path), directory)| {
        let owner = Some(directory.owner.clone());
        (path.clone(), PriorPath::Directory { mode: directory.mode, owner })
    });
    Manifest {
        generation: GenerationNumber(1),
        stack: before.stack.clone(),
        host: host.clone(),
        time: String::new(),
        user: String::new(),
        verb: "apply".to_owned(),
        digest: before.digest().to_string(),
        entries: directories.chain(files).collect(),
        units: before.units.clone(),
        ran_before: BTreeSet::new(),
        users: BTreeMap::new(),
        text: None,
        before: BTreeMap::new(),
    }
}

fn remembered(file: &DesiredFile) -> PriorPath {
    let (owner, component, mode): (_, _, Mode) = (file.owner.clone(), file.component.clone(), file.mode);
    let subject = match &file.content {
        Content::Block { lines, begin, end, .. } => {
            let markers = Markers { begin: begin.clone(), end: end.clone() };
            let lines = lines.clone();
            return PriorPath::Block { markers, lines, newline: false, mode, owner, component };
        }
        Content::Whole(_) => PathKind::File,
        Content::Certificate(_) => PathKind::Certificate,
        Content::PrivateKey(_) => PathKind::PrivateKey,
    };
    PriorPath::File { subject, digest: Digest::of(&bytes(file)), mode, ids: NOBODY, owner, component }
}

//! What the manifest of a rendered directory adds to its files: the certificates that an apply will issue, the
//! releases, who reads an environment file. A file that is not as it was rendered is told of.

use super::containers;
use super::written::manifest;
use crate::format::yaml::MAX_BYTES;
use crate::host::DirectoryTree;
use crate::model::certificate::CertificateSpec;
use crate::model::dataflow::NotRead;
use crate::model::desired::Digest;
use crate::model::names::{CertificateName, TargetPath};
use crate::report::document::{ManifestContent, RenderManifest};
use crate::topology::tree::{FileTree, Looked};
use crate::topology::{Discovered, Examined, FileSet};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What a manifest says, with what stands at the paths that its directory leaves out.
#[derive(Debug, Default)]
pub(crate) struct RenderedWith {
    manifest: Option<RenderManifest>,
    certificates: BTreeMap<TargetPath, CertificateSpec>,
    keys: BTreeMap<TargetPath, CertificateName>,
    /// What of the directory is not as it was rendered.
    pub(crate) doubts: Vec<NotRead>,
}

impl RenderedWith {
    /// Of a directory; nothing where no render wrote it. What a render wrote is read wherever it stands: adds to
    /// what was found there the files that nobody looks for at their places.
    pub(crate) fn of(directory: &Path, found: &mut Discovered) -> Self {
        let mut with = Self::default();
        match manifest(directory) {
            Ok(None) => {}
            Ok(Some(manifest)) => {
                with.read(&manifest);
                with.doubts = doubts(&manifest, directory, found);
                with.manifest = Some(manifest);
            }
            Err(why) => {
                let reason = format!("it does not tell what a render wrote: {why}");
                with.doubts.push(NotRead { place: RenderManifest::NAME.to_owned(), reason });
            }
        }
        with
    }

    fn read(&mut self, manifest: &RenderManifest) {
        for (path, file) in &manifest.files {
            let path = TargetPath::new(path.as_str());
            match &file.content {
                ManifestContent::Certificate { spec } => {
                    self.certificates.insert(path, spec.meant());
                }
                ManifestContent::Key { of } => {
                    self.keys.insert(path, CertificateName::new(of.as_str()));
                }
                ManifestContent::File { .. } | ManifestContent::Block { .. } => {}
            }
        }
    }

    /// Adds it to the files of the directory; what stands there is believed first.
    pub(crate) fn add_to<'a>(&'a self, files: &mut FileSet<'a>) {
        let Some(manifest) = &self.manifest else { return };
        for (path, spec) in &self.certificates {
            files.files.entry(path.clone()).or_insert(Examined::Spec(spec));
        }
        for (path, name) in &self.keys {
            files.files.entry(path.clone()).or_insert(Examined::DesiredKey(name));
        }
        for (path, file) in &manifest.files {
            if let ManifestContent::Block { dialect, .. } = file.content {
                files.environment_dialects.insert(TargetPath::new(path.as_str()), dialect);
            }
        }
        files.guests = containers::guests(&manifest.containers);
        files.tempo_version = manifest.releases.get("tempo").cloned();
        let collectors = manifest.releases.iter().filter(|(name, _)| name.starts_with("collector."));
        let collectors: BTreeSet<&String> = collectors.map(|(_, release)| release).collect();
        if let (1, Some(release)) = (collectors.len(), collectors.first()) {
            files.collector_version = Some((*release).clone());
        }
    }
}

/// Reads every file that the manifest names and that was not found, and tells which were changed or removed since,
/// or cannot be read.
fn doubts(manifest: &RenderManifest, directory: &Path, found: &mut Discovered) -> Vec<NotRead> {
    let tree = DirectoryTree::below(directory);
    let written = manifest.files.iter().filter_map(|(path, file)| Some((path, file.digest()?)));
    let mut doubts = Vec::new();
    for (place, digest) in written {
        let path = TargetPath::new(place.as_str());
        let looked = match found.files.get(&path) {
            Some(bytes) => Looked::Bytes(bytes.clone()),
            None if path.is_plain() => tree.read(&path, MAX_BYTES),
            None => Looked::Unreadable("that is no path of a host".to_owned()),
        };
        let reason = match looked {
            Looked::Bytes(bytes) => {
                let same = Digest::of(&bytes).to_string() == digest;
                found.files.entry(path).or_insert(bytes);
                if same {
                    continue;
                }
                "it was changed after it was rendered".to_owned()
            }
            Looked::Absent => "it was rendered and is not here any more".to_owned(),
            // What was found and not read is told of there.
            Looked::Unreadable(_) if found.unread.contains(&path) => continue,
            Looked::Unreadable(why) => format!("it was rendered and cannot be read: {why}"),
        };
        doubts.push(NotRead { place: place.clone(), reason });
    }
    doubts
}

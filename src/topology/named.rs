//! The files of certificates and keys that a topology names.

use super::{Examined, FileSet};
use crate::model::dataflow::{CertificateFile, FileReference, Topology, Trust};
use crate::model::names::TargetPath;
use crate::pki::private_key;
use crate::pki::read::read_pem;
use std::collections::BTreeSet;

/// Puts into the topology what stands at every certificate or key path that a listener or client
/// names.
pub(super) fn read_named(topology: &mut Topology, files: &FileSet<'_>) {
    for path in named(topology, &|_| true) {
        let file = match files.files.get(&path) {
            Some(Examined::Bytes(bytes)) => {
                let file = read_pem(bytes);
                if let Some(digest) = private_key::public_key_digest(bytes) {
                    topology.public_keys.insert(path.clone(), digest);
                }
                file
            }
            Some(Examined::Spec(desired)) => CertificateFile::Spec((*desired).clone()),
            Some(Examined::DesiredKey(name)) => CertificateFile::Key(Some((*name).clone())),
            None if files.is_absent(&path) => CertificateFile::Missing,
            // A file that is there and could not be read is in the lists already.
            None if files.unread.contains(&path) => continue,
            None => CertificateFile::NotHere,
        };
        topology.certificates.insert(path, file);
    }
}

/// The same paths, of the programs on one site.
pub(super) fn of_site(topology: &Topology, site: usize) -> BTreeSet<TargetPath> {
    named(topology, &|program| topology.programs[program].site == site)
}

/// The paths that listeners and clients of some programs name.
fn named(topology: &Topology, of: &dyn Fn(usize) -> bool) -> BTreeSet<TargetPath> {
    let mut paths = BTreeSet::new();
    for listener in topology.listeners.iter().filter(|listener| of(listener.program)) {
        let tls = &listener.tls;
        paths.extend([&tls.certificate, &tls.key, &tls.client_ca].into_iter().flatten().map(path));
    }
    for client in topology.clients.iter().filter(|client| of(client.program)) {
        let tls = &client.tls;
        paths.extend([&tls.certificate, &tls.key].into_iter().flatten().map(path));
        paths.extend(tls.ignored.iter().map(path));
        if let Trust::File(file) = &tls.trust {
            paths.insert(path(file));
        }
    }
    paths
}

fn path(reference: &FileReference) -> TargetPath {
    reference.path.clone()
}

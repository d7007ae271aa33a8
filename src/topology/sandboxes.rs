//! What the sandbox of a unit keeps from the program that it starts: its binary, its configuration, the
//! certificates that this names, and where it writes.

use super::FileSet;
use crate::component::systemd::read::{Access, Obstacle, Said, Unit};
use crate::diagnostic::Mark;
use crate::model::dataflow::{PathUsage, SandboxFault, SandboxedPath, Topology, Trust};
use crate::model::names::TargetPath;
use std::collections::BTreeMap;

/// Adds what stands between a program and its files, one fault for each directive.
pub(super) fn read(
    files: &FileSet<'_>,
    (unit, program): (&Unit, usize),
    texts: &BTreeMap<&TargetPath, &str>,
    topology: &mut Topology,
) {
    let mut faults: BTreeMap<(&Said, bool), Vec<SandboxedPath>> = BTreeMap::new();
    for ((path, usage), at) in used(unit, program, topology) {
        let access = if usage == PathUsage::Data { Access::Write } else { Access::Read };
        if let Some((obstacle, said)) = unit.sandbox.obstacle(&path, access, unit.home.is_some()) {
            let read_only = obstacle == Obstacle::ReadOnly;
            faults.entry((said, read_only)).or_default().push(SandboxedPath { path, usage, at });
        }
    }
    for (path, said) in unit.sandbox.missing(unit.home.is_some()) {
        let (path, usage) = (path.clone(), PathUsage::Listed);
        faults.entry((said, false)).or_default().push(SandboxedPath { path, usage, at: None });
    }
    topology.sandboxes.extend(faults.into_iter().map(|((said, read_only), paths)| SandboxFault {
        program,
        unit: unit.name.clone(),
        directive: said.text.clone(),
        at: Mark { source: files.source_of(&said.path), span: line_of(texts, said) },
        read_only,
        paths,
    }));
}

/// Every path that the program needs and what it is to it, with the place where its files name it.
fn used(unit: &Unit, program: usize, topology: &Topology) -> BTreeMap<(TargetPath, PathUsage), Option<Mark>> {
    let mut used = BTreeMap::new();
    used.extend(unit.program.iter().map(|path| ((path.clone(), PathUsage::Binary), None)));
    used.extend(unit.configs.iter().map(|path| ((path.clone(), PathUsage::Configuration), None)));
    let data = topology.directories.iter().filter(|need| need.program == program);
    used.extend(data.map(|need| ((need.path.clone(), PathUsage::Data), Some(need.at.clone()))));
    let listeners = topology.listeners.iter().filter(|listener| listener.program == program);
    let clients = topology.clients.iter().filter(|client| client.program == program);
    let served = listeners.flat_map(|listener| {
        let tls = &listener.tls;
        [&tls.certificate, &tls.key, &tls.client_ca].into_iter().flatten()
    });
    let dialled = clients.flat_map(|client| {
        let tls = &client.tls;
        let trusted = match &tls.trust {
            Trust::File(file) => Some(file),
            _ => None,
        };
        [tls.certificate.as_ref(), tls.key.as_ref(), trusted].into_iter().flatten()
    });
    let certificates = served.chain(dialled);
    used.extend(
        certificates.map(|file| ((file.path.clone(), PathUsage::Certificate), Some(file.at.clone()))),
    );
    used
}

/// The last line of its file that says so; the first byte where it is written in another way.
fn line_of(texts: &BTreeMap<&TargetPath, &str>, said: &Said) -> std::ops::Range<usize> {
    let text = texts.get(&said.path).copied().unwrap_or_default();
    let found = text.rfind(&said.text);
    found.map_or(0..0, |start| start..start + said.text.len())
}

//! Proxies in front of a stack, on the host and in containers: their files are found by place, and what they
//! pass on makes listeners and clients. A proxy that is read whole closes its site.

use super::compose::Container;
use super::{Examined, FileSet};
use crate::component::proxy::read::{self as proxy, PROXIES, ProxyReader};
use crate::format::compose::{ImageProgram, Source, SourcePath};
use crate::format::page::{FileReading, Start};
use crate::format::proxy::ProxyListener;
use crate::format::values::{Expansion, ProcessEnvironment, Values};
use crate::model::dataflow::{NeighbourName, Program, ProgramKind, ReadVersion, Topology};
use crate::model::names::TargetPath;

/// A proxy, and where it keeps its files.
struct Proxy {
    name: NeighbourName,
    reader: ProxyReader,
    places: &'static [&'static str],
}

/// The proxy of a name, where its files are read.
fn known(name: &str) -> Option<Proxy> {
    let (name, reader, places) = PROXIES.iter().find(|row| row.0.0 == name)?;
    Some(Proxy { name: *name, reader: *reader, places })
}

/// The proxy that a container runs.
fn of_container(container: &Container<'_>) -> Option<Proxy> {
    match container.image.as_ref()?.program? {
        ImageProgram::Known(name) => known(name),
        _ => None,
    }
}

/// Whether a path is one that a proxy reads, by the places of its kind.
fn is_read_by(places: &[&str], path: &TargetPath) -> bool {
    places.iter().any(|place| {
        let place = TargetPath::new(*place);
        *path == place
            || path.parent() == place
                && (path.file_name().ends_with(".conf") || place.as_str().ends_with("-enabled"))
    })
}

/// The sources of mounts in which a container's proxy finds its files, and whether each is a place or above one.
pub(super) fn mounted<'c>(container: &'c Container<'_>) -> impl Iterator<Item = &'c TargetPath> {
    let places = of_container(container).map_or(&[][..], |proxy| proxy.places);
    container.service.mounts.iter().filter_map(move |mount| {
        let target = TargetPath::new(mount.target.trim_end_matches('/'));
        let concerns = is_read_by(places, &target)
            || places.iter().any(|place| {
                TargetPath::new(*place).is_within(&target) || target.is_within(&TargetPath::new(*place))
            });
        match &mount.source {
            Source::Bind(SourcePath::Here(source)) if concerns => Some(source),
            _ => None,
        }
    })
}

/// Adds the proxies of all containers and of the host.
pub(super) fn read(files: &FileSet<'_>, containers: &[Container<'_>], topology: &mut Topology) {
    if topology.programs.is_empty() {
        return;
    }
    for container in containers {
        let Some(proxy) = of_container(container) else { continue };
        let own = files
            .files
            .keys()
            .filter(|path| container.inside.seen_as(path).iter().any(|seen| is_read_by(proxy.places, seen)));
        let own: Vec<TargetPath> = own.cloned().collect();
        let is_whole =
            !own.is_empty() && mounted(container).all(|source| own.iter().any(|path| path.is_within(source)));
        for path in own {
            read_file(files, &proxy, (&path, container.site), topology);
        }
        if is_whole && topology.sites[container.site].is_container() {
            topology.sites[container.site].open = None;
        }
    }
    if !files.repository {
        for (name, _, places) in PROXIES {
            let own: Vec<TargetPath> =
                files.files.keys().filter(|path| is_read_by(places, path)).cloned().collect();
            for path in own {
                if let Some(proxy) = known(name.0) {
                    read_file(files, &proxy, (&path, 0), topology);
                }
            }
        }
    }
}

fn read_file(
    files: &FileSet<'_>,
    proxy: &Proxy,
    (path, site): (&TargetPath, usize),
    topology: &mut Topology,
) {
    let Some(Examined::Bytes(bytes)) = files.files.get(path) else { return };
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut listeners = (proxy.reader)(text);
    listeners.iter_mut().for_each(|listener| without_others(listener, topology));
    if listeners.is_empty() {
        return;
    }
    let source = files.source_of(path);
    topology.sources.insert(path.clone(), source.clone());
    let program = topology.programs.len();
    topology.programs.push(Program {
        kind: ProgramKind::Neighbour(proxy.name),
        file: path.clone(),
        version: ReadVersion::None,
        excerpt: false,
        starts_here: false,
        site,
    });
    let environment = ProcessEnvironment::default();
    let values = Values { expansion: Expansion::None, environment: &environment };
    let start = Start::Unknown;
    let mut page = FileReading { topology, program, path, source, parts: &[], values, start, inside: None };
    proxy::read(&mut page, &listeners);
}

/// Takes away what has nothing to do with the stack: a proxy has many sites, and who serves the others is
/// nobody's business here. Its sockets stay.
fn without_others(listener: &mut ProxyListener, topology: &Topology) {
    let dialled = topology.clients.iter().any(|client| client.port == listener.port);
    let ours = |port| topology.listeners.iter().any(|known| known.port == port);
    if !dialled {
        listener.passes.retain(|pass| ours(pass.port));
    }
}

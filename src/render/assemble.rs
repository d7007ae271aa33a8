//! The desired files, directories and units of a wiring.

use super::Templates;
use crate::component::{BesideFile, Component, Described, Description, Engine, REGISTRY, systemd};
use crate::diagnostic::Findings;
use crate::format::marker::markers_of;
use crate::model::desired::{
    Content, Desired, DesiredDirectory, DesiredFile, DesiredUnit, Enablement, OnChange, UnitInput,
};
use crate::model::env::EnvFormat;
use crate::model::names::{
    CertificateName, ComponentName, GroupName, HostName, Mode, Owner, Scope, TargetPath, UserName,
};
use crate::wiring::{ClientPlace, ComponentId, EnginePlace, ListenerKind, UnitShape, Wiring};
use minijinja::value::{Serde, Value};
use std::collections::BTreeMap;
use std::net::SocketAddr;

pub(super) fn desired(wiring: &Wiring<'_>, templates: &Templates) -> Result<Desired, Findings> {
    let desired = Desired {
        stack: wiring.stack.name.clone(),
        directories: BTreeMap::new(),
        files: BTreeMap::new(),
        units: Vec::new(),
    };
    let mut assembly = Assembly { wiring, templates, desired, findings: Findings::new() };
    for component in REGISTRY {
        assembly.component(*component);
    }
    assembly.number();
    if assembly.findings.has_errors() { Err(assembly.findings) } else { Ok(assembly.desired) }
}

/// The work in progress.
struct Assembly<'a> {
    wiring: &'a Wiring<'a>,
    templates: &'a Templates,
    desired: Desired,
    findings: Findings,
}

/// Whose file is being added.
struct Part<'p> {
    host: &'p HostName,
    id: &'p ComponentId,
    scope: &'p Scope,
    home: &'p TargetPath,
}

impl<'a> Assembly<'a> {
    /// Everything of the components of one program.
    fn component(&mut self, component: &dyn Component) {
        let wiring = self.wiring;
        let kind = component.kind();
        for (id, place) in wiring.engines.iter().filter(|(id, _)| id.kind() == kind) {
            let Some((description, engine)) = self.described(component, id).zip(component.engine()) else {
                continue;
            };
            self.engine(id, place, engine, description);
        }
        for (id, place) in wiring.clients.iter().filter(|(id, _)| id.kind() == kind) {
            if let Some(description) = self.described(component, id) {
                self.neighbour(id, place, description);
            }
        }
    }

    fn described(&mut self, component: &dyn Component, id: &ComponentId) -> Option<Description> {
        component.describe(self.wiring, id).unwrap_or_else(|findings| {
            self.findings.extend(findings);
            None
        })
    }

    /// What stands in a file of its own; a marked block is no such file.
    fn text(&self, described: Described) -> Option<Result<String, Findings>> {
        match described {
            Described::Whole(template, values) => Some(self.templates.fill(&template, values)),
            Described::Block { .. } => None,
        }
    }

    /// Configuration, certificates, data directories and unit of an engine.
    fn engine(
        &mut self,
        id: &ComponentId,
        place: &'a EnginePlace,
        engine: &Engine,
        description: Description,
    ) {
        let part = Part { host: &place.host, id, scope: &place.scope, home: &place.home };
        let (owner, mode) = place.file_owner();
        if let Some(text) = self.text(description.content) {
            self.whole(&part, &place.config, (owner.clone(), mode), text);
        }
        let mut inputs = vec![UnitInput { path: place.config.clone(), on_change: OnChange::Restart }];
        for BesideFile { path, content, on_change } in description.beside {
            let Some(text) = self.text(content) else { continue };
            self.whole(&part, &path, (owner.clone(), mode), text);
            inputs.push(UnitInput { path, on_change });
        }
        if self.wiring.serves_tls(id) {
            inputs.extend(self.leaf(&part, place));
        }
        if self.wiring.dials_tls(id) {
            inputs.push(self.ca(&part, &place.certificates, (owner, mode)));
        }
        let system = place.scope == Scope::System;
        for directory in
            place.data.iter().filter(|path| systemd::describe::state_directory(system, path).is_none())
        {
            self.directory(&part, directory, place.data_owner());
        }
        let context = systemd::describe::context(self.wiring, id, engine);
        let unit = self.templates.fill((engine.unit)(place.unit.shape), Value::from(Serde(context)));
        self.unit_file(&part, place, unit);
        inputs
            .push(UnitInput { path: place.unit.path.clone(), on_change: OnChange::ReloadManagerAndRestart });
        self.desired.units.push(DesiredUnit {
            host: place.host.clone(),
            scope: place.scope.clone(),
            unit: Some(place.unit.name.clone()),
            component: ComponentName::new(id.to_string()),
            managed: true,
            inputs,
            runs_as: Some(Owner { user: place.user.clone(), group: place.group.clone() }),
            order: 0,
            enablement: enablement(place),
            listens: self.listens(id),
        });
    }

    /// Units are added in the order in which they start.
    fn number(&mut self) {
        for (unit, order) in self.desired.units.iter_mut().zip(0..) {
            unit.order = order;
        }
    }

    fn listens(&self, id: &ComponentId) -> Vec<SocketAddr> {
        let own = self.wiring.listeners.iter().filter(|listener| listener.id.component == *id);
        own.map(|listener| SocketAddr::new(listener.bind, listener.port.number())).collect()
    }

    /// Certificate and key of a component that serves TLS.
    fn leaf(&mut self, part: &Part<'_>, place: &EnginePlace) -> Vec<UnitInput> {
        let name = CertificateName::new(part.id.to_string());
        let desired = self.wiring.certificates[&name].clone();
        // Listeners re-read their leaf by themselves, but for Tempo's HTTP server and clients that send
        // no server name, which dialling an address does not (measured on 2.10.8).
        let stale = self.wiring.edges.iter().any(|edge| {
            let listener = self.wiring.target(edge);
            let by_address = edge.host.parse::<std::net::IpAddr>().is_ok();
            listener.tls
                && listener.id.component == *part.id
                && listener.id.kind == ListenerKind::Api
                && by_address
        });
        let on_change = if stale { OnChange::Restart } else { OnChange::ReadsByItself };
        let contents = [("crt", Content::Certificate(desired)), ("key", Content::PrivateKey(name))];
        contents
            .into_iter()
            .map(|(suffix, content)| {
                let path = place.certificate(&format!("{}.{suffix}", part.id.short()));
                self.file(part, &path, place.file_owner(), content);
                UnitInput { path, on_change }
            })
            .collect()
    }

    /// The CA for a component that dials TLS.
    fn ca(&mut self, part: &Part<'_>, directory: &TargetPath, rights: (Owner, Mode)) -> UnitInput {
        let path = directory.join("ca.crt");
        let desired = self.wiring.certificates[&CertificateName::new("ca")].clone();
        self.file(part, &path, rights, Content::Certificate(desired));
        UnitInput { path, on_change: OnChange::Restart }
    }

    fn unit_file(&mut self, part: &Part<'_>, place: &EnginePlace, text: Result<String, Findings>) {
        let (owner, mode) = place.unit_owner();
        let directory = if place.scope == Scope::System { Mode(0o755) } else { Mode(0o700) };
        self.directory(part, &place.unit.path.parent(), (owner.clone(), directory));
        self.whole(part, &place.unit.path, (owner, mode), text);
    }

    /// The file of a program of somebody else's, and the CA that it is told of.
    fn neighbour(&mut self, id: &ComponentId, place: &ClientPlace, description: Description) {
        let part = Part { host: &place.host, id, scope: &place.scope, home: &place.home };
        let mut inputs = Vec::new();
        if let Some(path) = &place.file {
            match description.content {
                Described::Whole(template, values) => {
                    let text = self.templates.fill(&template, values);
                    self.whole(&part, path, client_rights(place), text);
                }
                block @ Described::Block { .. } => self.block(&part, place, path, block),
            }
            inputs.push(UnitInput { path: path.clone(), on_change: OnChange::Restart });
            inputs.extend(self.reading_unit(&part, place, path));
        }
        for BesideFile { path, content, on_change } in description.beside {
            let Some(text) = self.text(content) else { continue };
            self.whole(&part, &path, client_rights(place), text);
            inputs.push(UnitInput { path, on_change });
        }
        if self.wiring.dials_tls(id) && description.names_ca {
            inputs.push(self.ca(&part, &place.certificates, client_rights(place)));
        }
        self.neighbour_unit(&part, place, inputs);
    }

    /// The drop-in with which somebody else's unit reads a file of ours.
    fn reading_unit(&mut self, part: &Part<'_>, place: &ClientPlace, file: &TargetPath) -> Option<UnitInput> {
        let unit = place.drop_in.as_ref()?;
        let context = systemd::describe::app_context(self.wiring, file);
        let text = self.templates.fill(systemd::describe::APP_TEMPLATE, Value::from(Serde(context)));
        let root = || Owner::of("root", "root");
        let (owner, mode, around) = match part.scope {
            Scope::System => (root(), Mode(0o644), Mode(0o755)),
            Scope::User(_) => (place.reader.clone().unwrap_or_else(root), Mode(0o600), Mode(0o700)),
        };
        self.directory(part, &unit.path.parent(), (owner.clone(), around));
        self.whole(part, &unit.path, (owner, mode), text);
        Some(UnitInput { path: unit.path.clone(), on_change: OnChange::ReloadManagerAndRestart })
    }

    /// The marked block of somebody else's file.
    fn block(&mut self, part: &Part<'_>, place: &ClientPlace, path: &TargetPath, block: Described) {
        let Described::Block { lines, label, format } = block else { return };
        let [begin, end] = markers_of(&label);
        let content = Content::Block { lines, begin, end, dialect: format };
        let owner = place.file_owner.clone().unwrap_or_else(|| Owner::of("root", "root"));
        // Every program of a host reads the file of the injector.
        let mode = Mode(if format == EnvFormat::Injector { 0o644 } else { 0o600 });
        self.home_of_block(part, path, &owner);
        let file = self.entry(part, (owner, mode), content);
        self.desired.files.insert((part.host.clone(), path.clone()), file);
    }

    /// The directory of an environment file is the application's: made only below `--root`.
    fn home_of_block(&mut self, part: &Part<'_>, path: &TargetPath, owner: &Owner) {
        let directory = path.parent();
        let unknown: Vec<_> =
            std::iter::successors(Some(directory.clone()), |directory| Some(directory.parent()))
                .take_while(|directory| directory.as_str() != "/")
                .map(|directory| (part.host.clone(), directory))
                .filter(|key| !self.desired.directories.contains_key(key))
                .collect();
        self.directory(part, &directory, (owner.clone(), Mode(0o755)));
        for key in unknown {
            self.desired.directories.entry(key).and_modify(|directory| directory.only_below_root = true);
        }
    }

    fn neighbour_unit(&mut self, part: &Part<'_>, place: &ClientPlace, inputs: Vec<UnitInput>) {
        if inputs.is_empty() {
            return;
        }
        self.desired.units.push(DesiredUnit {
            host: part.host.clone(),
            scope: part.scope.clone(),
            unit: place.unit.clone(),
            component: ComponentName::new(part.id.to_string()),
            managed: false,
            inputs,
            runs_as: place.reader.clone(),
            order: 0,
            enablement: None,
            listens: Vec::new(),
        });
    }

    fn whole(
        &mut self,
        part: &Part<'_>,
        path: &TargetPath,
        rights: (Owner, Mode),
        text: Result<String, Findings>,
    ) {
        match text {
            Ok(text) => self.file(part, path, rights, Content::Whole(text)),
            Err(findings) => self.findings.extend(findings),
        }
    }

    /// A file of ours, in a directory that only its readers enter.
    fn file(&mut self, part: &Part<'_>, path: &TargetPath, rights: (Owner, Mode), content: Content) {
        // Search permission for whoever may read.
        let directory_mode = Mode(rights.1.0 | (rights.1.0 & 0o444) >> 2);
        self.directory(part, &path.parent(), (rights.0.clone(), directory_mode));
        let file = self.entry(part, rights, content);
        self.desired.files.insert((part.host.clone(), path.clone()), file);
    }

    fn entry(&self, part: &Part<'_>, (owner, mode): (Owner, Mode), content: Content) -> DesiredFile {
        let component = ComponentName::new(part.id.to_string());
        DesiredFile { scope: part.scope.clone(), owner, mode, content, component }
    }

    /// A directory and everything above it. The last one has its own rights; what lies between has those
    /// of its surroundings: a user's below a home, root's elsewhere.
    fn directory(&mut self, part: &Part<'_>, path: &TargetPath, (owner, mode): (Owner, Mode)) {
        let mut add = |path: &TargetPath, owner: Owner, mode: Mode| {
            let directory =
                DesiredDirectory { scope: part.scope.clone(), owner, mode, only_below_root: false };
            self.desired.directories.entry((part.host.clone(), path.clone())).or_insert(directory);
        };
        add(path, owner, mode);
        let mut above = path.parent();
        while above.as_str() != "/" {
            let own = matches!(part.scope, Scope::User(_)) && above.is_within(part.home);
            match part.scope {
                Scope::User(user) if own => {
                    add(
                        &above,
                        Owner { user: user.clone(), group: GroupName::new(user.as_str()) },
                        Mode(0o700),
                    );
                }
                _ => add(
                    &above,
                    Owner { user: UserName::new("root"), group: GroupName::new("root") },
                    Mode(0o755),
                ),
            }
            above = above.parent();
        }
    }
}

/// What starts a unit of ours at boot; that of a package is the package's business.
fn enablement(place: &EnginePlace) -> Option<Enablement> {
    let target = if place.scope == Scope::System { "multi-user.target" } else { "default.target" };
    (place.unit.shape == UnitShape::Whole).then(|| Enablement {
        path: place.unit.path.parent().join(&format!("{target}.wants/{}", place.unit.name)),
        to: place.unit.path.to_string(),
    })
}

/// Owner and mode of a file that a neighbour reads. Without a known reader a CA, which is public, is
/// left readable to all.
fn client_rights(place: &ClientPlace) -> (Owner, Mode) {
    match (&place.scope, &place.reader) {
        (Scope::User(_), Some(owner)) => (owner.clone(), Mode(0o600)),
        (_, Some(owner)) => (Owner { user: UserName::new("root"), group: owner.group.clone() }, Mode(0o640)),
        (_, None) => (Owner::of("root", "root"), Mode(0o644)),
    }
}

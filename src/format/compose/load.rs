//! Several files, what they extend and include, as one tree.

use super::interpolate::{Variables, interpolate};
use super::merge::{canonical, merge, without_resets};
use super::paths::{self, SourcePath};
use super::tree::{self, Field, Merging, Shape, Tree};
use super::{ComposeFault, ProjectDirectory, ProjectFile, dotenv};
use crate::model::names::TargetPath;
use std::collections::BTreeSet;

/// How deep files may extend or include each other.
const DEPTH: usize = 16;

/// What is gathered while files are read.
pub(super) struct Loader<'a, 't> {
    pub(super) directory: &'a ProjectDirectory<'t>,
    pub(super) faults: Vec<ComposeFault>,
    pub(super) not_read: Vec<(TargetPath, String)>,
    /// Files that were read, and the order does not matter.
    pub(super) read: BTreeSet<TargetPath>,
}

impl Loader<'_, '_> {
    /// The files laid over each other, the first lowest.
    pub(super) fn model(
        &mut self,
        files: &[TargetPath],
        base: &TargetPath,
        variables: &Variables,
        depth: usize,
    ) -> Option<Tree> {
        let mut whole: Option<Tree> = None;
        for file in files {
            for mut document in self.documents(file, variables) {
                self.extend_services(&mut document, file, base, variables);
                self.resolve_files(&mut document, base);
                match &mut whole {
                    Some(whole) => merge(whole, document),
                    None => {
                        without_resets(&mut document);
                        whole = Some(document);
                    }
                }
            }
        }
        let mut whole = whole?;
        if let Some(field) = whole.take("include") {
            self.include(&mut whole, &field, base, (variables, depth));
        }
        Some(whole)
    }

    /// The documents of a file with their variables put in.
    fn documents(&mut self, file: &TargetPath, variables: &Variables) -> Vec<Tree> {
        let source = self.directory.shown(file);
        let text = match (self.directory.text)(file) {
            ProjectFile::Text(text) => text,
            ProjectFile::Absent => {
                self.not_read.push((file.clone(), "there is no such file".to_owned()));
                return Vec::new();
            }
            ProjectFile::Unreadable => {
                self.not_read.push((file.clone(), "the file could not be read".to_owned()));
                return Vec::new();
            }
        };
        self.read.insert(file.clone());
        let mut documents = match tree::documents(&source, text) {
            Ok(documents) => documents,
            // What makes a file of it is not here, and neither is what comes out.
            Err(_) if text.contains("{{") => {
                self.not_read.push((file.clone(), "a template, and not what is made of it".to_owned()));
                return Vec::new();
            }
            Err(fault) => {
                self.faults.push(fault);
                return Vec::new();
            }
        };
        documents.retain(|document| matches!(document.shape, Shape::Map(_)));
        for document in &mut documents {
            let mut faults = Vec::new();
            // Each text on its own: one that is no template hides nothing else.
            document.for_each_text(&mut |text, at| {
                if let Err(reason) = interpolate(text, variables) {
                    faults.push(ComposeFault { at: at.clone(), text: reason });
                }
            });
            self.faults.extend(faults);
        }
        documents
    }

    /// Every service of a document with what it extends below it, in one form.
    fn extend_services(
        &mut self,
        document: &mut Tree,
        file: &TargetPath,
        base: &TargetPath,
        variables: &Variables,
    ) {
        let names: Vec<String> = document
            .get("services")
            .map(Tree::fields)
            .unwrap_or_default()
            .iter()
            .map(|field| field.key.clone())
            .collect();
        // Services extend each other as they are written: what is in one form already is not resolved again.
        let written = document.clone();
        for name in names {
            let mut way = vec![(file.clone(), name.clone())];
            let extended = self.extended(&written, &name, (base, variables), &mut way);
            let services = document.get_mut("services");
            if let (Some(extended), Some(slot)) = (extended, services.and_then(|tree| tree.get_mut(&name))) {
                *slot = extended;
            }
        }
    }

    /// A service of a document, extended. `way` holds what was extended on the way here.
    fn extended(
        &mut self,
        document: &Tree,
        name: &str,
        (base, variables): (&TargetPath, &Variables),
        way: &mut Vec<(TargetPath, String)>,
    ) -> Option<Tree> {
        let mut service = document.get("services")?.get(name)?.clone();
        if let Err(fault) = canonical(&mut service, base, self.directory) {
            self.faults.push(fault);
        }
        let Some(extends) = service.take("extends").map(|field| field.value) else { return Some(service) };
        let named = extends.get("service").or(Some(&extends)).and_then(Tree::text)?.text.clone();
        let other = extends.get("file").and_then(Tree::text).map(|text| text.text.clone());
        let here = way.last().map(|step| step.0.clone())?;
        let (file, other_document, other_base) = match other {
            None => (here, document.clone(), base.clone()),
            Some(path) => match SourcePath::of(&paths::resolve(base, &path, self.directory.rooted)) {
                SourcePath::Here(path) => {
                    let document = self.documents(&path, variables).into_iter().next();
                    let Some(document) = document else { return Some(service) };
                    let directory = path.parent();
                    (path, document, directory)
                }
                SourcePath::Outside(path) => {
                    self.not_read
                        .push((here, format!("extends a service of `{path}`, outside of this directory")));
                    return Some(service);
                }
            },
        };
        let step = (file, named.clone());
        if way.contains(&step) || way.len() > DEPTH {
            self.faults.push(ComposeFault {
                at: extends.at,
                text: format!("circular reference: `{named}` extends itself"),
            });
            return Some(service);
        }
        way.push(step);
        let below = self.extended(&other_document, &named, (&other_base, variables), way);
        let Some(mut below) = below else {
            let text = format!("cannot extend service `{named}`: service not found");
            self.faults.push(ComposeFault { at: extends.at, text });
            return Some(service);
        };
        merge(&mut below, service);
        Some(below)
    }

    /// Paths of top-level `configs` and `secrets`.
    fn resolve_files(&self, document: &mut Tree, base: &TargetPath) {
        for kind in ["configs", "secrets"] {
            let Some(Shape::Map(fields)) = document.get_mut(kind).map(|tree| &mut tree.shape) else {
                continue;
            };
            for field in fields {
                if let Some(Shape::Scalar(text)) = field.value.get_mut("file").map(|tree| &mut tree.shape) {
                    text.text = paths::resolve(base, &text.text, self.directory.rooted);
                }
            }
        }
    }

    /// Lays included projects under what is written here.
    fn include(
        &mut self,
        whole: &mut Tree,
        field: &Field,
        base: &TargetPath,
        (variables, depth): (&Variables, usize),
    ) {
        if depth >= DEPTH {
            let text = "files that include each other without end".to_owned();
            return self.faults.push(ComposeFault { at: field.key_at.clone(), text });
        }
        for item in field.value.items() {
            let texts = |tree: &Tree| match &tree.shape {
                Shape::List(items) => {
                    items.iter().filter_map(|item| Some(item.text()?.text.clone())).collect()
                }
                _ => tree.text().map(|text| text.text.clone()).into_iter().collect::<Vec<_>>(),
            };
            let written = if item.text().is_some() {
                texts(item)
            } else {
                item.get("path").map(texts).unwrap_or_default()
            };
            let mut files = Vec::new();
            for path in written {
                match SourcePath::of(&paths::resolve(base, &path, self.directory.rooted)) {
                    SourcePath::Here(path) if !self.read.contains(&path) => files.push(path),
                    SourcePath::Here(path) => {
                        let text = format!("`{path}` is included again");
                        self.faults.push(ComposeFault { at: item.at.clone(), text });
                    }
                    SourcePath::Outside(path) => {
                        let place = self.read.iter().next().cloned().unwrap_or_else(|| base.clone());
                        self.not_read.push((place, format!("includes `{path}`, outside of this directory")));
                    }
                }
            }
            let Some(first) = files.first() else { continue };
            let directory = item.get("project_directory").and_then(Tree::text);
            let directory = directory.map_or_else(
                || first.parent(),
                |text| TargetPath::new(paths::resolve(base, &text.text, self.directory.rooted)),
            );
            let mut known = self.variables_of(&directory);
            known.extend(variables.clone());
            if let Some(included) = self.model(&files, &directory, &known, depth + 1) {
                for kind in ["services", "networks", "volumes", "configs", "secrets"] {
                    lay_under(whole, &included, kind);
                }
            }
        }
    }

    /// What the `.env` of a directory sets.
    pub(super) fn variables_of(&mut self, directory: &TargetPath) -> Variables {
        let path = directory.join(".env");
        let ProjectFile::Text(text) = (self.directory.text)(&path) else { return Variables::new() };
        self.read.insert(path.clone());
        match dotenv::parse(text, &Variables::new()) {
            Ok(assignments) => assignments
                .into_iter()
                .filter_map(|assignment| Some((assignment.key, assignment.value?.text)))
                .collect(),
            Err((span, reason)) => {
                let at = crate::diagnostic::Mark { source: self.directory.shown(&path), span };
                self.faults.push(ComposeFault { at, text: reason });
                Variables::new()
            }
        }
    }
}

/// Adds the entries of a top-level mapping that are not written in the file itself.
fn lay_under(whole: &mut Tree, included: &Tree, kind: &str) {
    let Some(from) = included.field(kind) else { return };
    match whole.get_mut(kind).map(|tree| &mut tree.shape) {
        Some(Shape::Map(fields)) => {
            let new =
                from.value.fields().iter().filter(|field| !fields.iter().any(|own| own.key == field.key));
            let new: Vec<Field> = new.cloned().collect();
            fields.extend(new);
        }
        _ => {
            let Shape::Map(fields) = &mut whole.shape else { return };
            fields.retain(|field| field.key != kind);
            fields.push(Field { merging: Merging::Usual, ..from.clone() });
        }
    }
}

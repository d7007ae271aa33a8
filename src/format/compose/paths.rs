//! Paths of the machine that Compose runs on: relative to the directory of the file they stand in.

use crate::model::names::TargetPath;
use std::borrow::Cow;

/// Where the source of a mount, an environment file or another Compose file is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourcePath {
    /// In the directory that is judged.
    Here(TargetPath),
    /// Outside of it; as it is written, made absolute where it can be.
    Outside(String),
}

/// Marks a path that is absolute on the machine, and so not one of the directory, in a text that was
/// resolved already.
const MACHINE: &str = "//";

/// A path in one form: `/a/b` in the directory, `/../a` above it, `//a` on the machine, `~` in a home.
pub(super) fn resolve(base: &TargetPath, text: &str, rooted: bool) -> String {
    // Written on Windows, where Compose takes both.
    let slashes = text.starts_with(".\\") || text.starts_with("..\\");
    let text = &*if slashes { Cow::Owned(text.replace('\\', "/")) } else { Cow::Borrowed(text) };
    if text.starts_with('~') || text.starts_with(MACHINE) || text.starts_with("/../") {
        return text.to_owned();
    }
    if let Some(absolute) = text.strip_prefix('/') {
        let normal = normal(&TargetPath::new("/"), absolute);
        return if rooted { normal } else { format!("/{normal}") };
    }
    normal(base, text)
}

fn normal(base: &TargetPath, text: &str) -> String {
    let mut parts: Vec<&str> = base.as_str().split('/').filter(|part| !part.is_empty()).collect();
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

impl SourcePath {
    /// Of a text that [`resolve`] made.
    pub(super) fn of(resolved: &str) -> Self {
        if resolved.starts_with("/..") || !resolved.starts_with('/') {
            return Self::Outside(resolved.trim_start_matches('/').to_owned());
        }
        match resolved.strip_prefix('/').filter(|rest| rest.starts_with('/')) {
            Some(machine) => Self::Outside(machine.to_owned()),
            None => Self::Here(TargetPath::new(resolved)),
        }
    }
}

/// Whether the source of a short mount is a path and not the name of a volume.
pub(super) fn is_path(source: &str) -> bool {
    source.starts_with(['.', '/', '~'])
}

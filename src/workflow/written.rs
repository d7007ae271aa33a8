//! A directory of rendered files: what an earlier render wrote there, and what this one changes.
//!
//! A file is replaced by another one under its name, never written through: a hard link keeps what it leads to.
//! The manifest names what is ours before the first file is written, so that a run that was killed is gone on
//! with by the next one.

#![expect(clippy::disallowed_methods, reason = "these are plain files in a directory of the user's choice")]

use crate::model::desired::{Content, Desired, Digest};
use crate::model::names::TargetPath;
use crate::report::document::RenderManifest;
use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Every text by the path that it has on the host.
pub(crate) fn texts(desired: &Desired) -> BTreeMap<TargetPath, String> {
    let text = |content: &Content| match content {
        Content::Whole(text) => Some(text.clone()),
        Content::Block { lines, begin, end, .. } => Some(format!("{begin}\n{}\n{end}\n", lines.join("\n"))),
        Content::Certificate(_) | Content::PrivateKey(_) => None,
    };
    let all = desired.files.iter();
    all.filter_map(|((_, path), file)| Some((path.clone(), text(&file.content)?))).collect()
}

/// The manifest of a rendered directory; `None` where there is none.
///
/// # Errors
/// It cannot be read, or is none.
pub(crate) fn manifest(directory: &Path) -> Result<Option<RenderManifest>, String> {
    let path = directory.join(RenderManifest::NAME);
    match fs::symlink_metadata(&path) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Ok(metadata) if !metadata.is_file() => return Err("it is not a plain file".to_owned()),
        _ => {}
    }
    let text = fs::read_to_string(&path).map_err(|error| error.to_string())?;
    RenderManifest::parse(&text).map(Some)
}

/// What a render does with one path of its directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RenderedChange {
    /// It is as it shall be.
    Same,
    /// It comes.
    Added,
    /// It is replaced.
    Changed,
    /// Nothing of the stack is there any more.
    Removed,
    /// The same, but somebody changed it since it was rendered: it stays.
    Left,
}

/// A directory to render to, looked at and not yet changed.
#[derive(Debug)]
pub(crate) struct RenderTarget<'a> {
    directory: &'a Path,
    earlier: Option<RenderManifest>,
    texts: BTreeMap<TargetPath, String>,
    /// Every path that a render wrote, or writes now.
    pub(crate) changes: BTreeMap<TargetPath, RenderedChange>,
}

impl<'a> RenderTarget<'a> {
    /// Looks at what is there.
    ///
    /// # Errors
    /// What must not be written over, each with what helps.
    pub(crate) fn look(
        directory: &'a Path,
        texts: BTreeMap<TargetPath, String>,
    ) -> Result<Self, Vec<String>> {
        if fs::canonicalize(directory).is_ok_and(|path| path == Path::new("/")) {
            let help = "help: `--out` names a directory of its own; `apply` changes a host";
            return Err(vec![format!("`{}` is the root of this host\n  {help}", directory.display())]);
        }
        let earlier = manifest(directory).map_err(|why| {
            let path = directory.join(RenderManifest::NAME);
            let help = "help: remove it, with what was rendered beside it, and render again";
            vec![format!("`{}` does not tell what a render wrote: {why}\n  {help}", path.display())]
        })?;
        if fs::metadata(directory).is_ok_and(|metadata| !metadata.is_dir()) {
            return Err(vec![format!("`{}` is not a directory", directory.display())]);
        }
        let mut target = Self { directory, earlier, texts, changes: BTreeMap::new() };
        let mut refusals = Vec::new();
        for (path, text) in &target.texts {
            match target.wanted(path, text) {
                Ok(change) => drop(target.changes.insert(path.clone(), change)),
                Err(refusal) => refusals.push(refusal),
            }
        }
        target.leaving();
        match refusals.last_mut() {
            None => Ok(target),
            Some(last) => {
                last.push_str("\n  help: move away what is in the way, or render to another directory");
                Err(refusals)
            }
        }
    }

    /// Where a path of the host stands.
    fn at(&self, path: &TargetPath) -> PathBuf {
        self.directory.join(path.as_str().trim_start_matches('/'))
    }

    /// What happens to a path that is wanted.
    fn wanted(&self, path: &TargetPath, text: &str) -> Result<RenderedChange, String> {
        let at = self.at(path);
        if let Some(obstacle) = in_the_way(self.directory, path) {
            return Err(obstacle);
        }
        if fs::symlink_metadata(&at).is_err() {
            return Ok(RenderedChange::Added);
        }
        let bytes = fs::read(&at).map_err(|error| format!("`{}` cannot be read: {error}", at.display()))?;
        let ours = self.earlier.as_ref().is_some_and(|manifest| manifest.digest(path).is_some());
        match (bytes == text.as_bytes(), ours) {
            (true, _) => Ok(RenderedChange::Same),
            (false, true) => Ok(RenderedChange::Changed),
            (false, false) => Err(format!("`{}` is there, and no render wrote it", at.display())),
        }
    }

    /// What happens to what an earlier render wrote and nothing wants any more.
    fn leaving(&mut self) {
        let Some(earlier) = &self.earlier else { return };
        let written = earlier.files.iter().filter_map(|(path, file)| Some((path, file.digest()?)));
        for (path, digest) in written {
            let path = TargetPath::new(path.as_str());
            if self.texts.contains_key(&path) || in_the_way(self.directory, &path).is_some() {
                continue;
            }
            let Ok(bytes) = fs::read(self.at(&path)) else { continue };
            let same = Digest::of(&bytes).to_string() == digest;
            self.changes.insert(path, if same { RenderedChange::Removed } else { RenderedChange::Left });
        }
    }

    /// Writes and removes.
    ///
    /// # Errors
    /// The path that failed, and why.
    pub(crate) fn write(&self, manifest: &RenderManifest) -> Result<(), String> {
        let mut announced = manifest.clone();
        for (path, file) in self.earlier.iter().flat_map(|earlier| &earlier.files) {
            announced.files.entry(path.clone()).or_insert_with(|| file.clone());
        }
        let own = self.directory.join(RenderManifest::NAME);
        self.replace(&own, &announced.text())?;
        for (path, change) in &self.changes {
            match change {
                RenderedChange::Added | RenderedChange::Changed => {
                    self.replace(&self.at(path), &self.texts[path])?;
                }
                RenderedChange::Removed => self.remove(path)?,
                RenderedChange::Same | RenderedChange::Left => {}
            }
        }
        // What stays because somebody changed it is still what a render wrote.
        let mut kept = manifest.clone();
        for (path, file) in self.earlier.iter().flat_map(|earlier| &earlier.files) {
            if self.changes.get(&TargetPath::new(path.as_str())) == Some(&RenderedChange::Left) {
                kept.files.insert(path.clone(), file.clone());
            }
        }
        self.replace(&own, &kept.text())
    }

    /// Puts a file where one stands or none, unless it is the same.
    fn replace(&self, path: &Path, text: &str) -> Result<(), String> {
        let failed = |error: std::io::Error| format!("`{}` cannot be written: {error}", path.display());
        if fs::read(path).is_ok_and(|bytes| bytes == text.as_bytes()) {
            return Ok(());
        }
        let directory = path.parent().unwrap_or(self.directory);
        fs::create_dir_all(directory).map_err(failed)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let beside = directory.join(format!(".{name}.rendering"));
        // One that a killed run left.
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        let mut file = fs::File::create_new(&beside).map_err(failed)?;
        file.write_all(text.as_bytes()).map_err(failed)?;
        fs::rename(&beside, path).map_err(failed)
    }

    /// Removes a file, and the directories that are empty without it.
    fn remove(&self, path: &TargetPath) -> Result<(), String> {
        let at = self.at(path);
        fs::remove_file(&at).map_err(|error| format!("`{}` cannot be removed: {error}", at.display()))?;
        for directory in at.ancestors().skip(1).take_while(|directory| *directory != self.directory) {
            if fs::remove_dir(directory).is_err() {
                break;
            }
        }
        Ok(())
    }
}

/// A link or directory where a file shall be, or a link on the way there: never followed.
fn in_the_way(out: &Path, path: &TargetPath) -> Option<String> {
    let mut at = out.to_owned();
    let parts: Vec<&str> = path.as_str().split('/').filter(|part| !part.is_empty()).collect();
    for (index, part) in parts.iter().enumerate() {
        at.push(part);
        let kind = fs::symlink_metadata(&at).ok()?.file_type();
        let wanted = if index + 1 == parts.len() { kind.is_file() } else { kind.is_dir() };
        if !wanted {
            let what = if kind.is_symlink() { "a link" } else { "no plain file" };
            return Some(format!("`{}` is in the way: it is {what}", at.display()));
        }
    }
    None
}

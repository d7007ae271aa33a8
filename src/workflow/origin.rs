//! Where a line of a rendered file comes from, and what follows from a key of the stack.

use super::judge::CheckedStack;
use super::load::Loaded;
use super::session::Stop;
use crate::cause::{FilePlace, FilePlacePart, Influence, Settings, influences, settings};
use crate::diagnostic::{Code, Finding, KeyPath};
use crate::model::desired::{Content, DesiredFile};
use crate::model::names::TargetPath;
use crate::report::page::{Ink, Page, PageStyle, inked, plain};
use crate::text::{TextFormat, redact};
use crate::toml::{TomlDocument, key_tree};

/// Keys that are named for one line: those that move least stand first.
const MOST_KEYS: usize = 6;
/// Places that are listed below one key.
const MOST_PLACES: usize = 200;

/// `/etc/tempo/config.yml:12` taken apart.
pub(crate) fn file_and_line(topic: &str) -> Option<(&str, usize)> {
    let (file, line) = topic.rsplit_once(':')?;
    let line = line.parse().ok().filter(|line| *line > 0)?;
    (file.contains('/') || file.contains('.')).then_some((file, line))
}

/// What made a line of a file.
///
/// # Errors
/// The stack writes no such file, or it has no such line.
pub(crate) fn of_line(
    (loaded, judged): (&Loaded, &CheckedStack<'_>),
    (file, line): (&str, usize),
    style: PageStyle,
) -> Result<String, Stop> {
    let (path, desired) = find(judged, file)?;
    let Some((format, text)) = text_of(path, desired) else {
        return Err(unknown(format!("`{path}` is no text: apply issues it")).into());
    };
    let Some(shown) = redact(format, &text).as_str().lines().nth(line - 1).map(str::to_owned) else {
        let title = format!("`{path}` has {} lines", text.lines().count());
        return Err(unknown(title).into());
    };
    let mut page = Page::new(style);
    page.line((0, 2), &[inked(Ink::Strong, format!("{path}:{line}"))]);
    page.line((2, 4), &[plain(shown.trim())]);
    page.gap();
    let known = settings(format, &text).unwrap_or_default();
    match setting_at(&known, line) {
        Some(key) => {
            let (document, tree) = key_tree(loaded.document.source().clone(), &loaded.text);
            let all = tree.map(|tree| influences(&tree)).unwrap_or_default();
            let place = FilePlace { path: path.clone(), part: FilePlacePart::Setting(key.to_owned()) };
            sources(&mut page, (key, desired), &all, (&place, &document));
        }
        None => page.line((0, 2), &[plain("stands at the head or the end of every file that is written")]),
    }
    Ok(page.into_text())
}

/// The setting that a line belongs to: its own, or of a heading the first below it.
fn setting_at(settings: &Settings, line: usize) -> Option<&str> {
    let own = settings.iter().find(|(_, setting)| setting.lines.contains(&line));
    let below = || {
        let later = settings.iter().filter(|(_, setting)| setting.lines.iter().all(|at| *at > line));
        later.min_by_key(|(_, setting)| setting.lines.first().copied())
    };
    own.or_else(below).map(|(key, _)| key.as_str())
}

fn sources(
    page: &mut Page,
    (key, desired): (&str, &DesiredFile),
    all: &[Influence],
    (place, document): (&FilePlace, &TomlDocument),
) {
    let makers: Vec<_> = all.iter().filter(|influence| influence.makes(place)).collect();
    if makers.is_empty() {
        let what =
            format!("`{key}` is written for every {} of this release; no key changes it", desired.component);
        return page.line((0, 2), &[plain(what)]);
    }
    page.line((0, 2), &[plain(format!("`{key}` follows from"))]);
    let shown = document.in_place();
    for influence in makers.iter().take(MOST_KEYS) {
        let name = inked(Ink::Strong, influence.key.to_string());
        let value = document.shown_value(&influence.key, &shown).map(|value| plain(format!("= {value}")));
        let line = influence.written.then(|| format!("stack.toml:{}", document.line(&influence.key)));
        let not_written = (!influence.written).then(|| inked(Ink::Faint, "not written: its default"));
        let spans: Vec<_> = [Some(name), value, not_written].into_iter().flatten().collect();
        page.aligned((2, 6), &spans, line.as_deref());
    }
    if makers.len() > MOST_KEYS {
        page.line(
            (2, 6),
            &[inked(Ink::Faint, format!("and {} keys that move more", makers.len() - MOST_KEYS))],
        );
    }
}

/// Every line that follows from a key of this stack; `None` where the stack has no such key.
pub(crate) fn of_key(loaded: &Loaded, key: &str, style: PageStyle) -> Option<String> {
    let asked = KeyPath(key.split('.').map(str::to_owned).collect());
    let (document, tree) = key_tree(loaded.document.source().clone(), &loaded.text);
    let all = influences(&tree?);
    let below: Vec<_> = all.iter().filter(|influence| influence.key.0.starts_with(&asked.0)).collect();
    if below.is_empty() {
        return None;
    }
    let places: std::collections::BTreeSet<_> =
        below.iter().flat_map(|influence| &influence.places).collect();
    let mut page = Page::new(style);
    let line = format!("stack.toml:{}", document.line(&asked));
    page.aligned((0, 2), &[plain(format!("What follows from `{key}` in this stack:"))], Some(&line));
    let mut last = None;
    for place in places.iter().take(MOST_PLACES) {
        if last != Some(&place.path) {
            page.line((2, 4), &[inked(Ink::Strong, place.path.to_string())]);
        }
        last = Some(&place.path);
        page.line((6, 8), &[plain(part(&place.part))]);
    }
    if places.len() > MOST_PLACES {
        page.line((2, 4), &[plain(format!("and {} more", places.len() - MOST_PLACES))]);
    }
    Some(page.into_text())
}

fn part(part: &FilePlacePart) -> String {
    match part {
        FilePlacePart::Whole => "the file as a whole".to_owned(),
        FilePlacePart::Rights => "its owner or mode".to_owned(),
        FilePlacePart::Certificate => "what the certificate says".to_owned(),
        FilePlacePart::Setting(key) => key.clone(),
        FilePlacePart::Text => "its text".to_owned(),
    }
}

fn find<'a>(judged: &'a CheckedStack<'_>, file: &str) -> Result<(&'a TargetPath, &'a DesiredFile), Stop> {
    let files = || judged.desired.files.iter().map(|((_, path), file)| (path, file));
    let wanted = file.trim_start_matches("./");
    let exact = files().find(|(path, _)| path.as_str() == file);
    let ending = || files().find(|(path, _)| path.as_str().ends_with(&format!("/{wanted}")));
    // A rendered directory holds the same below its own name.
    let inside = || files().find(|(path, _)| file.ends_with(path.as_str()));
    exact.or_else(ending).or_else(inside).ok_or_else(|| {
        let known: Vec<_> = files().map(|(path, _)| format!("`{path}`")).collect();
        unknown(format!("the stack writes no file `{file}`")).help(known.join(", ")).into()
    })
}

fn text_of(path: &TargetPath, file: &DesiredFile) -> Option<(TextFormat, String)> {
    match &file.content {
        Content::Whole(text) => Some((TextFormat::of_path(path.as_str()), text.clone())),
        Content::Block { lines, begin, end, .. } => {
            Some((TextFormat::Environment, format!("{begin}\n{}\n{end}\n", lines.join("\n"))))
        }
        Content::Certificate(_) | Content::PrivateKey(_) => None,
    }
}

fn unknown(title: String) -> Finding {
    Finding::error(Code("topic-unknown"), title)
}

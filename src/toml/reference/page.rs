//! `REFERENCE.md`: every table and every key. What several components have (listeners, `service`, `paths`)
//! is told once, with the places where it stands.

use super::spelled::wrapped;
use crate::model::release::collector::CollectorRelease;
use crate::model::release::tempo::TempoRelease;
use crate::toml::kind::Table;
use crate::toml::language::RawStack;
use crate::toml::schema::{Key, KeyStatus, Schema, ValueKind, listed};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The columns of a line.
const COLUMNS: usize = 120;

/// A table where it stands.
#[derive(Clone, Copy)]
struct Place<'p> {
    path: &'p str,
    schema: &'static Schema,
}

/// What several components have, by the name of its section.
type Shared = BTreeMap<&'static str, Vec<(String, &'static Schema)>>;

/// A table that so many components have is told once.
const SEVERAL: usize = 3;

/// The whole page.
pub fn page() -> String {
    let mut shared = Shared::new();
    gather(RawStack::SCHEMA, "", &mut shared);
    shared.retain(|name, places| *name == LISTENER || places.len() >= SEVERAL);
    let mut text = include_str!("before.md").to_owned();
    section(&mut text, Place { path: "", schema: RawStack::SCHEMA }, &shared);
    for (name, places) in &shared {
        shared_section(&mut text, name, places);
    }
    let (first, last) = CollectorRelease::rendered_minors();
    let tempos = listed(TempoRelease::names().map(str::to_owned).collect()).replace(" or ", " and ");
    let after = include_str!("after.md").replace("{collectors}", &format!("0.{first} to 0.{last}"));
    text + "\n" + &after.replace("{tempos}", &tempos)
}

/// The section of all listeners.
const LISTENER: &str = "listener";

fn gather(schema: &'static Schema, above: &str, shared: &mut Shared) {
    for key in schema.keys {
        let path = below(above, key);
        let name = if matches!(key.kind, ValueKind::Listener(_)) { LISTENER } else { key.name };
        if let Some(schema) = key.kind.table() {
            shared.entry(name).or_default().push((path.clone(), schema));
            gather(schema, &path, shared);
        }
    }
}

/// The path of a key, with `NAME` for a name of the user's.
fn below(above: &str, key: &Key) -> String {
    let dot = if above.is_empty() { "" } else { "." };
    let name = if matches!(key.kind, ValueKind::Named(..)) { ".NAME" } else { "" };
    format!("{above}{dot}{}{name}", key.name)
}

/// A table with its keys, and after it the tables that stand in it.
fn section(text: &mut String, place: Place<'_>, shared: &Shared) {
    let Place { path, schema } = place;
    let title = if path.is_empty() { "Above the first table".to_owned() } else { format!("`[{path}]`") };
    let level = if path.matches('.').count() > usize::from(path.contains("NAME")) { "###" } else { "##" };
    write!(text, "\n{level} {title}\n\n{}\n", wrapped(schema.help.trim(), COLUMNS, "")).expect(WRITES);
    let own = |key: &&&Key| !(path.is_empty() && key.kind.table().is_some());
    let rendered = schema.keys.iter().filter(|key| key.is_rendered());
    for key in rendered.clone().collect::<Vec<_>>().iter().filter(own) {
        entry(text, key, where_told(key, path, shared).as_deref());
    }
    not_yet(text, schema.keys.iter());
    for key in rendered {
        let is_shared = matches!(key.kind, ValueKind::Listener(_)) || shared.contains_key(key.name);
        if let Some(schema) = key.kind.table().filter(|_| !is_shared) {
            section(text, Place { path: &below(path, key), schema }, shared);
        }
    }
}

const WRITES: &str = "writing to a string does not fail";

/// Where the keys of a table are told, if it is not at its own key.
fn where_told(key: &Key, path: &str, shared: &Shared) -> Option<String> {
    key.kind.table()?;
    let section = match key.kind {
        ValueKind::Listener(_) => LISTENER.to_owned(),
        _ if shared.contains_key(key.name) => key.name.to_owned(),
        _ => below(path, key),
    };
    let text = if section == LISTENER { "Keys of a listener".to_owned() } else { format!("`[{section}]`") };
    let shown =
        if shared.contains_key(key.name) && section != LISTENER { format!("`{section}`") } else { text };
    let anchor: String = shown
        .to_lowercase()
        .chars()
        .filter_map(|letter| match letter {
            ' ' => Some('-'),
            letter if letter.is_alphanumeric() || letter == '-' || letter == '_' => Some(letter),
            _ => None,
        })
        .collect();
    Some(format!("Its keys: [{shown}](#{anchor})."))
}

/// One key.
fn entry(text: &mut String, key: &Key, more: Option<&str>) {
    let head = format!("**`{}`** {}", key.name, key.facts());
    write!(text, "\n{}\\\n", wrapped(&head, COLUMNS - 1, "")).expect(WRITES);
    let paragraphs = key.paragraphs();
    let (lists, prose): (Vec<&String>, Vec<&String>) =
        paragraphs.iter().partition(|paragraph| paragraph.starts_with("- "));
    let example = (!key.example.is_empty()).then(|| format!("Example: `{}`.", key.example));
    let prose = prose.into_iter().map(String::as_str).chain(example.as_deref()).chain(more);
    let prose: Vec<&str> = prose.collect();
    writeln!(text, "{}", wrapped(&prose.join(" "), COLUMNS, "")).expect(WRITES);
    for item in lists {
        writeln!(text, "{}", wrapped(item, COLUMNS, "  ")).expect(WRITES);
    }
}

/// What a table will have, and what it never has.
fn not_yet<'k>(text: &mut String, keys: impl Iterator<Item = &'k Key>) {
    let mut planned = Vec::new();
    for key in keys {
        match key.status {
            KeyStatus::Rendered => {}
            KeyStatus::NotYet(_) => planned.push(format!("`{}`", key.name)),
            KeyStatus::Refused(refusal) => {
                let line = format!("`{}` is refused: {}; {}.", key.name, refusal.title, refusal.help);
                write!(text, "\n{}\n", wrapped(&line, COLUMNS, "")).expect(WRITES);
            }
        }
    }
    if !planned.is_empty() {
        let line = format!("Known, and refused as not written yet: {}.", planned.join(", "));
        write!(text, "\n{}\n", wrapped(&line, COLUMNS, "")).expect(WRITES);
    }
}

/// A table that several components have: the keys of all of them, with where each stands that not all have.
fn shared_section(text: &mut String, name: &str, places: &[(String, &'static Schema)]) {
    let title = if name == LISTENER { "Keys of a listener".to_owned() } else { format!("`{name}`") };
    let paths: Vec<String> = places.iter().map(|(path, _)| format!("`{path}`")).collect();
    // The keys of all listeners are those of the one that has the fewest.
    let least = places.iter().map(|(_, schema)| schema).min_by_key(|schema| schema.keys.len());
    let schema = if name == LISTENER { least } else { places.first().map(|(_, schema)| schema) };
    let help = schema.map_or("", |schema| schema.help.trim());
    write!(text, "\n## {title}\n\n{}\n", wrapped(help, COLUMNS, "")).expect(WRITES);
    let line = format!("It stands in {}.", paths.join(", "));
    write!(text, "\n{}\n", wrapped(&line, COLUMNS, "")).expect(WRITES);
    let mut told: Vec<(&Key, Vec<&str>)> = Vec::new();
    for (path, schema) in places {
        for key in schema.keys {
            let same = |known: &Key| known.name == key.name && told_alike(known, key);
            match told.iter_mut().find(|(known, _)| same(known)) {
                Some((_, paths)) => paths.push(path),
                None => told.push((key, vec![path])),
            }
        }
    }
    told.sort_by_key(|(key, _)| places.iter().find_map(|(_, schema)| position(schema, key.name)));
    for (key, paths) in told.iter().filter(|(key, _)| key.is_rendered()) {
        let paths: Vec<String> = paths.iter().map(|path| format!("`{path}`")).collect();
        let only = (paths.len() < places.len()).then(|| format!("In {}.", paths.join(", ")));
        entry(text, key, only.as_deref());
    }
    not_yet(text, told.iter().map(|(key, _)| *key));
}

/// Whether all that is told of two keys is the same.
fn told_alike(one: &Key, other: &Key) -> bool {
    one.facts() == other.facts() && one.paragraphs() == other.paragraphs()
}

fn position(schema: &'static Schema, name: &str) -> Option<usize> {
    schema.keys.iter().position(|key| key.name == name)
}

//! Keys that do not exist, and keys that must: what was probably meant.

use super::document::TomlDocument;
use super::foreign::{Ours, ours as called_here};
use super::kind::Table;
use super::language::{CollectorTable, RawStack, TempoTable};
use super::schema::{Key, Schema, ValueKind, listed};
use crate::diagnostic::{Code, Finding, KeyPart, KeyPath};
use crate::model::release::collector::CollectorRelease;
use crate::model::release::tempo::TempoRelease;
use crate::text::nearest;
use toml::de::DeValue;

const TLS: &str = RawStack::SCHEMA.named("tls");
const TEMPO: &str = RawStack::SCHEMA.named("tempo");
const COLLECTOR: &str = RawStack::SCHEMA.named("collector");
const VERSION: &str = TempoTable::SCHEMA.named(CollectorTable::SCHEMA.named("version"));

/// What to say of a key that its table does not have.
pub(super) fn describe(
    document: &TomlDocument,
    schema: &'static Schema,
    path: &KeyPath,
    value: &DeValue<'_>,
) -> Finding {
    let name = path.0.last().map_or("", String::as_str);
    let parent = KeyPath(path.0[..path.0.len().saturating_sub(1)].to_vec());
    let near = slip_of(schema, name);
    if (document.has_header(path) && (near.is_some() || parent.0.is_empty()))
        || (parent.0.is_empty() && value.is_table())
    {
        return table(document, path, near);
    }
    let is_free = document.span_of_key(&KeyPath::of([name])).is_none();
    if !parent.0.is_empty() && is_root_key(name) && is_free {
        return landed(document, path, &parent);
    }
    let found = Finding::error(Code("unknown-key"), format!("unknown key `{}` in {}", name, spoken(&parent)))
        .at((path.clone(), KeyPart::Key), "");
    found.help(meant(schema, &parent, name))
}

/// What was meant by a key: a word of another program, a slip, a part of a key of the same table, a key
/// of another table; else what there is.
fn meant(schema: &'static Schema, parent: &KeyPath, name: &str) -> String {
    match called_here(parent, name) {
        Some(Ours::Key(ours)) => return format!("did you mean `{ours}`?"),
        Some(Ours::Words(words)) => return words.to_owned(),
        None => {}
    }
    if let Some(near) = slip_of(schema, name) {
        return format!("did you mean `{near}`?");
    }
    let homes = homes(name, parent);
    if !homes.is_empty() {
        return format!("`{name}` belongs in {}", homes.join(", "));
    }
    match akin(schema, name) {
        Some(akin) => format!("did you mean `{akin}`?"),
        None => format!("known here: {}", known(schema)),
    }
}

/// The one key of a table that a name begins or ends with, whole words: `retention` of `trace_retention`.
fn akin(schema: &'static Schema, name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    let part = |long: &str, short: &str| {
        long.strip_suffix(short).is_some_and(|rest| rest.ends_with(['_', '-']))
            || long.strip_prefix(short).is_some_and(|rest| rest.starts_with(['_', '-']))
    };
    let mut akin = schema.rendered().map(|key| key.name).filter(|key| part(&name, key) || part(key, &name));
    match (akin.next(), akin.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

/// A table header that does not exist.
pub(super) fn table(document: &TomlDocument, path: &KeyPath, near: Option<&str>) -> Finding {
    // The header as it is written, which may go deeper than the part that is unknown.
    let below = document.header_below(path);
    let written = document.header_text(&below).map_or_else(|| format!("[{below}]"), ToOwned::to_owned);
    let title = format!("unknown table `{written}`");
    let found = Finding::error(Code("unknown-table"), title).at((below.clone(), KeyPart::Header), "");
    if path.0 == [TLS] {
        return found
            .help("certificate settings live in `[certificates]`")
            .help("the preset stands above the first table: `tls = \"edge\"`");
    }
    match near {
        Some(near) => {
            let mut meant = below;
            near.clone_into(&mut meant.0[path.0.len() - 1]);
            found.help(format!("did you mean `[{meant}]`?"))
        }
        None => match called_here(&KeyPath::default(), &path.0[0]) {
            Some(Ours::Words(words)) if path.0.len() == 1 => found.help(words),
            _ => found.help(
                "tables: [host.NAME], [certificates], [collector.NAME], [tempo], [app.NAME], [grafana]",
            ),
        },
    }
}

fn landed(document: &TomlDocument, path: &KeyPath, parent: &KeyPath) -> Finding {
    let name = path.0.last().map_or("", String::as_str);
    let found = Finding::error(
        Code("unknown-key"),
        format!("`{name}` is a root key, it has landed in {}", spoken(parent)),
    )
    .at((path.clone(), KeyPart::Key), "");
    match document.first_header() {
        Some(line) => found.help(format!("move it above line {line}, the first table")),
        None => found.help("move it to the top of the file"),
    }
}

/// The key that a name is a slip of.
pub(super) fn slip_of(schema: &'static Schema, name: &str) -> Option<&'static str> {
    nearest(name, schema.keys.iter().map(|key| key.name))
}

/// A required key that is not there.
pub(super) fn missing(path: &KeyPath, key: &Key) -> Finding {
    let place = (path.clone(), KeyPart::Header);
    let (code, title) = match (key.name, path.0.as_slice()) {
        (VERSION, [kind]) if kind == TEMPO => ("version-missing", "Tempo has no version".into()),
        (VERSION, [kind, name]) if kind == COLLECTOR => {
            ("version-missing", format!("collector `{name}` has no version"))
        }
        (name, []) => ("key-missing", format!("the stack has no `{name}`")),
        (name, _) => ("key-missing", format!("{} has no `{name}`", spoken(path))),
    };
    let found = Finding::error(Code(code), title).at(place, "");
    match (code, path.0.first().map(String::as_str)) {
        ("version-missing", Some(TEMPO)) => found.help(format!(
            "the release that is installed, as `tempo --version` says: {}",
            listed(TempoRelease::names().map(ToOwned::to_owned).collect())
        )),
        ("version-missing", _) => {
            let (first, last) = CollectorRelease::rendered_minors();
            found.help(format!(
                "the release that is installed, as `otelcol --version` says: 0.{first} to 0.{last}"
            ))
        }
        _ => found.help(format!("for example: {}", key.example)),
    }
}

/// A table as it is spoken of.
fn spoken(path: &KeyPath) -> String {
    if path.0.is_empty() { "the root table".into() } else { format!("`[{path}]`") }
}

/// Whether a key of this name belongs above the first table.
pub(super) fn is_root_key(name: &str) -> bool {
    RawStack::SCHEMA.key(name).is_some_and(|key| is_scalar(key.kind))
}

/// Whether a table of this name is one that can be sent to, or is meant to be one.
pub(super) fn may_be_target(name: &str) -> bool {
    nearest(name, RawStack::SCHEMA.keys.iter().map(|key| key.name))
        .is_none_or(|near| matches!(near, COLLECTOR | TEMPO))
}

/// Whether a key of this kind stands on a line of its own.
pub(super) fn is_scalar(kind: ValueKind) -> bool {
    !matches!(kind, ValueKind::Table(_) | ValueKind::Named(..) | ValueKind::Map(_) | ValueKind::Anything)
}

fn known(schema: &Schema) -> String {
    schema.rendered().map(|key| key.name).collect::<Vec<_>>().join(", ")
}

/// The tables that do have a key of this name, at most three; only those of the same component where it
/// has any.
fn homes(name: &str, parent: &KeyPath) -> Vec<String> {
    let mut found = Vec::new();
    collect_homes(RawStack::SCHEMA, "", name, &mut found);
    let component = parent.0.first().map(|first| format!("`[{first}."));
    let own = |home: &String| component.as_ref().is_some_and(|component| home.starts_with(component));
    if found.iter().any(own) {
        found.retain(own);
    }
    found.truncate(3);
    found
}

fn collect_homes(schema: &'static Schema, path: &str, name: &str, found: &mut Vec<String>) {
    for key in schema.keys {
        if key.name == name && !path.is_empty() {
            found.push(format!("`[{path}]`"));
        }
        let below = if path.is_empty() { key.name.to_owned() } else { format!("{path}.{}", key.name) };
        match key.kind {
            ValueKind::Table(schema) | ValueKind::Listener(schema) => {
                collect_homes(schema, &below, name, found);
            }
            ValueKind::Named(schema, _) => collect_homes(schema, &format!("{below}.NAME"), name, found),
            _ => {}
        }
    }
}

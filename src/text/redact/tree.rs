//! A parsed text, whatever its format: which of its values are secret by where they stand.

use super::{free, ranges::merged, yaml};
use crate::text::secret::{is_stack_reference, may_show, sounds_secret};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// How deep texts inside of texts are looked into: a JSON document in a YAML value.
const NESTED: usize = 3;

/// A value with its place.
#[derive(Clone, Debug)]
pub(super) struct RedactNode {
    /// Its bytes, from its first to its last.
    pub(super) at: Range<usize>,
    pub(super) value: RedactValue,
    /// The number under which aliases name it; 0 where it has none.
    pub(super) anchor: usize,
}

#[derive(Clone, Debug)]
pub(super) enum RedactValue {
    Scalar(RedactScalar),
    List(Vec<RedactNode>),
    Table(Vec<Entry>),
    /// Stands for the value with this anchor.
    Alias(usize),
}

/// A key with its value.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: RedactNode,
    pub(super) value: RedactNode,
    /// Whether the key is a name that somebody gave to a thing, and says nothing of its value.
    pub(super) is_name: bool,
}

/// A single value.
#[derive(Clone, Debug)]
pub(super) struct RedactScalar {
    /// As it is meant, without quotes and escapes.
    pub(super) text: String,
    /// Where it stands, without its quotes.
    pub(super) inner: Range<usize>,
}

impl RedactNode {
    pub(super) fn scalar(&self) -> Option<&RedactScalar> {
        if let RedactValue::Scalar(scalar) = &self.value { Some(scalar) } else { None }
    }
}

/// What must not be shown of a tree.
#[derive(Clone, Debug, Default)]
pub(super) struct Marked {
    /// The bytes of secret values.
    pub(super) hidden: Vec<Range<usize>>,
    /// The values as they are meant: no message may repeat them.
    pub(super) values: Vec<String>,
    /// Values in secret places that were judged to be none: references and the like.
    pub(super) plain: Vec<Range<usize>>,
    /// The bytes of whole secret entries, with whatever stands between their values.
    pub(super) below: Vec<Range<usize>>,
}

/// Whose tree it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `stack.toml`, which has references of its own.
    Stack,
    /// YAML, so deep inside of other texts.
    Yaml(usize),
}

/// Which of the values are secret.
pub(super) fn mark(text: &str, roots: &[RedactNode], kind: Kind) -> Marked {
    let mut walk = Walk { text, kind, marked: Marked::default(), aliased: BTreeSet::new() };
    // A value that is called secret through its alias only is found in a further round.
    loop {
        let known = walk.aliased.len();
        walk.marked = Marked::default();
        for root in roots {
            walk.node(root, Way { name: "", secret: false });
        }
        if walk.aliased.len() == known {
            break;
        }
    }
    walk.marked.hidden = merged(walk.marked.hidden);
    walk.marked.below = merged(walk.marked.below);
    walk.marked
}

/// How a value was come to.
#[derive(Clone, Copy)]
struct Way<'n> {
    /// The nearest key above it.
    name: &'n str,
    /// Whether it stands below a name that sounds secret.
    secret: bool,
}

struct Walk<'t> {
    text: &'t str,
    kind: Kind,
    marked: Marked,
    aliased: BTreeSet<usize>,
}

impl Walk<'_> {
    fn node(&mut self, node: &RedactNode, way: Way<'_>) {
        let way =
            Way { secret: way.secret || node.anchor != 0 && self.aliased.contains(&node.anchor), ..way };
        match &node.value {
            RedactValue::Scalar(scalar) => self.scalar(scalar, way),
            RedactValue::List(items) => self.list(items, way),
            RedactValue::Table(entries) => self.table(entries, way),
            RedactValue::Alias(anchor) if way.secret => {
                self.aliased.insert(*anchor);
            }
            RedactValue::Alias(_) => {}
        }
    }

    fn table(&mut self, entries: &[Entry], way: Way<'_>) {
        let named = entries.iter().any(|entry| {
            let name = entry.key.scalar().is_some_and(|key| names_another(&key.text));
            name && entry.value.scalar().is_some_and(|value| sounds_secret(&value.text))
        });
        for Entry { key, value, is_name } in entries {
            let Some(text) = key.scalar().map(|key| key.text.as_str()) else {
                self.node(key, way);
                self.node(value, way);
                continue;
            };
            // Of a component's `type/name` the type alone says what it is.
            let kind = text.split('/').next().unwrap_or_default();
            let sounds = !is_name && (sounds_secret(kind) || is_auth(kind, value)) || named && is_value(text);
            if sounds {
                self.marked.below.push(key.at.start..value.at.end.max(key.at.end));
            }
            let is_member = way.secret && value.scalar().is_some_and(|value| value.text.is_empty());
            if is_member {
                self.hide(key.scalar());
            }
            // A key can hold a secret by its own shape: a URL, a line `NAME=VALUE`.
            self.inside(key.scalar(), Way { name: "", secret: false });
            self.node(value, Way { name: text, secret: way.secret || sounds });
        }
    }

    fn list(&mut self, items: &[RedactNode], way: Way<'_>) {
        let mut before: Option<&str> = None;
        for item in items {
            let word = item.scalar().map(|scalar| scalar.text.as_str());
            let follows = before.zip(word).is_some_and(|(flag, word)| free::follows(flag, word));
            self.node(item, Way { secret: way.secret || follows, name: if follows { "" } else { way.name } });
            before = word.filter(|word| word.starts_with('-'));
        }
    }

    fn scalar(&mut self, scalar: &RedactScalar, way: Way<'_>) {
        let text = scalar.text.as_str();
        if self.kind == Kind::Stack && is_stack_reference(text) {
            self.marked.plain.push(scalar.inner.clone());
            return;
        }
        if way.secret && !may_show(way.name, text) {
            self.hide(Some(scalar));
            return;
        }
        if way.secret {
            self.marked.plain.push(scalar.inner.clone());
        }
        match text.trim_start_matches('-').split_once('=') {
            Some((name, value)) if is_word(name) && sounds_secret(name) && !may_show(name, value) => {
                self.hide_behind(scalar, value);
            }
            _ => self.inside(Some(scalar), way),
        }
    }

    /// Hides what stands in a text that is not secret by its place.
    fn inside(&mut self, scalar: Option<&RedactScalar>, _: Way<'_>) {
        let Some(scalar) = scalar else { return };
        let mut found = free::secrets(&scalar.text);
        let nests = scalar.text.contains('\n') || scalar.text.trim_start().starts_with(['{', '[']);
        if nests
            && let Kind::Yaml(depth) = self.kind
            && depth < NESTED
            && let Ok(inner) = yaml::secrets(&scalar.text, depth + 1)
        {
            self.marked.values.extend(inner.values);
            found.extend(inner.hidden);
        }
        if !found.is_empty() {
            self.part(scalar, &merged(found));
        }
    }

    /// `NAME=VALUE` is all of the text.
    fn hide_behind(&mut self, scalar: &RedactScalar, value: &str) {
        let start = scalar.text.len() - value.len();
        self.part(scalar, std::slice::from_ref(&(start..scalar.text.len())));
    }

    /// Hides parts of a value: where what is written is what is meant these parts, else all of it.
    fn part(&mut self, scalar: &RedactScalar, parts: &[Range<usize>]) {
        self.marked.values.extend(parts.iter().map(|part| scalar.text[part.clone()].to_owned()));
        match written(&self.text[scalar.inner.clone()], &scalar.text) {
            Some(lines) => {
                let shift = |offset: usize| {
                    let line = lines.range(..=offset).next_back();
                    scalar.inner.start + line.map_or(offset, |(meant, written)| written + offset - meant)
                };
                self.marked.hidden.extend(parts.iter().map(|part| shift(part.start)..shift(part.end)));
            }
            None => self.marked.hidden.push(scalar.inner.clone()),
        }
    }

    fn hide(&mut self, scalar: Option<&RedactScalar>) {
        if let Some(scalar) = scalar {
            self.marked.values.push(scalar.text.clone());
            self.marked.hidden.push(scalar.inner.clone());
        }
    }
}

/// Where the lines of a text stand in how it is written; `None` where they are not written as they are
/// meant (escapes, folding).
fn written(raw: &str, meant: &str) -> Option<BTreeMap<usize, usize>> {
    let (mut from, mut to) = (0, 0);
    let mut lines = BTreeMap::new();
    let mut raw_lines = raw.split('\n');
    for line in meant.split('\n') {
        let Some(whole) = raw_lines.next() else {
            return line.is_empty().then_some(lines);
        };
        let bare = whole.strip_suffix('\r').unwrap_or(whole);
        let indent = bare.strip_suffix(line)?;
        if !indent.chars().all(|letter| letter == ' ') {
            return None;
        }
        lines.insert(from, to + indent.len());
        from += line.len() + 1;
        to += whole.len() + 1;
    }
    Some(lines)
}

/// Keys whose value is the name of what stands beside it: `name: PASSWORD`, `key: authorization`.
fn names_another(key: &str) -> bool {
    const NAMES: [&str; 14] = [
        "name",
        "key",
        "header",
        "headername",
        "field",
        "attribute",
        "variable",
        "var",
        "env",
        "id",
        "property",
        "param",
        "parameter",
        "label",
    ];
    let plain: String =
        key.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    NAMES.contains(&plain.trim_end_matches(|letter: char| letter.is_ascii_digit()))
}

/// Keys that hold the value of what another key names.
fn is_value(key: &str) -> bool {
    let lower = key.to_ascii_lowercase();
    lower.contains("value")
        || matches!(lower.as_str(), "default" | "content" | "data" | "text" | "val" | "string" | "body")
}

/// `auth: dXNlcjpwYXNz`: with a text it is a secret, as a table it says how to sign in.
fn is_auth(key: &str, value: &RedactNode) -> bool {
    matches!(key.to_ascii_lowercase().as_str(), "auth" | "_auth") && value.scalar().is_some()
}

fn is_word(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|letter| letter.is_alphanumeric() || "_-.[]".contains(letter))
}

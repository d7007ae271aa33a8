//! One key of a YAML text set or removed, and everything else left as it is written: comments, order,
//! style. What would not read back as meant is not done.
//!
//! A way of keys is written with dots, and keys may hold dots themselves: at each level the longest key
//! that fits is taken. Digits go into a list.

use crate::format::yaml::{Node, Value, YamlEntry, YamlLibrary, parse};
use std::ops::Range;

/// The text with a value, in flow notation, at the end of a way of keys: instead of the one that stands
/// there, or new. `None` where the text is not to be read, or the place is of a kind that is not edited.
pub fn set(text: &str, library: YamlLibrary, way: &str, value: &str) -> Option<String> {
    let document = parse(text, library).ok()?;
    let edited = match find(&document.root, way) {
        Found::Value(node, key) => put(text, node, key, value),
        Found::Missing { parent, key, rest } => add(text, (parent, key), &nested(rest, value)),
    }?;
    let wanted = parse(value, library).ok()?.root;
    let now = parse(&edited, library).ok()?.root;
    match find(&now, way) {
        Found::Value(node, _) if same(node, &wanted) => Some(edited),
        _ => None,
    }
}

/// The text without a key; `None` where it is not there, or of a kind that is not edited.
pub fn remove(text: &str, library: YamlLibrary, way: &str) -> Option<String> {
    let document = parse(text, library).ok()?;
    let (parent, index) = entry(&document.root, way)?;
    let edited = without(text, parent, index)?;
    let now = parse(&edited, library).ok()?.root;
    entry(&now, way).is_none().then_some(edited)
}

/// Where a way leads.
enum Found<'n, 'w> {
    /// To this value, and the key before it.
    Value(&'n Node, Option<&'n YamlEntry>),
    /// No further than to this value and its key; the rest of the way is not there.
    Missing { parent: &'n Node, key: Option<&'n YamlEntry>, rest: &'w str },
}

fn find<'n, 'w>(root: &'n Node, way: &'w str) -> Found<'n, 'w> {
    let (mut node, mut key, mut rest) = (root, None, way);
    while !rest.is_empty() {
        let Some((next, entry, left)) = step(node, rest) else {
            return Found::Missing { parent: node, key, rest };
        };
        (node, key, rest) = (next, entry, left);
    }
    Found::Value(node, key)
}

/// One level down, by the longest key that the way begins with.
fn step<'n, 'w>(node: &'n Node, way: &'w str) -> Option<(&'n Node, Option<&'n YamlEntry>, &'w str)> {
    let left = |key: &str| {
        let rest = way.strip_prefix(key)?;
        if rest.is_empty() { Some(rest) } else { rest.strip_prefix('.') }
    };
    if let Value::Sequence(items) = &node.value {
        let named = |item: &&Node| item.get("name")?.scalar().and_then(|name| left(&name.text));
        let by_name = items.iter().filter_map(|item| Some((item, named(&item)?)));
        let by_name = by_name.min_by_key(|(_, rest)| rest.len());
        let (index, rest) = way.split_once('.').unwrap_or((way, ""));
        let by_number = || Some((items.get(index.parse::<usize>().ok()?)?, rest));
        return by_name.or_else(by_number).map(|(item, rest)| (item, None, rest));
    }
    let fits = node.entries().iter().filter_map(|entry| Some((entry, left(&entry.key)?)));
    let (entry, rest) = fits.max_by_key(|(entry, _)| entry.key.len())?;
    Some((&entry.value, Some(entry), rest))
}

/// The mapping that holds the last key of a way, and where in it.
fn entry<'n>(root: &'n Node, way: &str) -> Option<(&'n Node, usize)> {
    let (mut node, mut rest) = (root, way);
    loop {
        let (next, found, left) = step(node, rest)?;
        if left.is_empty() {
            let found = found?;
            let index = node.entries().iter().position(|entry| std::ptr::eq(entry, found))?;
            return Some((node, index));
        }
        (node, rest) = (next, left);
    }
}

/// `b.c` and a value: `b: { c: VALUE }`.
fn nested(rest: &str, value: &str) -> String {
    let mut keys = rest.split('.').rev();
    let last = keys.next().unwrap_or_default();
    keys.fold(format!("{last}: {value}"), |inner, key| format!("{key}: {{ {inner} }}"))
}

/// A value instead of another.
fn put(text: &str, node: &Node, key: Option<&YamlEntry>, value: &str) -> Option<String> {
    let flow = text[node.span.clone()].starts_with(['{', '[']);
    match (&node.value, key) {
        (Value::Scalar(_), _) if !node.span.is_empty() => Some(replaced(text, node.span.clone(), value)),
        (Value::Mapping(_) | Value::Sequence(_), _) if flow => Some(replaced(text, node.span.clone(), value)),
        (Value::Scalar(_), Some(key)) => after_colon(text, key, None, value),
        (_, Some(key)) => after_colon(text, key, Some(node.span.end), value),
        (_, None) => None,
    }
}

/// A value behind the colon of a key, up to an end where something stands there.
fn after_colon(text: &str, key: &YamlEntry, end: Option<usize>, value: &str) -> Option<String> {
    let colon = key.key_span.end + text[key.key_span.end..].find(':')? + 1;
    Some(replaced(text, colon..end.unwrap_or(colon), &format!(" {value}")))
}

/// A key more in a mapping, before its first one.
fn add(text: &str, (parent, key): (&Node, Option<&YamlEntry>), line: &str) -> Option<String> {
    let flow = text[parent.span.clone()].starts_with('{');
    match parent.entries().first() {
        Some(first) if flow => {
            let at = first.key_span.start;
            Some(replaced(text, at..at, &format!("{line}, ")))
        }
        Some(first) => {
            let at = first.key_span.start;
            let column = at - text[..at].rfind('\n').map_or(0, |end| end + 1);
            Some(replaced(text, at..at, &format!("{line}\n{}", " ".repeat(column))))
        }
        None if flow => {
            Some(replaced(text, parent.span.start + 1..parent.span.start + 1, &format!(" {line} ")))
        }
        None if parent.is_null() => put(text, parent, key, &format!("{{ {line} }}")),
        None => None,
    }
}

/// A mapping without one of its keys.
fn without(text: &str, parent: &Node, index: usize) -> Option<String> {
    let entries = parent.entries();
    let entry = &entries[index];
    let end = entry.value.span.end.max(entry.key_span.end);
    if text[parent.span.clone()].starts_with('{') {
        let next = entries.get(index + 1).map(|next| next.key_span.start);
        let before = index.checked_sub(1).map(|before| &entries[before]);
        let before = before.map(|before| before.value.span.end.max(before.key_span.end));
        return Some(match (next, before) {
            (Some(next), _) => replaced(text, entry.key_span.start..next, ""),
            (None, Some(before)) => replaced(text, before..end, ""),
            (None, None) => replaced(text, entry.key_span.start..end, ""),
        });
    }
    let line = text[..entry.key_span.start].rfind('\n').map_or(0, |end| end + 1);
    let rest = text[end..].find('\n').map_or(text.len(), |length| end + length + 1);
    if text[line..entry.key_span.start].trim().is_empty() {
        return Some(replaced(text, line..rest, ""));
    }
    let next = entries.get(index + 1)?;
    Some(replaced(text, entry.key_span.start..next.key_span.start, ""))
}

fn replaced(text: &str, range: Range<usize>, with: &str) -> String {
    format!("{}{with}{}", &text[..range.start], &text[range.end..])
}

/// Whether two values are the same, wherever they stand.
fn same(one: &Node, other: &Node) -> bool {
    match (&one.value, &other.value) {
        (Value::Scalar(one), Value::Scalar(other)) => one.text == other.text,
        (Value::Sequence(one), Value::Sequence(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Mapping(one), Value::Mapping(other)) => {
            let pairs = one.iter().zip(other);
            one.len() == other.len()
                && pairs
                    .into_iter()
                    .all(|(one, other)| one.key == other.key && same(&one.value, &other.value))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: &str = "a:\n  b: 1 # kept\n  c.d:\n    e: [x, y]\nz: {f: {g: 2}, h: 3}\nn:\n";

    fn set_to(way: &str, value: &str) -> Option<String> {
        set(BLOCK, YamlLibrary::V3, way, value)
    }

    #[test]
    fn a_value_is_put_where_it_belongs_and_all_else_stays() {
        assert_eq!(set_to("a.b", "\"2\"").unwrap(), BLOCK.replace("b: 1", "b: \"2\""));
        assert_eq!(set_to("a.c.d.e", "{ k: 1 }").unwrap(), BLOCK.replace("[x, y]", "{ k: 1 }"));
        assert_eq!(set_to("a.c.d.e.1", "w").unwrap(), BLOCK.replace("x, y", "x, w"));
        assert_eq!(
            set_to("a.c.d", "{ k: 1 }").unwrap(),
            BLOCK.replace("c.d:\n    e: [x, y]", "c.d: { k: 1 }")
        );
        assert_eq!(set_to("a.new", "1").unwrap(), BLOCK.replace("a:\n  b", "a:\n  new: 1\n  b"));
        assert_eq!(set_to("z.f.k.l", "1").unwrap(), BLOCK.replace("{g: 2}", "{k: { l: 1 }, g: 2}"));
        assert_eq!(set_to("n.m", "1").unwrap(), BLOCK.replace("n:\n", "n: { m: 1 }\n"));
        assert_eq!(set_to("top.m", "1").unwrap(), format!("top: {{ m: 1 }}\n{BLOCK}"));
    }

    #[test]
    fn a_key_is_removed_with_its_value_and_nothing_else() {
        let removed = |way| remove(BLOCK, YamlLibrary::V3, way);
        assert_eq!(removed("a.b").unwrap(), BLOCK.replace("  b: 1 # kept\n", ""));
        assert_eq!(removed("a.c.d").unwrap(), BLOCK.replace("  c.d:\n    e: [x, y]\n", ""));
        assert_eq!(removed("z.f").unwrap(), BLOCK.replace("f: {g: 2}, ", ""));
        assert_eq!(removed("z.h").unwrap(), BLOCK.replace(", h: 3", ""));
        assert_eq!(removed("z.f.g").unwrap(), BLOCK.replace("{g: 2}", "{}"));
        assert_eq!(removed("a.nobody"), None);
    }
}

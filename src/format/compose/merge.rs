//! One file laid over another: scalars and commands are replaced, mappings merged, lists appended.

use super::tree::{Field, InterpolatedText, Merging, ScalarKind, Shape, Tree};
use super::{ComposeFault, ProjectDirectory, command, paths};
use crate::model::names::TargetPath;

/// Keys of a service whose list is replaced as a whole.
const REPLACED: &[&str] = &["command", "entrypoint", "test"];

/// Lays `over` over `under`.
pub(super) fn merge(under: &mut Tree, over: Tree) {
    merge_at(under, over, "");
}

fn merge_at(under: &mut Tree, over: Tree, key: &str) {
    match (&mut under.shape, over.shape) {
        (Shape::Map(old), Shape::Map(new)) => {
            for field in new {
                merge_field(old, field, key);
            }
        }
        (Shape::List(old), Shape::List(new)) if !REPLACED.contains(&key) => old.extend(new),
        (Shape::Map(_) | Shape::List(_), Shape::Scalar(text))
            if text.kind == ScalarKind::Null && !REPLACED.contains(&key) => {}
        (_, shape) => *under = Tree { shape, at: over.at },
    }
}

fn merge_field(old: &mut Vec<Field>, field: Field, _parent: &str) {
    let known = old.iter().position(|other| other.key == field.key);
    match (field.merging, known) {
        (Merging::Reset, Some(index)) => drop(old.remove(index)),
        (Merging::Reset, None) => {}
        (Merging::Override, Some(index)) => old[index] = field,
        (Merging::Usual, Some(index)) => {
            let key = field.key.clone();
            old[index].key_at = field.key_at;
            merge_at(&mut old[index].value, field.value, &key);
        }
        (_, None) => old.push(field),
    }
}

/// Takes out what `!reset` names in a first file.
pub(super) fn without_resets(tree: &mut Tree) {
    match &mut tree.shape {
        Shape::Map(fields) => {
            fields.retain(|field| field.merging != Merging::Reset);
            fields.iter_mut().for_each(|field| without_resets(&mut field.value));
        }
        Shape::List(items) => items.iter_mut().for_each(without_resets),
        Shape::Scalar(_) => {}
    }
}

/// Brings the several ways to write a service into one, and its paths into the tree's, so that two
/// files can be laid over each other.
pub(super) fn canonical(
    service: &mut Tree,
    base: &TargetPath,
    directory: &ProjectDirectory<'_>,
) -> Result<(), ComposeFault> {
    for key in ["environment", "networks", "depends_on"] {
        if let Some(value) = service.get_mut(key) {
            as_mapping(value, key);
        }
    }
    for key in ["command", "entrypoint"] {
        if let Some(value) = service.get_mut(key) {
            as_words(value)?;
        }
    }
    if let Some(value) = service.get_mut("extra_hosts") {
        as_pairs(value);
    }
    for key in ["profiles", "expose"] {
        if let Some(value) = service.get_mut(key) {
            as_list(value);
        }
    }
    let path = |text: &mut InterpolatedText| text.text = paths::resolve(base, &text.text, directory.rooted);
    if let Some(value) = service.get_mut("env_file") {
        as_list(value);
        for item in items(value) {
            let text = if matches!(item.shape, Shape::Map(_)) { item.get_mut("path") } else { Some(item) };
            scalar(text).map(path).unwrap_or_default();
        }
    }
    if let Some(value) = service.get_mut("volumes") {
        for item in items(value) {
            mount_paths(item, &path);
        }
    }
    Ok(())
}

/// The source of a mount that is a path.
fn mount_paths(item: &mut Tree, path: &dyn Fn(&mut InterpolatedText)) {
    if matches!(item.shape, Shape::Map(_)) {
        let binds = item.get("type").and_then(Tree::text).is_some_and(|kind| kind.text == "bind");
        if binds {
            scalar(item.get_mut("source")).map(path).unwrap_or_default();
        }
        return;
    }
    let Some(text) = scalar(Some(item)) else { return };
    if paths::is_path(&text.text)
        && let Some((source, rest)) = text.text.split_once(':')
    {
        let mut resolved = InterpolatedText { text: source.to_owned(), ..InterpolatedText::default() };
        path(&mut resolved);
        text.text = format!("{}:{rest}", resolved.text);
    }
}

fn items(tree: &mut Tree) -> &mut [Tree] {
    match &mut tree.shape {
        Shape::List(items) => items,
        _ => &mut [],
    }
}

fn scalar(tree: Option<&mut Tree>) -> Option<&mut InterpolatedText> {
    match &mut tree?.shape {
        Shape::Scalar(text) => Some(text),
        _ => None,
    }
}

/// A list of `KEY=VALUE`, or of names, as a mapping.
fn as_mapping(value: &mut Tree, key: &str) {
    let Shape::List(list) = &mut value.shape else { return };
    let list = std::mem::take(list);
    let fields = list.into_iter().filter_map(|item| {
        let text = item.text()?.clone();
        let split = if key == "environment" { text.text.split_once('=') } else { None };
        let (name, value) = match split {
            Some((name, rest)) => {
                let value =
                    InterpolatedText { text: rest.to_owned(), kind: ScalarKind::String, ..text.clone() };
                (name.to_owned(), Tree { shape: Shape::Scalar(value), at: item.at.clone() })
            }
            None => (text.text.clone(), Tree::null(item.at.clone())),
        };
        Some(Field { key: name, key_at: item.at, value, merging: Merging::Usual })
    });
    let mut unique: Vec<Field> = Vec::new();
    for field in fields {
        merge_field(&mut unique, field, key);
    }
    value.shape = Shape::Map(unique);
}

fn as_words(value: &mut Tree) -> Result<(), ComposeFault> {
    let Shape::Scalar(text) = &value.shape else { return Ok(()) };
    if text.kind == ScalarKind::Null {
        return Ok(());
    }
    let words = command::words(&text.text).ok_or_else(|| ComposeFault {
        at: value.at.clone(),
        text: "a quote that does not close".to_owned(),
    })?;
    let word = |word: String| Tree {
        shape: Shape::Scalar(InterpolatedText { text: word, kind: ScalarKind::String, ..text.clone() }),
        at: value.at.clone(),
    };
    value.shape = Shape::List(words.into_iter().map(word).collect());
    Ok(())
}

/// `NAME: ADDRESS` as `NAME=ADDRESS`; in a list the first sign of either kind parts them.
fn as_pairs(value: &mut Tree) {
    let pairs = match &value.shape {
        Shape::Map(fields) => fields
            .iter()
            .flat_map(|field| {
                let address = |tree: &Tree| tree.text().map(|text| text.text.clone()).unwrap_or_default();
                let addresses = match &field.value.shape {
                    Shape::List(items) => items.iter().map(address).collect(),
                    _ => vec![address(&field.value)],
                };
                let pair = |address| Tree::text_of(format!("{}={address}", field.key), field.key_at.clone());
                addresses.into_iter().map(pair).collect::<Vec<_>>()
            })
            .collect(),
        Shape::List(items) => items
            .iter()
            .filter_map(|item| {
                let text = &item.text()?.text;
                let pair = match text.split_once('=').or_else(|| text.split_once(':')) {
                    Some((name, address)) => format!("{name}={address}"),
                    None => text.clone(),
                };
                Some(Tree::text_of(pair, item.at.clone()))
            })
            .collect(),
        Shape::Scalar(_) => return,
    };
    value.shape = Shape::List(pairs);
}

fn as_list(value: &mut Tree) {
    if value.text().is_some_and(|text| text.kind != ScalarKind::Null) {
        let at = value.at.clone();
        let item = Tree { shape: std::mem::replace(&mut value.shape, Shape::List(Vec::new())), at };
        value.shape = Shape::List(vec![item]);
    }
}

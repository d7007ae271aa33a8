//! Several documents as one: how the collector lays its configuration files over each other.
//!
//! A mapping is laid over a mapping key by key; everything else takes the place of what was there (its
//! library is koanf; lists are not appended). Places are those of one text after the other.

use super::{Node, Value, YamlDocument, YamlEntry};

/// Lays later documents over earlier ones. With each comes how many bytes stand before its text.
pub fn merged(documents: Vec<(usize, YamlDocument)>) -> Option<YamlDocument> {
    let mut all = documents.into_iter();
    let (_, mut whole) = all.next()?;
    for (offset, mut document) in all {
        // A file with nothing in it, or with comments alone, changes nothing.
        if document.root.is_null() {
            continue;
        }
        if whole.root.is_null() {
            whole.root.value = Value::Mapping(Vec::new());
        }
        shift(&mut document.root, offset);
        let shifted =
            |(span, key): (std::ops::Range<usize>, String)| (span.start + offset..span.end + offset, key);
        whole.duplicates.extend(document.duplicates.into_iter().map(shifted));
        whole.overlaps.extend(document.overlaps.into_iter().map(shifted));
        lay(&mut whole.root, document.root);
    }
    Some(whole)
}

fn lay(under: &mut Node, over: Node) {
    match (&mut under.value, over.value) {
        (Value::Mapping(entries), Value::Mapping(later)) => {
            for entry in later {
                match entries.iter_mut().find(|known| known.key == entry.key) {
                    Some(known) if known.value.is_mapping() && entry.value.is_mapping() => {
                        lay(&mut known.value, entry.value);
                    }
                    Some(known) => *known = entry,
                    None => entries.push(entry),
                }
            }
        }
        (value, later) => {
            *value = later;
            under.span = over.span;
        }
    }
}

fn shift(node: &mut Node, offset: usize) {
    node.span = node.span.start + offset..node.span.end + offset;
    match &mut node.value {
        Value::Scalar(_) => {}
        Value::Sequence(items) => items.iter_mut().for_each(|item| shift(item, offset)),
        Value::Mapping(entries) => entries.iter_mut().for_each(|entry: &mut YamlEntry| {
            entry.key_span = entry.key_span.start + offset..entry.key_span.end + offset;
            shift(&mut entry.value, offset);
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::merged;
    use crate::format::yaml::{YamlLibrary, parse};

    #[test]
    fn a_file_of_comments_alone_changes_nothing() {
        let parsed = |text: &str| parse(text, YamlLibrary::V3).expect("yaml");
        for texts in [["a: 1\n", "# nothing\n"], ["# nothing\n", "a: 1\n"]] {
            let whole = merged(vec![(0, parsed(texts[0])), (texts[0].len(), parsed(texts[1]))]);
            assert!(whole.is_some_and(|whole| whole.root.get("a").is_some()));
        }
    }

    #[test]
    fn a_later_file_is_laid_over_an_earlier_one() {
        let texts = ["a: {b: 1, c: [1, 2]}\nd: x\n", "a: {c: [3], e: 2}\nf:\n"];
        let mut offset = 0;
        let documents = texts.map(|text| {
            let document = (offset, parse(text, YamlLibrary::V3).expect("yaml"));
            offset += text.len();
            document
        });
        let whole = merged(documents.into()).expect("two documents").root;
        let keys: Vec<&str> = whole.entries().iter().map(|entry| entry.key.as_str()).collect();
        assert_eq!(keys, ["a", "d", "f"]);
        let text = texts.concat();
        let place = |way: &[&str]| whole.at(way).map(|entry| &text[entry.place()]);
        assert_eq!(
            [place(&["a", "b"]), place(&["a", "e"]), place(&["d"])],
            [Some("1"), Some("2"), Some("x")]
        );
        assert_eq!(whole.at(&["a", "c"]).map(|entry| entry.value.items().len()), Some(1));
    }
}

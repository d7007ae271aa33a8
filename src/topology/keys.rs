//! Tables of the keys that an engine's strict parser knows, and the walk that finds the others.
//!
//! A table is a text beside its component (`keys*.txt`, format in its header), because it is made by
//! a program from the engine's own types and read by people in a diff. It is never parsed as a whole:
//! a file uses a handful of its blocks, and every verb would wait for the other thousand lines.

use super::page::Page;
use super::yaml::{Entry, Node};

/// No more than this many are reported for a file: then it is another file altogether.
const MOST: usize = 50;

/// A block of a table, to hold a file's block against.
#[derive(Clone, Copy, Debug)]
pub struct Keys {
    /// The whole table, where groups are looked up.
    table: &'static str,
    /// The table from the block's first line on; the block ends where a line is less indented.
    lines: &'static str,
    depth: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// A value, whatever it is.
    Leaf,
    /// A block of the keys below; where there are none, whatever it is.
    Block,
    /// A list of such blocks.
    List,
    /// Such blocks by name.
    Map,
    /// Components: the keys below are types, others are open.
    Components,
}

/// One key of a block.
#[derive(Clone, Copy, Debug)]
struct Row {
    key: &'static str,
    shape: Shape,
    /// The group whose keys stand below it; without one they are the next lines.
    group: Option<&'static str>,
    next: Keys,
}

impl Keys {
    /// The top level of a table. Its text is part of the program: a sign that is not understood is a
    /// block.
    pub const fn of(table: &'static str) -> Self {
        Self { table, lines: table, depth: 0 }
    }

    /// The block below a way of keys: the receivers in another program's file.
    pub fn below(self, way: &[&str]) -> Option<Self> {
        way.iter().try_fold(self, |keys, key| keys.rows().find(|row| row.key == *key).map(Row::below))
    }

    /// Records every key of a block, and of the blocks below it, that the table does not have.
    pub fn check(self, page: &mut Page<'_>, node: &Node, path: &str) {
        let (open, rows): (Vec<Row>, Vec<Row>) = self.rows().partition(|row| row.key == "*");
        if rows.is_empty() {
            return;
        }
        for entry in node.entries() {
            let path = if path.is_empty() { entry.key.clone() } else { format!("{path}.{}", entry.key) };
            match rows.iter().find(|row| row.key == entry.key) {
                Some(row) => row.check(page, entry, &path),
                None if !open.is_empty() => {}
                None => {
                    if page.unknown_keys_here() >= MOST {
                        return;
                    }
                    let known = rows.iter().map(|row| row.key);
                    page.unknown_key(path, nearest(&entry.key, known), entry.key_span.clone());
                }
            }
        }
    }

    fn rows(self) -> impl Iterator<Item = Row> {
        let mut rest = self.lines;
        std::iter::from_fn(move || {
            while !rest.is_empty() {
                let end = rest.bytes().position(|byte| byte == b'\n').unwrap_or(rest.len());
                let line = &rest[..end];
                let depth = line.bytes().take_while(|byte| *byte == b' ').count();
                if depth < self.depth || line.starts_with("= ") {
                    return None;
                }
                rest = rest.get(end + 1..).unwrap_or_default();
                if depth == self.depth && !line.starts_with('#') {
                    return Some(self.row(&line[depth..], rest));
                }
            }
            None
        })
    }

    /// `KEY`, `KEY SIGN`, `KEY = GROUP`, `KEY SIGN = GROUP`, and the lines after it.
    fn row(self, line: &'static str, after: &'static str) -> Row {
        let (left, group) = match line.split_once(" = ") {
            Some((left, group)) => (left, Some(group)),
            None => (line, None),
        };
        let (key, sign) = left.split_once(' ').unwrap_or((left, ""));
        let shape = match sign {
            "*" => Shape::Leaf,
            "[]" => Shape::List,
            "{}" => Shape::Map,
            "<>" => Shape::Components,
            _ => Shape::Block,
        };
        Row { key, shape, group, next: Self { lines: after, depth: self.depth + 1, ..self } }
    }

    fn group(self, name: &str) -> Self {
        // Groups stand at the end of a table, their keys one space in.
        let lines = self.table.rsplit_once(&format!("\n= {name}\n")).map_or("", |(_, lines)| lines);
        Self { lines, depth: 1, ..self }
    }
}

impl Row {
    fn below(self) -> Keys {
        self.group.map_or(self.next, |name| self.next.group(name))
    }

    fn check(self, page: &mut Page<'_>, entry: &Entry, path: &str) {
        match self.shape {
            Shape::Leaf => {}
            Shape::Block => self.below().check(page, &entry.value, path),
            Shape::List => {
                for item in entry.value.items() {
                    self.below().check(page, item, path);
                }
            }
            Shape::Map => {
                for entry in entry.value.entries() {
                    self.below().check(page, &entry.value, &format!("{path}.{}", entry.key));
                }
            }
            Shape::Components => {
                for entry in entry.value.entries() {
                    let kind = entry.key.split('/').next().unwrap_or_default();
                    let row = self.below().rows().find(|row| row.key == kind);
                    if let Some(row) = row.filter(|row| row.shape == Shape::Block) {
                        row.below().check(page, &entry.value, &format!("{path}.{}", entry.key));
                    }
                }
            }
        }
    }
}

/// The known key that is nearest to a misspelt one, if one is near: one edit in four letters.
pub fn nearest<'k>(key: &str, known: impl Iterator<Item = &'k str>) -> Option<String> {
    let far = 1 + key.len() / 4;
    known
        .filter(|other| other.len().abs_diff(key.len()) <= far)
        .map(|other| (distance(key, other), other))
        .filter(|(distance, _)| *distance <= far)
        .min()
        .map(|(_, other)| other.to_owned())
}

/// Levenshtein's distance in bytes.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let substituted = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::{Keys, Row, Shape};

    const TABLES: [&str; 3] = [
        include_str!("../component/collector/keys.txt"),
        include_str!("../component/tempo/keys-2.10.txt"),
        include_str!("../component/tempo/keys-3.0.txt"),
    ];

    #[test]
    fn every_group_that_a_table_refers_to_stands_in_it() {
        for table in TABLES {
            for (_, name) in table.lines().filter_map(|line| line.split_once(" = ")) {
                assert!(Keys::of(table).group(name).rows().next().is_some(), "{name}");
            }
        }
    }

    #[test]
    fn a_block_ends_where_its_lines_do() {
        let keys = Keys::of("# A table.\na\n b []\n  c\n d {} = g\ne <>\n= g\n f *\n *\n= h\n i\n");
        let names = |keys: Keys| keys.rows().map(|row| row.key).collect::<Vec<_>>();
        let at = |way: &[&str]| keys.below(way).map(names);
        assert_eq!(names(keys), ["a", "e"]);
        assert_eq!(at(&["a"]), Some(vec!["b", "d"]));
        assert_eq!(at(&["a", "b"]), Some(vec!["c"]));
        assert_eq!(at(&["a", "d"]), Some(vec!["f", "*"]));
        assert_eq!(at(&["a", "b", "c"]), Some(vec![]));
        assert_eq!(at(&["a", "x"]), None);
        let shapes: Vec<Shape> = keys.below(&["a"]).unwrap().rows().map(|row: Row| row.shape).collect();
        assert_eq!(shapes, [Shape::List, Shape::Map]);
    }
}

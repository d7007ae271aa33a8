//! Tables of the keys that an engine's strict parser knows, and the walk that finds the others.
//!
//! A table is a text beside its component (`keys*.txt`, format in its header), because it is made by
//! a program from the engine's own types and read by people in a diff. Where its lines are is worked
//! out when this program is compiled: a file uses a handful of its blocks, and every verb would wait
//! for the other thousand lines.

use super::page::FileReading;
use super::yaml::{Node, YamlEntry};
use crate::model::dataflow::Suggestion;

/// No more than this many are reported for a file: then it is another file altogether.
const MOST: usize = 50;

/// A table that is part of the program, with the places of its lines.
macro_rules! keys {
    ($text:expr) => {{
        const TEXT: &str = $text;
        static LINES: [$crate::format::keys::Line; $crate::format::keys::count(TEXT)] =
            $crate::format::keys::index(TEXT);
        $crate::format::keys::Keys::of(TEXT, &LINES)
    }};
}
pub(crate) use keys;

/// A line of a table, by offsets into its text.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Where its key begins, behind the spaces.
    start: u16,
    /// Where its newline is.
    end: u16,
    /// How many spaces stand in front.
    depth: u16,
    /// The line after the last one below it.
    next: u16,
}

/// How many lines a table has. Each ends with a newline.
pub const fn count(text: &str) -> usize {
    let (mut lines, mut at) = (0, 0);
    while at < text.len() {
        lines += (text.as_bytes()[at] == b'\n') as usize;
        at += 1;
    }
    lines
}

/// Where the lines of a table are. One stands below the nearest before it that has fewer spaces.
pub const fn index<const N: usize>(text: &str) -> [Line; N] {
    assert!(text.len() <= u16::MAX as usize, "offsets are kept in 16 bits");
    let mut lines = [Line { start: 0, end: 0, depth: 0, next: 0 }; N];
    let (mut line, mut at) = (0, 0);
    while line < N {
        let before = at;
        while text.as_bytes()[at] == b' ' {
            at += 1;
        }
        lines[line].start = at as u16;
        lines[line].depth = (at - before) as u16;
        while text.as_bytes()[at] != b'\n' {
            at += 1;
        }
        lines[line].end = at as u16;
        at += 1;
        line += 1;
    }
    line = 0;
    while line < N {
        let mut next = line + 1;
        while next < N && lines[next].depth > lines[line].depth {
            next += 1;
        }
        lines[line].next = next as u16;
        line += 1;
    }
    lines
}

/// A block of a table, to hold a file's block against.
#[derive(Clone, Copy, Debug)]
pub struct Keys {
    text: &'static str,
    /// All lines of the table, where groups are looked up.
    table: &'static [Line],
    /// Those of the block.
    first: usize,
    end: usize,
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
    /// What stands behind it: its sign and its group, read where a file has the key.
    rest: &'static str,
    /// The lines below it.
    inner: Keys,
}

impl Keys {
    /// The top level of a table, for `keys!`. A sign that is not understood is a block.
    pub const fn of(text: &'static str, table: &'static [Line]) -> Self {
        Self { text, table, first: 0, end: table.len() }
    }

    /// The block below a way of keys: the receivers in another program's file.
    pub fn below(self, way: &[&str]) -> Option<Self> {
        way.iter().try_fold(self, |keys, key| keys.rows().find(|row| row.key == *key).map(Row::below))
    }

    /// Whether the table has the key at the end of a way.
    pub fn knows(self, way: &[&str]) -> bool {
        let Some((last, above)) = way.split_last() else { return false };
        let block = if above.is_empty() { Some(self) } else { self.below(above) };
        block.is_some_and(|keys| keys.rows().any(|row| row.key == *last))
    }

    /// Records every key of a block, and of the blocks below it, that the table does not have.
    pub fn check(self, page: &mut FileReading<'_>, node: &Node, path: &str) {
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
                        page.not_read("", format!("more than {MOST} unknown keys: the rest is not listed"));
                        return;
                    }
                    let known = rows.iter().map(|row| row.key);
                    let near = nearest(&entry.key, known).map(Suggestion::Near);
                    page.unknown_key(path, near, entry.key_span.clone());
                }
            }
        }
    }

    /// The keys of the block; not those of the blocks below it, nor the groups of the table.
    fn rows(self) -> impl Iterator<Item = Row> {
        self.lines().filter(|(text, _)| !text.starts_with(['#', '='])).map(|(text, inner)| {
            let (key, rest) = text.split_once(' ').unwrap_or((text, ""));
            Row { key, rest, inner }
        })
    }

    /// Each line of the block, with the lines below it.
    fn lines(self) -> impl Iterator<Item = (&'static str, Self)> {
        let mut first = self.first;
        std::iter::from_fn(move || {
            let line = self.table[..self.end].get(first)?;
            let inner = Self { first: first + 1, end: line.next.into(), ..self };
            first = inner.end;
            Some((&self.text[line.start.into()..line.end.into()], inner))
        })
    }

    /// The block that stands at the end of the table as `= NAME`.
    fn group(self, name: &str) -> Option<Self> {
        let mut lines = Self::of(self.text, self.table).lines();
        lines.find(|(text, _)| text.strip_prefix("= ") == Some(name)).map(|(_, inner)| inner)
    }
}

impl Row {
    /// `KEY`, `KEY SIGN`, `KEY = GROUP` or `KEY SIGN = GROUP`.
    fn shape(self) -> Shape {
        match self.rest.split(' ').next() {
            Some("*") => Shape::Leaf,
            Some("[]") => Shape::List,
            Some("{}") => Shape::Map,
            Some("<>") => Shape::Components,
            _ => Shape::Block,
        }
    }

    /// The keys of the group that is named; without one they are the lines below.
    fn below(self) -> Keys {
        let group = self.rest.split_once("= ").and_then(|(_, name)| self.inner.group(name));
        group.unwrap_or(self.inner)
    }

    fn check(self, page: &mut FileReading<'_>, entry: &YamlEntry, path: &str) {
        match self.shape() {
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
                    if let Some(row) = row.filter(|row| row.shape() == Shape::Block) {
                        row.below().check(page, &entry.value, &format!("{path}.{}", entry.key));
                    }
                }
            }
        }
    }
}

/// The known key that is nearest to a misspelt one, if one is near: one edit in four letters, and the same
/// beginning where more than two differ (`search_enabled` means no `auth_enabled`).
pub fn nearest<'k>(key: &str, known: impl Iterator<Item = &'k str>) -> Option<String> {
    let far = 1 + key.len() / 4;
    known
        .filter(|other| other.len().abs_diff(key.len()) <= far)
        .map(|other| (distance(key, other), other))
        .filter(|(distance, other)| {
            *distance <= far && (*distance <= 2 || other.as_bytes().first() == key.as_bytes().first())
        })
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

    const TABLES: [Keys; 3] = [
        keys!(include_str!("../component/collector/keys.txt")),
        keys!(include_str!("../component/tempo/keys-2.10.txt")),
        keys!(include_str!("../component/tempo/keys-3.0.txt")),
    ];

    #[test]
    fn every_group_that_a_table_refers_to_stands_in_it() {
        for table in TABLES {
            for (_, name) in table.text.lines().filter_map(|line| line.split_once(" = ")) {
                assert!(table.group(name).is_some_and(|group| group.rows().next().is_some()), "{name}");
            }
        }
    }

    #[test]
    fn a_block_ends_where_its_lines_do() {
        let keys = keys!("# A table.\na\n b []\n  c\n d {} = g\ne <>\n= g\n f *\n *\n= h\n i\n");
        let names = |keys: Keys| keys.rows().map(|row| row.key).collect::<Vec<_>>();
        let at = |way: &[&str]| keys.below(way).map(names);
        assert_eq!(names(keys), ["a", "e"]);
        assert_eq!(at(&["a"]), Some(vec!["b", "d"]));
        assert_eq!(at(&["a", "b"]), Some(vec!["c"]));
        assert_eq!(at(&["a", "d"]), Some(vec!["f", "*"]));
        assert_eq!(at(&["a", "b", "c"]), Some(vec![]));
        assert_eq!(at(&["a", "x"]), None);
        let shapes: Vec<Shape> = keys.below(&["a"]).unwrap().rows().map(|row: Row| row.shape()).collect();
        assert_eq!(shapes, [Shape::List, Shape::Map]);
    }
}

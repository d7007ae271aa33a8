//! Tables of the keys that an engine's strict parser knows, and the walk that finds the others.
//!
//! A table is a text beside its component (`keys*.txt`, format in its header), because it is made by
//! a program from the engine's own types and read by people in a diff.

use super::page::Page;
use super::yaml::{Entry, Node};

/// No more than this many are reported for a file: then it is another file altogether.
const MOST: usize = 50;

/// The keys of one engine's release line.
#[derive(Debug)]
pub struct Table {
    /// Blocks of keys; a shape refers to one by index. The first is the top level.
    blocks: Vec<Block>,
}

#[derive(Debug, Default)]
struct Block {
    keys: Vec<(&'static str, Shape)>,
    /// Whether other keys are fine too.
    open: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// A value, whatever it is.
    Leaf,
    /// A block of these keys.
    Block(usize),
    /// A list of such blocks.
    List(usize),
    /// Such blocks by name.
    Map(usize),
    /// Components: the block's keys are types, others are open.
    Components(usize),
}

impl Table {
    /// Reads a table; its text is part of the program, so a line that is not understood is a leaf.
    pub fn of(text: &'static str) -> Self {
        let mut groups: Vec<(&'static str, usize)> = Vec::new();
        let mut table = Self { blocks: vec![Block::default()] };
        let mut stack = vec![0];
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
            let body = line.trim_start();
            let depth = line.len() - body.len();
            if let Some(name) = line.strip_prefix("= ") {
                stack = vec![0, table.group(&mut groups, name)];
                continue;
            }
            stack.truncate(depth + 1);
            let block = stack.last().copied().unwrap_or_default();
            let (key, sign, group) = parts(body);
            if key == "*" {
                table.blocks[block].open = true;
                continue;
            }
            let below = match group {
                Some(name) => table.group(&mut groups, name),
                None => table.add(),
            };
            let shape = match sign {
                "[]" => Shape::List(below),
                "{}" => Shape::Map(below),
                "<>" => Shape::Components(below),
                "*" => Shape::Leaf,
                _ => Shape::Block(below),
            };
            table.blocks[block].keys.push((key, shape));
            stack.push(below);
        }
        table
    }

    /// The table below a way of keys, as a table of its own: the receivers in another program's file.
    pub fn below(&self, way: &[&str]) -> Option<Keys<'_>> {
        let mut block = 0;
        for key in way {
            block = match self.blocks[block].keys.iter().find(|row| row.0 == *key)?.1 {
                Shape::Block(next) | Shape::List(next) | Shape::Map(next) | Shape::Components(next) => next,
                Shape::Leaf => return None,
            };
        }
        Some(Keys { table: self, block })
    }

    fn group(&mut self, groups: &mut Vec<(&'static str, usize)>, name: &'static str) -> usize {
        if let Some((_, block)) = groups.iter().find(|group| group.0 == name) {
            return *block;
        }
        let block = self.add();
        groups.push((name, block));
        block
    }

    fn add(&mut self) -> usize {
        self.blocks.push(Block::default());
        self.blocks.len() - 1
    }
}

/// `key`, `key SIGN`, `key = GROUP`, `key SIGN = GROUP`.
fn parts(body: &'static str) -> (&'static str, &'static str, Option<&'static str>) {
    let (left, group) = match body.split_once(" = ") {
        Some((left, group)) => (left, Some(group)),
        None => (body, None),
    };
    match left.split_once(' ') {
        Some((key, sign)) => (key, sign, group),
        None => (left, "", group),
    }
}

/// A block of a table, to hold a file's block against.
#[derive(Clone, Copy, Debug)]
pub struct Keys<'t> {
    table: &'t Table,
    block: usize,
}

impl Keys<'_> {
    /// Records every key of a block, and of the blocks below it, that the table does not have.
    pub fn check(self, page: &mut Page<'_>, node: &Node, path: &str) {
        let block = &self.table.blocks[self.block];
        if block.keys.is_empty() {
            return;
        }
        for entry in node.entries() {
            let path = if path.is_empty() { entry.key.clone() } else { format!("{path}.{}", entry.key) };
            match block.keys.iter().find(|row| row.0 == entry.key) {
                Some((_, shape)) => self.check_value(page, entry, *shape, &path),
                None if block.open => {}
                None => {
                    if page.unknown_keys_here() >= MOST {
                        return;
                    }
                    let known = block.keys.iter().map(|row| row.0);
                    page.unknown_key(path, nearest(&entry.key, known), entry.key_span.clone());
                }
            }
        }
    }

    fn check_value(self, page: &mut Page<'_>, entry: &Entry, shape: Shape, path: &str) {
        let below = |block| Keys { table: self.table, block };
        match shape {
            Shape::Leaf => {}
            Shape::Block(block) => below(block).check(page, &entry.value, path),
            Shape::List(block) => {
                for item in entry.value.items() {
                    below(block).check(page, item, path);
                }
            }
            Shape::Map(block) => {
                for entry in entry.value.entries() {
                    below(block).check(page, &entry.value, &format!("{path}.{}", entry.key));
                }
            }
            Shape::Components(block) => {
                for entry in entry.value.entries() {
                    let kind = entry.key.split('/').next().unwrap_or_default();
                    let row = self.table.blocks[block].keys.iter().find(|row| row.0 == kind);
                    if let Some((_, Shape::Block(block))) = row {
                        below(*block).check(page, &entry.value, &format!("{path}.{}", entry.key));
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

//! Nodes -> the tree that readers see: aliases and merge keys put in, as the engine's library does it.

use super::parse::{self, CORE, Form, WrittenNode, YamlTree};
use super::resolve::Resolved;
use super::{MAX_BYTES, MAX_DEPTH, Node, Scalar, Value, YamlDocument, YamlFault, YamlLibrary, cursor};
use std::ops::Range;

/// How many nodes aliases may add to a tree.
const MAX_ALIASED_NODES: usize = 100_000;

/// Parses the first document of a text, as the library of that dialect does.
///
/// # Errors
/// The first syntax fault, or what makes the text unreadable for this tool (size, nesting, aliases
/// that grow without bound).
pub fn parse(text: &str, dialect: YamlLibrary) -> Result<YamlDocument, YamlFault> {
    let tree = written(text, dialect)?;
    let mut builder = Builder {
        tree: &tree,
        dialect,
        built: 1,
        aliased: 0,
        aliases: Vec::new(),
        duplicates: Vec::new(),
        overlaps: Vec::new(),
    };
    let root = match tree.root {
        Some(root) => builder.node(root, 0)?,
        None => Node::nothing(),
    };
    let Builder { duplicates, overlaps, .. } = builder;
    Ok(YamlDocument { root, second: tree.rest.clone(), duplicates, overlaps })
}

/// Parses the first document of a text no further than to its nodes, for whoever must not overlook what
/// is written twice, anchored or merged.
///
/// # Errors
/// The first syntax fault.
pub fn written(text: &str, dialect: YamlLibrary) -> Result<YamlTree, YamlFault> {
    if text.len() > MAX_BYTES {
        return Err(YamlFault { span: 0..0, text: "larger than 8 MB".to_owned() });
    }
    if let Some((at, character)) = cursor::forbidden(text) {
        let text = match character {
            cursor::BYTE_ORDER_MARK => "a byte order mark inside the file".to_owned(),
            _ => format!("control characters are not allowed (U+{:04X})", u32::from(character)),
        };
        return Err(YamlFault { span: at..at + character.len_utf8(), text });
    }
    parse::parse(text, dialect)
}

pub(super) struct Builder<'a> {
    pub tree: &'a YamlTree,
    pub dialect: YamlLibrary,
    /// Values that the library has read so far, and those of them below an alias.
    built: usize,
    aliased: usize,
    /// Aliases whose value is being read.
    aliases: Vec<usize>,
    pub duplicates: Vec<(Range<usize>, String)>,
    pub overlaps: Vec<(Range<usize>, String)>,
}

impl Builder<'_> {
    /// The value of a node.
    pub fn node(&mut self, index: usize, depth: usize) -> Result<Node, YamlFault> {
        let tree = self.tree;
        let written = &tree.nodes[index];
        self.count(written)?;
        self.within(index, depth)?;
        let span = written.span.clone();
        let value = match &written.value {
            Form::Scalar(text, plain) => Value::Scalar(self.scalar(written, text, *plain)?),
            Form::Alias(target) => {
                self.enter_alias(index)?;
                let value = self.node(*target, depth + 1)?.value;
                self.leave(index);
                value
            }
            Form::Sequence(items) => {
                let items = items.iter().map(|item| self.node(*item, depth + 1));
                Value::Sequence(items.collect::<Result<_, _>>()?)
            }
            Form::Mapping(entries) => Value::Mapping(self.mapping(entries, depth)?),
        };
        Ok(Node { value, span })
    }

    /// Goes to a node that is not built for itself, through an alias where it is one; [`Self::leave`]
    /// comes back.
    pub fn enter(&mut self, index: usize, depth: usize) -> Result<usize, YamlFault> {
        let written = &self.tree.nodes[index];
        self.count(written)?;
        let Form::Alias(target) = written.value else { return self.within(index, depth) };
        self.enter_alias(index)?;
        self.count(&self.tree.nodes[target])?;
        self.within(target, depth)
    }

    pub fn leave(&mut self, index: usize) {
        if self.aliases.last() == Some(&index) {
            self.aliases.pop();
        }
    }

    fn within(&self, index: usize, depth: usize) -> Result<usize, YamlFault> {
        if depth > MAX_DEPTH {
            let text = format!("nested deeper than {MAX_DEPTH} levels");
            return Err(YamlFault { span: self.tree.nodes[index].span.clone(), text });
        }
        Ok(index)
    }

    fn enter_alias(&mut self, index: usize) -> Result<(), YamlFault> {
        if self.aliases.contains(&index) {
            let text = "an alias inside the value it stands for".to_owned();
            return Err(YamlFault { span: self.tree.nodes[index].span.clone(), text });
        }
        self.aliases.push(index);
        Ok(())
    }

    /// Counts a value as the libraries do: what is almost nothing but aliases is refused by them, what
    /// grows beyond our own bound by us.
    fn count(&mut self, written: &WrittenNode) -> Result<(), YamlFault> {
        self.built += 1;
        if !self.aliases.is_empty() {
            self.aliased += 1;
        }
        let mostly_aliases = self.aliased > 100 && self.built > 1000 && self.aliased * 100 > self.built * 99;
        let text = if mostly_aliases {
            "document contains excessive aliasing".to_owned()
        } else if self.aliased > MAX_ALIASED_NODES {
            format!("aliases that add more than {MAX_ALIASED_NODES} values")
        } else {
            return Ok(());
        };
        Err(YamlFault { span: written.span.clone(), text })
    }

    /// A scalar by its style and tag.
    fn scalar(&self, written: &WrittenNode, text: &str, plain: bool) -> Result<Scalar, YamlFault> {
        let untagged = Scalar { text: text.to_owned(), quoted: !plain };
        let Some(tag) = &written.tag else { return Ok(untagged) };
        let short = match (tag.strip_prefix(CORE), self.dialect) {
            (Some(short), _) => short,
            (None, YamlLibrary::V3) if tag == "!" => return Ok(untagged),
            (None, YamlLibrary::V3) => tag.strip_prefix("!!").unwrap_or_default(),
            (None, YamlLibrary::V2) => "",
        };
        let scalar = Scalar { text: text.to_owned(), quoted: false };
        let fits = match (short, scalar.resolve(self.dialect)) {
            ("binary", _) => {
                let text = "`!!binary` is not read".to_owned();
                return Err(YamlFault { span: written.span.clone(), text });
            }
            ("null", value) => value == Resolved::Null,
            ("bool", value) => matches!(value, Resolved::Bool(_)),
            ("int", value) => matches!(value, Resolved::Integer(_)),
            // What only fits Go's `uint64` is turned into no float.
            ("float", Resolved::Integer(value)) => i64::try_from(value).is_ok(),
            ("float", value) => matches!(value, Resolved::Float(_)),
            ("timestamp", _) => {
                let text = "`!!timestamp` is not read".to_owned();
                return Err(YamlFault { span: written.span.clone(), text });
            }
            _ => return Ok(Scalar { quoted: true, ..scalar }),
        };
        if fits {
            return Ok(scalar);
        }
        Err(YamlFault { span: written.span.clone(), text: format!("cannot decode `{text}` as a !!{short}") })
    }
}

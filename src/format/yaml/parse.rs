//! Tokens -> nodes, by the grammar of libyaml as the engines' libraries have it.
//!
//! Nodes lie in one list, so that an alias is a number and a value may be asked for again.

use super::scan::Scanner;
use super::token::{Token, TokenKind};
use super::{MAX_DEPTH, MAX_VALUES, YamlFault, YamlLibrary};
use std::collections::BTreeMap;
use std::ops::Range;

/// What was written at one place.
#[derive(Debug, PartialEq, Eq)]
pub struct WrittenNode {
    /// The value.
    pub value: Form,
    /// Its bytes, without anchor and tag.
    pub span: Range<usize>,
    /// Its tag, resolved: `tag:yaml.org,2002:int`.
    pub tag: Option<String>,
}

/// The forms of a node. Numbers are places in [`YamlTree::nodes`].
#[derive(Debug, PartialEq, Eq)]
pub enum Form {
    /// The text, and whether it is plain.
    Scalar(String, bool),
    /// The node that it stands for.
    Alias(usize),
    /// Its items.
    Sequence(Vec<usize>),
    /// Keys with their values, those that stand twice twice.
    Mapping(Vec<(usize, usize)>),
}

/// The first document of a text.
#[derive(Debug, PartialEq, Eq)]
pub struct YamlTree {
    /// All nodes.
    pub nodes: Vec<WrittenNode>,
    /// The outermost one; none for an empty text.
    pub root: Option<usize>,
    /// What stands behind the document, which no engine reads.
    pub rest: Option<Range<usize>>,
}

/// Reads the first document.
pub(super) fn parse(text: &str, dialect: YamlLibrary) -> Result<YamlTree, YamlFault> {
    let mut parser = Parser {
        scanner: Scanner::new(text, dialect),
        nodes: Vec::new(),
        anchors: BTreeMap::new(),
        handles: BTreeMap::new(),
        depth: 0,
    };
    let root = parser.document()?;
    let rest = if root.is_some() { parser.rest() } else { None };
    Ok(YamlTree { nodes: parser.nodes, root, rest })
}

struct Parser<'a> {
    scanner: Scanner<'a>,
    nodes: Vec<WrittenNode>,
    anchors: BTreeMap<String, usize>,
    /// Handles of tags and what they stand for.
    handles: BTreeMap<String, String>,
    depth: usize,
}

/// Which nodes may stand at a place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Flow,
    Block,
    /// Also a sequence that is not further in than the key it belongs to.
    BlockOrIndentless,
}

impl Parser<'_> {
    fn document(&mut self) -> Result<Option<usize>, YamlFault> {
        let explicit = matches!(
            self.scanner.peek()?.kind,
            TokenKind::Version(..) | TokenKind::TagDirective(..) | TokenKind::DocumentStart
        );
        if self.scanner.peek()?.kind == TokenKind::StreamEnd {
            return Ok(None);
        }
        self.directives()?;
        if !explicit {
            let root = self.node(Place::Block)?;
            return self.document_end(root);
        }
        let start = self.scanner.take()?;
        if start.kind != TokenKind::DocumentStart {
            return Err(fault(&start, "did not find expected <document start>"));
        }
        let root = match self.scanner.peek()?.kind {
            TokenKind::Version(..)
            | TokenKind::TagDirective(..)
            | TokenKind::DocumentStart
            | TokenKind::DocumentEnd
            | TokenKind::StreamEnd => self.empty(start.span.end)?,
            _ => self.node(Place::Block)?,
        };
        self.document_end(root)
    }

    fn document_end(&mut self, root: usize) -> Result<Option<usize>, YamlFault> {
        if self.scanner.peek()?.kind == TokenKind::DocumentEnd {
            self.scanner.take()?;
        }
        Ok(Some(root))
    }

    /// Whatever follows the document. What cannot be read there hinders no engine.
    fn rest(&mut self) -> Option<Range<usize>> {
        loop {
            match self.scanner.peek() {
                Ok(token) if token.kind == TokenKind::StreamEnd => return None,
                Ok(token) if token.kind != TokenKind::DocumentEnd => return Some(token.span.clone()),
                Ok(_) => {}
                Err(fault) => return Some(fault.span),
            }
            if let Err(fault) = self.scanner.take() {
                return Some(fault.span);
            }
        }
    }

    fn directives(&mut self) -> Result<(), YamlFault> {
        let mut versions = 0;
        loop {
            match &self.scanner.peek()?.kind {
                TokenKind::Version(major, minor) => {
                    versions += 1;
                    let text = match (versions, major, minor) {
                        (1, 1, 1) => None,
                        (1, ..) => Some("found incompatible YAML document: the engines read %YAML 1.1 alone"),
                        _ => Some("found duplicate %YAML directive"),
                    };
                    let token = self.scanner.take()?;
                    if let Some(text) = text {
                        return Err(fault(&token, text));
                    }
                }
                TokenKind::TagDirective(handle, prefix) => {
                    let (handle, prefix) = (handle.clone(), prefix.clone());
                    let token = self.scanner.take()?;
                    if self.handles.insert(handle, prefix).is_some() {
                        return Err(fault(&token, "found duplicate %TAG directive"));
                    }
                }
                _ => break,
            }
        }
        self.handles.entry("!".to_owned()).or_insert_with(|| "!".to_owned());
        self.handles.entry("!!".to_owned()).or_insert_with(|| CORE.to_owned());
        Ok(())
    }

    /// A node with its anchor and tag, or an alias.
    fn node(&mut self, place: Place) -> Result<usize, YamlFault> {
        if let TokenKind::Alias(name) = &self.scanner.peek()?.kind {
            let name = name.clone();
            let token = self.scanner.take()?;
            let Some(target) = self.anchors.get(&name) else {
                return Err(fault(&token, &format!("unknown anchor `{name}` referenced")));
            };
            let target = *target;
            return self.add(Form::Alias(target), token.span, None);
        }
        let start = self.scanner.peek()?.span.clone();
        let (mut anchor, mut tag) = (None, None);
        loop {
            match &self.scanner.peek()?.kind {
                TokenKind::Anchor(name) if anchor.is_none() => anchor = Some(name.clone()),
                TokenKind::Tag(handle, suffix) if tag.is_none() => {
                    tag = Some((handle.clone(), suffix.clone()));
                }
                _ => break,
            }
            self.scanner.take()?;
        }
        let has_properties = anchor.is_some() || tag.is_some();
        let tag = tag.map(|(handle, suffix)| self.resolved(&handle, &suffix, &start)).transpose()?;
        let tag = tag.filter(|tag| !tag.is_empty());
        // The anchor is known before the value is read: a value may hold an alias of itself.
        let index = self.add(Form::Scalar(String::new(), true), start.clone(), tag)?;
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, index);
        }
        self.content(index, place, has_properties)?;
        Ok(index)
    }

    fn resolved(&self, handle: &str, suffix: &str, start: &Range<usize>) -> Result<String, YamlFault> {
        if handle.is_empty() {
            return Ok(suffix.to_owned());
        }
        match self.handles.get(handle) {
            Some(prefix) => Ok(format!("{prefix}{suffix}")),
            None => {
                Err(YamlFault { span: start.clone(), text: format!("found undefined tag handle `{handle}`") })
            }
        }
    }

    fn content(&mut self, index: usize, place: Place, has_properties: bool) -> Result<(), YamlFault> {
        let block = place != Place::Flow;
        let read = match self.scanner.peek()?.kind {
            TokenKind::BlockEntry if place == Place::BlockOrIndentless => Self::indentless_sequence,
            TokenKind::FlowSequenceStart => Self::flow_sequence,
            TokenKind::FlowMappingStart => Self::flow_mapping,
            TokenKind::BlockSequenceStart if block => Self::block_sequence,
            TokenKind::BlockMappingStart if block => Self::block_mapping,
            TokenKind::Scalar(..) => {
                let token = self.scanner.take()?;
                if let TokenKind::Scalar(text, plain) = token.kind {
                    self.fill(index, Form::Scalar(text, plain), token.span);
                }
                return Ok(());
            }
            _ if has_properties => {
                let end = self.nodes[index].span.end;
                self.nodes[index].span = end..end;
                return Ok(());
            }
            _ => return Err(fault(self.scanner.peek()?, "did not find expected node content")),
        };
        let start = self.scanner.peek()?.span.clone();
        if self.depth >= MAX_DEPTH {
            return Err(YamlFault { span: start, text: format!("nested deeper than {MAX_DEPTH} levels") });
        }
        self.depth += 1;
        let (form, end) = read(self)?;
        self.depth -= 1;
        self.fill(index, form, start.start..end.max(start.start));
        Ok(())
    }

    fn add(&mut self, value: Form, span: Range<usize>, tag: Option<String>) -> Result<usize, YamlFault> {
        if self.nodes.len() >= MAX_VALUES {
            return Err(YamlFault { span, text: format!("more than {MAX_VALUES} values") });
        }
        self.nodes.push(WrittenNode { value, span, tag });
        Ok(self.nodes.len() - 1)
    }

    fn fill(&mut self, index: usize, value: Form, span: Range<usize>) {
        self.nodes[index].value = value;
        self.nodes[index].span = span;
    }

    /// The nothing that stands at a place.
    fn empty(&mut self, at: usize) -> Result<usize, YamlFault> {
        self.add(Form::Scalar(String::new(), true), at..at, None)
    }

    fn end_of(&self, index: Option<usize>) -> usize {
        index.map_or(0, |index| self.nodes[index].span.end)
    }

    fn indentless_sequence(&mut self) -> Result<(Form, usize), YamlFault> {
        let mut items = Vec::new();
        while self.scanner.peek()?.kind == TokenKind::BlockEntry {
            let entry = self.scanner.take()?;
            items.push(match self.scanner.peek()?.kind {
                TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                    self.empty(entry.span.end)?
                }
                _ => self.node(Place::Block)?,
            });
        }
        let end = self.end_of(items.last().copied());
        Ok((Form::Sequence(items), end))
    }

    fn block_sequence(&mut self) -> Result<(Form, usize), YamlFault> {
        self.scanner.take()?;
        let mut items = Vec::new();
        loop {
            let token = self.scanner.take()?;
            match token.kind {
                TokenKind::BlockEntry => items.push(match self.scanner.peek()?.kind {
                    TokenKind::BlockEntry | TokenKind::BlockEnd => self.empty(token.span.end)?,
                    _ => self.node(Place::Block)?,
                }),
                TokenKind::BlockEnd => break,
                _ => return Err(fault(&token, "did not find expected '-' indicator")),
            }
        }
        let end = self.end_of(items.last().copied());
        Ok((Form::Sequence(items), end))
    }

    fn block_mapping(&mut self) -> Result<(Form, usize), YamlFault> {
        self.scanner.take()?;
        let mut entries = Vec::new();
        loop {
            let token = self.scanner.take()?;
            match token.kind {
                TokenKind::Key => {}
                TokenKind::BlockEnd => break,
                _ => return Err(fault(&token, "did not find expected key")),
            }
            let key = self.block_part(token.span.end)?;
            let next = self.scanner.peek()?;
            let value = if next.kind == TokenKind::Value {
                let end = next.span.end;
                self.scanner.take()?;
                self.block_part(end)?
            } else {
                let at = next.span.start;
                self.empty(at)?
            };
            entries.push((key, value));
        }
        let end =
            entries.last().map_or(0, |(key, value)| self.end_of(Some(*key)).max(self.end_of(Some(*value))));
        Ok((Form::Mapping(entries), end))
    }

    /// A key or a value of a block mapping.
    fn block_part(&mut self, at: usize) -> Result<usize, YamlFault> {
        match self.scanner.peek()?.kind {
            TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => self.empty(at),
            _ => self.node(Place::BlockOrIndentless),
        }
    }

    fn flow_sequence(&mut self) -> Result<(Form, usize), YamlFault> {
        self.scanner.take()?;
        let mut items = Vec::new();
        loop {
            if self.scanner.peek()?.kind == TokenKind::FlowSequenceEnd {
                break;
            }
            if !items.is_empty() {
                self.flow_separator("did not find expected ',' or ']'")?;
            }
            let token = self.scanner.peek()?.clone();
            match token.kind {
                TokenKind::FlowSequenceEnd => break,
                TokenKind::Key => items.push(self.flow_pair(&token)?),
                _ => items.push(self.node(Place::Flow)?),
            }
        }
        Ok((Form::Sequence(items), self.scanner.take()?.span.end))
    }

    /// `[a: b]`: a mapping of one key.
    fn flow_pair(&mut self, start: &Token) -> Result<usize, YamlFault> {
        self.scanner.take()?;
        let index = self.add(Form::Mapping(Vec::new()), start.span.clone(), None)?;
        let next = self.scanner.peek()?.clone();
        let key = if let TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd = next.kind {
            // The libraries take the token with the empty key: `[? : a]` has no value here.
            self.scanner.take()?;
            self.empty(next.span.end)?
        } else {
            self.node(Place::Flow)?
        };
        let value = self.flow_value(&TokenKind::FlowSequenceEnd)?;
        let end = self.end_of(Some(value)).max(self.end_of(Some(key)));
        self.fill(index, Form::Mapping(vec![(key, value)]), start.span.start..end.max(start.span.start));
        Ok(index)
    }

    fn flow_mapping(&mut self) -> Result<(Form, usize), YamlFault> {
        self.scanner.take()?;
        let mut entries = Vec::new();
        loop {
            if self.scanner.peek()?.kind == TokenKind::FlowMappingEnd {
                break;
            }
            if !entries.is_empty() {
                self.flow_separator("did not find expected ',' or '}'")?;
            }
            let token = self.scanner.peek()?.clone();
            match token.kind {
                TokenKind::FlowMappingEnd => break,
                TokenKind::Key => {
                    self.scanner.take()?;
                    let next = self.scanner.peek()?.clone();
                    let empty = matches!(
                        next.kind,
                        TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMappingEnd
                    );
                    let key = if empty { self.empty(next.span.start)? } else { self.node(Place::Flow)? };
                    entries.push((key, self.flow_value(&TokenKind::FlowMappingEnd)?));
                }
                _ => {
                    let key = self.node(Place::Flow)?;
                    let at = self.scanner.peek()?.span.start;
                    entries.push((key, self.empty(at)?));
                }
            }
        }
        Ok((Form::Mapping(entries), self.scanner.take()?.span.end))
    }

    /// The value behind a key in a flow collection that ends with that token.
    fn flow_value(&mut self, end: &TokenKind) -> Result<usize, YamlFault> {
        if self.scanner.peek()?.kind == TokenKind::Value {
            self.scanner.take()?;
            let next = self.scanner.peek()?;
            if next.kind != TokenKind::FlowEntry && next.kind != *end {
                return self.node(Place::Flow);
            }
        }
        let at = self.scanner.peek()?.span.start;
        self.empty(at)
    }

    fn flow_separator(&mut self, text: &str) -> Result<(), YamlFault> {
        let token = self.scanner.take()?;
        if token.kind == TokenKind::FlowEntry { Ok(()) } else { Err(fault(&token, text)) }
    }
}

/// What `!!` stands for.
pub(super) const CORE: &str = "tag:yaml.org,2002:";

fn fault(token: &Token, text: &str) -> YamlFault {
    YamlFault { span: token.span.clone(), text: text.to_owned() }
}

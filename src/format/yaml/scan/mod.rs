//! Text -> tokens, by the rules of libyaml as the engines' own libraries have them.
//!
//! Those rules are no version of the YAML specification: which places may hold a tab, where a plain
//! scalar ends, how far ahead a key is looked for. They were read from go.yaml.in/yaml v2.4.4 and
//! v3.0.5, and `tests/yaml` holds this module against both.

mod block;
mod comment;
mod fetch;
mod plain;
mod quoted;
mod tag;

use super::cursor::{Cursor, Spot};
use super::token::{Token, TokenKind};
use super::{YamlFault, YamlLibrary};
use std::collections::{BTreeMap, VecDeque};

/// A key must end so many characters behind its beginning, in the same line.
const KEY_LENGTH: usize = 1024;
/// Deeper flow collections and block indents are refused by the engines.
const DEPTH: usize = 10_000;

/// Where a key without `?` may have begun.
#[derive(Clone, Copy, Debug)]
struct SimpleKey {
    possible: bool,
    /// Whether nothing but a key can stand there.
    required: bool,
    /// The number of the token it begins with.
    token: usize,
    place: Spot,
}

/// Finds tokens, as late as the engines do: what they never look at is not judged here either.
#[derive(Debug)]
pub(super) struct Scanner<'a> {
    cursor: Cursor<'a>,
    dialect: YamlLibrary,
    tokens: VecDeque<Token>,
    /// Tokens that were handed out.
    taken: usize,
    /// Whether the first token in the queue is settled.
    ready: bool,
    /// The column of the innermost block; -1 outside of all.
    indent: isize,
    indents: Vec<isize>,
    /// One for each open flow collection, and one for the blocks around them.
    keys: Vec<SimpleKey>,
    /// Tokens that may begin a key, and which of `keys` says so.
    beginnings: BTreeMap<usize, usize>,
    key_allowed: bool,
}

impl<'a> Scanner<'a> {
    pub fn new(text: &'a str, dialect: YamlLibrary) -> Self {
        let none = SimpleKey { possible: false, required: false, token: 0, place: Spot::default() };
        Self {
            cursor: Cursor::new(text),
            dialect,
            tokens: VecDeque::new(),
            taken: 0,
            ready: false,
            indent: -1,
            indents: Vec::new(),
            keys: vec![none],
            beginnings: BTreeMap::new(),
            key_allowed: true,
        }
    }

    /// The next token.
    pub fn peek(&mut self) -> Result<&Token, YamlFault> {
        while !self.ready {
            if self.tokens.len() > self.ahead() && !self.head_may_be_a_key()? {
                self.ready = true;
            } else {
                self.fetch()?;
            }
        }
        Ok(&self.tokens[0])
    }

    /// Takes the next token, which was looked at.
    pub fn take(&mut self) -> Result<Token, YamlFault> {
        self.peek()?;
        self.ready = false;
        self.taken += 1;
        let end = self.cursor.place.byte;
        Ok(self.tokens.pop_front().unwrap_or(Token { kind: TokenKind::StreamEnd, span: end..end }))
    }

    /// How many tokens the library reads beyond the one that is asked for.
    fn ahead(&self) -> usize {
        match self.dialect {
            YamlLibrary::V2 => 0,
            YamlLibrary::V3 => 2,
        }
    }

    /// Whether the first token in the queue may yet turn out to begin a key.
    fn head_may_be_a_key(&mut self) -> Result<bool, YamlFault> {
        match self.beginnings.get(&self.taken) {
            Some(level) => self.is_valid_key(*level),
            None => Ok(false),
        }
    }

    /// Whether a key can still have begun there.
    fn is_valid_key(&mut self, level: usize) -> Result<bool, YamlFault> {
        let key = self.keys[level];
        let here = self.cursor.place;
        if !key.possible || (key.place.line == here.line && key.place.index + KEY_LENGTH >= here.index) {
            return Ok(key.possible);
        }
        if key.required {
            return Err(fault(key.place, "could not find expected ':'"));
        }
        self.drop_key(level);
        Ok(false)
    }

    /// Remembers that a key may begin here.
    fn save_key(&mut self) -> Result<(), YamlFault> {
        if self.key_allowed {
            let required = !self.in_flow() && self.indent == self.column();
            self.forget_key()?;
            let token = self.taken + self.tokens.len();
            let level = self.keys.len() - 1;
            self.keys[level] = SimpleKey { possible: true, required, token, place: self.cursor.place };
            self.beginnings.insert(token, level);
        }
        Ok(())
    }

    /// Nothing in the innermost collection is a key from here on.
    fn forget_key(&mut self) -> Result<(), YamlFault> {
        let level = self.keys.len() - 1;
        let key = self.keys[level];
        if key.possible && key.required {
            return Err(fault(key.place, "could not find expected ':'"));
        }
        if key.possible {
            self.drop_key(level);
        }
        Ok(())
    }

    fn drop_key(&mut self, level: usize) {
        self.keys[level].possible = false;
        self.beginnings.remove(&self.keys[level].token);
    }

    fn in_flow(&self) -> bool {
        self.keys.len() > 1
    }

    fn column(&self) -> isize {
        isize::try_from(self.cursor.place.column).unwrap_or(isize::MAX)
    }

    /// Opens a block at a column where it is further in than the innermost one; its token stands before
    /// the token of that number, else at the end of the queue.
    fn roll_indent(&mut self, start: Spot, token: Option<usize>, kind: TokenKind) -> Result<(), YamlFault> {
        let column = isize::try_from(start.column).unwrap_or(isize::MAX);
        if self.in_flow() || self.indent >= column {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = column;
        if self.indents.len() > DEPTH {
            return Err(fault(start, "blocks nested deeper than 10000 levels"));
        }
        self.insert(token, start, kind);
        Ok(())
    }

    /// Puts a token of no length before that of a number; behind all where that was handed out, as the
    /// libraries do.
    fn insert(&mut self, before: Option<usize>, start: Spot, kind: TokenKind) {
        let at = before.and_then(|token| token.checked_sub(self.taken)).unwrap_or(self.tokens.len());
        self.tokens.insert(at, Token { kind, span: start.byte..start.byte });
    }

    /// Closes the blocks that are further in than a column.
    fn unroll_indent(&mut self, column: isize) {
        let end = self.cursor.place.byte;
        while !self.in_flow() && self.indent > column {
            self.tokens.push_back(Token { kind: TokenKind::BlockEnd, span: end..end });
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    /// A token of the next characters.
    fn push(&mut self, kind: TokenKind, length: usize) {
        let start = self.cursor.place.byte;
        self.cursor.skip_many(length);
        self.tokens.push_back(Token { kind, span: start..self.cursor.place.byte });
    }

    /// A token that was read from a place to here.
    fn push_since(&mut self, start: Spot, kind: TokenKind) {
        self.tokens.push_back(Token { kind, span: start.byte..self.cursor.place.byte });
    }
}

/// A fault at a place.
fn fault(place: Spot, text: &str) -> YamlFault {
    YamlFault { span: place.byte..place.byte, text: text.to_owned() }
}

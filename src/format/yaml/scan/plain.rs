//! Scalars without quotes.

use super::super::YamlFault;
use super::super::token::{Token, TokenKind};
use super::{Scanner, fault};

/// Blanks and line breaks inside a scalar that goes on over lines.
#[derive(Debug, Default)]
pub(super) struct Folded {
    pub blanks: String,
    first: String,
    more: String,
    /// Whether a line break was among them.
    pub broken: bool,
}

impl Folded {
    /// Reads blanks and line breaks.
    pub fn read(&mut self, scanner: &mut Scanner<'_>) {
        let cursor = &mut scanner.cursor;
        if cursor.is_blank(0) {
            if self.broken {
                cursor.skip();
            } else {
                cursor.read(&mut self.blanks);
            }
        } else if self.broken {
            cursor.read_line(&mut self.more);
        } else {
            self.blanks.clear();
            cursor.read_line(&mut self.first);
            self.broken = true;
        }
    }

    /// Puts what they come to behind a text: one line break is a space.
    pub fn join(&mut self, text: &mut String) {
        if !self.broken && self.blanks.is_empty() {
            return;
        }
        if !self.broken {
            text.push_str(&self.blanks);
        } else if self.first.starts_with('\n') {
            text.push_str(if self.more.is_empty() { " " } else { &self.more });
        } else {
            text.push_str(&self.first);
            text.push_str(&self.more);
        }
        *self = Self::default();
    }
}

impl Scanner<'_> {
    pub(super) fn plain_scalar(&mut self) -> Result<(), YamlFault> {
        self.save_key()?;
        self.key_allowed = false;
        let start = self.cursor.place;
        let mut end = start;
        let mut text = String::new();
        let mut folded = Folded::default();
        while !self.cursor.is_document_indicator() && self.cursor.at(0) != b'#' {
            while !self.cursor.is_space_or_end(0) && !self.ends_plain() {
                folded.join(&mut text);
                self.cursor.read(&mut text);
                end = self.cursor.place;
            }
            if !self.cursor.is_blank(0) && !self.cursor.is_break(0) {
                break;
            }
            while self.cursor.is_blank(0) || self.cursor.is_break(0) {
                if folded.broken && self.column() <= self.indent && self.cursor.at(0) == b'\t' {
                    return Err(fault(start, "found a tab character that violates indentation"));
                }
                folded.read(self);
            }
            if !self.in_flow() && self.column() <= self.indent {
                break;
            }
        }
        if folded.broken {
            self.key_allowed = true;
        }
        self.tokens.push_back(Token { kind: TokenKind::Scalar(text, true), span: start.byte..end.byte });
        Ok(())
    }

    fn ends_plain(&self) -> bool {
        match self.cursor.at(0) {
            b':' => self.cursor.is_space_or_end(1),
            b',' | b'?' | b'[' | b']' | b'{' | b'}' => self.in_flow(),
            _ => false,
        }
    }
}

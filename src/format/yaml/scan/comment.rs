//! What stands between tokens. yaml.v3 keeps comments, and so goes over some tabs that yaml.v2 refuses.

use super::super::YamlLibrary;
use super::super::token::TokenKind;
use super::Scanner;

/// So many bytes yaml.v3 looks ahead for a comment.
const LOOKS_AHEAD: usize = 512;

impl Scanner<'_> {
    /// Goes on to the next token.
    pub(super) fn skip_to_token(&mut self) {
        loop {
            while self.cursor.at(0) == b' '
                || (self.cursor.at(0) == b'\t' && (self.in_flow() || !self.key_allowed))
            {
                self.cursor.skip();
            }
            if self.cursor.at(0) == b'#' {
                self.cursor.skip_to_break();
                if self.dialect == YamlLibrary::V3 {
                    self.skip_further_comments();
                }
            }
            if !self.cursor.is_break(0) {
                return;
            }
            self.cursor.skip_line();
            if !self.in_flow() {
                self.key_allowed = true;
            }
        }
    }

    /// yaml.v3 reads comments that follow each other at once, whatever blanks stand before them.
    fn skip_further_comments(&mut self) {
        while let Some(ahead) = self.comment_ahead(1, true) {
            let comment = self.cursor.place.byte + ahead;
            while self.cursor.place.byte < comment {
                if self.cursor.is_break(0) {
                    self.cursor.skip_line();
                } else {
                    self.cursor.skip();
                }
            }
            self.cursor.skip_to_break();
        }
    }

    /// yaml.v3 reads the comment behind a token together with it.
    pub(super) fn skip_line_comment(&mut self) {
        let entry = self.tokens.back().is_some_and(|token| token.kind == TokenKind::BlockEntry);
        if self.dialect == YamlLibrary::V2 || entry || self.cursor.breaks > 0 {
            return;
        }
        if self.comment_ahead(0, false).is_some() {
            self.cursor.skip_to_break();
        }
    }

    /// How many bytes ahead a comment begins, behind nothing but blanks (and line breaks).
    fn comment_ahead(&self, from: usize, over_breaks: bool) -> Option<usize> {
        let is_passed = |ahead| self.cursor.is_blank(ahead) || (over_breaks && self.cursor.is_break(ahead));
        (from..LOOKS_AHEAD).find(|ahead| !is_passed(*ahead)).filter(|ahead| self.cursor.at(*ahead) == b'#')
    }
}

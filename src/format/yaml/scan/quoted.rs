//! Scalars in quotes.

use super::super::YamlFault;
use super::super::cursor::Spot;
use super::super::token::TokenKind;
use super::plain::Folded;
use super::{Scanner, fault};

impl Scanner<'_> {
    pub(super) fn quoted_scalar(&mut self) -> Result<(), YamlFault> {
        self.save_key()?;
        self.key_allowed = false;
        let start = self.cursor.place;
        let quote = self.cursor.at(0);
        self.cursor.skip();
        let mut text = String::new();
        loop {
            if self.cursor.is_document_indicator() {
                return Err(fault(start, "found unexpected document indicator in a quoted scalar"));
            }
            if self.cursor.is_end(0) {
                return Err(fault(start, "found unexpected end of stream in a quoted scalar"));
            }
            let mut folded = Folded::default();
            self.quoted_word(start, quote, &mut text, &mut folded)?;
            if self.cursor.at(0) == quote {
                break;
            }
            while self.cursor.is_blank(0) || self.cursor.is_break(0) {
                folded.read(self);
            }
            folded.join(&mut text);
        }
        self.cursor.skip();
        self.push_since(start, TokenKind::Scalar(text, false));
        Ok(())
    }

    /// Up to a blank, a line break or the closing quote.
    fn quoted_word(
        &mut self,
        start: Spot,
        quote: u8,
        text: &mut String,
        folded: &mut Folded,
    ) -> Result<(), YamlFault> {
        while !self.cursor.is_space_or_end(0) {
            match self.cursor.at(0) {
                b'\'' if quote == b'\'' && self.cursor.at(1) == b'\'' => {
                    text.push('\'');
                    self.cursor.skip_many(2);
                }
                byte if byte == quote => return Ok(()),
                b'\\' if quote == b'"' && self.cursor.is_break(1) => {
                    self.cursor.skip();
                    self.cursor.skip_line();
                    folded.broken = true;
                    return Ok(());
                }
                b'\\' if quote == b'"' => text.push(self.escape(start)?),
                _ => self.cursor.read(text),
            }
        }
        Ok(())
    }

    /// What an escape stands for. `\/` is none for the engines.
    fn escape(&mut self, start: Spot) -> Result<char, YamlFault> {
        let (character, digits) = match self.cursor.at(1) {
            b'0' => ('\0', 0),
            b'a' => ('\u{7}', 0),
            b'b' => ('\u{8}', 0),
            b't' | b'\t' => ('\t', 0),
            b'n' => ('\n', 0),
            b'v' => ('\u{B}', 0),
            b'f' => ('\u{C}', 0),
            b'r' => ('\r', 0),
            b'e' => ('\u{1B}', 0),
            b' ' => (' ', 0),
            b'"' => ('"', 0),
            b'\'' => ('\'', 0),
            b'\\' => ('\\', 0),
            b'N' => ('\u{85}', 0),
            b'_' => ('\u{A0}', 0),
            b'L' => ('\u{2028}', 0),
            b'P' => ('\u{2029}', 0),
            b'x' => ('\0', 2),
            b'u' => ('\0', 4),
            b'U' => ('\0', 8),
            _ => return Err(fault(self.cursor.place, "found unknown escape character")),
        };
        self.cursor.skip_many(2);
        if digits == 0 {
            return Ok(character);
        }
        let mut value = 0_u32;
        for ahead in 0..digits {
            let digit = char::from(self.cursor.at(ahead)).to_digit(16);
            let digit = digit.ok_or_else(|| fault(start, "did not find expected hexadecimal number"))?;
            value = (value << 4) | digit;
        }
        self.cursor.skip_many(digits);
        char::from_u32(value).ok_or_else(|| fault(start, "found invalid Unicode character escape code"))
    }
}

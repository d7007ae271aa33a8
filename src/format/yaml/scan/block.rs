//! Scalars behind `|` and `>`.

use super::super::YamlFault;
use super::super::cursor::Spot;
use super::super::token::{Token, TokenKind};
use super::{Scanner, fault};

/// What stands behind the indicator.
#[derive(Clone, Copy, Debug)]
struct Header {
    /// Whether line breaks are folded.
    folds: bool,
    /// `+` keeps all line breaks at the end, `-` none.
    chomping: Option<u8>,
    /// The column of its lines; 0 until the first one shows it.
    indent: usize,
}

impl Scanner<'_> {
    pub(super) fn block_scalar(&mut self) -> Result<(), YamlFault> {
        self.forget_key()?;
        self.key_allowed = true;
        let start = self.cursor.place;
        let mut header = self.block_header(start)?;
        let (mut text, mut last_break, mut breaks) = (String::new(), String::new(), String::new());
        let mut end = self.block_breaks(start, &mut header, &mut breaks)?;
        let mut after_blank = false;
        while self.cursor.place.column == header.indent && !self.cursor.is_end(0) {
            let blank = self.cursor.is_blank(0);
            if header.folds && !after_blank && !blank && last_break.starts_with('\n') {
                if breaks.is_empty() {
                    text.push(' ');
                }
            } else {
                text.push_str(&last_break);
            }
            text.push_str(&breaks);
            last_break.clear();
            breaks.clear();
            after_blank = blank;
            while !self.cursor.is_break_or_end(0) {
                self.cursor.read(&mut text);
            }
            if self.cursor.is_break(0) {
                self.cursor.read_line(&mut last_break);
            }
            end = self.block_breaks(start, &mut header, &mut breaks)?;
        }
        if header.chomping != Some(b'-') {
            text.push_str(&last_break);
        }
        if header.chomping == Some(b'+') {
            text.push_str(&breaks);
        }
        self.tokens.push_back(Token { kind: TokenKind::Scalar(text, false), span: start.byte..end.byte });
        Ok(())
    }

    fn block_header(&mut self, start: Spot) -> Result<Header, YamlFault> {
        let mut header = Header { folds: self.cursor.at(0) == b'>', chomping: None, indent: 0 };
        self.cursor.skip();
        for _ in 0..2 {
            match self.cursor.at(0) {
                b'0' if header.indent == 0 => {
                    return Err(fault(start, "found an indentation indicator equal to 0"));
                }
                sign @ (b'+' | b'-') if header.chomping.is_none() => header.chomping = Some(sign),
                digit @ b'1'..=b'9' if header.indent == 0 => {
                    let outer = usize::try_from(self.indent).unwrap_or(0);
                    header.indent = outer + usize::from(digit - b'0');
                }
                _ => break,
            }
            self.cursor.skip();
        }
        self.cursor.skip_blanks();
        if self.cursor.at(0) == b'#' {
            self.cursor.skip_to_break();
        }
        if !self.cursor.is_break_or_end(0) {
            return Err(fault(start, "did not find expected comment or line break"));
        }
        if self.cursor.is_break(0) {
            self.cursor.skip_line();
        }
        Ok(header)
    }

    /// Reads line breaks and the indent of the next line; the first line that is not empty shows the
    /// column where the header does not say it. Returns the end of what was read before that line.
    fn block_breaks(
        &mut self,
        start: Spot,
        header: &mut Header,
        breaks: &mut String,
    ) -> Result<Spot, YamlFault> {
        let mut end = self.cursor.place;
        let mut deepest = 0;
        loop {
            let outside = |column: usize| header.indent == 0 || column < header.indent;
            while outside(self.cursor.place.column) && self.cursor.at(0) == b' ' {
                self.cursor.skip();
            }
            deepest = deepest.max(self.cursor.place.column);
            if outside(self.cursor.place.column) && self.cursor.at(0) == b'\t' {
                let text = "found a tab character where an indentation space is expected";
                return Err(fault(start, text));
            }
            if !self.cursor.is_break(0) {
                break;
            }
            self.cursor.read_line(breaks);
            end = self.cursor.place;
        }
        if header.indent == 0 {
            header.indent = deepest.max(usize::try_from(self.indent + 1).unwrap_or(0)).max(1);
        }
        Ok(end)
    }
}

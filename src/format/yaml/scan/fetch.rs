//! Which token begins here.

use super::super::YamlFault;
use super::super::token::TokenKind;
use super::{DEPTH, Scanner, SimpleKey, fault};

impl Scanner<'_> {
    /// Puts the next token into the queue, and what must stand before it.
    pub(super) fn fetch(&mut self) -> Result<(), YamlFault> {
        self.skip_to_token();
        self.unroll_indent(self.column());
        if self.cursor.is_end(0) {
            return self.stream_end();
        }
        if self.cursor.place.column == 0 && self.cursor.at(0) == b'%' {
            self.leave_blocks()?;
            return self.directive();
        }
        if self.cursor.is_document_indicator() {
            self.leave_blocks()?;
            let kind =
                if self.cursor.at(0) == b'-' { TokenKind::DocumentStart } else { TokenKind::DocumentEnd };
            self.push(kind, 3);
            return Ok(());
        }
        self.fetch_content()?;
        self.skip_line_comment();
        Ok(())
    }

    fn fetch_content(&mut self) -> Result<(), YamlFault> {
        let first = self.cursor.at(0);
        let ends = self.cursor.is_space_or_end(1);
        match first {
            b'[' => self.flow_start(TokenKind::FlowSequenceStart),
            b'{' => self.flow_start(TokenKind::FlowMappingStart),
            b']' => self.flow_end(TokenKind::FlowSequenceEnd),
            b'}' => self.flow_end(TokenKind::FlowMappingEnd),
            b',' => self.flow_entry(),
            b'-' if ends => self.block_entry(),
            b'?' if self.in_flow() || ends => self.key(),
            b':' if self.in_flow() || ends => self.value(),
            b'*' | b'&' => self.anchor(),
            b'!' => self.tag(),
            b'|' | b'>' if !self.in_flow() => self.block_scalar(),
            b'\'' | b'"' => self.quoted_scalar(),
            _ if self.begins_plain() => self.plain_scalar(),
            _ => Err(fault(self.cursor.place, "found character that cannot start any token")),
        }
    }

    fn begins_plain(&self) -> bool {
        match self.cursor.at(0) {
            b'-' => !self.cursor.is_blank(1),
            b'?' | b':' => !self.in_flow() && !self.cursor.is_space_or_end(1),
            first => !self.cursor.is_space_or_end(0) && !b",[]{}#&*!|>'\"%@`".contains(&first),
        }
    }

    fn leave_blocks(&mut self) -> Result<(), YamlFault> {
        self.unroll_indent(-1);
        self.forget_key()?;
        self.key_allowed = false;
        Ok(())
    }

    fn stream_end(&mut self) -> Result<(), YamlFault> {
        if self.cursor.place.column != 0 {
            self.cursor.place.column = 0;
            self.cursor.place.line += 1;
        }
        self.leave_blocks()?;
        self.push(TokenKind::StreamEnd, 0);
        Ok(())
    }

    fn flow_start(&mut self, kind: TokenKind) -> Result<(), YamlFault> {
        self.save_key()?;
        let token = self.taken + self.tokens.len();
        self.keys.push(SimpleKey { possible: false, required: false, token, place: self.cursor.place });
        if self.keys.len() > DEPTH + 1 {
            return Err(fault(self.cursor.place, "flow collections nested deeper than 10000 levels"));
        }
        self.key_allowed = true;
        self.push(kind, 1);
        Ok(())
    }

    fn flow_end(&mut self, kind: TokenKind) -> Result<(), YamlFault> {
        self.forget_key()?;
        // The libraries forget with it what a collection without a key of its own began with: `[]: a` is
        // read as `[]`, and the rest never.
        if self.in_flow()
            && let Some(key) = self.keys.pop()
        {
            self.beginnings.remove(&key.token);
        }
        self.key_allowed = false;
        self.push(kind, 1);
        Ok(())
    }

    fn flow_entry(&mut self) -> Result<(), YamlFault> {
        self.forget_key()?;
        self.key_allowed = true;
        self.push(TokenKind::FlowEntry, 1);
        Ok(())
    }

    fn block_entry(&mut self) -> Result<(), YamlFault> {
        if !self.in_flow() {
            if !self.key_allowed {
                let text = "block sequence entries are not allowed in this context";
                return Err(fault(self.cursor.place, text));
            }
            self.roll_indent(self.cursor.place, None, TokenKind::BlockSequenceStart)?;
        }
        self.forget_key()?;
        self.key_allowed = true;
        self.push(TokenKind::BlockEntry, 1);
        Ok(())
    }

    fn key(&mut self) -> Result<(), YamlFault> {
        if !self.in_flow() {
            if !self.key_allowed {
                return Err(fault(self.cursor.place, "mapping keys are not allowed in this context"));
            }
            self.roll_indent(self.cursor.place, None, TokenKind::BlockMappingStart)?;
        }
        self.forget_key()?;
        self.key_allowed = !self.in_flow();
        self.push(TokenKind::Key, 1);
        Ok(())
    }

    fn value(&mut self) -> Result<(), YamlFault> {
        let level = self.keys.len() - 1;
        if self.is_valid_key(level)? {
            let key = self.keys[level];
            self.insert(Some(key.token), key.place, TokenKind::Key);
            self.roll_indent(key.place, Some(key.token), TokenKind::BlockMappingStart)?;
            self.drop_key(level);
            self.key_allowed = false;
        } else {
            if !self.in_flow() {
                if !self.key_allowed {
                    return Err(fault(self.cursor.place, "mapping values are not allowed in this context"));
                }
                self.roll_indent(self.cursor.place, None, TokenKind::BlockMappingStart)?;
            }
            self.key_allowed = !self.in_flow();
        }
        self.push(TokenKind::Value, 1);
        Ok(())
    }
}

//! Which token begins here.

use super::super::Fault;
use super::super::token::Kind;
use super::{DEPTH, Scanner, SimpleKey, fault};

impl Scanner<'_> {
    /// Puts the next token into the queue, and what must stand before it.
    pub(super) fn fetch(&mut self) -> Result<(), Fault> {
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
            let kind = if self.cursor.at(0) == b'-' { Kind::DocumentStart } else { Kind::DocumentEnd };
            self.push(kind, 3);
            return Ok(());
        }
        self.fetch_content()?;
        self.skip_line_comment();
        Ok(())
    }

    fn fetch_content(&mut self) -> Result<(), Fault> {
        let first = self.cursor.at(0);
        let ends = self.cursor.is_space_or_end(1);
        match first {
            b'[' => self.flow_start(Kind::FlowSequenceStart),
            b'{' => self.flow_start(Kind::FlowMappingStart),
            b']' => self.flow_end(Kind::FlowSequenceEnd),
            b'}' => self.flow_end(Kind::FlowMappingEnd),
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

    fn leave_blocks(&mut self) -> Result<(), Fault> {
        self.unroll_indent(-1);
        self.forget_key()?;
        self.key_allowed = false;
        Ok(())
    }

    fn stream_end(&mut self) -> Result<(), Fault> {
        if self.cursor.place.column != 0 {
            self.cursor.place.column = 0;
            self.cursor.place.line += 1;
        }
        self.leave_blocks()?;
        self.push(Kind::StreamEnd, 0);
        Ok(())
    }

    fn flow_start(&mut self, kind: Kind) -> Result<(), Fault> {
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

    fn flow_end(&mut self, kind: Kind) -> Result<(), Fault> {
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

    fn flow_entry(&mut self) -> Result<(), Fault> {
        self.forget_key()?;
        self.key_allowed = true;
        self.push(Kind::FlowEntry, 1);
        Ok(())
    }

    fn block_entry(&mut self) -> Result<(), Fault> {
        if !self.in_flow() {
            if !self.key_allowed {
                let text = "block sequence entries are not allowed in this context";
                return Err(fault(self.cursor.place, text));
            }
            self.roll_indent(self.cursor.place, None, Kind::BlockSequenceStart)?;
        }
        self.forget_key()?;
        self.key_allowed = true;
        self.push(Kind::BlockEntry, 1);
        Ok(())
    }

    fn key(&mut self) -> Result<(), Fault> {
        if !self.in_flow() {
            if !self.key_allowed {
                return Err(fault(self.cursor.place, "mapping keys are not allowed in this context"));
            }
            self.roll_indent(self.cursor.place, None, Kind::BlockMappingStart)?;
        }
        self.forget_key()?;
        self.key_allowed = !self.in_flow();
        self.push(Kind::Key, 1);
        Ok(())
    }

    fn value(&mut self) -> Result<(), Fault> {
        let level = self.keys.len() - 1;
        if self.is_valid_key(level)? {
            let key = self.keys[level];
            self.insert(Some(key.token), key.place, Kind::Key);
            self.roll_indent(key.place, Some(key.token), Kind::BlockMappingStart)?;
            self.drop_key(level);
            self.key_allowed = false;
        } else {
            if !self.in_flow() {
                if !self.key_allowed {
                    return Err(fault(self.cursor.place, "mapping values are not allowed in this context"));
                }
                self.roll_indent(self.cursor.place, None, Kind::BlockMappingStart)?;
            }
            self.key_allowed = !self.in_flow();
        }
        self.push(Kind::Value, 1);
        Ok(())
    }
}

//! Directives, anchors, aliases and tags.

use super::super::YamlFault;
use super::super::cursor::Spot;
use super::super::token::TokenKind;
use super::{Scanner, fault};

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

impl Scanner<'_> {
    pub(super) fn directive(&mut self) -> Result<(), YamlFault> {
        let start = self.cursor.place;
        self.cursor.skip();
        let name = self.name();
        if name.is_empty() || !self.cursor.is_space_or_end(0) {
            return Err(fault(start, "could not find expected directive name"));
        }
        self.cursor.skip_blanks();
        let kind = match name.as_str() {
            "YAML" => {
                let major = self.version_number(start)?;
                if self.cursor.at(0) != b'.' {
                    return Err(fault(start, "did not find expected digit or '.' character"));
                }
                self.cursor.skip();
                TokenKind::Version(major, self.version_number(start)?)
            }
            "TAG" => self.tag_directive(start)?,
            _ => return Err(fault(start, "found unknown directive name")),
        };
        self.push_since(start, kind);
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
        Ok(())
    }

    fn version_number(&mut self, start: Spot) -> Result<u8, YamlFault> {
        let mut value = 0;
        let mut length = 0;
        while self.cursor.at(0).is_ascii_digit() {
            length += 1;
            if length > 2 {
                return Err(fault(start, "found extremely long version number"));
            }
            value = value * 10 + (self.cursor.at(0) - b'0');
            self.cursor.skip();
        }
        if length == 0 {
            return Err(fault(start, "did not find expected version number"));
        }
        Ok(value)
    }

    fn tag_directive(&mut self, start: Spot) -> Result<TokenKind, YamlFault> {
        let handle = self.tag_handle(start)?;
        if handle != "!" && (handle.len() < 2 || !handle.ends_with('!')) {
            return Err(fault(start, "did not find expected '!'"));
        }
        if !self.cursor.is_blank(0) {
            return Err(fault(start, "did not find expected whitespace"));
        }
        self.cursor.skip_blanks();
        let prefix = self.tag_address(start, None)?;
        if !self.cursor.is_space_or_end(0) {
            return Err(fault(start, "did not find expected whitespace or line break"));
        }
        Ok(TokenKind::TagDirective(handle, prefix))
    }

    pub(super) fn anchor(&mut self) -> Result<(), YamlFault> {
        self.save_key()?;
        self.key_allowed = false;
        let start = self.cursor.place;
        let is_alias = self.cursor.at(0) == b'*';
        self.cursor.skip();
        let name = self.name();
        let follows = self.cursor.is_space_or_end(0) || b"?:,]}%@`".contains(&self.cursor.at(0));
        if name.is_empty() || !follows {
            return Err(fault(start, "did not find expected alphabetic or numeric character"));
        }
        self.push_since(start, if is_alias { TokenKind::Alias(name) } else { TokenKind::Anchor(name) });
        Ok(())
    }

    pub(super) fn tag(&mut self) -> Result<(), YamlFault> {
        self.save_key()?;
        self.key_allowed = false;
        let start = self.cursor.place;
        let mut handle = String::new();
        let mut suffix;
        if self.cursor.at(1) == b'<' {
            self.cursor.skip_many(2);
            suffix = self.tag_address(start, None)?;
            if self.cursor.at(0) != b'>' {
                return Err(fault(start, "did not find the expected '>'"));
            }
            self.cursor.skip();
        } else {
            let begun = self.tag_handle(start)?;
            if begun.len() > 1 && begun.ends_with('!') {
                suffix = self.tag_address(start, None)?;
                handle = begun;
            } else {
                suffix = self.tag_address(start, Some(&begun))?;
                handle.push('!');
                if suffix.is_empty() {
                    std::mem::swap(&mut handle, &mut suffix);
                }
            }
        }
        if !self.cursor.is_space_or_end(0) {
            return Err(fault(start, "did not find expected whitespace or line break"));
        }
        self.push_since(start, TokenKind::Tag(handle, suffix));
        Ok(())
    }

    fn name(&mut self) -> String {
        let mut name = String::new();
        while is_name(self.cursor.at(0)) {
            self.cursor.read(&mut name);
        }
        name
    }

    /// `!`, `!name` or `!name!`.
    fn tag_handle(&mut self, start: Spot) -> Result<String, YamlFault> {
        if self.cursor.at(0) != b'!' {
            return Err(fault(start, "did not find expected '!'"));
        }
        self.cursor.skip();
        let mut handle = format!("!{}", self.name());
        if self.cursor.at(0) == b'!' {
            self.cursor.read(&mut handle);
        }
        Ok(handle)
    }

    /// The rest of a tag behind what was taken for a handle.
    fn tag_address(&mut self, start: Spot, begun: Option<&str>) -> Result<String, YamlFault> {
        let mut address = begun.unwrap_or_default().get(1..).unwrap_or_default().to_owned();
        let mut any = begun.is_some();
        while is_name(self.cursor.at(0)) || b";/?:@&=+$,.!~*'()[]%".contains(&self.cursor.at(0)) {
            any = true;
            if self.cursor.at(0) == b'%' {
                self.address_escape(start, &mut address)?;
            } else {
                self.cursor.read(&mut address);
            }
        }
        if any { Ok(address) } else { Err(fault(start, "did not find expected tag URI")) }
    }

    /// `%C3%A9`: the bytes of one character.
    fn address_escape(&mut self, start: Spot, address: &mut String) -> Result<(), YamlFault> {
        let mut bytes = Vec::new();
        let mut wanted = 1;
        while bytes.len() < wanted {
            let digit = |ahead| char::from(self.cursor.at(ahead)).to_digit(16);
            let (b'%', Some(high), Some(low)) = (self.cursor.at(0), digit(1), digit(2)) else {
                return Err(fault(start, "did not find URI escaped octet"));
            };
            let byte = u8::try_from(high << 4 | low).unwrap_or_default();
            match (bytes.is_empty(), byte) {
                (true, 0..=0x7F) => {}
                (true, 0xC0..=0xDF) => wanted = 2,
                (true, 0xE0..=0xEF) => wanted = 3,
                (true, 0xF0..=0xF7) => wanted = 4,
                (true, _) => return Err(fault(start, "found an incorrect leading UTF-8 octet")),
                (false, 0x80..=0xBF) => {}
                (false, _) => return Err(fault(start, "found an incorrect trailing UTF-8 octet")),
            }
            bytes.push(byte);
            self.cursor.skip_many(3);
        }
        address.push_str(&String::from_utf8_lossy(&bytes));
        Ok(())
    }
}

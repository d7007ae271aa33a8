//! A place in a YAML text: the characters ahead, and the ways to go on.
//!
//! The engines count columns in characters and take NEL, LS and PS for line breaks; the end of the
//! text is as many NUL as somebody looks at.

/// A place, as the scanner needs it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spot {
    /// Bytes before it.
    pub byte: usize,
    /// Characters before it.
    pub index: usize,
    /// Line breaks before it.
    pub line: usize,
    /// Characters before it in its line.
    pub column: usize,
}

/// The text and how far it was read.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    /// Where it stands.
    pub place: Spot,
    /// Line breaks since the last character that is not blank.
    pub breaks: usize,
}

impl<'a> Cursor<'a> {
    /// At the beginning of a text, behind its byte order mark.
    pub fn new(text: &'a str) -> Self {
        let byte = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
        Self { text, place: Spot { byte, ..Spot::default() }, breaks: 0 }
    }

    /// The byte so many bytes ahead, 0 behind the end.
    pub fn at(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.place.byte + ahead).copied().unwrap_or(0)
    }

    /// Whether the text goes on with this.
    pub fn is(&self, what: &str) -> bool {
        self.text.as_bytes()[self.place.byte.min(self.text.len())..].starts_with(what.as_bytes())
    }

    /// Whether it is at the end of the text.
    pub fn is_end(&self, ahead: usize) -> bool {
        self.at(ahead) == 0
    }

    /// A space or a tab.
    pub fn is_blank(&self, ahead: usize) -> bool {
        matches!(self.at(ahead), b' ' | b'\t')
    }

    /// The first byte of a line break.
    pub fn is_break(&self, ahead: usize) -> bool {
        match self.at(ahead) {
            b'\r' | b'\n' => true,
            0xC2 => self.at(ahead + 1) == 0x85,
            0xE2 => self.at(ahead + 1) == 0x80 && matches!(self.at(ahead + 2), 0xA8 | 0xA9),
            _ => false,
        }
    }

    /// A line break or the end.
    pub fn is_break_or_end(&self, ahead: usize) -> bool {
        self.is_end(ahead) || self.is_break(ahead)
    }

    /// A blank, a line break or the end.
    pub fn is_space_or_end(&self, ahead: usize) -> bool {
        self.is_blank(ahead) || self.is_break_or_end(ahead)
    }

    /// Whether `---` or `...` stands alone at the beginning of a line.
    pub fn is_document_indicator(&self) -> bool {
        self.place.column == 0 && (self.is("---") || self.is("...")) && self.is_space_or_end(3)
    }

    /// The character at the cursor; `None` at the end.
    fn character(&self) -> Option<char> {
        self.text[self.place.byte..].chars().next()
    }

    /// Goes on by a character that is no line break.
    pub fn skip(&mut self) {
        let Some(character) = self.character() else { return };
        if !matches!(character, ' ' | '\t') {
            self.breaks = 0;
        }
        self.place.byte += character.len_utf8();
        self.place.index += 1;
        self.place.column += 1;
    }

    /// Goes on by some characters.
    pub fn skip_many(&mut self, count: usize) {
        (0..count).for_each(|_| self.skip());
    }

    /// Goes on by a character that is no line break, and keeps it.
    pub fn read(&mut self, into: &mut String) {
        into.extend(self.character());
        self.skip();
    }

    /// Goes on by a line break.
    pub fn skip_line(&mut self) {
        self.read_line(&mut String::new());
    }

    /// Goes on by a line break, and keeps it as the engines do: all but LS and PS become a newline.
    pub fn read_line(&mut self, into: &mut String) {
        let (bytes, characters) = match self.at(0) {
            b'\r' if self.at(1) == b'\n' => (2, 2),
            b'\r' | b'\n' => (1, 1),
            0xC2 => (2, 1),
            _ => (3, 1),
        };
        if bytes == 3 {
            into.extend(self.character());
        } else {
            into.push('\n');
        }
        self.place.byte += bytes;
        self.place.index += characters;
        self.place.line += 1;
        self.place.column = 0;
        self.breaks += 1;
    }

    /// Goes on over blanks.
    pub fn skip_blanks(&mut self) {
        while self.is_blank(0) {
            self.skip();
        }
    }

    /// Goes on to the end of the line.
    pub fn skip_to_break(&mut self) {
        while !self.is_break_or_end(0) {
            self.skip();
        }
    }
}

/// What may stand before a text in UTF-8.
pub(super) const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// The first character that the engines accept nowhere in a file, and where it stands. A byte order
/// mark anywhere but at the beginning is one of them here: yaml.v2 and yaml.v3 lose characters behind
/// it, which ones depends on how the file was read in.
pub(super) fn forbidden(text: &str) -> Option<(usize, char)> {
    let text_start = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let before = text.len() - text_start.len();
    let allowed = |character: char| match character {
        '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{10000}'.. => true,
        BYTE_ORDER_MARK => false,
        character => ('\u{A0}'..='\u{FFFD}').contains(&character),
    };
    text_start
        .char_indices()
        .find(|(_, character)| !allowed(*character))
        .map(|(byte, character)| (byte + before, character))
}

//! Documents that look like YAML: nested blocks with every style of scalar, then some characters changed.

/// Makes the same documents from the same seed everywhere.
pub struct Generator {
    state: u64,
    /// Documents that some of the new ones are made from.
    seeds: Vec<String>,
}

const PLAIN: &[&str] = &[
    "a",
    "b",
    "endpoint",
    "127.0.0.1:4317",
    "0.0.0.0:0",
    "yes",
    "No",
    "on",
    "true",
    "~",
    "null",
    "12",
    "0x1F",
    "0o17",
    "017",
    "1_000",
    "-5",
    "+.5",
    ".5",
    "1e3",
    ".inf",
    "0b101",
    "-0b1",
    "2024-01-02",
    "=",
    ":x",
    "::",
    "a:b",
    "-a",
    "?a",
    "a#b",
    "a b",
    "${env:X}",
    "http://h:1/p?q=1",
    "é",
    "a\u{85}b",
    "x,y",
    "[",
    "@",
    "`",
    "%a",
    "<<",
    "9223372036854775808",
    "1.",
    "01",
    "0x",
    "a: b",
    "b #c",
    "--- x",
    "..",
    "\u{2028}",
    "*a",
    "&a b",
    "!x y",
];
const QUOTED: &[&str] = &[
    "\"a\"",
    "'a'",
    "\"\"",
    "''",
    "\"a\\nb\"",
    "\"\\/\"",
    "\"\\u00e9\"",
    "\"\\x41\\e\"",
    "\"\\ud800\"",
    "'it''s'",
    "\"a\n  b\"",
    "'a\n\n b'",
    "\"a\\\n  b\"",
    "\"a \\\n\n b\"",
    "\"\\\t\"",
    "\"a\nb\"",
    "'a\n---\nb'",
    "\"a\t\n\tb\"",
    "\"1\"",
    "'yes'",
    "\"a\": b",
    "'a'x",
    "\"\\0\\L\"",
    "\"a\n\tb\"",
];
const PROPERTIES: &[&str] = &[
    "&a ",
    "&b ",
    "!!str ",
    "!!int ",
    "!!bool ",
    "!!null ",
    "!!float ",
    "!x ",
    "! ",
    "!<tag:yaml.org,2002:str> ",
    "!e!x ",
    "&a !!str ",
    "!!map ",
    "!!seq ",
    "&a\n",
    "!!merge ",
    "!%41 ",
];
const HEADERS: &[&str] = &["|", ">", "|-", ">+", "|2", ">1-", "|+ # c", "|0", "|-3", ">-", "|#c", "| \t"];
const NOISE: &[&str] = &[
    "\t",
    " ",
    "\n",
    ":",
    ": ",
    "- ",
    "? ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "#",
    " #c",
    "\"",
    "'",
    "&a",
    "*a",
    "!",
    "|",
    ">",
    "%",
    "---\n",
    "...\n",
    "\r\n",
    "\r",
    "\u{85}",
    "\u{2029}",
    "\\",
    "<<: ",
    "\u{feff}",
    "\n\n",
    "\n\t",
    "-\t",
    ":\t",
    "~",
    "\n#c\n",
    "\n\t#c\n",
    "%YAML 1.1\n---\n",
    "%TAG !e! t:\n---\n",
    "@",
    "`",
    "=",
    "0",
    "é",
];

impl Generator {
    pub fn new(seed: u64, seeds: Vec<String>) -> Self {
        Self { state: seed | 1, seeds }
    }

    fn below(&mut self, limit: usize) -> usize {
        // xorshift64*
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        let high = self.state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(high).unwrap() % limit
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    fn pick(&mut self, from: &'static [&'static str]) -> &'static str {
        from[self.below(from.len())]
    }

    /// The next document.
    pub fn document(&mut self) -> String {
        let mut text = String::new();
        if self.one_in(4) && !self.seeds.is_empty() {
            let at = self.below(self.seeds.len());
            text.push_str(&self.seeds[at]);
        } else {
            if self.one_in(12) {
                text.push_str(
                    ["%YAML 1.1\n---\n", "%YAML 1.2\n---\n", "--- ", "---\n", "\u{feff}", "# c\n"]
                        [self.below(6)],
                );
            }
            self.block(&mut text, 0, 0);
            if self.one_in(12) {
                text.push_str(["---\nb\n", "...\n", "...\n@", "- x", "\n--- c", "\n# c"][self.below(6)]);
            }
        }
        // As many again are left as they are.
        let changes = self.below(6).saturating_sub(2);
        for _ in 0..changes {
            self.change(&mut text);
        }
        text
    }

    fn change(&mut self, text: &mut String) {
        let mut at = self.below(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let next = text[at..].chars().next();
        match (self.below(4), next) {
            (0, Some(letter)) => text.replace_range(at..at + letter.len_utf8(), ""),
            (1, Some(letter)) => {
                let noise = self.pick(NOISE);
                text.replace_range(at..at + letter.len_utf8(), noise);
            }
            _ => text.insert_str(at, self.pick(NOISE)),
        }
    }

    fn indent(text: &mut String, column: usize) {
        text.extend(std::iter::repeat_n(' ', column));
    }

    /// A block that begins at a column, its last line ended.
    fn block(&mut self, text: &mut String, column: usize, depth: usize) {
        let count = 1 + self.below(3);
        let sequence = self.one_in(3);
        if depth > 3 || self.one_in(10) {
            self.flow_or_scalar(text, depth);
            text.push('\n');
            return;
        }
        for item in 0..count {
            if item > 0 {
                Self::indent(text, column);
            }
            if sequence {
                text.push_str(if self.one_in(12) { "-\t" } else { "- " });
            } else {
                self.key(text, item, depth);
            }
            self.value(text, column, depth, sequence);
        }
    }

    fn key(&mut self, text: &mut String, item: usize, depth: usize) {
        if self.one_in(8) {
            text.push_str("<<: ");
            return;
        }
        if self.one_in(20) {
            text.push_str("? ");
            self.flow_or_scalar(text, depth + 2);
            text.push_str("\n: ");
            return;
        }
        if self.one_in(10) {
            text.push_str(self.pick(PROPERTIES));
        }
        match self.below(5) {
            0 => text.push_str(self.pick(PLAIN)),
            1 => text.push_str(self.pick(QUOTED)),
            _ => text.push_str(&format!("k{}", item + self.below(3))),
        }
        text.push_str([": ", ":\t", ": ", ":  ", " : ", ": "][self.below(6)]);
    }

    fn value(&mut self, text: &mut String, column: usize, depth: usize, in_sequence: bool) {
        if self.one_in(6) {
            text.push_str(self.pick(PROPERTIES));
        }
        match self.below(8) {
            0 | 1 => {
                let further = column + 1 + self.below(3);
                if in_sequence && self.one_in(2) {
                    self.block(text, column + 2, depth + 1);
                } else {
                    text.push_str(if self.one_in(8) { "# c\n" } else { "\n" });
                    let column = if self.one_in(5) { column } else { further };
                    Self::indent(text, column);
                    self.block(text, column, depth + 1);
                }
            }
            2 => self.block_scalar(text, column),
            3 => text.push_str("*a\n"),
            4 => text.push('\n'),
            _ => {
                self.flow_or_scalar(text, depth);
                text.push_str(["\n", "\n", " # c\n", "\t# c\n", "\n\n", "\n# c\n"][self.below(6)]);
            }
        }
    }

    fn block_scalar(&mut self, text: &mut String, column: usize) {
        text.push_str(self.pick(HEADERS));
        text.push('\n');
        for _ in 0..self.below(4) {
            Self::indent(text, [column + 1, column + 2, column + 2, column, 0][self.below(5)]);
            text.push_str(["a", " b", "", "\tc", "# d", "- e", "f: g"][self.below(7)]);
            text.push('\n');
        }
    }

    fn flow_or_scalar(&mut self, text: &mut String, depth: usize) {
        match self.below(if depth > 4 { 6 } else { 8 }) {
            0 | 1 => text.push_str(self.pick(QUOTED)),
            6 => self.flow(text, depth, "[", "]"),
            7 => self.flow(text, depth, "{", "}"),
            2 => {
                text.push_str(self.pick(PLAIN));
                text.push_str(["\n  ", "\n", "\n\n ", " ", "\n \t", "\t"][self.below(6)]);
                text.push_str(self.pick(PLAIN));
            }
            _ => text.push_str(self.pick(PLAIN)),
        }
    }

    fn flow(&mut self, text: &mut String, depth: usize, open: &str, close: &str) {
        text.push_str(open);
        for item in 0..self.below(4) {
            if item > 0 {
                text.push_str([", ", ",", ",\n", " , ", ", "][self.below(5)]);
            }
            if self.one_in(10) {
                text.push_str(self.pick(PROPERTIES));
            }
            if open == "{" || self.one_in(5) {
                if self.one_in(10) {
                    text.push_str("? ");
                }
                text.push_str(if self.one_in(3) { self.pick(QUOTED) } else { self.pick(PLAIN) });
                text.push_str([": ", ":", ":\t", " : ", ": ", ""][self.below(6)]);
            }
            self.flow_or_scalar(text, depth + 2);
        }
        text.push_str([close, close, close, &format!(",{close}"), &format!(" {close}")][self.below(5)]);
    }
}

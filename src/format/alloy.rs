//! Grafana Alloy's configuration: blocks with labels, attributes, and expressions that are not evaluated.
//!
//! Only what can be told without running it is told: a literal text, number or truth value. Bounded in depth;
//! a text that does not parse says where.

use std::ops::Range;

/// Blocks do not lie deeper than this.
const DEPTH: usize = 32;

/// A block: `otelcol.receiver.otlp "default" { ... }`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlloyBlock {
    /// Its name, dots included.
    pub name: String,
    /// Its label.
    pub label: Option<String>,
    /// Where the name stands.
    pub span: Range<usize>,
    /// Attributes, in order.
    pub attributes: Vec<AlloyAttribute>,
    /// Blocks inside of it.
    pub blocks: Vec<AlloyBlock>,
}

/// An attribute: `endpoint = "tempo:4317"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlloyAttribute {
    /// Its name.
    pub key: String,
    /// The literal that it is; `None` for an expression, which is known where it runs.
    pub literal: Option<String>,
    /// Where the value stands.
    pub span: Range<usize>,
}

impl AlloyBlock {
    /// The first block of a name inside of this one.
    pub fn block(&self, name: &str) -> Option<&Self> {
        self.blocks.iter().find(|block| block.name == name)
    }

    /// An attribute.
    pub fn attribute(&self, key: &str) -> Option<&AlloyAttribute> {
        self.attributes.iter().find(|attribute| attribute.key == key)
    }

    /// Whether an attribute is the literal `true`.
    pub fn is_true(&self, key: &str) -> bool {
        self.attribute(key).is_some_and(|attribute| attribute.literal.as_deref() == Some("true"))
    }
}

/// Parses a whole file.
///
/// # Errors
/// Where it is no such text.
pub fn parse(text: &str) -> Result<Vec<AlloyBlock>, Range<usize>> {
    let mut reader = Reader { text, at: 0 };
    let whole = reader.body(0)?;
    if reader.at < text.len() {
        return Err(reader.here());
    }
    Ok(whole.blocks)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn here(&self) -> Range<usize> {
        let length = self.rest().chars().next().map_or(0, char::len_utf8);
        self.at..self.at + length
    }

    /// Passes over blanks and comments.
    fn blanks(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            let rest = self.rest();
            let length = if rest.starts_with("//") || rest.starts_with('#') {
                rest.find('\n').unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                rest.find("*/").map_or(rest.len(), |end| end + 2)
            } else {
                return;
            };
            self.at += length;
        }
    }

    fn name(&mut self) -> Option<(String, Range<usize>)> {
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
        let rest = self.rest();
        let end = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
        if end == 0 {
            return None;
        }
        let (name, span) = (rest[..end].to_owned(), self.at..self.at + end);
        self.at += end;
        Some((name, span))
    }

    /// What stands between braces, or in the whole file.
    fn body(&mut self, depth: usize) -> Result<AlloyBlock, Range<usize>> {
        let mut body = AlloyBlock::default();
        if depth > DEPTH {
            return Err(self.here());
        }
        loop {
            self.blanks();
            if self.rest().is_empty() || self.rest().starts_with('}') {
                return Ok(body);
            }
            let Some((name, span)) = self.name() else { return Err(self.here()) };
            self.blanks();
            match self.rest().chars().next() {
                Some('=') => {
                    self.at += 1;
                    body.attributes.push(self.attribute(name)?);
                }
                Some('"' | '{') => {
                    let label = self.string()?;
                    self.blanks();
                    if !self.rest().starts_with('{') {
                        return Err(self.here());
                    }
                    self.at += 1;
                    let inner = self.body(depth + 1)?;
                    if !self.rest().starts_with('}') {
                        return Err(span);
                    }
                    self.at += 1;
                    body.blocks.push(AlloyBlock { name, label, span, ..inner });
                }
                _ => return Err(self.here()),
            }
        }
    }

    /// A text in quotes or grave accents; `None` where none begins here.
    fn string(&mut self) -> Result<Option<String>, Range<usize>> {
        let Some(quote) = self.rest().chars().next().filter(|c| matches!(c, '"' | '`')) else {
            return Ok(None);
        };
        let start = self.at;
        let mut value = String::new();
        let mut letters = self.text[start + 1..].char_indices();
        while let Some((index, letter)) = letters.next() {
            match letter {
                '\\' if quote == '"' => value.extend(letters.next().map(|(_, next)| match next {
                    'n' => '\n',
                    't' => '\t',
                    other => other,
                })),
                letter if letter == quote => {
                    self.at = start + 1 + index + 1;
                    return Ok(Some(value));
                }
                letter => value.push(letter),
            }
        }
        Err(start..self.text.len())
    }

    /// The value of an attribute: up to the end of the line on which no bracket is open.
    fn attribute(&mut self, key: String) -> Result<AlloyAttribute, Range<usize>> {
        let blank = self.rest().len() - self.rest().trim_start_matches([' ', '\t']).len();
        self.at += blank;
        let start = self.at;
        let (mut open, mut end, mut texts, mut last) = (0_usize, start, 0, None);
        while let Some(letter) = self.rest().chars().next() {
            match letter {
                '\n' if open == 0 => break,
                '}' if open == 0 => break,
                '(' | '[' | '{' => open += 1,
                ')' | ']' | '}' => open = open.saturating_sub(1),
                '"' | '`' => {
                    last = self.string()?;
                    texts += 1;
                    end = self.at;
                    continue;
                }
                _ if self.rest().starts_with("//") || self.rest().starts_with("/*") => {
                    self.blanks();
                    if open == 0 {
                        break;
                    }
                    continue;
                }
                _ => {}
            }
            self.at += letter.len_utf8();
            if !letter.is_whitespace() {
                end = self.at;
            }
        }
        let written = &self.text[start..end];
        let is_text = texts == 1 && written.starts_with(['"', '`']) && written.ends_with(['"', '`']);
        let is_word = !written.is_empty() && written.chars().all(|c| c.is_ascii_alphanumeric());
        let literal = if is_text { last } else { (is_word && texts == 0).then(|| written.to_owned()) };
        Ok(AlloyAttribute { key, literal, span: start..end })
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn literals_are_told_and_expressions_are_not() {
        let text = "// a comment\nlogging { level = \"info\" }\notelcol.exporter.otlp \"tempo\" {\n  client {\n    endpoint = \"tempo:4317\" // here\n    tls { insecure = true }\n    auth = otelcol.auth.basic.x.handler\n    list = [\n      \"a\",\n    ]\n    url = \"http://\" + env(\"HOST\")\n  }\n}\n";
        let blocks = parse(text).expect("a configuration");
        let client = blocks[1].block("client").expect("a client");
        let literal = |key: &str| client.attribute(key).and_then(|one| one.literal.clone());
        assert_eq!(blocks[1].label.as_deref(), Some("tempo"));
        assert_eq!(literal("endpoint").as_deref(), Some("tempo:4317"));
        assert!(client.block("tls").is_some_and(|tls| tls.is_true("insecure")));
        assert_eq!([literal("auth"), literal("list"), literal("url")], [None, None, None]);
    }

    #[test]
    fn what_is_none_says_where() {
        for text in ["a = ", "a {", "a \"b\"", "}", "= 1", "a { b = \"c }", "{"] {
            let result = parse(text);
            assert!(text == "a = " || result.is_err(), "{text}");
        }
        assert!(parse(&"a {".repeat(10_000)).is_err());
    }
}

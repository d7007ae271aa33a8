//! A Compose file as a tree of its own: YAML with the tags that only Compose knows, every value with
//! its place, so that several files can be laid over each other and a fault still shows its line.

use crate::diagnostic::{Mark, SourceName};
use crate::format::yaml::{self, Node};
use std::ops::Range;

/// A value and where it is written.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    pub(super) shape: Shape,
    pub(super) at: Mark,
}

#[derive(Clone, Debug)]
pub(super) enum Shape {
    Scalar(InterpolatedText),
    List(Vec<Tree>),
    Map(Vec<Field>),
}

/// A key of a mapping.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) key: String,
    pub(super) key_at: Mark,
    pub(super) value: Tree,
    pub(super) merging: Merging,
}

/// What a value does to the one of an earlier file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Merging {
    /// As its key has it.
    Usual,
    /// `!override`: takes its place.
    Override,
    /// `!reset`: takes it away.
    Reset,
}

/// A text as it stands after its variables are put in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InterpolatedText {
    /// The text; a variable that nothing known sets is empty in it, as Compose does it.
    pub text: String,
    /// What YAML takes it for.
    pub kind: ScalarKind,
    /// The first variable in it that nothing known sets and that has no default.
    pub unset: Option<String>,
    /// Variables whose default was taken, because nothing known sets them.
    pub assumed: Vec<String>,
}

/// What a scalar is to YAML, before variables are put in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScalarKind {
    /// A text.
    #[default]
    String,
    /// Nothing: the shell's value where an environment is written.
    Null,
    /// `true` or `false`.
    Bool,
    /// A number.
    Number,
    /// A date, which Compose refuses where it wants a text.
    Date,
}

impl Tree {
    pub(super) fn null(at: Mark) -> Self {
        Self {
            shape: Shape::Scalar(InterpolatedText { kind: ScalarKind::Null, ..InterpolatedText::default() }),
            at,
        }
    }

    pub(super) fn text_of(text: impl Into<String>, at: Mark) -> Self {
        Self {
            shape: Shape::Scalar(InterpolatedText { text: text.into(), ..InterpolatedText::default() }),
            at,
        }
    }

    pub(super) fn fields(&self) -> &[Field] {
        match &self.shape {
            Shape::Map(fields) => fields,
            _ => &[],
        }
    }

    pub(super) fn items(&self) -> &[Tree] {
        match &self.shape {
            Shape::List(items) => items,
            _ => &[],
        }
    }

    pub(super) fn field(&self, key: &str) -> Option<&Field> {
        self.fields().iter().find(|field| field.key == key)
    }

    pub(super) fn get(&self, key: &str) -> Option<&Tree> {
        self.field(key).map(|field| &field.value).filter(|value| !value.is_null())
    }

    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Tree> {
        match &mut self.shape {
            Shape::Map(fields) => {
                fields.iter_mut().find(|field| field.key == key).map(|field| &mut field.value)
            }
            _ => None,
        }
    }

    /// Takes a key out of a mapping.
    pub(super) fn take(&mut self, key: &str) -> Option<Field> {
        let Shape::Map(fields) = &mut self.shape else { return None };
        let index = fields.iter().position(|field| field.key == key)?;
        Some(fields.remove(index))
    }

    pub(super) fn text(&self) -> Option<&InterpolatedText> {
        match &self.shape {
            Shape::Scalar(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn is_null(&self) -> bool {
        self.text().is_some_and(|text| text.kind == ScalarKind::Null)
    }

    /// Every value with its key, the mapping's order.
    pub(super) fn for_each_text(&mut self, change: &mut dyn FnMut(&mut InterpolatedText, &Mark)) {
        match &mut self.shape {
            Shape::Scalar(text) => change(text, &self.at),
            Shape::List(items) => items.iter_mut().for_each(|item| item.for_each_text(change)),
            Shape::Map(fields) => fields.iter_mut().for_each(|field| field.value.for_each_text(change)),
        }
    }
}

/// The documents of a YAML text, each as a tree.
pub(super) fn documents(source: &SourceName, text: &str) -> Result<Vec<Tree>, super::ComposeFault> {
    let mut all = Vec::new();
    let mut rest = text.to_owned();
    loop {
        let fault = |span: Range<usize>, text: String| super::ComposeFault {
            at: Mark { source: source.clone(), span },
            text,
        };
        let document =
            yaml::parse(&rest, yaml::YamlLibrary::V3).map_err(|error| fault(error.span, error.text))?;
        if let Some((span, key)) = document.duplicates.into_iter().next() {
            return Err(fault(span, format!("the key `{key}` stands twice in one block")));
        }
        all.push(tree(&document.root, source, text));
        let Some(second) = document.second else { return Ok(all) };
        // What was read is blanked out and keeps its length, so that places stay those of the file.
        let end = second.start.max(1);
        rest = rest
            .char_indices()
            .map(|(at, c)| if at < end && c != '\n' { " ".repeat(c.len_utf8()) } else { c.to_string() })
            .collect();
    }
}

fn tree(node: &Node, source: &SourceName, text: &str) -> Tree {
    let at = |span: Range<usize>| Mark { source: source.clone(), span };
    let shape = match &node.value {
        yaml::Value::Scalar(scalar) => Shape::Scalar(resolved(&scalar.text, scalar.quoted)),
        yaml::Value::Sequence(items) => {
            Shape::List(items.iter().map(|item| tree(item, source, text)).collect())
        }
        yaml::Value::Mapping(entries) => Shape::Map(
            entries
                .iter()
                .map(|entry| Field {
                    key: entry.key.clone(),
                    key_at: at(entry.key_span.clone()),
                    value: tree(&entry.value, source, text),
                    merging: merging(text, entry.key_span.end, entry.value.span.start),
                })
                .collect(),
        ),
    };
    Tree { shape, at: at(node.span.clone()) }
}

/// The tag of a value stands between its key and itself.
fn merging(text: &str, key_end: usize, value_start: usize) -> Merging {
    let end = value_start.max(key_end);
    let between = text.get(key_end..end).unwrap_or_default();
    let behind = text.get(end..).unwrap_or_default();
    let between = between.split('#').next().unwrap_or_default();
    let tagged =
        |tag: &str| between.contains(tag) || behind.trim_start_matches(':').trim_start().starts_with(tag);
    if tagged("!reset") {
        Merging::Reset
    } else if tagged("!override") {
        Merging::Override
    } else {
        Merging::Usual
    }
}

/// A scalar by the rules of Compose's YAML library: numbers as Go prints them, `yes` is a text.
fn resolved(text: &str, quoted: bool) -> InterpolatedText {
    let kind_and_text = if quoted { None } else { plain(text) };
    let (kind, text) = kind_and_text.unwrap_or_else(|| (ScalarKind::String, text.to_owned()));
    InterpolatedText { text, kind, ..InterpolatedText::default() }
}

fn plain(text: &str) -> Option<(ScalarKind, String)> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Some((ScalarKind::Null, String::new())),
        "true" | "True" | "TRUE" => return Some((ScalarKind::Bool, "true".to_owned())),
        "false" | "False" | "FALSE" => return Some((ScalarKind::Bool, "false".to_owned())),
        _ => {}
    }
    if is_date(text) {
        return Some((ScalarKind::Date, text.to_owned()));
    }
    integer(text)
        .map(|number| number.to_string())
        .or_else(|| float(text))
        .map(|number| (ScalarKind::Number, number))
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |range: Range<usize>| bytes[range].iter().all(u8::is_ascii_digit);
    bytes.len() >= 10
        && digits(0..4)
        && bytes[4] == b'-'
        && digits(5..7)
        && bytes[7] == b'-'
        && digits(8..10)
        && (bytes.len() == 10 || matches!(bytes[10], b'T' | b't' | b' '))
}

fn integer(text: &str) -> Option<i128> {
    let first = text.trim_start_matches(['+', '-']);
    if !first.starts_with(|c: char| c.is_ascii_digit()) || first.len() + 1 < text.len() {
        return None;
    }
    let digits = first.replace('_', "");
    let value = if let Some(hex) = digits.strip_prefix("0x") {
        i128::from_str_radix(hex, 16)
    } else if let Some(binary) = digits.strip_prefix("0b") {
        i128::from_str_radix(binary, 2)
    } else if let Some(octal) = digits.strip_prefix("0o") {
        i128::from_str_radix(octal, 8)
    } else if let Some(octal) = digits.strip_prefix('0').filter(|rest| !rest.is_empty()) {
        i128::from_str_radix(octal, 8)
    } else {
        digits.parse()
    };
    let value = value.ok().filter(|value| *value <= i128::from(u64::MAX))?;
    Some(if text.starts_with('-') { -value } else { value })
}

/// A float as Go's `%v` has it.
fn float(text: &str) -> Option<String> {
    let plain = text.replace('_', "");
    let looks = plain.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'+' | b'-' | b'e' | b'E'))
        && plain.bytes().any(|b| b.is_ascii_digit())
        && !plain.ends_with(['e', 'E', '+', '-']);
    let value: f64 = plain.parse().ok().filter(|_| looks)?;
    if value != 0.0 && !(1e-4..1e21).contains(&value.abs()) {
        let scientific = format!("{value:e}");
        let (mantissa, exponent) = scientific.split_once('e')?;
        let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
        return Some(format!("{mantissa}e{sign}{digits:0>2}"));
    }
    Some(value.to_string())
}

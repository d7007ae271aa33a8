//! `${V}` in values, as Compose puts them in.
//!
//! Measured on Compose 2.40.3. What a shell would set is not known here: such a variable is unknown,
//! its text is what Compose would make of it unset, and the text says so.

use super::tree::InterpolatedText;
use std::collections::BTreeMap;

/// The variables that the files themselves set: `.env` and what an `include` names.
pub(super) type Variables = BTreeMap<String, String>;

/// Puts variables into a text.
///
/// # Errors
/// `${V:?message}` of a variable that is not set, and what is no template.
pub(super) fn interpolate(text: &mut InterpolatedText, variables: &Variables) -> Result<(), String> {
    if !text.text.contains('$') {
        return Ok(());
    }
    let mut out = Out { variables, unset: None, assumed: Vec::new() };
    text.text = out.expand(&text.text)?;
    text.unset = text.unset.take().or(out.unset);
    text.assumed = out.assumed;
    Ok(())
}

struct Out<'a> {
    variables: &'a Variables,
    unset: Option<String>,
    assumed: Vec<String>,
}

impl Out<'_> {
    fn expand(&mut self, text: &str) -> Result<String, String> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('$') {
                out.push('$');
                rest = after;
            } else if let Some(after) = rest.strip_prefix('{') {
                let end =
                    closing(after).ok_or_else(|| format!("invalid interpolation format in `{text}`"))?;
                let value = self
                    .braced(&after[..end])
                    .ok_or_else(|| format!("invalid interpolation format in `{text}`"))??;
                out.push_str(&value);
                rest = &after[end + 1..];
            } else {
                let length = name_length(rest);
                if length == 0 {
                    out.push('$');
                } else {
                    let value = self.plain(&rest[..length]);
                    out.push_str(&value);
                }
                rest = &rest[length..];
            }
        }
        out.push_str(rest);
        Ok(out)
    }

    fn plain(&mut self, name: &str) -> String {
        if let Some(value) = self.variables.get(name) {
            return value.clone();
        }
        self.unset.get_or_insert_with(|| name.to_owned());
        String::new()
    }

    /// What stands between braces; `None` where it is no variable.
    fn braced(&mut self, inside: &str) -> Option<Result<String, String>> {
        let length = name_length(inside);
        if length == 0 {
            return None;
        }
        let (name, rest) = inside.split_at(length);
        if rest.is_empty() {
            return Some(Ok(self.plain(name)));
        }
        let set = self.variables.get(name).cloned();
        let (empty_counts, rest) = match rest.strip_prefix(':') {
            Some(rest) => (false, rest),
            None => (true, rest),
        };
        let set = set.filter(|value| empty_counts || !value.is_empty());
        let (sign, word) = (rest.chars().next()?, rest.get(1..)?);
        Some(match (sign, set) {
            ('-', Some(value)) => Ok(value),
            ('-', None) => {
                self.assumed.push(name.to_owned());
                self.expand(word)
            }
            ('+', Some(_)) => self.expand(word),
            ('+', None) => Ok(String::new()),
            ('?', Some(value)) => Ok(value),
            ('?', None) => Err(format!("required variable {name} is missing a value: {word}")),
            _ => return None,
        })
    }
}

/// The brace that closes, nested ones passed over.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '{' if text[..at].ends_with('$') => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn name_length(text: &str) -> usize {
    let is_first = |c: char| c.is_ascii_alphabetic() || c == '_';
    if !text.starts_with(is_first) {
        return 0;
    }
    text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len())
}

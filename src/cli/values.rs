//! Values of the command line whose form is judged before a verb begins.

use crate::model::names::StackName;

/// A release as it is written: `2.10`, `v0.159.0`, `3.1.0-rc.1`.
pub(super) fn release(text: &str) -> Result<String, String> {
    let mut parts = text.trim_start_matches('v').splitn(3, '.');
    let is_number = |part: Option<&str>| part.is_some_and(|part| part.parse::<u16>().is_ok());
    if is_number(parts.next()) && is_number(parts.next()) {
        Ok(text.to_owned())
    } else {
        Err("a release has two numbers at least, such as 2.10 or 0.159".to_owned())
    }
}

/// A name as `stack.toml` takes it.
pub(super) fn stack_name(text: &str) -> Result<StackName, String> {
    let name = StackName::new(text);
    let is_name = crate::toml::is_name(text);
    is_name.then_some(name).ok_or_else(|| "a name has small letters, digits and `-`, 32 at most".to_owned())
}

/// A digest, or so much of its beginning that no other one is meant.
pub(super) fn digest(text: &str) -> Result<String, String> {
    let digits = text.strip_prefix("sha256:").unwrap_or(text);
    let is_digest = (12..=64).contains(&digits.len())
        && digits.bytes().all(|digit| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit));
    is_digest.then(|| digits.to_owned()).ok_or_else(|| {
        "a digest has 64 digits of 0-9 and a-f, `sha256:` before them or not; its first 12 will do".to_owned()
    })
}

//! Values of the command line whose form is judged before a verb begins.

use crate::model::names::StackName;
use crate::model::release::collector::CollectorRelease;
use crate::model::release::tempo::TempoRelease;

/// A release of Tempo that may be known here.
pub(super) fn tempo_release(text: &str) -> Result<String, String> {
    let newest = TempoRelease::newest();
    release(text, newest.line, newest.name)
}

/// A release of the collector that may be known here.
pub(super) fn collector_release(text: &str) -> Result<String, String> {
    let (_, minor) = CollectorRelease::rendered_minors();
    release(text, (0, minor.into()), &format!("0.{minor}"))
}

/// A release as it is written: `2.10`, `v0.159.0`, `3.1.0-rc.1`. Of one that is newer than all that is known
/// nothing could be said.
fn release(text: &str, newest: (u32, u32), name: &str) -> Result<String, String> {
    let mut parts = text.trim_start_matches('v').splitn(3, '.');
    let mut number = || parts.next().and_then(|part| part.parse::<u16>().ok()).map(u32::from);
    match (number(), number()) {
        (Some(major), Some(minor)) if (major, minor) <= newest => Ok(text.to_owned()),
        (Some(_), Some(_)) => Err(format!("the newest release that is known here is {name}")),
        _ => Err("a release has two numbers at least, such as 2.10 or 0.159".to_owned()),
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

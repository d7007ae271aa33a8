//! Releases as binaries tell them, and how they compare with what a stack names.

use crate::component::{EngineBinary, ReleaseLine};
use std::fmt;

/// A release, exact or a whole line: `0.159.0`, `2.10`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EngineRelease {
    /// Major and minor number.
    pub line: ReleaseLine,
    /// The third number; `None` for a whole line.
    pub patch: Option<u16>,
    /// What follows the numbers: `-rc.1`.
    suffix: String,
}

impl fmt::Display for EngineRelease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.line.0, self.line.1)?;
        self.patch.map_or(Ok(()), |patch| write!(f, ".{patch}"))?;
        f.write_str(&self.suffix)
    }
}

/// How the release of a binary relates to the one that a stack names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReleaseFit {
    /// It is that release, or one of that line.
    Same,
    /// Another release, whose configuration is written the same way.
    Covered,
    /// Its configuration is written differently, or nobody knows how.
    Other,
}

impl EngineRelease {
    /// `0.159`, `v2.10.8`, `2.10.8-rc.1`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let (major, rest) = number(text)?;
        let (minor, rest) = number(rest.strip_prefix('.')?)?;
        let (patch, rest) = match rest.strip_prefix('.') {
            Some(rest) => number(rest).map(|(patch, rest)| (Some(patch), rest))?,
            None => (None, rest),
        };
        let plain = |letter: char| letter.is_ascii_alphanumeric() || ".-+_".contains(letter);
        let suffixed = rest.is_empty() || (rest.starts_with(['-', '+']) && rest.chars().all(plain));
        suffixed.then(|| Self { line: (major, minor), patch, suffix: rest.to_owned() })
    }

    /// How `found` fits, where this is what the stack names.
    pub fn fit(&self, binary: &EngineBinary, found: &Self) -> ReleaseFit {
        let covered = self.line == found.line || (binary.written_alike)(self.line, found.line);
        match covered {
            false => ReleaseFit::Other,
            true if self.line == found.line && self.patch.is_none_or(|patch| Some(patch) == found.patch) => {
                ReleaseFit::Same
            }
            true => ReleaseFit::Covered,
        }
    }
}

/// The number at the beginning of a text, and what follows.
fn number(text: &str) -> Option<(u16, &str)> {
    let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    Some((text[..end].parse().ok()?, &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::collector::CORE;
    use crate::component::tempo::BINARY as TEMPO;

    fn release(text: &str) -> EngineRelease {
        EngineRelease::parse(text).unwrap()
    }

    #[test]
    fn releases_are_read_and_written_back() {
        for text in ["0.159", "0.159.0", "2.10.8", "2.10.8-rc.1", "2.10-r5"] {
            assert_eq!(release(text).to_string(), text);
        }
        assert_eq!(release("v2.10.8").to_string(), "2.10.8");
        for text in
            ["", "2", "main-1a2b3c", "2.x", "2.10.", "2.10.8.1", "2.10.8 ", "99999.1", "2.10.8-a\u{1b}"]
        {
            assert_eq!(EngineRelease::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_line_is_matched_by_each_of_its_releases() {
        let fits = [
            (&CORE, "0.159", "0.159.0", ReleaseFit::Same),
            (&CORE, "0.159.0", "0.159.0", ReleaseFit::Same),
            (&CORE, "0.159.0", "0.159.1", ReleaseFit::Covered),
            (&CORE, "0.159", "0.144.0", ReleaseFit::Covered),
            (&CORE, "0.159", "0.128.0", ReleaseFit::Other),
            (&CORE, "0.159", "1.159.0", ReleaseFit::Other),
            (&TEMPO, "2.10", "2.10.8", ReleaseFit::Same),
            (&TEMPO, "2.10.7", "2.10.8", ReleaseFit::Covered),
            (&TEMPO, "2.10", "3.0.3", ReleaseFit::Other),
            (&TEMPO, "2.10", "2.9.0", ReleaseFit::Other),
            (&CORE, "0.159", "0.165.0", ReleaseFit::Covered),
            (&TEMPO, "3.0", "3.1.0", ReleaseFit::Covered),
        ];
        for (binary, wanted, found, fit) in fits {
            assert_eq!(release(wanted).fit(binary, &release(found)), fit, "{wanted} {found}");
        }
    }
}

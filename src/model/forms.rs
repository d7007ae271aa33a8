//! The forms that names, paths and words of the product have: for what comes back from a file or a
//! process of somebody else, who may have written anything.
//!
//! What is read from `stack.toml` is judged where it is read, with findings; here a value either has its
//! form or is not believed. Called by `apply` for a user's part of the state, and by `host` for what is
//! answered with a user's rights.

use super::names::{ComponentName, Mode, Owner, StackName, TargetPath, UnitName, UserName};

/// The longest name in a directory that the kernel knows.
pub const LONGEST_NAME: usize = 255;
/// The longest path that the kernel takes, its final zero included.
pub const LONGEST_PATH: usize = 4096;
/// The longest name of a user, a group, a component or a unit that is believed.
const LONGEST_WORD: usize = 255;
/// The longest line of a file of ours.
const LONGEST_LINE: usize = 64 * 1024;

impl TargetPath {
    /// Whether it leads down from `/` alone: no `.`, `..`, empty part or control character, and no longer
    /// than the kernel takes.
    pub fn is_plain(&self) -> bool {
        let Some(rest) = self.as_str().strip_prefix('/') else { return false };
        let plain = |part: &str| !matches!(part, "" | "." | "..") && part.len() <= LONGEST_NAME;
        self.as_str().len() < LONGEST_PATH && is_line(rest) && rest.split('/').all(plain)
    }
}

impl StackName {
    /// Whether a stack could be called so.
    pub fn is_plain(&self) -> bool {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let text = self.as_str();
        text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.len() <= 32
            && text.bytes().all(plain)
    }
}

impl UserName {
    /// Whether an account could be called so.
    pub fn is_plain(&self) -> bool {
        is_account(self.as_str())
    }
}

impl Owner {
    /// Whether both of its names could be those of accounts.
    pub fn is_plain(&self) -> bool {
        is_account(self.user.as_str()) && is_account(self.group.as_str())
    }
}

impl ComponentName {
    /// Whether a component could be called so.
    pub fn is_plain(&self) -> bool {
        is_word(self.as_str(), b"-_.")
    }
}

impl UnitName {
    /// Whether it names one unit: no option, no path, no pattern.
    pub fn is_plain(&self) -> bool {
        is_word(self.as_str(), b":_.\\@-") && self.as_str().contains('.')
    }
}

impl Mode {
    /// Whether it has no other bits than those of permissions.
    pub fn is_plain(self) -> bool {
        self.0 & !0o7777 == 0
    }
}

/// Whether an account could be called so.
fn is_account(text: &str) -> bool {
    is_word(text, b"._-@$+")
}

fn is_word(text: &str, more: &[u8]) -> bool {
    let fine = |byte: u8| byte.is_ascii_alphanumeric() || more.contains(&byte);
    !text.is_empty() && text.len() <= LONGEST_WORD && !text.starts_with(['-', '.']) && text.bytes().all(fine)
}

/// Whether it is one line of text in which nothing misleads.
pub fn is_line(text: &str) -> bool {
    text.len() <= LONGEST_LINE && !text.chars().any(misleads)
}

/// Whether it is a time as we write them: RFC 3339.
pub fn is_time(text: &str) -> bool {
    (10..=35).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_digit() || b"-:.+TZ".contains(&byte))
}

/// Whether it is a verb as we write them: `apply`, `rollback to 3`.
pub fn is_verb(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b' ';
    (1..=40).contains(&text.len()) && text.bytes().all(plain)
}

/// Whether a terminal or a reader would be misled by this character: control characters (C0, DEL, C1),
/// line separators, bidirectional controls, what has no width, tags and noncharacters.
pub fn misleads(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_down_alone() {
        for good in ["/a", "/home/pde/.env", "/home/pde/ä b"] {
            assert!(TargetPath::new(good).is_plain(), "{good}");
        }
        let (long, deep) = (format!("/{}", "n".repeat(256)), "/d".repeat(2048));
        for bad in
            ["", "a", "/", "/a/", "//a", "/a/./b", "/a/../b", "/..", "/a\n", "/a\u{202e}", &long, &deep]
        {
            assert!(!TargetPath::new(bad).is_plain(), "{bad}");
        }
    }

    #[test]
    fn a_unit_is_neither_an_option_nor_a_path() {
        for good in ["otelcol.service", "a@b\\x2d.service"] {
            assert!(UnitName::new(good).is_plain(), "{good}");
        }
        for bad in
            ["", "--force.service", "../a.service", "a b.service", "*.service", "tempo", "a\u{1b}.service"]
        {
            assert!(!UnitName::new(bad).is_plain(), "{bad}");
        }
    }

    #[test]
    fn words_are_those_that_we_write() {
        assert!(is_line("a b") && !is_line("a\tb") && !is_line("a\u{1b}[2J") && !is_line("a\u{202e}b"));
        assert!(is_verb("rollback to 3") && !is_verb("apply\n") && !is_verb(""));
        assert!(is_time("2026-09-21T00:00:00Z") && !is_time("now"));
    }
}

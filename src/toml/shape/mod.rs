//! Texts with a shape of their own: durations, sizes, versions, addresses, paths, names, secrets.
//!
//! Each is one function from the text to its value or to a [`Misshapen`], which says what is wrong
//! and what to type; where it stands in the file is known to the caller alone.

mod address;
pub(super) mod misshapen;
mod path;
mod quantity;
mod repair;

pub use address::is_dns_name;
pub(super) use address::{bind, dial, listener, port_range};
pub(super) use path::path;
pub(super) use quantity::{duration, size};

use misshapen::{Misshapen, Shaped};

/// The quotes that word processors make of straight ones.
pub(super) const CURLY_QUOTES: [char; 6] =
    ['\u{201c}', '\u{201d}', '\u{201e}', '\u{2018}', '\u{2019}', '\u{201a}'];

/// `"0.159"` or `"2.10.8"`: numbers with dots between them, two or three.
pub(super) fn version(text: &str) -> Shaped<String> {
    let number =
        |part: &&str| !part.is_empty() && part.len() <= 5 && part.bytes().all(|byte| byte.is_ascii_digit());
    let sound = |text: &str| {
        let parts: Vec<&str> = text.split('.').collect();
        matches!(parts.len(), 2 | 3) && parts.iter().all(number)
    };
    if sound(text) {
        return Ok(text.to_owned());
    }
    let wrong = Misshapen::new("version-text", "a version is a release line, or a release within it");
    let bare = text.trim().trim_start_matches(['v', 'V', '=', '^', '~', ' ']);
    let end = bare.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(bare.len());
    let meant = bare[..end].trim_end_matches('.').split('.').take(3).collect::<Vec<_>>().join(".");
    Err(if sound(&meant) {
        wrong.or(meant)
    } else {
        wrong.label("two or three numbers with dots between them, as the program's `--version` says")
    })
}

/// `[a-z][a-z0-9-]{0,31}`, and neither `all` nor `this`.
pub(super) fn name(text: &str) -> Shaped<String> {
    const RESERVED: [&str; 2] = ["all", "this"];
    let shaped = text.len() <= 32
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if shaped && !RESERVED.contains(&text) {
        return Ok(text.to_owned());
    }
    if shaped {
        return Err(Misshapen::new("name-shape", format!("`{text}` is reserved and names nothing")));
    }
    if text.is_empty() {
        return Err(Misshapen::new("text-empty", "a name is empty").or_example());
    }
    let wrong = Misshapen::new("name-shape", format!("`{text}` is not a name"))
        .label("a letter, then letters, digits and `-`, in lower case, at most 32");
    let mended: String = text
        .chars()
        .map(|letter| letter.to_ascii_lowercase())
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' })
        .skip_while(|letter| !letter.is_ascii_lowercase())
        .take(32)
        .collect();
    let mended = mended.trim_end_matches('-');
    Err(if mended.is_empty() { wrong } else { wrong.or(mended) })
}

/// `"env:NAME"`, `"file:/abs/path"` or `"credential:NAME"`; the value itself is never shown.
pub(super) fn secret(text: &str, name: &str) -> Shaped<String> {
    let word = |name: &str| {
        name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
    };
    if let Some(("file", path)) = text.split_once(':')
        && path.starts_with('/')
    {
        return secret_file(text, path);
    }
    let sound = match text.split_once(':') {
        Some(("env", name)) => word(name),
        Some(("credential", name)) => is_credential_name(name),
        _ => false,
    };
    if sound {
        return Ok(text.to_owned());
    }
    Err(not_a_reference(name))
}

/// The collector reads a file's name between `${file:` and the first `}`, and takes no `$` in it (0.159).
fn secret_file(text: &str, file: &str) -> Shaped<String> {
    let wrong = |title: &str| Misshapen::new("path-shape", title).label("not shown");
    if file.contains(['$', '}']) {
        return Err(wrong("the file of a secret goes without `$` and `}`"));
    }
    match self::text(file, "").and_then(|file| path(&file)) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err(wrong("the file of a secret is an absolute path in its only spelling")),
    }
}

/// A value stands where a reference to a secret should.
pub(super) fn not_a_reference(name: &str) -> Misshapen {
    let variable: String = name
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' })
        .collect();
    Misshapen::new("secret-value", "a secret is a reference, not a value")
        .label("not shown")
        .or(format!("env:{variable}"))
        .with_words("and name the file that sets it in `service.environment_files`")
}

/// A name that `LoadCredential=` and a file name both take.
pub fn is_credential_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
        && !name.starts_with('.')
}

/// A text as it is: not empty, and every character of it can be written to every file.
pub(super) fn text(text: &str, what: &str) -> Shaped<String> {
    if text.is_empty() {
        return Err(
            Misshapen::new("text-empty", format!("{what} is empty")).label("leave it out to get the default")
        );
    }
    match text.chars().find(|letter| is_unwritable(*letter)) {
        None => Ok(text.to_owned()),
        Some(letter) => {
            let wrong = Misshapen::new("text-control", format!("{what} holds {}", name_of(letter)));
            Err(wrong.or_meant(writable(text)))
        }
    }
}

/// The same text without what cannot be written, where something is left of each of its parts: what parted two
/// words is a space.
fn writable(text: &str) -> Option<String> {
    let is_path = text.starts_with('/');
    let letters = text.chars().filter_map(|letter| match letter {
        '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' if !is_path => Some(' '),
        letter => (!is_unwritable(letter)).then_some(letter),
    });
    let without: String = letters.collect();
    let parts = |text: &str| text.split('/').filter(|part| !part.is_empty()).count();
    let without = without.trim();
    let whole = !is_path || parts(without) == parts(text);
    (whole && !without.is_empty()).then(|| without.to_owned())
}

/// Characters that end a line, that YAML takes in no form, or that nobody sees and no file should hold.
fn is_unwritable(letter: char) -> bool {
    let number = u32::from(letter);
    let is_noncharacter = number & 0xfffe == 0xfffe || (0xfdd0..=0xfdef).contains(&number);
    letter.is_control() || is_noncharacter || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

fn name_of(letter: char) -> String {
    match letter {
        '\n' => "a newline".into(),
        '\r' => "a carriage return".into(),
        '\t' => "a tab".into(),
        '\0' => "a zero byte".into(),
        '\u{1b}' => "an escape character".into(),
        '\u{feff}' => "a byte order mark".into(),
        '\u{2028}' | '\u{2029}' => format!("the line separator U+{:04X}", u32::from(letter)),
        other if other.is_control() => format!("the control character U+{:04X}", u32::from(other)),
        other => format!("U+{:04X}, which is no character", u32::from(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::misshapen::WayOut;
    use super::*;

    #[test]
    fn names() {
        for text in ["a", "main", "ag-backend", "a1", "a-", &"a".repeat(32)] {
            assert_eq!(name(text), Ok(text.to_owned()));
        }
        for (text, proposed) in [
            ("Main", Some("main")),
            ("My Shop", Some("my-shop")),
            ("1st", Some("st")),
            ("a_b", Some("a-b")),
            ("ä", None),
            ("all", None),
            ("this", None),
        ] {
            let proposed: Vec<WayOut> =
                proposed.into_iter().map(|name| WayOut::Value(format!("\"{name}\""))).collect();
            assert_eq!(name(text).expect_err(text).ways, proposed, "{text}");
        }
        assert!(name(&"a".repeat(33)).is_err());
    }

    #[test]
    fn versions() {
        for text in ["0.159", "2.10", "2.10.8", "0.0"] {
            assert_eq!(version(text), Ok(text.to_owned()));
        }
        for text in ["", "2", "2.10.8.1", "2.x", "2.", ".1", "2.10-rc1", "2.123456", "+2.1", " 2.10"] {
            assert_eq!(version(text).expect_err(text).code, "version-text");
        }
    }

    #[test]
    fn versions_are_repaired_and_never_made_up() {
        for (text, meant) in [
            ("v2.10.8", Some("2.10.8")),
            (" 2.10 ", Some("2.10")),
            ("2.10-rc1", Some("2.10")),
            ("2.10.8.1", Some("2.10.8")),
            (">=2.10", None),
            ("latest", None),
            ("2", None),
            ("2.x", None),
        ] {
            assert_eq!(version(text).expect_err(text).first_value().as_deref(), meant, "{text}");
        }
    }

    #[test]
    fn secrets_are_references() {
        for text in ["env:A", "env:_a1", "file:/run/secret", "credential:tempo-token"] {
            assert_eq!(secret(text, "x"), Ok(text.to_owned()));
        }
        for text in [
            "",
            "hunter2",
            "env:",
            "env:1A",
            "env:A-B",
            "file:x",
            "file:~/x",
            "credential:",
            "credential:.x",
            "vault:x",
        ] {
            let wrong = secret(text, "x-key").expect_err(text);
            assert_eq!(wrong.code, "secret-value");
            assert!(text.len() < 5 || !format!("{wrong:?}").contains(text), "the value is not repeated");
        }
        for text in ["file:/a/../b", "file:/a//b", "file:/a$b", "file:/a}b", "file:/a\n", "file:/a "] {
            let wrong = secret(text, "x-key").expect_err(text);
            assert_eq!((wrong.code, &*wrong.label), ("path-shape", "not shown"));
            assert!(!format!("{wrong:?}").contains(text), "the value is not repeated");
        }
    }

    #[test]
    fn texts_are_kept_or_refused_by_name() {
        for kept in ["a\"b", "it's", "#x", "a: b", "$HOME ${x}", "100%", "Köln", "a\\b", " a "] {
            assert_eq!(text(kept, "x"), Ok(kept.to_owned()));
        }
        for (refused, named) in [
            ("a\nb", "a newline"),
            ("\u{7f}", "U+007F"),
            ("a\u{2028}", "U+2028"),
            ("\u{85}", "U+0085"),
            ("a\u{feff}b", "a byte order mark"),
            ("a\u{fffe}b", "U+FFFE, which is no character"),
            ("a\u{1ffff}", "U+1FFFF, which is no character"),
            ("\u{fdd0}", "U+FDD0, which is no character"),
        ] {
            assert!(text(refused, "`x`").expect_err(refused).title.ends_with(named), "{refused:?}");
        }
    }
}

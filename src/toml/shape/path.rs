//! Paths on a host.

use super::misshapen::{Misshapen, Shaped};
use crate::model::names::{LONGEST_NAME, LONGEST_PATH};

/// What is made beside or below a path that is written must still be one: the home in place of `~`, the
/// files of a directory.
const LONGEST: usize = LONGEST_PATH - 3 * LONGEST_NAME;

/// An absolute path, or one below `~/`, in the only spelling it has.
pub(in crate::toml) fn path(text: &str) -> Shaped<String> {
    let Some(below) = text.strip_prefix("~/").or_else(|| text.strip_prefix('/')) else {
        return Err(relative(text));
    };
    let root = &text[..text.len() - below.len()];
    if below.split('/').any(|part| part == "..") {
        let wrong = Misshapen::new("path-shape", "a path on the host goes without `..`");
        return Err(wrong.or_meant(without_parents(below).map(|below| format!("{root}{below}"))));
    }
    let parts: Vec<&str> = below.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if parts.is_empty() {
        let title = "a path on the host names a file or a directory below `/`";
        return Err(Misshapen::new("path-shape", title).or_example());
    }
    if text.ends_with(' ') {
        // Several directives of a unit read a value to the end of its line, without the blanks there.
        let title = "a path on the host does not end with a space";
        return Err(Misshapen::new("path-shape", title).or(text.trim_end()));
    }
    if parts.iter().any(|part| part.len() > LONGEST_NAME) {
        let title = format!("a name on a host has at most {LONGEST_NAME} bytes");
        return Err(Misshapen::new("path-shape", title).or_example());
    }
    if text.len() > LONGEST {
        let title = format!("a path on the host has at most {LONGEST} bytes");
        return Err(Misshapen::new("path-shape", title).or_example());
    }
    let only_spelling = format!("{root}{}", parts.join("/"));
    if only_spelling == text {
        return Ok(only_spelling);
    }
    Err(Misshapen::new("path-shape", "a path on the host has one spelling").or(only_spelling))
}

/// A path that hangs on a directory nobody names. What looks like a variable stays one: a directory of that
/// name is what nobody means.
fn relative(text: &str) -> Misshapen {
    let wrong = Misshapen::new("path-relative", "a path on the host is absolute");
    if text.starts_with(['$', '%']) || text.contains("${") {
        return wrong.label("no variable is filled in here").with_words("write the path itself, from `/` on");
    }
    let bare = text.trim_start_matches("./");
    let below = !bare.is_empty() && !bare.starts_with(['.', '~']) || bare.starts_with(".env");
    wrong.or_meant(below.then(|| format!("/srv/{bare}")).filter(|meant| path(meant).is_ok()))
}

/// `a/../b` as `b`; `None` where nothing is left.
fn without_parents(below: &str) -> Option<String> {
    let mut parts = Vec::new();
    for part in below.split('/').filter(|part| !matches!(*part, "" | ".")) {
        if part == ".." {
            parts.pop()?;
        } else {
            parts.push(part);
        }
    }
    let meant = parts.join("/");
    path(&format!("/{meant}")).is_ok().then_some(meant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let read = |text: &str| path(text);
        let longest = [format!("/etc/{}", "x".repeat(255)), "/x".repeat(1665)];
        for text in &longest {
            assert_eq!(read(text), Ok(text.clone()));
        }
        for text in ["/etc/tempo", "/a", "~/x", "~/.config/otelcol/config.yaml", "/a b/ö", "/..a/b.."] {
            assert_eq!(read(text), Ok(text.to_owned()));
        }
        for (text, code, proposed) in [
            ("shop/.env", "path-relative", "/srv/shop/.env"),
            ("./.env", "path-relative", "/srv/.env"),
            (".env", "path-relative", "/srv/.env"),
            ("../x", "path-relative", ""),
            ("~pde/x", "path-relative", ""),
            ("~", "path-relative", ""),
            ("/etc//tempo/", "path-shape", "/etc/tempo"),
            ("/etc/./tempo", "path-shape", "/etc/tempo"),
            ("/etc/../tempo", "path-shape", "/tempo"),
            ("/etc/../..", "path-shape", ""),
            ("$HOME/x", "path-relative", ""),
            ("${ROOT}/y", "path-relative", ""),
            ("a/../b", "path-relative", ""),
            ("/etc/a b ", "path-shape", "/etc/a b"),
            ("/", "path-shape", ""),
            ("~/", "path-shape", ""),
            (&format!("/etc/{}", "x".repeat(256)), "path-shape", ""),
            (&format!("/etc/{}", "ö".repeat(128)), "path-shape", ""),
            (&"/x".repeat(1666), "path-shape", ""),
        ] {
            let wrong = read(text).expect_err(text);
            let found = wrong.first_value().unwrap_or_default();
            assert_eq!((wrong.code, &*found), (code, proposed), "{text}");
        }
    }
}

//! Paths on a host.

use super::misshapen::{Misshapen, Shaped, quoted};
use crate::model::names::{LONGEST_NAME, LONGEST_PATH};

/// What is made beside or below a path that is written must still be one: the home in place of `~`, the
/// files of a folder.
const LONGEST: usize = LONGEST_PATH - 3 * LONGEST_NAME;

/// An absolute path, or one below `~/`, in the only spelling it has.
pub(in crate::toml) fn path(text: &str, example: &str) -> Shaped<String> {
    let Some(below) = text.strip_prefix("~/").or_else(|| text.strip_prefix('/')) else {
        let wrong = Misshapen::new("path-relative", "a path on the host is absolute");
        let bare = text.trim_start_matches("./");
        let below = !bare.is_empty() && !bare.starts_with(['.', '~']) || bare.starts_with(".env");
        return Err(wrong.or(if below { format!("/srv/{bare}") } else { quoted(example).to_owned() }));
    };
    if below.split('/').any(|part| part == "..") {
        return Err(Misshapen::new("path-shape", "a path on the host goes without `..`").or(quoted(example)));
    }
    let parts: Vec<&str> = below.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if parts.is_empty() {
        let title = "a path on the host names a file or a folder below `/`";
        return Err(Misshapen::new("path-shape", title).or(quoted(example)));
    }
    if text.ends_with(' ') {
        // Several directives of a unit read a value to the end of its line, without the blanks there.
        let title = "a path on the host does not end with a space";
        return Err(Misshapen::new("path-shape", title).or(text.trim_end()));
    }
    if parts.iter().any(|part| part.len() > LONGEST_NAME) {
        let title = format!("a name on a host has at most {LONGEST_NAME} bytes");
        return Err(Misshapen::new("path-shape", title).or(quoted(example)));
    }
    if text.len() > LONGEST {
        let title = format!("a path on the host has at most {LONGEST} bytes");
        return Err(Misshapen::new("path-shape", title).or(quoted(example)));
    }
    let root = &text[..text.len() - below.len()];
    let only_spelling = format!("{root}{}", parts.join("/"));
    if only_spelling == text {
        return Ok(only_spelling);
    }
    Err(Misshapen::new("path-shape", "a path on the host has one spelling").or(only_spelling))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toml::shape::misshapen::WayOut;

    #[test]
    fn paths() {
        let read = |text| path(text, "data = \"/srv/traces\"");
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
            ("../x", "path-relative", "/srv/traces"),
            ("~pde/x", "path-relative", "/srv/traces"),
            ("~", "path-relative", "/srv/traces"),
            ("/etc//tempo/", "path-shape", "/etc/tempo"),
            ("/etc/./tempo", "path-shape", "/etc/tempo"),
            ("/etc/../tempo", "path-shape", "/srv/traces"),
            ("/etc/a b ", "path-shape", "/etc/a b"),
            ("/", "path-shape", "/srv/traces"),
            ("~/", "path-shape", "/srv/traces"),
            (&format!("/etc/{}", "x".repeat(256)), "path-shape", "/srv/traces"),
            (&format!("/etc/{}", "ö".repeat(128)), "path-shape", "/srv/traces"),
            (&"/x".repeat(1666), "path-shape", "/srv/traces"),
        ] {
            let wrong = read(text).expect_err(text);
            assert_eq!(
                (wrong.code, wrong.ways),
                (code, vec![WayOut::Value(format!("\"{proposed}\""))]),
                "{text}"
            );
        }
    }
}

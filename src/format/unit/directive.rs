//! Every directive of a unit file with its value in parts, each read by the rules of its name.

use super::lines::assignments;
use super::specifiers::Specifiers;
use super::words::{Backslash, command, put_in, unpatterned, words};

/// A directive as systemd keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// The section, without brackets.
    pub section: String,
    /// Its name.
    pub name: String,
    /// What it holds: arguments of a command, paths of a list, else one text. Empty for a reset. Where a
    /// specifier or a pattern is only known on the host, it stands there as written.
    pub parts: Vec<String>,
}

/// Lists of paths.
const LISTS: &[&str] =
    &["ReadWritePaths", "ReadOnlyPaths", "InaccessiblePaths", "ExecPaths", "NoExecPaths", "StateDirectory"];

/// All directives of a unit file, in order. `home` is that of the user whose manager reads it; none for a
/// unit of the system.
pub fn directives(text: &str, home: Option<&str>) -> Vec<Directive> {
    let specifiers = Specifiers::of_manager(home);
    let specify = |text: String| specifiers.put_in(&text).unwrap_or(text);
    let read = |name: &str, value: &str| -> Vec<String> {
        if value.is_empty() {
            Vec::new()
        } else if name.starts_with("Exec") && !LISTS.contains(&name) {
            let mut words = command(value).into_iter().map(specify);
            let program = words.next();
            program.into_iter().chain(words.map(|word| literal_dollars(&word))).collect()
        } else if LISTS.contains(&name) {
            words(value, Backslash::Next).into_iter().map(specify).collect()
        } else if name == "Environment" {
            words(value, Backslash::Escape).into_iter().map(specify).collect()
        } else if name == "EnvironmentFile" {
            let path = specify(value.to_owned());
            vec![unpatterned(&path).unwrap_or(path)]
        } else {
            vec![specify(value.to_owned())]
        }
    };
    let each = assignments(text).into_iter();
    each.map(|found| Directive {
        parts: read(&found.key, &found.value),
        section: found.section,
        name: found.key,
    })
    .collect()
}

/// `$$` as a dollar sign; variables, which are known where it runs, as they are written.
fn literal_dollars(word: &str) -> String {
    put_in(word, usize::MAX, |name| format!("${{{name}}}")).unwrap_or_default()
}

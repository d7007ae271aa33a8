//! Values as each directive of a unit reads them back.
//!
//! Every directive splits, unquotes and expands by rules of its own; these are systemd 252's, read in its
//! parser and shown on a booted host. `%` begins a specifier in all of them. What no spelling of a
//! directive can hold is refused where the stack is resolved, so nothing here can fail.

/// The program of a command line, or a path of a list (`ReadWritePaths=`): quotes hold it together, and no
/// variable is put in.
pub fn word(path: &str) -> String {
    escaped(&specifiers(path))
}

/// An argument of a command line: `$` begins a variable there, and nowhere else in a unit.
pub fn argument(text: &str) -> String {
    escaped(&specifiers(text).replace('$', "$$"))
}

/// A path that is read as a pattern to the end of the line (`EnvironmentFile=`).
pub fn pattern(path: &str) -> String {
    let escape =
        |letter| if matches!(letter, '*' | '?' | '[' | '\\') { vec!['\\', letter] } else { vec![letter] };
    specifiers(path).chars().flat_map(escape).collect()
}

/// A path that is read as it is to the end of the line (`LoadCredential=`).
pub fn rest_of_line(path: &str) -> String {
    specifiers(path)
}

/// A path of `BindPaths=`, which splits at blanks and colons and takes quotes away; `None` for one that
/// holds any of these.
pub fn bound(path: &str) -> Option<String> {
    (!path.contains(splits) && !path.contains(':')).then(|| specifiers(path))
}

/// What `StateDirectory=` makes of a directory: below `/var/lib`, and without what it splits or reads otherwise.
pub fn state_directory(path: &str) -> Option<String> {
    let below = path.strip_prefix("/var/lib/")?;
    // `private` is where systemd keeps the state of users that it makes up.
    let private = below == "private" || below.starts_with("private/");
    (!private && !below.contains(splits) && !below.contains(':')).then(|| specifiers(below))
}

fn specifiers(text: &str) -> String {
    text.replace('%', "%%")
}

/// What ends a word, opens a quote, or changes what follows.
fn splits(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '"' | '\'' | ';' | '\\')
}

/// A word in which a backslash escapes a quote and itself, in quotes where it needs them.
fn escaped(text: &str) -> String {
    if text.contains(splits) {
        format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        text.to_owned()
    }
}

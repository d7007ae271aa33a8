//! Lines of a unit file as systemd 252 joins and splits them.

/// `KEY=VALUE` below a section's header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitLine {
    /// The section, without brackets.
    pub section: String,
    /// Its name.
    pub key: String,
    /// Without blanks at its ends.
    pub value: String,
}

/// All assignments of a unit file, in order.
pub fn assignments(text: &str) -> Vec<UnitLine> {
    let mut section = String::new();
    let mut all = Vec::new();
    for line in logical_lines(text) {
        let line = line.trim_matches(is_blank);
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            name.clone_into(&mut section);
        } else if let Some((key, value)) = line.split_once('=') {
            let (key, value) =
                (key.trim_matches(is_blank).to_owned(), value.trim_matches(is_blank).to_owned());
            all.push(UnitLine { section: section.clone(), key, value });
        }
    }
    all
}

/// Lines with a `\` at their end joined; comments left out, also between the parts of one line.
fn logical_lines(text: &str) -> Vec<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    let mut lines = Vec::new();
    let mut open = String::new();
    for line in text.split(['\n', '\r']) {
        if line.trim_start_matches(is_blank).starts_with(['#', ';']) {
            continue;
        }
        open.push_str(line);
        // A backslash escapes the character behind it, so only one without a partner goes on.
        let backslashes = open.len() - open.trim_end_matches('\\').len();
        if backslashes % 2 == 1 {
            open.pop();
            open.push(' ');
        } else {
            lines.push(std::mem::take(&mut open));
        }
    }
    if !open.is_empty() {
        lines.push(open);
    }
    lines
}

/// What systemd takes for white space.
pub(super) fn is_blank(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\n' | '\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_go_on_behind_an_odd_backslash_alone() {
        let read = |text: &str| {
            let all = assignments(text).into_iter();
            all.map(|found| format!("{}/{}={}", found.section, found.key, found.value)).collect::<Vec<_>>()
        };
        assert_eq!(read("[A]\nk = a \\\n# c\nb\n"), ["A/k=a  b"]);
        assert_eq!(read("[A]\nk=a\\\\\nl=b\\"), ["A/k=a\\\\", "A/l=b"]);
        assert_eq!(read("\u{feff}[A]\r\nk=a\\\r\nb\rl=\u{a0}\n;m=1\n"), ["A/k=a b", "A/l=\u{a0}"]);
    }
}

//! The two lines around a block of ours in somebody else's file, as they are written.

/// What the line above a block begins and ends with.
const ABOVE: (&str, &str) = ("# >>> tracewright ", " >>>");
/// What the line below a block begins and ends with.
const BELOW: (&str, &str) = ("# <<< tracewright ", " <<<");

/// The lines above and below the block with this label: `STACK/APPLICATION`.
pub fn markers_of(label: &str) -> [String; 2] {
    [ABOVE, BELOW].map(|(begin, end)| format!("{begin}{label}{end}"))
}

/// The label of the block that a line opens; `None` of any other line.
pub fn block_opened_by(line: &str) -> Option<&str> {
    label(line, ABOVE)
}

/// Whether a line stands above or below a block, whosever that is.
pub fn is_marker(line: &str) -> bool {
    label(line, ABOVE).or_else(|| label(line, BELOW)).is_some()
}

/// The label between the two ends of a marker.
fn label<'a>(line: &'a str, (begin, end): (&str, &str)) -> Option<&'a str> {
    line.strip_prefix(begin)?.strip_suffix(end).filter(|label| label.contains('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_about_the_tool_is_no_marker() {
        let [above, below] = markers_of("demo/shop");
        assert_eq!(block_opened_by(&above), Some("demo/shop"));
        assert_eq!(block_opened_by(&below), None);
        assert!(is_marker(&above) && is_marker(&below));
        for line in ["# >>> tracewright docs: see a/b", "# >>> tracewright >>>", "# tracewright demo/shop"] {
            assert!(!is_marker(line), "{line}");
        }
    }
}

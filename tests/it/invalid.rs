//! Stack files: the shipped ones resolve, the faulty ones say so in whole, expected texts.

#![expect(clippy::disallowed_methods, reason = "tests read their own data and one variable")]

use std::path::{Path, PathBuf};
use tracewright::diagnostic::SourceName;
use tracewright::stack::load;

fn repository(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(below)
}

fn text_of(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn shipped_stacks_resolve_without_a_word() {
    for name in ["minimal", "incident-host", "internal-tls"] {
        let text = text_of(&repository("stacks").join(name).join("stack.toml"));
        let (_, resolved) = load(SourceName("stack.toml".into()), &text);
        let (_, warnings) = resolved.unwrap_or_else(|findings| panic!("{name}: {findings:#?}"));
        assert!(warnings.is_empty(), "{name}: {warnings:#?}");
    }
}

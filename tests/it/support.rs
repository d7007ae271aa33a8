//! What several test modules need.

use std::path::PathBuf;

/// The root of the repository.
pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Whether snapshots shall be written anew: `TRACEWRIGHT_BLESS=1`.
pub fn bless() -> bool {
    std::env::var_os("TRACEWRIGHT_BLESS").is_some()
}

/// Copies a directory with everything in it.
pub fn copy_tree(from: &std::path::Path, to: &std::path::Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.unwrap();
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(target).unwrap();
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// An engine that a package put on this machine: the tool finds it wherever no other one is named.
pub fn installed_engine() -> Option<&'static str> {
    let places = ["/usr/bin/otelcol", "/usr/bin/otelcol-contrib", "/usr/bin/tempo"];
    places.into_iter().find(|place| std::path::Path::new(place).is_file())
}

/// Compares a text with a file of the repository, or writes it there.
pub fn golden(path: &std::path::Path, found: &str) {
    if bless() {
        std::fs::write(path, found).unwrap();
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(expected, found, "{}: TRACEWRIGHT_BLESS=1 writes what was found", path.display());
}

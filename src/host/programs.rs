//! What lies in a directory of programs.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Whether a path is a file, or a link to one, that somebody may execute.
pub fn is_program(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

/// The names in a directory, sorted; none where it cannot be read. Names that are not UTF-8 are left out.
pub fn file_names(directory: &Path) -> Vec<String> {
    let entries = directory.read_dir().into_iter().flatten();
    let mut names: Vec<_> = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort();
    names
}

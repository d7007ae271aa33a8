//! Rendered files in a directory of the user's choice.

#![expect(clippy::disallowed_methods, reason = "these are plain files in a directory of the user's choice")]

use crate::model::desired::{Content, Desired};
use crate::model::names::HostName;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Every text with its path below the directory; below a directory for each host where there are several.
pub(crate) fn files(desired: &Desired) -> Vec<(PathBuf, String)> {
    let hosts: BTreeSet<&HostName> = desired.files.keys().map(|(host, _)| host).collect();
    let text = |content: &Content| match content {
        Content::Whole(text) => Some(text.clone()),
        Content::Block { lines, begin, end, .. } => Some(format!("{begin}\n{}\n{end}\n", lines.join("\n"))),
        Content::Certificate(_) | Content::PrivateKey(_) => None,
    };
    let below = |host: &HostName, path: &str| match hosts.len() {
        0 | 1 => PathBuf::from(path.trim_start_matches('/')),
        _ => Path::new(host.as_str()).join(path.trim_start_matches('/')),
    };
    let all = desired.files.iter();
    all.filter_map(|((host, path), file)| Some((below(host, path.as_str()), text(&file.content)?))).collect()
}

/// A link or directory where a file shall be, or a link on the way there: never followed.
pub(crate) fn in_the_way(out: &Path, path: &Path) -> Option<String> {
    let mut at = out.to_owned();
    let parts: Vec<_> = path.iter().collect();
    for (index, part) in parts.iter().enumerate() {
        at.push(part);
        let kind = fs::symlink_metadata(&at).ok()?.file_type();
        let wanted = if index + 1 == parts.len() { kind.is_file() } else { kind.is_dir() };
        if !wanted {
            return Some(format!("`{}` is in the way: it is neither ours nor a plain file", at.display()));
        }
    }
    None
}

/// Replaces a file only where it differs, so that a second run touches nothing.
pub(crate) fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if fs::read(path).is_ok_and(|bytes| bytes == text.as_bytes()) {
        return Ok(());
    }
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    fs::write(path, text)
}

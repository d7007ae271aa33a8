//! What paths and what happens to them are called.

use super::edges::plural;
use crate::model::prior::PathKind;
use crate::plan::Action;
use std::time::Duration;

/// The action in one word.
pub(super) fn action(action: Action) -> &'static str {
    match action {
        Action::Create => "create",
        Action::Update => "update",
        Action::Replace => "replace",
        Action::Delete => "delete",
    }
}

/// What kind of thing an entry is about.
pub(super) fn noun(subject: PathKind) -> &'static str {
    match subject {
        PathKind::File => "file",
        PathKind::Certificate => "certificate",
        PathKind::PrivateKey => "private key",
        PathKind::Block => "block",
        PathKind::Directory => "directory",
        PathKind::Link => "link",
    }
}

/// How long a certificate is valid: in days, and one that is for less than two in hours or minutes.
pub(super) fn lifetime(of: Duration) -> String {
    match of.as_secs() {
        seconds if seconds < 7_200 => plural(whole(seconds / 60), "minute"),
        seconds if seconds < 172_800 => plural(whole(seconds / 3_600), "hour"),
        seconds => plural(whole(seconds / 86_400), "day"),
    }
}

fn whole(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

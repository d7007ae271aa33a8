//! What paths and what happens to them are called.

use crate::model::prior::PathKind;
use crate::plan::Action;

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

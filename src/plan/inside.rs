//! What a plan shows of a change inside a file.

use super::entry::{CertificateAfter, ContentChange};
use super::meaning;
use crate::model::certificate::CertificateSpec;
use crate::model::desired::Digest;
use crate::model::names::TargetPath;
use crate::model::prior::PathKind;
use crate::pki::facts_of;
use crate::text::{Redacted, TextFormat, redact};

/// The change of a whole file; `after` is `None` where it leaves or is issued at apply.
pub(super) fn of_change(
    subject: PathKind,
    path: &TargetPath,
    before: Option<&[u8]>,
    after: Option<&[u8]>,
    spec: Option<&CertificateSpec>,
) -> ContentChange {
    match subject {
        _ if before.is_some() && before == after => ContentChange::None,
        PathKind::PrivateKey => {
            ContentChange::PrivateKey { before: before.map(Digest::of), after: after.map(Digest::of) }
        }
        PathKind::Certificate => ContentChange::Certificate {
            before: before.and_then(facts_of).map(Box::new),
            after: match (after, spec) {
                (Some(pem), _) => CertificateAfter::Known(facts_of(pem).map(Box::new)),
                (None, Some(spec)) => CertificateAfter::Issued(Box::new(spec.clone())),
                (None, None) => CertificateAfter::Gone,
            },
        },
        _ => of_text(TextFormat::of_path(path.as_str()), before, after),
    }
}

fn of_text(format: TextFormat, before: Option<&[u8]>, after: Option<&[u8]>) -> ContentChange {
    let text = |bytes: Option<&[u8]>| {
        std::str::from_utf8(bytes.unwrap_or_default()).map(|text| redact(format, text))
    };
    match (text(before), text(after)) {
        (Ok(old), Ok(new)) => ContentChange::Text { hidden: old == new, before: old, after: new },
        _ => ContentChange::Binary { before: before.map(<[u8]>::len), after: after.map(<[u8]>::len) },
    }
}

/// The change of a block; nothing of the rest of the file is ever shown.
pub(super) fn of_block(before: Option<&[String]>, after: Option<&[String]>) -> ContentChange {
    let text = |lines: Option<&[String]>| -> Redacted {
        let lines = lines.unwrap_or_default().iter().map(|line| format!("{line}\n"));
        redact(TextFormat::Environment, &lines.collect::<String>())
    };
    let (old, new) = (text(before), text(after));
    ContentChange::Text { hidden: old == new && before != after, before: old, after: new }
}

/// Whether the reader of a file sees no difference between two contents.
pub(super) fn same_meaning(
    subject: PathKind,
    path: &TargetPath,
    before: Option<&[u8]>,
    after: Option<&[u8]>,
) -> bool {
    match (subject, before, after) {
        (_, Some(before), Some(after)) if before == after => true,
        (PathKind::File, Some(before), Some(after)) => meaning::same(path, before, after),
        _ => false,
    }
}

/// Whether two blocks assign the same values.
pub(super) fn same_assignments(before: Option<&[String]>, after: &[String]) -> bool {
    before.is_some_and(|before| {
        meaning::assignments(before.iter().map(String::as_str))
            == meaning::assignments(after.iter().map(String::as_str))
    })
}

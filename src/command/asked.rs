//! Which document a command line asks for instead of text.

use crate::cli::{CheckFormat, Format, PlanFormat, Verb};
use crate::report::document::DocumentKind;

/// The document; `None` where text goes to stdout.
pub(super) fn document(verb: &Verb) -> Option<DocumentKind> {
    let json = |format: Format, kind| (format == Format::Json).then_some(kind);
    match verb {
        Verb::Check(check) => (check.format == CheckFormat::Json).then_some(DocumentKind::Check),
        Verb::Plan(plan) => (plan.format == PlanFormat::Json).then_some(DocumentKind::Plan),
        Verb::History(history) => json(history.format, DocumentKind::History),
        Verb::Prove(prove) => json(prove.format, DocumentKind::Prove),
        Verb::Status(status) => json(status.format, DocumentKind::Status),
        _ => None,
    }
}

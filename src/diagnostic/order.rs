//! The order in which findings are told.

use super::Finding;
use super::place::{Place, SourceName};

/// The key by which findings are put in order.
pub(super) fn order(finding: &Finding) -> (u8, SourceName, usize, super::Code, String) {
    let (rank, source, offset) = match finding.at.as_ref().map(|label| &label.place) {
        Some(Place::Text(mark)) => (0, mark.source.clone(), mark.span.start),
        Some(Place::Stack(path, _)) => (1, SourceName(path.to_string()), 0),
        None => (2, SourceName::default(), 0),
    };
    (rank, source, offset, finding.code, finding.title.clone())
}

/// The text that a finding stands in first; no name for one that stands in none.
pub(super) fn source(finding: &Finding) -> SourceName {
    match finding.at.as_ref().map(|label| &label.place) {
        Some(Place::Text(mark)) => mark.source.clone(),
        _ => SourceName::default(),
    }
}

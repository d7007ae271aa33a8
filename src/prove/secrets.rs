//! What was sent and must not be shown: whoever got it may say it again.

use super::cause::Failure;
use super::route::{Dial, Endpoint, Reader};
use super::words::LINE;
use crate::text::KnownSecrets;

/// The secrets that one proof sends.
pub(super) fn sent(endpoint: &Endpoint, reader: &Reader) -> KnownSecrets {
    let mut secrets = KnownSecrets::default();
    secrets.add_url(&reader.api);
    let forwards = endpoint.through.iter().filter_map(|collector| collector.forwards.as_ref());
    for Dial { url, headers, .. } in std::iter::once(&endpoint.dial).chain(forwards.map(|next| &next.dial)) {
        secrets.add_url(url);
        headers.iter().for_each(|(name, value)| secrets.add_header(name, value));
    }
    secrets
}

/// A failure as it may be shown: all that others said is one bounded line without what was sent to them.
pub(super) fn hidden(failure: Failure, secrets: &KnownSecrets) -> Failure {
    let line = |text: String| secrets.line(&text, LINE);
    Failure {
        peer: line(failure.peer),
        evidence: failure.evidence.into_iter().map(line).collect(),
        ..failure
    }
}

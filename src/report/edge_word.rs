//! How an edge is, in the words of every plan and status.

use crate::check::ConditionState;
use serde::Serializer;

/// `ok`, `broken` or `not known`.
pub(super) fn edge_word(state: ConditionState) -> &'static str {
    match state {
        ConditionState::Met => "ok",
        ConditionState::Broken => "broken",
        ConditionState::NotKnown => "not known",
    }
}

pub(super) fn serialized<S: Serializer>(state: &ConditionState, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(edge_word(*state))
}

//! Whether the listener takes what the client sends.

use super::super::unchecked;
use super::Pair;
use super::condition::{Fault, Found};
use crate::model::dataflow::Protocol;

/// Remote writes are taken where the receiver for them is switched on.
pub(super) fn judge(pair: &Pair<'_>) -> Option<Found> {
    (pair.dialler.protocol == Protocol::RemoteWrite).then(|| match pair.listener.takes.remote_write {
        Some(true) => Found::Met,
        Some(false) => Found::Broken(Fault::RemoteWriteOff),
        None => Found::NotKnown(unchecked::FLAGS),
    })
}

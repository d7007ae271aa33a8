//! The ways out: lines that can be typed, each in the words of the program whose file it goes into.

mod client;
mod internal;
mod server;

pub(super) use client::{
    certificate as client_certificate, complete as complete_client, dial, end, name, right_listener, switch,
    tls_off as client_off, tls_on as client_on, words,
};
pub(super) use internal::{
    clients_off as internal_clients_off, clients_on as internal_clients_on, named as internal_named,
    server_off as internal_server_off, server_on as internal_server_on,
};
pub(super) use server::{
    bind, complete, everywhere, keep_close, listen, loopback, no_client_certificate, open, serve_plaintext,
    serve_tls,
};

pub(super) use crate::component::variable;

use super::facts::Facts;
use crate::diagnostic::SourceName;
use crate::model::dataflow::{FileReference, Listener};
use crate::model::names::TargetPath;

/// The day of a second since 1970, in UTC: `2026-10-01`.
pub(super) fn day(second: i64) -> String {
    jiff::Timestamp::from_second(second).map_or_else(
        |_| "an unknown day".to_owned(),
        |moment| moment.to_zoned(jiff::tz::TimeZone::UTC).strftime("%Y-%m-%d").to_string(),
    )
}

/// Where the certificates of a listener lie, or would lie: beside its configuration.
fn directory(facts: &Facts<'_>, listener: &Listener) -> TargetPath {
    let written = listener.tls.certificate.as_ref().or(listener.tls.key.as_ref());
    let beside = || facts.server(listener).file.parent().join("tls");
    written.map_or_else(beside, |file| file.path.parent())
}

/// Certificate and key of a listener: what is written, and what is missing under a name that goes
/// with it.
fn pair(facts: &Facts<'_>, listener: &Listener) -> (TargetPath, TargetPath) {
    let beside = |file: &FileReference, suffix: &str| {
        let name = file.path.file_name();
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        file.path.parent().join(&format!("{stem}.{suffix}"))
    };
    match (&listener.tls.certificate, &listener.tls.key) {
        (Some(certificate), Some(key)) => (certificate.path.clone(), key.path.clone()),
        (Some(certificate), None) => (certificate.path.clone(), beside(certificate, "key")),
        (None, Some(key)) => (beside(key, "crt"), key.path.clone()),
        (None, None) => {
            let directory = directory(facts, listener);
            (directory.join("server.crt"), directory.join("server.key"))
        }
    }
}

/// The file of a program, by the name under which it is shown.
pub(super) fn source(facts: &Facts<'_>, program: usize) -> SourceName {
    SourceName(facts.topology.file(program).to_owned())
}

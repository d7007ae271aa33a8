//! Values as the engines spell them, shared by the template sides of the components.

use crate::stack::{Size, TlsVersion};
use crate::wiring::{EnginePlace, WiredListener, Wiring};
use serde::Serialize;
use std::time::Duration;

/// A duration as Go reads it: one whole number and the largest unit that holds it exactly.
pub fn go_duration(duration: Duration) -> String {
    let milliseconds = duration.as_millis();
    let units = [(3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    let exact = units.iter().find(|(unit, _)| milliseconds != 0 && milliseconds.is_multiple_of(*unit));
    match exact {
        Some((unit, name)) => format!("{}{name}", milliseconds / unit),
        None if milliseconds == 0 => "0s".to_owned(),
        None => format!("{milliseconds}ms"),
    }
}

/// Certificate and key of a listener, for collector listeners and Tempo's receivers.
#[derive(Debug, Serialize)]
pub struct ServerFiles {
    certificate: String,
    key: String,
    minimum_version: &'static str,
    reload: String,
}

/// An OTLP listener.
#[derive(Debug, Serialize)]
pub struct OtlpListenerValues {
    endpoint: String,
    max_message_mib: u64,
    max_message_bytes: u64,
    tls: Option<ServerFiles>,
}

/// The leaf of a component, if this listener serves TLS; `literal` spells a text so that the engine
/// reads it as it is.
pub fn server_files(
    wiring: &Wiring<'_>,
    place: &EnginePlace,
    listener: &WiredListener,
    literal: fn(&str) -> String,
) -> Option<ServerFiles> {
    let settings = &wiring.stack.certificates;
    let name = listener.id.component.short();
    let file = |suffix| literal(place.certificate(&format!("{name}.{suffix}")).as_str());
    listener.tls.then(|| ServerFiles {
        certificate: file("crt"),
        key: file("key"),
        minimum_version: collector_version(settings.minimum_version),
        reload: go_duration(settings.reload),
    })
}

/// An OTLP listener for a template.
pub fn otlp_listener(
    wiring: &Wiring<'_>,
    place: &EnginePlace,
    listener: &WiredListener,
    literal: fn(&str) -> String,
) -> OtlpListenerValues {
    let Size(bytes) = listener.max_message;
    OtlpListenerValues {
        endpoint: listener.endpoint(),
        max_message_mib: bytes / (1024 * 1024),
        max_message_bytes: bytes,
        tls: server_files(wiring, place, listener, literal),
    }
}

/// `1.2`, as collector listeners and Tempo's receivers spell it.
pub fn collector_version(version: TlsVersion) -> &'static str {
    match version {
        TlsVersion::V1_2 => "1.2",
        TlsVersion::V1_3 => "1.3",
    }
}

/// `VersionTLS12`, as Tempo's servers and clients spell it.
pub fn tempo_version(version: TlsVersion) -> &'static str {
    match version {
        TlsVersion::V1_2 => "VersionTLS12",
        TlsVersion::V1_3 => "VersionTLS13",
    }
}

/// `TLS12`, as Prometheus and its clients spell it.
pub fn prometheus_version(version: TlsVersion) -> &'static str {
    match version {
        TlsVersion::V1_2 => "TLS12",
        TlsVersion::V1_3 => "TLS13",
    }
}

#[cfg(test)]
mod tests {
    use super::go_duration;
    use std::time::Duration;

    #[test]
    fn durations_keep_the_largest_exact_unit() {
        let spelled = [0, 500, 1_000, 1_500, 5_000, 60_000, 90_000, 3_600_000, 1_209_600_000];
        let spelled = spelled.map(|milliseconds| go_duration(Duration::from_millis(milliseconds)));
        assert_eq!(spelled, ["0s", "500ms", "1s", "1500ms", "5s", "1m", "90s", "1h", "336h"]);
    }
}

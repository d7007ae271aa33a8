//! What a version range of the collector understands. Versions are compared here and nowhere else.

/// Capabilities of a range of collector releases.
///
/// Sources: the collector's `CHANGELOG.md` and runs of 0.144, 0.152, 0.159 and 0.165 (core).
#[derive(Debug, PartialEq, Eq)]
pub struct CollectorRelease {
    /// The directory of its templates, named after the first release that reads what they write: `0.144`.
    pub template: &'static str,
    /// Minor versions of release line 0, inclusive.
    pub minors: (u16, u16),
    /// The gRPC exporter's type: `otlp_grpc` from 0.144, before it `otlp`.
    pub grpc_exporter: &'static str,
    /// The HTTP exporter's type: `otlp_http` from 0.144, before it `otlphttp`.
    pub http_exporter: &'static str,
    /// The type of the remote write exporter: `prometheus_remote_write` from 0.154, before it
    /// `prometheusremotewrite`.
    pub remote_write_exporter: &'static str,
    /// Whether a queue that lets senders wait can stop for good, with all of them: a wait that is cancelled
    /// leaves its lock behind (mended in 0.163).
    pub waiting_can_deadlock: bool,
}

/// All rendered ranges, oldest first.
const RELEASES: &[CollectorRelease] = &[
    CollectorRelease {
        template: "0.144",
        minors: (144, 153),
        grpc_exporter: "otlp_grpc",
        http_exporter: "otlp_http",
        remote_write_exporter: "prometheusremotewrite",
        waiting_can_deadlock: true,
    },
    CollectorRelease {
        template: "0.144",
        minors: (154, 162),
        grpc_exporter: "otlp_grpc",
        http_exporter: "otlp_http",
        remote_write_exporter: "prometheus_remote_write",
        waiting_can_deadlock: true,
    },
    CollectorRelease {
        template: "0.144",
        minors: (163, 165),
        grpc_exporter: "otlp_grpc",
        http_exporter: "otlp_http",
        remote_write_exporter: "prometheus_remote_write",
        waiting_can_deadlock: false,
    },
];

/// Minor versions of release line 0 that the language knows, rendered or not.
pub const KNOWN_MINORS: (u16, u16) = (111, 165);

impl CollectorRelease {
    /// The release of `0.MINOR`, if that release is rendered.
    pub fn of_minor(minor: u16) -> Option<&'static Self> {
        RELEASES.iter().find(|release| (release.minors.0..=release.minors.1).contains(&minor))
    }

    /// The minors of release line 0 that are rendered, inclusive.
    pub fn rendered_minors() -> (u16, u16) {
        (RELEASES[0].minors.0, Self::newest().minors.1)
    }

    /// The rendered release that is nearest below one that is not, as `version` takes it; the oldest for
    /// an older one, and nothing for another release line.
    pub fn nearest(line: (u32, u32)) -> Option<String> {
        let (first, last) = Self::rendered_minors();
        (line.0 == 0).then(|| format!("0.{}", line.1.clamp(first.into(), last.into())))
    }

    /// The newest release.
    pub fn newest() -> &'static Self {
        &RELEASES[RELEASES.len() - 1]
    }
}

//! What a release of an OpenTelemetry SDK reads of the standard variables. Versions are compared here and
//! nowhere else.
//!
//! Sources: runs of Rust 0.21 to 0.33, Python 1.20 and 1.45, Node 1.30 to 3.1, Java 1.31 and 1.67 with the agents
//! 2.10 and 2.33, Go 1.21 and 1.47; where a behaviour moved between two of them, their released source.

use crate::model::dataflow::OtlpProtocol;
use std::time::Duration;

/// Language of an SDK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SdkLanguage {
    /// Rust.
    Rust,
    /// Java, by its SDK or its agent.
    Java,
    /// Python.
    Python,
    /// Node.
    Node,
    /// Go.
    Go,
    /// .NET: what its documents say, nothing of it was measured.
    DotNet,
    /// Any other: nothing is known of it.
    Other,
}

/// Release line of an SDK, (major, minor).
pub type SdkLine = (u32, u32);

/// Since when an SDK does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// Every known release does it.
    Always,
    /// No release does it.
    Never,
    /// Releases from this one on do it.
    Since(SdkLine),
}

impl Support {
    /// Whether a release does it; `None` where that hangs on a release which is not said.
    pub fn of(self, version: Option<SdkLine>) -> Option<bool> {
        match (self, version) {
            (Self::Always, _) => Some(true),
            (Self::Never, _) => Some(false),
            (Self::Since(first), Some(version)) => Some(version >= first),
            (Self::Since(_), None) => None,
        }
    }
}

/// How `OTEL_EXPORTER_OTLP_TRACES_TIMEOUT` is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeoutUnit {
    /// In seconds.
    Seconds,
    /// In milliseconds, as the specification has it.
    Milliseconds,
    /// Not at all: the variable is not read.
    NotRead,
}

impl TimeoutUnit {
    /// The text of the variable.
    pub fn spell(self, timeout: Duration) -> String {
        match self {
            Self::Seconds => timeout.as_secs().to_string(),
            Self::Milliseconds | Self::NotRead => timeout.as_millis().to_string(),
        }
    }
}

/// Rust reads the variable as the specification has it from here on.
const RUST_MILLISECONDS: SdkLine = (0, 29);
/// First and last release of the Java agent whose SDK is known.
pub const AGENTS: (SdkLine, SdkLine) = ((2, 10), (2, 33));

impl SdkLanguage {
    /// Its name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rust => "Rust",
            Self::Java => "Java",
            Self::Python => "Python",
            Self::Node => "Node",
            Self::Go => "Go",
            Self::DotNet => ".NET",
            Self::Other => "an unknown SDK",
        }
    }

    /// What its version is the version of.
    pub fn package(self) -> &'static str {
        match self {
            Self::Rust => "the crate `opentelemetry_sdk`",
            Self::Java => "`opentelemetry-sdk`; the agent has a number of its own: `agent = \"2.33\"`",
            Self::Python => "the package `opentelemetry-sdk`",
            Self::Node => "`@opentelemetry/sdk-trace-base` (2.x) or `@opentelemetry/sdk-node` (0.2xx)",
            Self::Go => "the module `go.opentelemetry.io/otel`",
            Self::DotNet => "the package `OpenTelemetry`",
            Self::Other => "its SDK",
        }
    }

    /// First and last release line whose behaviour is known.
    pub fn known(self) -> Option<(SdkLine, SdkLine)> {
        match self {
            Self::Rust => Some(((0, 21), (0, 33))),
            Self::Java => Some(((1, 31), (1, 67))),
            Self::Python => Some(((1, 20), (1, 45))),
            Self::Node => Some(((1, 30), (3, 1))),
            Self::Go => Some(((1, 21), (1, 47))),
            Self::DotNet | Self::Other => None,
        }
    }

    /// The release line that a written version stands for. Node's packages count in two ways, and a
    /// number of `sdk-node` stands for the oldest SDK that it can carry.
    pub fn line(self, written: SdkLine) -> Option<SdkLine> {
        let line = match (self, written) {
            (Self::Node, (0, 57..=199)) => (1, 30),
            (Self::Node, (0, 200..=206)) => (2, 0),
            (Self::Node, (0, 207..=222)) => (2, 2),
            (Self::Node, (0, 223..=299)) => (2, 12),
            (Self::Node, (0, minor @ 300..)) => (3, minor - 300),
            _ => written,
        };
        let (first, last) = self.known()?;
        (first..=last).contains(&line).then_some(line)
    }

    /// The SDK in a release of the Java agent: 2.10 carries 1.44, 2.33 carries 1.67.
    pub fn of_agent(agent: SdkLine) -> Option<SdkLine> {
        (AGENTS.0..=AGENTS.1).contains(&agent).then_some((1, agent.1 + 34))
    }

    /// The release from which on a timeout is read in milliseconds by both protocols, where one did not.
    pub fn milliseconds_since(self) -> Option<SdkLine> {
        (self == Self::Rust).then_some(RUST_MILLISECONDS)
    }

    /// Whether the headers of requests come from the environment.
    pub fn headers(self, protocol: OtlpProtocol) -> Support {
        match (self, protocol) {
            (Self::Rust, OtlpProtocol::Grpc) => Support::Since((0, 22)),
            _ => Support::Always,
        }
    }

    /// Whether a percent-encoded value of a header arrives decoded, as the specification has it.
    pub fn decoded_headers(self, protocol: OtlpProtocol) -> Support {
        match (self, protocol) {
            (Self::Rust, protocol) if protocol.is_http() => Support::Since((0, 23)),
            (Self::Java, _) => Support::Since((1, 35)),
            _ => Support::Always,
        }
    }

    /// Whether `gzip` is understood and does no harm.
    pub fn gzip(self, protocol: OtlpProtocol) -> Support {
        match (self, protocol) {
            (Self::Rust, OtlpProtocol::Grpc) => Support::Since((0, 22)),
            (Self::Rust, _) => Support::Since((0, 31)),
            _ => Support::Always,
        }
    }

    /// Whether a CA is read from the environment.
    pub fn ca(self, protocol: OtlpProtocol) -> Support {
        match (self, protocol) {
            (Self::Rust, _) => Support::Never,
            (Self::Node, protocol) if protocol.is_http() => Support::Since((2, 2)),
            _ => Support::Always,
        }
    }

    /// Whether spans are sent in JSON where `OTEL_EXPORTER_OTLP_TRACES_PROTOCOL` says so. Python and Java do not start
    /// their telemetry then, others send protobuf.
    pub fn json(self) -> Support {
        match self {
            Self::Node | Self::Other => Support::Always,
            Self::Go => Support::Since((1, 46)),
            Self::Rust => Support::Since((0, 32)),
            Self::Java | Self::Python | Self::DotNet => Support::Never,
        }
    }

    /// Whether `OTEL_RESOURCE_ATTRIBUTES` is percent-decoded; `None` where that is not known.
    pub fn decodes_attributes(self) -> Option<bool> {
        match self {
            Self::Rust => Some(false),
            Self::Java | Self::Python | Self::Node | Self::Go => Some(true),
            Self::DotNet | Self::Other => None,
        }
    }

    /// Since when a raw `=` within the value of a resource attribute is kept. Whoever decodes reads `%3D`.
    pub fn raw_equals(self) -> Support {
        if self == Self::Rust { Support::Since((0, 30)) } else { Support::Never }
    }

    /// The longest value of a resource attribute: Node loses all attributes to a longer one.
    pub fn longest_attribute(self) -> Option<usize> {
        (self == Self::Node).then_some(255)
    }

    /// Whether an SDK goes by a variable that says what its program exports at all, `OTEL_TRACES_EXPORTER` and the
    /// like, where its exporters are made by itself.
    pub fn exporter_variables(self) -> Support {
        match self {
            Self::Rust | Self::Go => Support::Never,
            _ => Support::Always,
        }
    }

    /// Whether `OTEL_SDK_DISABLED` is heeded. Between Python 1.20, which does not, and 1.45, which does, nothing was
    /// measured.
    pub fn sdk_disabled(self) -> Support {
        match self {
            Self::Rust | Self::Go => Support::Never,
            Self::Python => Support::Since((1, 45)),
            _ => Support::Always,
        }
    }

    /// How a timeout is counted; `None` where that is not known, or hangs on a release that is not said.
    pub fn timeout(self, protocol: OtlpProtocol, version: Option<SdkLine>) -> Option<TimeoutUnit> {
        match (self, protocol, version) {
            (Self::Other, ..) | (Self::Rust, _, None) => None,
            (Self::Python, ..) => Some(TimeoutUnit::Seconds),
            (Self::Rust, protocol, Some(version)) if version < RUST_MILLISECONDS => match protocol {
                OtlpProtocol::Grpc => Some(TimeoutUnit::Seconds),
                OtlpProtocol::HttpProtobuf | OtlpProtocol::HttpJson => Some(TimeoutUnit::NotRead),
            },
            _ => Some(TimeoutUnit::Milliseconds),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_nodes_packages_stand_for_releases() {
        let lines = [(0, 57), (0, 200), (0, 206), (0, 207), (0, 223), (0, 301), (2, 2), (1, 29), (3, 2)];
        let read = lines.map(|written| SdkLanguage::Node.line(written));
        let expected = [
            Some((1, 30)),
            Some((2, 0)),
            Some((2, 0)),
            Some((2, 2)),
            Some((2, 12)),
            Some((3, 1)),
            Some((2, 2)),
        ];
        assert_eq!((&read[..7], &read[7..]), (&expected[..], &[None, None][..]));
    }

    #[test]
    fn agents_carry_releases_of_the_sdk() {
        let lines = [(2, 10), (2, 33), (1, 31), (2, 9), (2, 34)].map(SdkLanguage::of_agent);
        assert_eq!(lines, [Some((1, 44)), Some((1, 67)), None, None, None]);
    }
}

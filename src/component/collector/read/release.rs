//! What a release of the collector does with a finished file, for files of any release. The
//! dialect beside it says which releases are rendered.

use crate::format::yaml::Node;
use crate::model::dataflow::{ReadVersion, ServerTlsMode};
use crate::model::release::collector::CollectorRelease;
use std::net::{IpAddr, Ipv4Addr};

/// A release of line 0, by the effects that differ.
///
/// Sources: the collector's `CHANGELOG.md`; defaults and TLS effects seen on 0.111, 0.128, 0.144,
/// 0.152, 0.159 and 0.165.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CollectorReading {
    minor: u16,
}

/// What is assumed where nothing tells: the newest release of which both keys and component types are known.
pub(super) const NEWEST: u16 = 159;

impl CollectorReading {
    /// The release whose rules are applied to a file, and how sure that is: given, else told by the
    /// exporter names that came with 0.144, else the newest one.
    pub fn of(given: Option<&str>, root: &Node) -> (Self, ReadVersion) {
        if let Some(text) = given
            && let Some(minor) = minor_of(text)
        {
            return (Self { minor }, ReadVersion::Given(format!("0.{minor}")));
        }
        let newest = Self { minor: NEWEST };
        let dialect = CollectorRelease::newest();
        let exporters = root.get("exporters").map(Node::entries).unwrap_or_default();
        let told = exporters.iter().any(|entry| {
            let kind = kind_of(&entry.key);
            kind != "otlp"
                && kind != "otlphttp"
                && (kind == dialect.grpc_exporter || kind == dialect.http_exporter)
        });
        if told {
            (newest, ReadVersion::Inferred(dialect.template.to_owned()))
        } else {
            (newest, ReadVersion::Assumed(format!("0.{}", newest.minor)))
        }
    }

    /// Its number in line 0.
    pub fn minor(self) -> u16 {
        self.minor
    }

    /// Where a receiver or extension without an address listens: all interfaces before 0.104.
    pub fn default_address(self) -> IpAddr {
        self.localhost_from(104)
    }

    /// Where its own metrics are served by default: all interfaces before 0.111.
    pub fn metrics_address(self) -> IpAddr {
        self.localhost_from(111)
    }

    /// Whether `service.telemetry.metrics.address` opens a port; 0.123 to 0.127 ignore it, later
    /// ones refuse it.
    pub fn reads_metrics_address(self) -> bool {
        self.minor < 123
    }

    /// What a server does with `tls: {}`: refused at the start from 0.136.
    pub fn empty_tls(self) -> ServerTlsMode {
        if self.minor < 136 { ServerTlsMode::HandshakeFails } else { ServerTlsMode::StartFails }
    }

    fn localhost_from(self, minor: u16) -> IpAddr {
        IpAddr::V4(if self.minor >= minor { Ipv4Addr::LOCALHOST } else { Ipv4Addr::UNSPECIFIED })
    }
}

/// `159` of `0.159`, `0.159.0` or `v0.159.0`.
fn minor_of(text: &str) -> Option<u16> {
    text.trim_start_matches('v').strip_prefix("0.")?.split('.').next()?.parse().ok()
}

/// The type of a component's id: `otlp_grpc` of `otlp_grpc/tempo`.
pub fn kind_of(id: &str) -> &str {
    id.split_once('/').map_or(id, |(kind, _)| kind).trim()
}

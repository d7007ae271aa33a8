//! What a release line of Tempo does with a finished file, as rows.

use crate::format::keys::{Keys, keys};
use crate::format::yaml::Node;
use crate::model::dataflow::ReadVersion;

/// When an internal client dials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DialCondition {
    /// In every single binary.
    Always,
    /// Where a metrics generator has a storage path and processors.
    Generator,
}

/// One of Tempo's own gRPC clients.
#[derive(Debug, PartialEq, Eq)]
pub struct InternalClient {
    /// The way to its block of settings.
    pub block: &'static [&'static str],
    /// A key that names another peer than the process itself.
    pub address: Option<&'static [&'static str]>,
    /// When it dials.
    pub when: DialCondition,
}

/// A release line, by what differs for a reader.
///
/// Sources: `cmd/tempo/app/config.go` and `modules.go` at 2.10.8, 3.0.3 and 3.1; the complete sets of
/// clients were found by leaving each out on running processes of the first two.
#[derive(Debug)]
pub struct TempoReading {
    /// `2.10`.
    pub name: &'static str,
    line: (u32, u32),
    /// Every key that its strict parser knows.
    pub keys: Keys,
    /// Top-level blocks that, written without content, lose defaults it cannot start without. Tried one
    /// by one; other blocks may stand empty.
    pub never_empty: &'static [&'static str],
    /// Top-level keys that only this line and its forerunners of the same major version know.
    told_by: &'static [&'static str],
    /// Top-level keys that other lines accept, and that only this line has a use for.
    suggested_by: &'static [&'static str],
    /// Its own clients in the single binary.
    pub clients: &'static [InternalClient],
}

const FRONTEND_WORKER: InternalClient = InternalClient {
    block: &["querier", "frontend_worker", "grpc_client_config"],
    address: Some(&["querier", "frontend_worker", "frontend_address"]),
    when: DialCondition::Always,
};

static RELEASES: &[TempoReading] = &[
    TempoReading {
        name: "2.10",
        line: (2, 10),
        keys: keys!(include_str!("../keys-2.10.txt")),
        never_empty: &[
            "compactor",
            "ingester",
            "ingester_client",
            "metrics_generator_client",
            "query_frontend",
            "server",
            "storage",
        ],
        told_by: &["compactor", "ingester", "ingester_client", "partition_ring_live_store"],
        suggested_by: &[],
        clients: &[
            InternalClient {
                block: &["ingester_client", "grpc_client_config"],
                address: None,
                when: DialCondition::Always,
            },
            FRONTEND_WORKER,
            InternalClient {
                block: &["metrics_generator_client", "grpc_client_config"],
                address: None,
                when: DialCondition::Generator,
            },
        ],
    },
    TempoReading {
        name: "3.0",
        line: (3, 0),
        keys: keys!(include_str!("../keys-3.0.txt")),
        never_empty: NEVER_EMPTY_FROM_3,
        told_by: &["memory", "span_profiling"],
        suggested_by: &["backend_scheduler_client", "backend_worker", "live_store", "live_store_client"],
        clients: CLIENTS_FROM_3,
    },
    // The same binary but for keys; a file tells 3.0 and 3.1 apart by none of its blocks.
    TempoReading {
        name: "3.1",
        line: (3, 1),
        keys: keys!(include_str!("../keys-3.1.txt")),
        never_empty: NEVER_EMPTY_FROM_3,
        told_by: &[],
        suggested_by: &[],
        clients: CLIENTS_FROM_3,
    },
];

const CLIENTS_FROM_3: &[InternalClient] = &[
    FRONTEND_WORKER,
    InternalClient {
        block: &["live_store_client", "grpc_client_config"],
        address: None,
        when: DialCondition::Always,
    },
    InternalClient {
        block: &["backend_scheduler_client", "grpc_client_config"],
        address: Some(&["backend_worker", "backend_scheduler_addr"]),
        when: DialCondition::Always,
    },
];

const NEVER_EMPTY_FROM_3: &[&str] = &[
    "backend_scheduler",
    "backend_worker",
    "live_store",
    "live_store_client",
    "query_frontend",
    "server",
    "storage",
];

impl TempoReading {
    /// The other lines.
    pub fn others(&'static self) -> impl Iterator<Item = &'static Self> {
        RELEASES.iter().filter(|release| release.name != self.name)
    }

    /// The line whose rules are applied, and how sure that is: given (a minor version that is
    /// not known is read as the nearest below it, or else the oldest of its major version), else told by a block that only one line has; else assumed:
    /// the line that has a use for its blocks, or the oldest. A file of 3.0 that keeps its data anywhere
    /// but in the default directory has to say so in `live_store`; one of 2.10 may say nothing at all.
    pub fn of(given: Option<&str>, root: &Node) -> (&'static Self, ReadVersion) {
        if let Some(line) = given.and_then(line_of) {
            if let Some(release) = RELEASES.iter().find(|release| release.line == line) {
                return (release, ReadVersion::Given(release.name.to_owned()));
            }
            let below = RELEASES.iter().rfind(|release| release.line.0 == line.0 && release.line < line);
            let same_major = below.or_else(|| RELEASES.iter().find(|release| release.line.0 == line.0));
            let release =
                same_major.unwrap_or(if line.0 < 2 { &RELEASES[0] } else { &RELEASES[RELEASES.len() - 1] });
            let given = given.unwrap_or_default().to_owned();
            return (release, ReadVersion::Nearest { given, line: release.name.to_owned() });
        }
        let has = |keys: &[&str]| keys.iter().any(|key| root.entry(key).is_some());
        if let Some(release) = RELEASES.iter().find(|release| has(release.told_by)) {
            return (release, ReadVersion::Inferred(release.name.to_owned()));
        }
        let suggested = RELEASES.iter().find(|release| has(release.suggested_by));
        let release = suggested.unwrap_or(&RELEASES[0]);
        (release, ReadVersion::Assumed(release.name.to_owned()))
    }
}

/// A release of Tempo as it was given, by the effects that differ below the known lines.
///
/// Sources: `docs/sources/tempo/release-notes` and the flags of 2.6 to 2.10: the HTTP port by default is 80
/// up to 2.7, receivers without a host listen on all interfaces up to 2.6, `opencensus` left with 2.10.6.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Edition {
    line: Option<(u32, u32)>,
    patch: Option<u32>,
}

impl Edition {
    /// The edition that was given; nothing differs where none was.
    pub fn of(given: Option<&str>) -> Self {
        let patch = given.and_then(|text| text.split('.').nth(2)?.split('-').next()?.parse().ok());
        Self { line: given.and_then(line_of), patch }
    }

    /// The port of the HTTP API where none is written.
    pub fn http_port(self) -> u16 {
        if self.line.is_some_and(|line| line < (2, 8)) { 80 } else { 3200 }
    }

    /// Whether a receiver without a host listens on all interfaces.
    pub fn receivers_listen_everywhere(self) -> bool {
        self.line.is_some_and(|line| line < (2, 7))
    }

    /// Whether the receiver `opencensus` is compiled in; `None` where the patch release decides.
    pub fn holds_opencensus(self) -> Option<bool> {
        match (self.line?, self.patch) {
            (line, _) if line < (2, 10) => Some(true),
            ((2, 10), Some(patch)) => Some(patch < 6),
            ((2, 10), None) => None,
            _ => Some(false),
        }
    }
}

/// (2, 10) of `2.10`, `2.10.8` or `v2.10.8`.
fn line_of(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim_start_matches('v').split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

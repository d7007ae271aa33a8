//! What a release line of Tempo understands. Versions are compared here and nowhere else.

use std::time::Duration;

/// Capabilities of a Tempo release line.
///
/// Sources: the key tables of `cmd/tempo/app/config.go` per release, and runs of 2.10.8,
/// 3.0.3 and a build of the branch that became 3.1.0.
#[derive(Debug, PartialEq, Eq)]
pub struct TempoRelease {
    /// Its name in messages: `2.10`.
    pub name: &'static str,
    /// The directory of its templates, named after the first line that reads what they write.
    pub template: &'static str,
    /// Release line, (major, minor).
    pub line: (u32, u32),
    /// Key paths of Tempo's own gRPC clients that dial `internal`; the generator's only counts
    /// where a generator is configured (2.10).
    pub internal_clients: &'static [&'static str],
    /// How long it writes to one block at most, by its own default: `max_block_duration` of the ingester (2.10)
    /// or of the live store, as `/status/config` told.
    pub longest_block: Duration,
    /// Whether it makes memory executable (it compiles JSON code at start): a unit that denies this
    /// ends it with status 2.
    pub executable_memory: bool,
}

/// All rendered lines, oldest first.
const RELEASES: &[TempoRelease] = &[
    TempoRelease {
        name: "2.10",
        template: "2.10",
        line: (2, 10),
        internal_clients: &[
            "ingester_client.grpc_client_config",
            "querier.frontend_worker.grpc_client_config",
            "metrics_generator_client.grpc_client_config",
        ],
        longest_block: Duration::from_secs(30 * 60),
        executable_memory: false,
    },
    TempoRelease {
        name: "3.0",
        template: "3.0",
        line: (3, 0),
        internal_clients: CLIENTS_FROM_3,
        longest_block: Duration::from_secs(30),
        executable_memory: true,
    },
    TempoRelease {
        name: "3.1",
        template: "3.0",
        line: (3, 1),
        internal_clients: CLIENTS_FROM_3,
        longest_block: Duration::from_secs(30),
        executable_memory: true,
    },
];

const CLIENTS_FROM_3: &[&str] = &[
    "querier.frontend_worker.grpc_client_config",
    "live_store_client.grpc_client_config",
    "backend_scheduler_client.grpc_client_config",
];

impl TempoRelease {
    /// Whether fresh traces are held by a live store, and a scheduler hands out the work on blocks; before, by ingesters
    /// (from 3.0 on).
    pub fn has_live_store(&self) -> bool {
        self.line >= (3, 0)
    }

    /// The release of a release line, if it is known.
    pub fn of_line(line: (u32, u32)) -> Option<&'static Self> {
        RELEASES.iter().find(|release| release.line == line)
    }

    /// The names of all lines, oldest first.
    pub fn names() -> impl Iterator<Item = &'static str> {
        RELEASES.iter().map(|release| release.name)
    }

    /// The line that is nearest below an unknown one, or else the oldest, within the same major release:
    /// a step to another is not taken back.
    pub fn nearest(line: (u32, u32)) -> Option<&'static Self> {
        let mut same = RELEASES.iter().filter(|release| release.line.0 == line.0);
        let below = same.clone().rfind(|release| release.line <= line);
        below.or_else(|| same.next())
    }

    /// The newest release.
    pub fn newest() -> &'static Self {
        &RELEASES[RELEASES.len() - 1]
    }
}

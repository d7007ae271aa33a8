//! What a release line of Tempo understands. Versions are compared here and nowhere else.

/// Capabilities of a Tempo release line.
///
/// Sources: the key tables of `cmd/tempo/app/config.go` per release, and runs of 2.10.8.
#[derive(Debug, PartialEq, Eq)]
pub struct TempoDialect {
    /// Its name in messages, and the folder of its templates: `2.10`.
    pub name: &'static str,
    /// Release line, (major, minor).
    pub line: (u16, u16),
    /// Key paths of Tempo's own gRPC clients that dial `internal`; the generator's only counts
    /// where a generator is configured (2.10).
    pub internal_clients: &'static [&'static str],
}

/// All rendered lines, oldest first.
const DIALECTS: &[TempoDialect] = &[TempoDialect {
    name: "2.10",
    line: (2, 10),
    internal_clients: &[
        "ingester_client.grpc_client_config",
        "querier.frontend_worker.grpc_client_config",
        "metrics_generator_client.grpc_client_config",
    ],
}];

/// Release lines that the language knows, rendered or not.
pub const KNOWN_LINES: &[(u16, u16)] = &[(2, 10), (3, 0)];

impl TempoDialect {
    /// The dialect of a release line, if it is rendered.
    pub fn of_line(line: (u16, u16)) -> Option<&'static Self> {
        DIALECTS.iter().find(|dialect| dialect.line == line)
    }

    /// The newest dialect.
    pub fn newest() -> &'static Self {
        &DIALECTS[DIALECTS.len() - 1]
    }
}

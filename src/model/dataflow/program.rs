//! The programs that files are of.

use std::fmt;

/// Which program a file belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProgramKind {
    /// OpenTelemetry Collector.
    Collector,
    /// Grafana Tempo.
    Tempo,
    /// An application with an environment file.
    App,
    /// Grafana, by its datasource file.
    Grafana,
    /// Prometheus, by its flags and its configuration.
    Prometheus,
    /// Grafana Alloy, by its configuration.
    Alloy,
    /// Grafana Loki, by its flags and its configuration.
    Loki,
    /// A program beside them, by name.
    Neighbour(NeighbourName),
}

impl ProgramKind {
    /// The word of its tables in `stack.toml`.
    pub const fn table(self) -> &'static str {
        match self {
            Self::Collector => "collector",
            Self::Tempo => "tempo",
            Self::App => "app",
            Self::Grafana => "grafana",
            Self::Prometheus => "prometheus",
            Self::Alloy => "alloy",
            Self::Loki => "loki",
            Self::Neighbour(name) => name.0,
        }
    }

    /// Its name in a sentence: `Tempo`, `the collector`.
    pub fn spoken(self) -> String {
        match self {
            Self::Tempo | Self::Neighbour(_) | Self::Prometheus | Self::Alloy => self.to_string(),
            Self::Collector | Self::App | Self::Grafana | Self::Loki => format!("the {self}"),
        }
    }

    /// Its place in the order of starting: who listens before who dials it.
    pub const fn start_order(self) -> u8 {
        match self {
            Self::Prometheus => 0,
            Self::Loki => 1,
            Self::Tempo => 2,
            Self::Collector => 3,
            Self::Grafana => 4,
            Self::App => 5,
            Self::Alloy | Self::Neighbour(_) => 6,
        }
    }
}

/// The name of a program of which is read where it listens, and no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NeighbourName(pub &'static str);

impl fmt::Display for ProgramKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Collector => "collector",
            Self::Tempo => "Tempo",
            Self::App => "application",
            Self::Grafana => "Grafana",
            Self::Prometheus => "Prometheus",
            Self::Alloy => "Alloy",
            Self::Loki => "Loki",
            Self::Neighbour(NeighbourName(name)) => name,
        })
    }
}

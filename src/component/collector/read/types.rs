//! Which releases of the official distributions hold a type of component.

use crate::format::page::FileReading;
use crate::format::yaml::Node;
use crate::model::dataflow::FileFaultKind;

use super::release::{CollectorReading, NEWEST, kind_of};

const TABLE: &str = include_str!("../components.txt");
const CORE: &str = include_str!("../core.txt");
const KINDS: [&str; 5] = ["connectors", "exporters", "extensions", "processors", "receivers"];

/// What is known of a type.
enum Known {
    /// The release has it, or nothing is known against it.
    Here,
    /// No official distribution from this release on holds it.
    GoneSince(u16),
    /// It came with this release.
    Since(u16),
    /// No official distribution ever held it, from 0.90 on.
    Never,
}

/// Looks at every component that is defined: the collector refuses a type that it does not hold, whether
/// or not a pipeline uses it.
pub fn check(page: &mut FileReading<'_>, root: &Node, release: CollectorReading) {
    for kind in KINDS {
        for entry in root.get(kind).map(Node::entries).unwrap_or_default() {
            let name = kind_of(&entry.key);
            let path = format!("{kind}.{}", entry.key);
            let what = kind.trim_end_matches('s');
            let reason = match known(kind, name, release.minor()) {
                Known::Here => continue,
                Known::Never => {
                    let reason = format!("no official distribution holds a {what} of type `{name}`");
                    page.not_read(&path, reason);
                    continue;
                }
                Known::GoneSince(0..=90) => {
                    format!("no release from 0.90 on holds a {what} of type `{name}`")
                }
                Known::GoneSince(first) => format!("the {what} `{name}` left with 0.{first}"),
                Known::Since(first) => format!("the {what} `{name}` came with 0.{first}"),
            };
            let instead = instead(kind, name).map(str::to_owned);
            page.file_fault(entry.key_span.clone(), FileFaultKind::ComponentGone { path, reason, instead });
        }
    }
}

/// Looks for components that the core distribution does not hold, in a file of its image. `release` is that of
/// the tag; where it has none, only what no release holds is named.
pub fn outside_core(page: &mut FileReading<'_>, root: &Node, release: Option<&str>) {
    let minor = release.map(|text| CollectorReading::of(Some(text), root).0.minor());
    let told = minor.unwrap_or(NEWEST);
    if !(FIRST..=NEWEST).contains(&told) {
        return;
    }
    for kind in KINDS {
        for entry in root.get(kind).map(Node::entries).unwrap_or_default() {
            let name = kind_of(&entry.key);
            let bare: String = name.chars().filter(|c| *c != '_').collect();
            let bare = if kind == "exporters" && bare == "otlpgrpc" { "otlp" } else { bare.as_str() };
            // What no distribution holds is told by itself.
            if !matches!(known(kind, name, told), Known::Here) {
                continue;
            }
            let what = kind.trim_end_matches('s');
            let reason = match (in_table(CORE, kind, bare, told), minor) {
                (Known::Never, _) => format!("no release of the core distribution holds the {what} `{name}`"),
                (Known::Since(first), Some(_)) => {
                    format!("the core distribution holds the {what} `{name}` from 0.{first} on")
                }
                (Known::GoneSince(first), Some(_)) => {
                    format!("the {what} `{name}` left the core distribution with 0.{first}")
                }
                _ => continue,
            };
            let path = format!("{kind}.{}", entry.key);
            page.file_fault(entry.key_span.clone(), FileFaultKind::NotInDistribution { path, reason });
        }
    }
}

/// The oldest release of the tables.
const FIRST: u16 = 90;

fn known(kind: &str, name: &str, minor: u16) -> Known {
    let bare: String = name.chars().filter(|c| *c != '_').collect();
    // The names that came with 0.144 are those of the modules no longer.
    if kind == "exporters" && matches!(bare.as_str(), "otlpgrpc" | "prometheusremotewrite") {
        let since = if bare == "otlpgrpc" && minor < 144 { Known::Since(144) } else { Known::Here };
        return since;
    }
    if kind == "exporters" && name == "otlp_http" && minor < 144 {
        return Known::Since(144);
    }
    match in_table(TABLE, kind, &bare, minor) {
        // What came later than the table is not known here.
        Known::Never if minor > NEWEST => Known::Here,
        known => known,
    }
}

/// What a table says of a type, which stands there without underscores.
fn in_table(table: &str, kind: &str, bare: &str, minor: u16) -> Known {
    let mut here = false;
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let Some(row) = line.strip_prefix(' ') else {
            here = line == kind;
            continue;
        };
        let (known, range) = row.split_once(' ').unwrap_or((row, ".."));
        if !here || known != bare {
            continue;
        }
        let (first, last) = range.split_once("..").unwrap_or_default();
        return match (first.parse::<u16>(), last.parse::<u16>()) {
            (_, Ok(last)) if minor > last => Known::GoneSince(last + 1),
            (Ok(first), _) if minor < first => Known::Since(first),
            _ => Known::Here,
        };
    }
    Known::Never
}

/// What does the work of a type that is gone.
fn instead(kind: &str, name: &str) -> Option<&'static str> {
    match (kind, name) {
        ("exporters", "logging") => Some("`debug` prints what it printed: `debug: { verbosity: basic }`"),
        ("exporters", "jaeger" | "jaeger_thrift") => {
            Some("Jaeger takes OTLP: an exporter `otlp_grpc` to its port 4317")
        }
        ("exporters", "loki") => {
            Some("Loki takes OTLP: an exporter `otlp_http` with `endpoint: http://HOST:3100/otlp`")
        }
        ("exporters" | "receivers", "opencensus") => Some("an `otlp` receiver, and clients that speak OTLP"),
        ("extensions", "memory_ballast") => Some("remove it, and set `GOMEMLIMIT` for the process"),
        ("processors", "spanmetrics" | "servicegraph" | "routing") => Some("a connector of the same type"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Known, known};

    #[test]
    fn a_type_has_the_releases_of_its_row() {
        let word = |kind, name, minor| match known(kind, name, minor) {
            Known::Here => "here".to_owned(),
            Known::GoneSince(first) => format!("gone since {first}"),
            Known::Since(first) => format!("since {first}"),
            Known::Never => "never".to_owned(),
        };
        for (kind, name, minor, expected) in [
            ("exporters", "logging", 110, "here"),
            ("exporters", "logging", 111, "gone since 111"),
            ("exporters", "debug", 159, "here"),
            ("exporters", "otlp_grpc", 143, "since 144"),
            ("exporters", "otlphttp", 143, "here"),
            ("exporters", "telemetry", 159, "never"),
            ("processors", "tail_sampling", 159, "here"),
            ("processors", "memory_limiter", 159, "here"),
            ("extensions", "file_storage", 159, "here"),
            ("receivers", "prometheus_simple", 159, "here"),
            ("receivers", "filelog", 159, "here"),
            ("connectors", "spanmetrics", 159, "here"),
        ] {
            assert_eq!(word(kind, name, minor), expected, "{kind} {name} 0.{minor}");
        }
    }
}

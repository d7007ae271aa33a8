//! What a release of Prometheus takes.

/// Whether a release, `3.16` or `3.16.0`, takes OTLP: before 3.0 its receiver was a feature, which no flag of today
/// opens. Source: its documentation of the two lines.
pub fn takes_otlp(version: &str) -> bool {
    let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    major.is_none_or(|major| major >= 3)
}

/// Whether a configuration is written for a release line, (major, minor). 2.42, the oldest that was run, has each key
/// that is written.
pub fn is_known(line: (u32, u32)) -> bool {
    line.0 == 3 || line.0 == 2 && line.1 >= 42
}

/// How they are told.
pub const KNOWN: &str = "2.42 to 2.x, 3.x";

/// The newest.
pub const NEWEST: &str = "3.16";

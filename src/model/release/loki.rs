//! Which releases of Loki a configuration is written for.

/// Whether a release line, (major, minor), is one of them: 3.x, whose schema v13 takes OTLP. Source: its documentation;
/// 3.7 was run.
pub fn is_known(line: (u32, u32)) -> bool {
    line.0 == 3
}

/// How they are told.
pub const KNOWN: &str = "3.x";

/// The newest.
pub const NEWEST: &str = "3.7";

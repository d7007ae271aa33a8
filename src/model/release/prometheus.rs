//! What a release of Prometheus takes.

/// Whether a release, `3.16` or `3.16.0`, takes OTLP: before 3.0 its receiver was a feature, which no flag of today
/// opens. Source: its documentation of the two lines.
pub fn takes_otlp(version: &str) -> bool {
    let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    major.is_none_or(|major| major >= 3)
}

//! Rules about one file by itself: components that are gone, endpoints that nothing can be sent to, variables
//! that are none, a metrics generator that stays silent. Each looks up its kinds in what the readers found.

use super::advice;
use super::facts::Facts;
use crate::diagnostic::{Code, Finding, Findings, Help, SourceName, TextChange};
use crate::model::dataflow::{FileFault, FileFaultKind as Kind, ReadVersion};

/// The code of a component that the release does not hold.
pub(super) const COMPONENT: Code = Code("component-unknown");
/// The code of an endpoint without a scheme.
pub(super) const ENDPOINT: Code = Code("endpoint-scheme");
/// The code of `$NAME`, which is no variable.
pub(super) const VARIABLE: Code = Code("variable-form");
/// The code of a proxy that stands in the way.
pub(super) const PROXY: Code = Code("proxy-between");
/// The code of a metrics generator that generates nothing.
pub(super) const GENERATOR: Code = Code("generator-idle");

/// Speaks of component types that the release does not hold: a warning where the release is a guess.
pub(super) fn components(facts: &Facts<'_>, findings: &mut Findings) {
    for fault in &facts.topology.file_faults {
        let Kind::ComponentGone { path, reason, instead } = &fault.kind else { continue };
        let (line, is_guess) = match &facts.topology.programs[fault.program].version {
            ReadVersion::Given(line) | ReadVersion::Image(line) | ReadVersion::Inferred(line) => {
                (line.as_str(), false)
            }
            ReadVersion::Assumed(line) | ReadVersion::Nearest { line, .. } => (line.as_str(), true),
            ReadVersion::None => ("", true),
        };
        let title = format!("the collector {line} has no component for `{path}`");
        let finding = if is_guess {
            Finding::warning(COMPONENT, title)
                .at(fault.at.clone(), format!("{reason}; no version was given"))
                .help("`--collector-version V` says which release reads this file")
        } else {
            Finding::error(COMPONENT, title).at(fault.at.clone(), reason.clone())
        };
        findings.push(instead.iter().cloned().fold(finding, Finding::help));
    }
}

/// Speaks of component types that the distribution in an image does not hold.
pub(super) fn distributions(facts: &Facts<'_>, findings: &mut Findings) {
    each(facts, findings, |fault| {
        let Kind::NotInDistribution { path, reason } = &fault.kind else { return None };
        let title = format!("the image `otel/opentelemetry-collector` has no component for `{path}`");
        let help = "the image `otel/opentelemetry-collector-contrib` instead, which holds it";
        Some(Finding::error(COMPONENT, title).at(fault.at.clone(), reason.clone()).help(help))
    });
}

/// Speaks of endpoints that are accepted, and that no request can be sent to.
pub(super) fn endpoints(facts: &Facts<'_>, findings: &mut Findings) {
    each(facts, findings, |fault| {
        let Kind::EndpointWithoutScheme { setting, text } = &fault.kind else { return None };
        let finding =
            Finding::error(ENDPOINT, format!("`{setting}` has an endpoint that is no URL with a scheme"));
        Some(finding.at(fault.at.clone(), "the collector starts, and every export fails").help(with_scheme(
            advice::source(facts, fault.program),
            setting,
            text,
        )))
    });
}

/// Speaks of dollar signs that are no variables.
pub(super) fn variables(facts: &Facts<'_>, findings: &mut Findings) {
    each(facts, findings, |fault| {
        let Kind::BareVariable { path, name } = &fault.kind else { return None };
        let finding = Finding::error(VARIABLE, format!("`${name}` in `{path}` is no variable"));
        Some(
            finding
                .at(fault.at.clone(), "taken as it is written from collector 0.107 on")
                .help(format!("`${{env:{name}}}`")),
        )
    });
}

/// Speaks of metrics generators with one half of what they need.
pub(super) fn generator(facts: &Facts<'_>, findings: &mut Findings) {
    each(facts, findings, |fault| match fault.kind {
        Kind::GeneratorOff => Some(
            Finding::error(GENERATOR, "processors are on and the metrics generator has no `storage.path`")
                .at(fault.at.clone(), "nothing is generated: the generator stays off")
                .help(
                    generator_key(
                        advice::source(facts, fault.program),
                        ["metrics_generator", "storage", "path"],
                        "/var/tempo/generator",
                    )
                    .worded(|text| format!("{text}, a directory that Tempo can write")),
                ),
        ),
        Kind::GeneratorIdle => Some(
            Finding::warning(GENERATOR, "a metrics generator without processors generates nothing")
                .at(fault.at.clone(), "configured, and no tenant has a processor")
                .help(generator_key(
                    advice::source(facts, fault.program),
                    ["overrides", "defaults", "metrics_generator", "processors"],
                    "[service-graphs, span-metrics]",
                )),
        ),
        _ => None,
    });
}

/// Without TLS, as long as nothing says that it is served.
fn with_scheme(file: SourceName, setting: &str, text: &str) -> Help {
    let (way, value) = (format!("{setting}.endpoint"), format!("http://{text}"));
    let help = Help::from(format!("`endpoint: {value}`, or `https://{text}` where TLS is served"));
    help.edit(file, TextChange::SetKey { way, value })
}

/// A key with all the blocks around it.
fn generator_key<const N: usize>(file: SourceName, way: [&str; N], value: &str) -> Help {
    let mut keys = way.iter().rev();
    let last = keys.next().copied().unwrap_or_default();
    let text = keys.fold(format!("{last}: {value}"), |inner, key| format!("{key}: {{ {inner} }}"));
    let change = TextChange::SetKey { way: way.join("."), value: value.to_owned() };
    Help::from(format!("`{text}`")).edit(file, change)
}

/// Speaks of exporters that a variable of their process sends through a proxy.
pub(super) fn proxies(facts: &Facts<'_>, findings: &mut Findings) {
    each(facts, findings, |fault| {
        let Kind::Proxied { setting, variable, host } = &fault.kind else { return None };
        let title = format!("`{setting}` dials `{host}` through the proxy of `{variable}`");
        Some(
            Finding::warning(PROXY, title)
                .at(
                    fault.at.clone(),
                    format!("`{variable}` of its process counts here, and `NO_PROXY` does not name it"),
                )
                .help(format!("add `{host}` to `NO_PROXY` of the process")),
        )
    });
}

fn each(facts: &Facts<'_>, findings: &mut Findings, speak: impl Fn(&FileFault) -> Option<Finding>) {
    facts.topology.file_faults.iter().filter_map(speak).for_each(|finding| findings.push(finding));
}

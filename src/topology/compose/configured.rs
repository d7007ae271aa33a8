//! Which text of the directory a container's program reads: its configuration, by the command line and
//! the mounts; its environment; the datasources of Grafana.

use super::program::{Container, Runs};
use crate::diagnostic::{Mark, SourceName};
use crate::format::compose::{ComposeService, Led, WrittenText};
use crate::format::env_file::{EnvEntry, EnvFile};
use crate::model::dataflow::{ComposeFact, ComposeFactKind, NotRead, Topology};
use crate::model::names::TargetPath;
use crate::topology::{Examined, FileSet, places};
use std::borrow::Cow;

/// The directory that Grafana reads its datasources from.
const DATASOURCES: &str = "/etc/grafana/provisioning/datasources";

/// A configuration of the directory.
pub(in crate::topology) struct Configured {
    pub(in crate::topology) path: TargetPath,
    pub(in crate::topology) source: SourceName,
    /// The text, where it is not that of a file alone.
    pub(in crate::topology) text: Option<String>,
}

/// An environment in the form of a file.
pub(in crate::topology) struct Environment<'a> {
    pub(in crate::topology) lines: EnvFile<'a>,
    pub(in crate::topology) source: SourceName,
}

/// The configuration of a container's program. What cannot be read is listed, and its site may listen
/// where nobody knows; what cannot be there is a fact of the project.
pub(in crate::topology) fn configured(
    container: &Container<'_>,
    files: &FileSet<'_>,
    topology: &mut Topology,
) -> Option<Configured> {
    let name = &container.service.name;
    let place = container.service.at.source.0.clone();
    let engine = container.runs() != Runs::Other;
    let Some(config) = container.configs().first() else {
        if engine {
            let reason = format!("`{name}`: its command line names no configuration file that can be read");
            unread(container, topology, NotRead { place, reason });
        }
        return None;
    };
    let reason = match container.inside.lead(config) {
        Led::Here(path, mount) => match files.files.get(&path) {
            Some(Examined::Bytes(_)) => {
                let source = files.shown_as.get(&path).cloned();
                let source = source.unwrap_or_else(|| SourceName(path.to_string()));
                return Some(Configured { path, source, text: None });
            }
            // Laid out by hand as a host: the file stands where the container has it.
            _ if files.absent.contains(&path) && !files.repository && files.files.contains_key(config) => {
                let source = SourceName(config.to_string());
                return Some(Configured { path: config.clone(), source, text: None });
            }
            _ if files.absent.contains(&path) => {
                absent(files, (&path, config), (name, mount.at), topology);
                format!("`{name}`: its configuration `{config}` is not there")
            }
            _ => format!("`{name}`: its configuration `{config}` was not read"),
        },
        Led::Inline(written) => match inline(&written, files) {
            Some(configured) => return Some(configured),
            None => {
                format!("`{name}`: its configuration `{config}` is a text with variables in a Compose file")
            }
        },
        Led::Embedded(written) => match embedded(&written, files) {
            Some(configured) => return Some(configured),
            None => format!("`{name}`: its configuration `{config}` is a text that cannot be read alone"),
        },
        Led::Image if !engine => return None,
        Led::Image if container.service.command.is_none() && container.is_official() => {
            format!("`{name}` runs with the configuration that its image brings")
        }
        Led::Image if container.is_official() => {
            let at = container.service.command.iter().flatten().next();
            let at = at.map_or_else(|| container.service.at.clone(), |word| word.at.clone());
            let kind = ComposeFactKind::NotMounted(config.to_string());
            topology.compose.push(ComposeFact { kind, service: name.clone(), at });
            format!("`{name}`: its configuration `{config}` is mounted from nowhere")
        }
        Led::Image => format!("`{name}`: its configuration `{config}` is in its image"),
        Led::Unknown(what) => format!("`{name}`: its configuration `{config}` is {what}"),
    };
    if engine || container.service.name.is_empty() {
        unread(container, topology, NotRead { place, reason });
    }
    None
}

/// Notes that nothing stands where a configuration is mounted from.
fn absent(
    files: &FileSet<'_>,
    (path, config): (&TargetPath, &TargetPath),
    (service, at): (&str, Mark),
    topology: &mut Topology,
) {
    let shown = files.shown_as.get(path);
    let source =
        shown.map_or_else(|| path.as_str().trim_start_matches('/').to_owned(), |shown| shown.0.clone());
    let kind = ComposeFactKind::ConfigurationMissing { source, target: config.to_string() };
    topology.compose.push(ComposeFact { kind, service: service.to_owned(), at });
}

/// All configuration files of a container's command line, where each is a file of the directory.
pub(in crate::topology) fn all_configured<'f>(
    container: &Container<'_>,
    files: &FileSet<'f>,
) -> Option<Vec<(SourceName, &'f str)>> {
    let one = |config: &TargetPath| {
        let Led::Here(path, _) = container.inside.lead(config) else { return None };
        let Some(Examined::Bytes(bytes)) = files.files.get(&path) else { return None };
        Some((files.source_of(&path), std::str::from_utf8(bytes).ok()?))
    };
    container.configs().iter().map(one).collect()
}

fn unread(container: &Container<'_>, topology: &mut Topology, not_read: NotRead) {
    topology.sites[container.site].open.get_or_insert_with(|| not_read.reason.clone());
    topology.not_read.push(not_read);
}

/// A configuration that stands in a Compose file: a dollar sign is written twice there, and every other
/// variable is put in by Compose.
fn inline(written: &WrittenText, files: &FileSet<'_>) -> Option<Configured> {
    let doubled = |text: &str| {
        let has_variable = text.replace("$$", "").contains('$') || written.text.unset.is_some();
        (!has_variable).then(|| text.replace("$$", " $"))
    };
    masked(written, files, &doubled)
}

/// A configuration that stands in another file as it is.
fn embedded(written: &WrittenText, files: &FileSet<'_>) -> Option<Configured> {
    masked(written, files, &|text| Some(text.to_owned()))
}

/// The file that a text stands in, with everything else blanked out, so that places stay those of the file.
fn masked(
    written: &WrittenText,
    files: &FileSet<'_>,
    taken: &dyn Fn(&str) -> Option<String>,
) -> Option<Configured> {
    let source = &written.at.source;
    let path = files.shown_as.iter().find(|(_, shown)| *shown == source).map(|(path, _)| path.clone());
    let path = path.unwrap_or_else(|| TargetPath::new(&source.0));
    let Some(Examined::Bytes(bytes)) = files.files.get(&path) else { return None };
    let whole = std::str::from_utf8(bytes).ok()?;
    let block = whole.get(written.at.span.clone())?;
    let after_sign = if block.starts_with(['|', '>']) { block.find('\n')? } else { 0 };
    let start = written.at.span.start + after_sign;
    let line = whole[..start].rfind('\n').map_or(0, |at| at + 1);
    let start = if whole[line..start].trim().is_empty() { line } else { start };
    let text = taken(whole.get(start..written.at.span.end)?)?;
    let blank = |text: &str| -> String {
        text.chars().map(|c| if c == '\n' { "\n".to_owned() } else { " ".repeat(c.len_utf8()) }).collect()
    };
    let text = format!("{}{text}{}", blank(&whole[..start]), blank(&whole[written.at.span.end..]));
    let id = TargetPath::new(format!("{path}#{}", written.at.span.start));
    Some(Configured { path: id, source: source.clone(), text: Some(text) })
}

/// The datasource files that Grafana finds in its container.
pub(in crate::topology) fn datasources<'a>(
    container: &Container<'_>,
    paths: impl Iterator<Item = &'a TargetPath>,
) -> Vec<&'a TargetPath> {
    let directory = TargetPath::new(DATASOURCES);
    let seen = |path: &&TargetPath| {
        places::is_yaml(path) && container.inside.seen_as(path).iter().any(|seen| seen.is_within(&directory))
    };
    paths.filter(seen).collect()
}

/// The environment of a service as lines. They stand under the name of the file that the endpoint is
/// written in; what is written elsewhere is shown at the endpoint.
pub(in crate::topology) fn environment(service: &ComposeService) -> Option<Environment<'_>> {
    let endpoint = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"]
        .iter()
        .find_map(|key| service.environment.get(*key))
        .or_else(|| service.variables().find(|(key, _)| key.starts_with("OTEL_")).map(|(_, value)| value))?;
    let source = &endpoint.at.source;
    let entries = service.variables().filter_map(|(key, value)| {
        let text = value.value.as_ref()?;
        let here = if value.at.source == *source { value } else { endpoint };
        Some(EnvEntry {
            key,
            value: Cow::Borrowed(if text.unset.is_some() && text.text.is_empty() {
                "${}"
            } else {
                &text.text
            }),
            span: here.at.span.clone(),
            value_span: here.at.span.clone(),
            inside: false,
        })
    });
    let lines = EnvFile { entries: entries.collect(), ..EnvFile::default() };
    Some(Environment { lines, source: source.clone() })
}

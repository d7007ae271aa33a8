//! What stands at which path of a container: binds, named volumes, `configs:` and `secrets:`.

use super::paths::{self, SourcePath};
use super::tree::{InterpolatedText, Shape, Tree};
use super::{ComposeFault, Shared, WrittenText};
use crate::diagnostic::Mark;
use std::collections::BTreeMap;

/// Something that stands at a path of the container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// The path in the container, as it is written.
    pub target: String,
    /// What stands there.
    pub source: Source,
    /// Whether the container may not write to it.
    pub read_only: bool,
    /// Where it is written.
    pub at: Mark,
    /// A variable in the source that nothing sets.
    pub unset: Option<String>,
}

/// What a mount brings in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file or directory of the machine.
    Bind(SourcePath),
    /// A named volume; nameless where none is written.
    Volume(Option<String>),
    /// Memory.
    Tmpfs,
    /// A text that stands in a Compose file.
    Inline(WrittenText),
    /// A text that stands in another file, taken as it is.
    Embedded(WrittenText),
    /// `configs:` or `secrets:` of a variable, or of something outside of the project.
    Elsewhere,
}

/// One entry of `volumes`.
pub(super) fn volume(item: &Tree) -> Result<Mount, ComposeFault> {
    match &item.shape {
        Shape::Scalar(text) => {
            short(text, &item.at).map_err(|text| ComposeFault { at: item.at.clone(), text })
        }
        _ => Ok(long(item)),
    }
}

fn short(written: &InterpolatedText, at: &Mark) -> Result<Mount, String> {
    let text = &written.text;
    let mount = |source, target: &str, options: &str| Mount {
        target: target.to_owned(),
        source,
        read_only: options.split(',').any(|option| option == "ro"),
        at: at.clone(),
        unset: written.unset.clone(),
    };
    let Some((source, rest)) = text.split_once(':') else {
        return Ok(mount(Source::Volume(None), text, ""));
    };
    // What nothing here sets is not known, and so neither is what Compose makes of it.
    if source.is_empty() && !rest.is_empty() && written.unset.is_some() {
        let (target, options) = rest.split_once(':').unwrap_or((rest, ""));
        return Ok(mount(Source::Bind(SourcePath::Outside(String::new())), target, options));
    }
    if source.is_empty() || rest.is_empty() {
        return Err(format!("invalid spec: {text}: empty section between colons"));
    }
    // One letter is a drive of another system: the whole is the path of a nameless volume.
    if source.len() == 1 && source.chars().all(|c| c.is_ascii_alphabetic()) {
        return Ok(mount(Source::Volume(None), text, ""));
    }
    let (target, options) = rest.split_once(':').unwrap_or((rest, ""));
    let source = if paths::is_path(source) {
        Source::Bind(SourcePath::of(source))
    } else {
        Source::Volume(Some(source.to_owned()))
    };
    Ok(mount(source, target, options))
}

fn long(item: &Tree) -> Mount {
    let text = |key: &str| item.get(key).and_then(Tree::text);
    let name = text("source").map(|text| text.text.clone()).filter(|name| !name.is_empty());
    let source = match (text("type").map(|text| text.text.as_str()), name) {
        (Some("bind"), Some(name)) => Source::Bind(SourcePath::of(&name)),
        (Some("tmpfs"), _) => Source::Tmpfs,
        (_, name) => Source::Volume(name),
    };
    Mount {
        target: text("target").map(|text| text.text.clone()).unwrap_or_default(),
        source,
        read_only: text("read_only").is_some_and(|text| text.text == "true"),
        at: item.get("source").unwrap_or(item).at.clone(),
        unset: text("source").and_then(|text| text.unset.clone()),
    }
}

/// The `configs` or `secrets` of a service.
pub(super) fn shared(
    service: &Tree,
    kind: &str,
    defined: &BTreeMap<String, Shared>,
) -> Result<Vec<Mount>, ComposeFault> {
    let mut all = Vec::new();
    for item in service.get(kind).map(Tree::items).unwrap_or_default() {
        let text = |key: &str| item.get(key).and_then(Tree::text).map(|text| text.text.clone());
        let Some(name) = item.text().map(|text| text.text.clone()).or_else(|| text("source")) else {
            continue;
        };
        let Some(shared) = defined.get(&name) else {
            let what = kind.trim_end_matches('s');
            return Err(ComposeFault {
                at: item.at.clone(),
                text: format!("refers to undefined {what} `{name}`"),
            });
        };
        let directory = if kind == "secrets" { "/run/secrets/" } else { "/" };
        let target = text("target").map(|target| {
            if target.starts_with('/') || kind == "configs" { target } else { format!("{directory}{target}") }
        });
        all.push(Mount {
            target: target.unwrap_or_else(|| format!("{directory}{name}")),
            source: match shared {
                Shared::File(path) => Source::Bind(path.clone()),
                Shared::Content(content) => Source::Inline(content.clone()),
                Shared::Elsewhere => Source::Elsewhere,
            },
            read_only: true,
            at: item.at.clone(),
            unset: None,
        });
    }
    Ok(all)
}

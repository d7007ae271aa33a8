//! Reading `stack.toml`: the loader beside the parser, which never opens a file.

use super::session::Stop;
use crate::cli::NamedStackArgument;
use crate::diagnostic::{Code, Finding, Findings, Mark, SourceName};
use crate::model::names::StackName;
use crate::stack::Stack;
use crate::text::{RedactSource, Sources, TextFormat};
use crate::toml::TomlDocument;
use crate::{component, stack, toml};
use std::io::Read;
use std::path::{Path, PathBuf};

/// There is no file of this name.
const MISSING: Code = Code("stack-missing");

/// A stack that was read and understood.
#[derive(Debug)]
pub struct Loaded {
    /// The text as it was read.
    pub text: String,
    /// The text with its positions.
    pub document: TomlDocument,
    /// What it means.
    pub stack: Stack,
    /// Warnings so far, without positions.
    pub warnings: Findings,
    /// The text, for drawing positions.
    pub sources: Sources,
}

/// Reads and understands the stack that an argument names.
///
/// # Errors
/// All faults of the file, each with its position; a file that cannot be read is a finding too.
pub fn load(argument: &Path) -> Result<Loaded, Stop> {
    let (source, text) = read(argument)?;
    let (document, loaded) = component::load(source, &text);
    // Not the text itself: of these sources no more comes out than may be shown.
    let sources = document.sources();
    match loaded {
        Ok((stack, warnings)) => Ok(Loaded { text, document, stack, warnings, sources }),
        Err(findings) => Err(Stop::Findings(findings, sources)),
    }
}

/// The stack's name alone; other faults of the file do not matter to `rollback` and `history`.
///
/// # Errors
/// The file cannot be read, or has no usable `name`.
pub fn load_name(argument: &Path) -> Result<StackName, Stop> {
    let (source, text) = read(argument)?;
    let (document, name) = stack::load_name(source, &text);
    name.map_err(|findings| Stop::Findings(findings, document.sources()))
}

/// The text of the stack that an argument names, however faulty.
///
/// # Errors
/// It cannot be read.
pub(crate) fn text(argument: &Path) -> Result<String, Stop> {
    read(argument).map(|(_, text)| text)
}

/// The name of the stack that an argument names, for a verb that needs no more.
///
/// # Errors
/// As [`load_name`], with the way out where the file is lost.
pub fn name_of(argument: &NamedStackArgument) -> Result<StackName, Stop> {
    if let Some(name) = &argument.name {
        return Ok(name.clone());
    }
    load_name(&argument.stack).map_err(|stop| match stop {
        Stop::Findings(mut findings, sources) => {
            findings.for_each(|finding| {
                if finding.code == MISSING {
                    finding.help = vec!["`--name NAME` names a stack whose file is lost".into()];
                }
            });
            Stop::Findings(findings, sources)
        }
        other => other,
    })
}

fn read(argument: &Path) -> Result<(SourceName, String), Stop> {
    let path = if argument.is_dir() { argument.join("stack.toml") } else { argument.to_owned() };
    let name = SourceName(shown(&path));
    let (size, bytes) = read_bounded(&path).map_err(|error| unreadable(&path, &error))?;
    if let Some(finding) = toml::too_large(&name, size) {
        return Err(finding.into());
    }
    String::from_utf8(bytes).map(|text| (name.clone(), text)).map_err(|error| not_utf8(&name, &error))
}

/// Its size and its bytes; of a file that is too large no more than shows that it is.
fn read_bounded(path: &Path) -> std::io::Result<(u64, Vec<u8>)> {
    let file = std::fs::File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(std::io::ErrorKind::IsADirectory.into());
    }
    let most = toml::MAX_BYTES + 1;
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len().min(most)).unwrap_or_default() + 1);
    file.take(most).read_to_end(&mut bytes)?;
    Ok((metadata.len().max(bytes.len() as u64), bytes))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Stop {
    let shown = shown(path);
    let finding = match error.kind() {
        std::io::ErrorKind::NotFound => Finding::error(MISSING, format!("there is no `{shown}`")).help(
            "`tracewright init` writes one to start from; or name its directory: `tracewright check DIR`",
        ),
        std::io::ErrorKind::IsADirectory => {
            Finding::error(Code("stack-unreadable"), format!("`{shown}` is a directory, not a file"))
                .help("`stack.toml` must be a file")
        }
        _ => Finding::error(Code("stack-unreadable"), format!("`{shown}` cannot be read: {error}"))
            .help(format!("`ls -l {shown}` shows who may read it")),
    };
    finding.into()
}

fn not_utf8(name: &SourceName, error: &std::string::FromUtf8Error) -> Stop {
    let offset = error.utf8_error().valid_up_to();
    let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
    let mark = Mark { source: name.clone(), span: offset..offset };
    let finding = Finding::error(Code("stack-not-utf8"), format!("`{name}` is not UTF-8"))
        .at(mark, "the first byte that is not")
        .help("save it as UTF-8: `iconv -f latin1 -t utf-8`");
    let source = RedactSource::new(TextFormat::Stack, text);
    Stop::Findings(finding.into(), Sources::from_iter([(name.clone(), source)]))
}

/// The path as typed; one without a directory stands alone.
fn shown(path: &Path) -> String {
    let path: PathBuf = path.components().filter(|part| *part != std::path::Component::CurDir).collect();
    path.display().to_string()
}

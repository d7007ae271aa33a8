//! A command line that cannot be understood: what clap says of it, without what misleads.

use crate::exit::Exit;
use crate::report::document::StoppedDocument;
use crate::text::nearest;
use clap::Error;
use clap::error::{ContextKind, ContextValue};
use std::ffi::OsString;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

/// What is suggested, for what.
const SUGGESTIONS: [(ContextKind, ContextKind); 3] = [
    (ContextKind::SuggestedArg, ContextKind::InvalidArg),
    (ContextKind::SuggestedSubcommand, ContextKind::InvalidSubcommand),
    (ContextKind::SuggestedValue, ContextKind::InvalidValue),
];

/// Says it. Help and version are no faults; everything else is usage, 64, because 2 means pending changes.
/// Where JSON was asked for, the document that says why there is none goes to stdout as well.
pub(super) fn say(mut error: Error, asks_json: bool) -> ExitCode {
    // That `-- -q` would be taken as a value helps nobody who mistyped a flag.
    error.remove(ContextKind::Suggested);
    for (suggested, typed) in SUGGESTIONS {
        let typed = words(error.get(typed)).into_iter().next().unwrap_or_default();
        let near = words(error.get(suggested));
        let bare = |word: &str| word.trim_start_matches('-').to_owned();
        if near.iter().all(|near| nearest(&bare(&typed), [bare(near).as_str()]).is_none()) {
            error.remove(suggested);
        }
    }
    let printed = error.print();
    if error.use_stderr() && asks_json {
        let mut stopped = StoppedDocument::new(None, Exit::Usage.number());
        stopped.stopped.reason = Some(error.render().to_string().trim_end().to_owned());
        let _nobody = std::io::stdout().lock().write_all(stopped.text().as_bytes());
    }
    match (error.use_stderr(), printed) {
        (true, _) => Exit::Usage.into(),
        (false, Err(lost)) if lost.kind() != ErrorKind::BrokenPipe => Exit::Machine.into(),
        (false, _) => Exit::Fine.into(),
    }
}

/// Whether a command line asks for JSON, as far as that can be told of one that is not understood.
pub(super) fn asks_json(arguments: &[OsString]) -> bool {
    let pair = |pair: &[OsString]| pair[0] == "--format" && pair[1] == "json";
    arguments.windows(2).any(pair) || arguments.iter().any(|one| one == "--format=json")
}

fn words(value: Option<&ContextValue>) -> Vec<String> {
    match value {
        Some(ContextValue::String(word)) => vec![word.clone()],
        Some(ContextValue::Strings(words)) => words.clone(),
        _ => Vec::new(),
    }
}

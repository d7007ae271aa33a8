//! A command line that cannot be understood: what clap says of it, without what misleads.

use crate::exit::Exit;
use crate::text::nearest;
use clap::Error;
use clap::error::{ContextKind, ContextValue};
use std::io::ErrorKind;
use std::process::ExitCode;

/// What is suggested, for what.
const SUGGESTIONS: [(ContextKind, ContextKind); 3] = [
    (ContextKind::SuggestedArg, ContextKind::InvalidArg),
    (ContextKind::SuggestedSubcommand, ContextKind::InvalidSubcommand),
    (ContextKind::SuggestedValue, ContextKind::InvalidValue),
];

/// Says it. Help and version are no faults; everything else is usage, 64, because 2 means pending changes.
pub(super) fn say(mut error: Error) -> ExitCode {
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
    match (error.use_stderr(), printed) {
        (true, _) => Exit::Usage.into(),
        (false, Err(lost)) if lost.kind() != ErrorKind::BrokenPipe => Exit::Machine.into(),
        (false, _) => Exit::Fine.into(),
    }
}

fn words(value: Option<&ContextValue>) -> Vec<String> {
    match value {
        Some(ContextValue::String(word)) => vec![word.clone()],
        Some(ContextValue::Strings(words)) => words.clone(),
        _ => Vec::new(),
    }
}

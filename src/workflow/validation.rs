//! What the engines' own validators say of a stack's files, for the verbs that ask them.

use super::engines;
use super::judge::CheckedStack;
use super::load::Loaded;
use super::session::{Session, Stop};
use crate::apply::{ApplyError, Validator};
use crate::cli::ValidatorsArgument;
use crate::host::HostError;
use crate::model::desired::Content;
use crate::model::names::TargetPath;
use crate::plan::{Action, ContentChange, Plan};
use crate::validate::{Texts, Validation, consult, refrain};
use std::collections::BTreeMap;

/// All that is needed to ask.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// Whom to ask, and whether at all.
    pub arguments: &'a ValidatorsArgument,
    /// The stack.
    pub loaded: &'a Loaded,
    /// Its files.
    pub judged: &'a CheckedStack<'a>,
}

impl Asking<'_> {
    /// Asks about every file.
    ///
    /// # Errors
    /// The machine failed us; what the engines find is in the validation.
    pub fn about_all(&self) -> Result<Validation, Stop> {
        self.about(&self.texts(|_| true)).map_err(|error| Stop::machine(&error))
    }

    /// Asks about the files that a plan changes; without changes nobody is asked.
    ///
    /// # Errors
    /// As [`Self::about_all`].
    pub fn about_changes(&self, plan: &Plan) -> Result<Validation, Stop> {
        let changes = |path: &TargetPath| {
            let entry = plan.entries.iter().find(|entry| entry.path == *path);
            entry.is_some_and(|entry| entry.action != Action::Delete && entry.content != ContentChange::None)
        };
        self.about(&self.texts(changes)).map_err(|error| Stop::machine(&error))
    }

    fn texts(&self, wanted: impl Fn(&TargetPath) -> bool) -> Texts<'_> {
        let files = self.judged.desired.files.iter();
        let whole = files.filter_map(|((_, path), file)| match &file.content {
            Content::Whole(text) if wanted(path) => Some((path, text.as_str())),
            _ => None,
        });
        whole.collect()
    }

    fn about(&self, texts: &Texts<'_>) -> Result<Validation, HostError> {
        let wiring = &self.judged.wiring;
        if self.arguments.no_engines {
            return Ok(refrain(wiring, texts));
        }
        let named = engines::named(&self.arguments.engines);
        let mut validation =
            consult(wiring, texts, &named, &engines::surroundings(self.arguments.engines.engines_of_stack))?;
        self.loaded.document.locate(&mut validation.findings);
        Ok(validation)
    }
}

impl Validator for Asking<'_> {
    /// The bytes on the disk, not those that were meant to be there.
    fn validate(&self, staged: &BTreeMap<TargetPath, Vec<u8>>) -> Result<(), ApplyError> {
        let texts = staged.iter().filter_map(|(path, bytes)| Some((path, std::str::from_utf8(bytes).ok()?)));
        let validation = self.about(&texts.collect())?;
        if validation.findings.has_errors() { Err(ApplyError::Invalid(validation.findings)) } else { Ok(()) }
    }
}

/// Says what the engines found.
///
/// # Errors
/// They refuse a file.
pub fn heed(session: &mut Session, validation: &Validation, judged: &CheckedStack<'_>) -> Result<(), Stop> {
    if validation.findings.has_errors() {
        return Err(Stop::Findings(validation.findings.clone(), judged.sources.clone()));
    }
    session.say_findings(&validation.findings, &judged.sources);
    Ok(())
}

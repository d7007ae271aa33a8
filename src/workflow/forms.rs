//! A plan in the form that was asked for: with a host, with another revision, or the way back.

use super::judge::CheckedStack;
use super::session::{Session, Stop};
use crate::cli::{PlanArguments, PlanFormat};
use crate::report::document::{self, DataflowReport, PlanDocument, printed};
use crate::report::review::{self, PlanView};
use crate::validate::Validation;

/// A plan, and what its forms are made of.
pub(crate) struct PlanForms<'a> {
    /// What a reader is told.
    pub(crate) view: &'a PlanView,
    /// Every line of every file that changes.
    pub(crate) full: &'a dyn Fn() -> String,
    /// The stack that is planned, judged, and what the engines say of it; none of a way back.
    pub(crate) judged: Option<(&'a CheckedStack<'a>, &'a Validation)>,
}

impl PlanForms<'_> {
    /// Prints what the arguments ask for.
    ///
    /// # Errors
    /// A file that was asked for cannot be written.
    pub(crate) fn print(&self, session: &mut Session, arguments: &PlanArguments) -> Result<(), Stop> {
        let text = match arguments.format {
            PlanFormat::Text if arguments.full => (self.full)(),
            PlanFormat::Text => review::text(self.view, session.page()),
            PlanFormat::Markdown => review::markdown(self.view),
            PlanFormat::Json => self.json(session),
        };
        session.print(&text);
        Ok(())
    }

    fn json(&self, session: &Session) -> String {
        let (dataflow, engines) = match self.judged {
            Some((judged, engines)) => {
                (DataflowReport::of(&judged.view(engines)), document::engines(engines))
            }
            None => Default::default(),
        };
        let findings = session.findings().to_vec();
        printed(&PlanDocument { plan: self.view.clone(), dataflow, engines, findings })
    }
}

//! A plan in the form that was asked for: with a host, with another revision, or the way back.

use super::judge::CheckedStack;
use super::session::{Session, Stop};
use super::verdicts::graph_format;
use crate::cli::{PlanArguments, PlanFormat};
use crate::report::document::{self, DataflowReport, PlanDocument, ToldFinding, printed};
use crate::report::graph::{self, GraphFormat};
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
    /// The edges of the generation that a way back leads to.
    pub(crate) back: Option<&'a DataflowReport>,
}

impl PlanForms<'_> {
    /// Prints what the arguments ask for.
    ///
    /// # Errors
    /// A file that was asked for cannot be written.
    pub(crate) fn print(&self, session: &mut Session, arguments: &PlanArguments) -> Result<(), Stop> {
        let findings = session.findings().to_vec();
        session.keep_document(|| self.json(&findings))?;
        let text = match (arguments.graph, arguments.format) {
            (None, PlanFormat::Text) => {
                let text =
                    if arguments.full { (self.full)() } else { review::text(self.view, session.page()) };
                session.print_plan(&text);
                return Ok(());
            }
            (Some(language), _) => self.picture(graph_format(language)),
            (None, PlanFormat::Json) => {
                session.print_document(&self.json(&findings));
                return Ok(());
            }
            (None, PlanFormat::Markdown) => review::markdown(self.view),
            (None, PlanFormat::Github) => review::github(self.view),
        };
        session.print(&text);
        Ok(())
    }

    /// Prints one line for a person, and the document beside it.
    ///
    /// # Errors
    /// A file that was asked for cannot be written.
    pub(crate) fn print_line(&self, session: &mut Session, line: &str) -> Result<(), Stop> {
        let findings = session.findings().to_vec();
        session.keep_document(|| self.json(&findings))?;
        session.print(&format!("{line}\n"));
        Ok(())
    }

    /// What changes of the edges; where nothing does, the edges as they are.
    fn picture(&self, format: GraphFormat) -> String {
        match self.judged.filter(|_| self.view.dataflow.is_empty()) {
            Some((judged, _)) => {
                graph::render(&judged.topology, &judged.verdict, judged.sources.hidden(), format)
            }
            None => graph::of_plan(&self.view.dataflow, format),
        }
    }

    fn json(&self, findings: &[ToldFinding]) -> String {
        let (dataflow, engines) = match self.judged {
            Some((judged, engines)) => {
                (DataflowReport::of(&judged.view(engines)), document::engines(engines))
            }
            None => (self.back.cloned().unwrap_or_default(), Vec::new()),
        };
        printed(&PlanDocument { plan: self.view.clone(), dataflow, engines, findings: findings.to_vec() })
    }
}

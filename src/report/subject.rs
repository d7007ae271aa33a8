//! What a check is about, as everything that prints it needs it.

use super::ShownFindings;
use crate::check::CheckReport;
use crate::model::dataflow::Topology;
use crate::text::Sources;
use crate::validate::Validation;

/// What is printed.
#[derive(Debug)]
pub struct CheckView<'a> {
    /// The files as read.
    pub topology: &'a Topology,
    /// What the rules say of them.
    pub verdict: &'a CheckReport,
    /// What the engines say; their findings are among those of the verdict.
    pub engines: &'a Validation,
    /// The texts that findings point into.
    pub sources: &'a Sources,
    /// The digest of what is wanted, where a stack was judged.
    pub desired: Option<&'a str>,
}

impl<'a> CheckView<'a> {
    /// The findings as anybody may read them.
    pub fn findings(&self) -> ShownFindings<'a> {
        ShownFindings::of(&self.verdict.findings, self.sources)
    }
}

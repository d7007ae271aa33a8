//! Findings as anybody may read them: every printer takes these, so that none prints a secret and the texts are
//! looked through once, however many print.

use crate::diagnostic::Findings;
use crate::text::Sources;

/// Findings without the secrets of the texts that they speak of: no title, label or help repeats one.
#[derive(Debug)]
pub struct ShownFindings<'s> {
    findings: Findings,
    sources: &'s Sources,
}

impl<'s> ShownFindings<'s> {
    /// Takes the secrets of the texts out of everything that is said. The findings are located before
    /// (`Document::locate`).
    pub fn of(findings: &Findings, sources: &'s Sources) -> Self {
        let mut findings = findings.clone();
        if !findings.is_empty() {
            let hidden = sources.hidden();
            findings.for_each(|finding| {
                finding.edge = finding.edge.as_deref().map(|edge| hidden.message(edge));
                finding.title = hidden.message(&finding.title);
                finding.help.iter_mut().for_each(|help| help.text = hidden.replace(&help.text));
                let labels = finding.at.iter_mut().chain(&mut finding.also);
                labels.for_each(|label| label.text = hidden.message(&label.text));
            });
        }
        Self { findings, sources }
    }

    /// What may be said.
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// The texts that it points into.
    pub fn sources(&self) -> &'s Sources {
        self.sources
    }
}

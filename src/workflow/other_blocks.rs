//! Blocks of other stacks in the environment files of this one: most often its own, from before it was renamed.

use crate::diagnostic::{Code, Finding, Findings, Label, Mark, Place, SourceName};
use crate::format::marker::{block_opened_by, markers_of};
use crate::model::desired::{Content, Desired};
use crate::model::names::{StackName, TargetPath};
use std::collections::BTreeMap;

/// What two lines that set the same are called.
const CODE: Code = Code("env-conflict");

/// Names the other stack whose lines meet ours, first, and leaves out what only follows from its lines: variables
/// that stand twice. A block that meets nothing is nobody's business.
pub(super) fn name_others(
    findings: Findings,
    desired: &Desired,
    texts: &BTreeMap<TargetPath, String>,
) -> Findings {
    let ours = desired.files.iter().filter(|(_, file)| matches!(file.content, Content::Block { .. }));
    let others: Vec<OtherBlock> = ours
        .filter_map(|((_, path), _)| Some(blocks(path, texts.get(path)?, &desired.stack)))
        .flatten()
        .filter(|block| findings.iter().any(|finding| block.meets(finding)))
        .collect();
    let mut all: Findings = others.iter().map(OtherBlock::finding).collect();
    all.extend(
        findings.into_iter().filter(|finding| !others.iter().any(|block| block.meets(finding))).collect(),
    );
    all
}

/// The lines of another stack.
struct OtherBlock {
    stack: StackName,
    /// From the line above them to the line below.
    at: Mark,
    /// The line above.
    opens: Mark,
}

impl OtherBlock {
    /// Whether a finding is a conflict with a line of it.
    fn meets(&self, finding: &Finding) -> bool {
        let inside = |label: &Label| match &label.place {
            Place::Text(mark) => {
                mark.source == self.at.source
                    && mark.span.start >= self.at.span.start
                    && mark.span.end <= self.at.span.end
            }
            Place::Stack(..) => false,
        };
        finding.code == CODE && finding.at.iter().chain(&finding.also).any(inside)
    }

    fn finding(&self) -> Finding {
        let stack = &self.stack;
        Finding::error(CODE, format!("`{}` holds the lines of another stack, `{stack}`", self.at.source))
            .at(self.opens.clone(), "they set the same variables")
            .help(format!("was this stack called `{stack}`? `name = \"{stack}\"` again"))
            .help(format!("or give back what it left, under its name: `destroy --name {stack}`"))
    }
}

/// The blocks of other stacks in a file.
fn blocks(path: &TargetPath, text: &str, own: &StackName) -> Vec<OtherBlock> {
    let mark = |span| Mark { source: SourceName(path.to_string()), span };
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end();
        let label = block_opened_by(bare);
        let stack = label.and_then(|label| label.split_once('/')).map(|(stack, _)| StackName::new(stack));
        if let (Some(label), Some(stack)) = (label, stack.filter(|stack| stack.is_plain() && stack != own)) {
            let [_, end] = markers_of(label);
            let length = text[start..].lines().take_while(|line| line.trim_end() != end);
            // What is not closed goes on to the end of the file.
            let length = length.map(|line| line.len() + 1).sum::<usize>().min(text.len() - start);
            found.push(OtherBlock {
                stack,
                at: mark(start..start + length),
                opens: mark(start..start + bare.len()),
            });
        }
        start += line.len();
    }
    found
}

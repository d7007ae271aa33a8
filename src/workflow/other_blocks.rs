//! Blocks of other stacks in the environment files of this one: most often its own, from before it was renamed.

use crate::diagnostic::{Code, Finding, Findings, Mark, Place, SourceName};
use crate::model::desired::{Content, Desired};
use crate::model::names::TargetPath;
use std::collections::BTreeMap;

/// What a line begins with that opens a block of ours.
const OPENS: &str = "# >>> tracewright ";

/// Names the other stack first, and leaves out what only follows from its lines: variables that stand twice.
pub(super) fn name_others(
    findings: Findings,
    desired: &Desired,
    texts: &BTreeMap<TargetPath, String>,
) -> Findings {
    let blocks = desired.files.iter().filter(|(_, file)| matches!(file.content, Content::Block { .. }));
    let others: Vec<Finding> =
        blocks.filter_map(|((_, path), _)| other(path, texts.get(path)?, desired.stack.as_str())).collect();
    if others.is_empty() {
        return findings;
    }
    let follows = |finding: &Finding| {
        finding.code.0 == "env-conflict"
            && others.iter().any(|other| source(finding).is_some() && source(other) == source(finding))
    };
    let mut all = Findings::new();
    others.iter().for_each(|other| all.push(other.clone()));
    all.extend(findings.into_iter().filter(|finding| !follows(finding)).collect());
    all
}

fn source(finding: &Finding) -> Option<&SourceName> {
    match &finding.at.as_ref()?.place {
        Place::Text(mark) => Some(&mark.source),
        Place::Stack(..) => None,
    }
}

/// The first block of another stack in a file.
fn other(path: &TargetPath, text: &str, own: &str) -> Option<Finding> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let stack = line.strip_prefix(OPENS).and_then(|rest| rest.split_once('/')).map(|(stack, _)| stack);
        if let Some(stack) = stack.filter(|stack| *stack != own) {
            let title = format!("`{path}` holds the lines of another stack, `{stack}`");
            let mark =
                Mark { source: SourceName(path.to_string()), span: start..start + line.trim_end().len() };
            return Some(
                Finding::error(Code("env-conflict"), title)
                    .at(mark, "they set the same variables")
                    .help(format!("was this stack called `{stack}`? `name = \"{stack}\"` again"))
                    .help(format!("or give back what it left, under its name: `destroy --name {stack}`")),
            );
        }
        start += line.len();
    }
    None
}

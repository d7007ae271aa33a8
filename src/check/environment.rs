//! `env-conflict`: an environment file that its parsers read differently. Twelve of them were
//! compared; the page of this code has the table. The text of a line is never shown.

use super::facts::Facts;
use crate::diagnostic::{Code, Finding, Findings, Help, Mark, TextChange};
use crate::model::dataflow::{Client, EnvironmentFaultKind, Topology};
use crate::model::env::EnvFormat;

/// The code of this rule.
pub(super) const CODE: Code = Code("env-conflict");

/// Whether the edge of a client depends on who reads its file.
pub(super) fn of_client(topology: &Topology, client: &Client) -> bool {
    topology.environment.iter().filter(|fault| fault.program == client.program).any(|fault| {
        match &fault.kind {
            EnvironmentFaultKind::Duplicate(key) => *key == client.setting,
            EnvironmentFaultKind::Fights(_)
            | EnvironmentFaultKind::Malformed(_)
            | EnvironmentFaultKind::OpenQuote => true,
        }
    })
}

/// Whether the peer of a client depends on who reads its file.
pub(super) fn is_ambiguous(topology: &Topology, client: &Client) -> bool {
    topology.environment.iter().any(|fault| {
        fault.program == client.program
            && matches!(&fault.kind, EnvironmentFaultKind::Duplicate(key) if *key == client.setting)
    })
}

/// Speaks of every fault of an environment file.
pub(super) fn judge(facts: &Facts<'_>, findings: &mut Findings) {
    for fault in &facts.topology.environment {
        let (title, label, help): (_, _, Help) = match &fault.kind {
            EnvironmentFaultKind::Duplicate(key) => (
                format!("`{key}` stands twice in this file"),
                "dotenvy takes the first, every other parser the last".to_owned(),
                without_line(format!("keep one line `{key}=`"), &fault.at),
            ),
            EnvironmentFaultKind::Fights(key) => (
                format!("`{key}` contradicts the export that this file sets up"),
                "acts on the same export".to_owned(),
                without_line(format!("remove the line `{key}=`, or say it in stack.toml"), &fault.at),
            ),
            EnvironmentFaultKind::Malformed(dialect) => (
                malformed(*dialect),
                "not KEY=VALUE".to_owned(),
                "write it as `KEY=VALUE`, or as a `#` comment".into(),
            ),
            EnvironmentFaultKind::OpenQuote => (
                "an open quote swallows the lines below it".to_owned(),
                "opened here".to_owned(),
                "close the quote on the same line".into(),
            ),
        };
        let mut finding = Finding::error(CODE, title).at(fault.at.clone(), label).help(help);
        if let Some(other) = &fault.other {
            finding = finding.also(other.clone(), "the line it meets");
        }
        findings.push(finding);
    }
}

fn without_line(text: String, at: &Mark) -> Help {
    let change = TextChange::Replace { span: at.span.clone(), with: String::new() };
    Help::from(text).edit(at.source.clone(), change)
}

fn malformed(dialect: EnvFormat) -> String {
    match dialect {
        EnvFormat::Docker => "docker refuses a file with this line".to_owned(),
        EnvFormat::Systemd => "systemd drops this line".to_owned(),
        EnvFormat::Injector => "the injector cannot read this line".to_owned(),
        EnvFormat::Shell => "a shell runs this line as a command".to_owned(),
        EnvFormat::Dotenv => "some parsers stop at this line and lose all below it".to_owned(),
    }
}

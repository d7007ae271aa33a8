//! What a Compose project says itself, in findings.

use super::facts::Facts;
use crate::diagnostic::{Code, Finding, Findings};
use crate::model::dataflow::{ComposeFact, ComposeFactKind, UnsetEffect};

/// The code of a project that Compose does not take.
pub(super) const REFUSED: Code = Code("compose-refused");
/// The code of a mounted path where nothing is.
pub(super) const MISSING: Code = Code("mount-missing");
/// The code of a variable that nothing sets.
pub(super) const UNSET: Code = Code("variable-unset");
/// The code of data at a path that Tempo cannot write to.
pub(super) const NOT_WRITABLE: Code = Code("data-not-writable");
/// The code of `ports` that publish nothing.
pub(super) const NOT_PUBLISHED: Code = Code("ports-without-effect");
/// The code of a tag that moves.
pub(super) const MOVING: Code = Code("moving-tag");
/// The code of a mounted file that cannot be read.
pub(super) const UNREADABLE: Code = Code("mount-unreadable");
/// The code of a queue without a directory that can be written to.
pub(super) const QUEUE: Code = super::sandbox::NOT_WRITABLE;
/// The code of a health check without its program.
pub(super) const HEALTHCHECK: Code = Code("healthcheck-cannot-run");

fn of<'a>(facts: &'a Facts<'_>, code: Code) -> impl Iterator<Item = Finding> + 'a {
    facts.topology.compose.iter().map(finding).filter(move |finding| finding.code == code)
}

macro_rules! rules {
    ($($name:ident $code:ident),+) => {$(
        pub(super) fn $name(facts: &Facts<'_>, findings: &mut Findings) {
            of(facts, $code).for_each(|finding| findings.push(finding));
        }
    )+};
}

rules!(
    refused REFUSED, missing MISSING, unset UNSET, not_writable NOT_WRITABLE,
    not_published NOT_PUBLISHED, moving MOVING, healthcheck HEALTHCHECK, queue QUEUE, unreadable UNREADABLE
);

fn finding(fact: &ComposeFact) -> Finding {
    let service = &fact.service;
    let at = fact.at.clone();
    match &fact.kind {
        ComposeFactKind::Refused(text) => {
            Finding::error(REFUSED, text.clone()).at(at, "Compose does not take the project with this")
        }
        ComposeFactKind::Unset(name, effect) => of_variable(name, *effect, fact),
        ComposeFactKind::ConfigurationMissing { source, target } => {
            Finding::error(MISSING, format!("there is no `{source}`, the configuration of `{service}`"))
                .at(at, format!("Docker makes an empty directory of it, and `{target}` is no file"))
                .help(format!("put the file at `{source}`, or mount the right one"))
        }
        ComposeFactKind::NotMounted(target) => Finding::error(
            MISSING,
            format!("nothing is mounted at `{target}`, the configuration of `{service}`"),
        )
        .at(at, "named here; the image does not have it")
        .help(format!("under `volumes` of `{service}`: `./FILE:{target}:ro`")),
        ComposeFactKind::SourceMissing { source, target } => {
            Finding::warning(MISSING, format!("there is no `{source}` here, which `{service}` mounts"))
                .at(at, format!("if it is not made before the start, `{target}` is an empty directory"))
                .help(format!("put it at `{source}`, readable for the user of the container"))
        }
        ComposeFactKind::DirectoryMissing { source, files } => {
            let what = "if it is not made before the start, it is empty, and the program does not start";
            let finding =
                Finding::warning(MISSING, format!("there is no `{source}` here, which `{service}` mounts"))
                    .at(at, what);
            let help = |file| format!("put it at `{file}`, readable for the user of the container");
            files.iter().map(help).fold(finding, Finding::help)
        }
        ComposeFactKind::NotPublished(mode) => {
            Finding::warning(NOT_PUBLISHED, format!("`ports` of `{service}` publish nothing"))
                .at(at, format!("with `network_mode: {mode}` they are passed over without a word"))
                .help("remove `ports`, or `network_mode`")
        }
        ComposeFactKind::NotWritable(target) => {
            Finding::error(NOT_WRITABLE, format!("Tempo cannot write its data to `{target}`"))
                .at(at, "it belongs to root, and Tempo's image runs as 10001:10001")
                .help("a named volume on `/var/tempo` takes its owner from the image")
                .help("a directory of the host: `chown 10001:10001` it before the first start")
        }
        ComposeFactKind::NotReadable { source, target } => {
            Finding::error(UNREADABLE, format!("`{service}` may not read `{source}`"))
                .at(at, format!("its image runs as 10001:10001, and `{target}` is closed to others"))
                .help(format!("`chown 10001 {source}`, which keeps it closed to everybody else"))
                .help(format!("or `user:` of `{service}`: who owns the file"))
        }
        ComposeFactKind::QueueDirectory(path, is_there) => of_queue(fact, path, *is_there),
        ComposeFactKind::MovingTag(line) => {
            Finding::warning(MOVING, format!("`latest` is no {line}, and this configuration is of {line}"))
                .at(at, "the last image of this name is Tempo 3.0, which refuses the blocks of 2.x")
                .help("`grafana/tempo:2.10.8` reads it as it is")
        }
        ComposeFactKind::HealthcheckCannotRun(word) => {
            Finding::warning(HEALTHCHECK, format!("the image of `{service}` has no `{word}`"))
                .at(at, "the check fails for ever: the container is unhealthy, and its program runs")
                .help("leave it out, or ask from outside: the image holds its program alone")
        }
    }
}

fn of_variable(name: &str, effect: UnsetEffect, fact: &ComposeFact) -> Finding {
    let service = &fact.service;
    let (what, help) = match effect {
        UnsetEffect::Image => {
            ("the image has no tag then, and Compose does not start it", "`${NAME:-TAG}` has a default")
        }
        UnsetEffect::Port => {
            ("the port on the host is a random one then", "`${NAME:-4318}:4318` has a default")
        }
        UnsetEffect::Source => {
            ("the mount has no source then, and Compose refuses it", "`${NAME:-./data}` has a default")
        }
        UnsetEffect::Value => ("it is empty in the container then", "`${NAME:-VALUE}` has a default"),
    };
    let source = &fact.at.source;
    let env = source
        .0
        .rsplit_once('/')
        .map_or_else(|| ".env".to_owned(), |(directory, _)| format!("{directory}/.env"));
    Finding::warning(UNSET, format!("no file here sets `{name}`, which `{service}` needs"))
        .at(fact.at.clone(), what)
        .help(format!("a line `{name}=...` in `{env}`"))
        .help(help.replace("NAME", name))
}

/// A queue of a collector that has no directory.
fn of_queue(fact: &ComposeFact, path: &str, is_there: bool) -> Finding {
    let service = &fact.service;
    let title = format!("`{service}` cannot keep its queue in `{path}`");
    let why = match is_there {
        true => "a volume that belongs to root, and the collector's image runs as 10001",
        false => "the image has no such directory, and nothing is mounted there: it does not start",
    };
    Finding::error(QUEUE, title)
        .at(fact.at.clone(), why)
        .help(format!("mount a directory of the host that belongs to 10001 at `{path}`"))
        .help(format!("or `user: \"0\"` for `{service}`, with a named volume at `{path}`"))
}

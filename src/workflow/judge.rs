//! The pure prefix all verbs share: stack -> wiring -> desired files -> topology -> verdict. A stack
//! whose own rendering does not pass is refused here, whatever the verb.

use super::containers;
use super::load::Loaded;
use super::other_blocks::name_others;
use super::readers::{HostFiles, readers};
use super::session::{Session, Stop};
use crate::check::{CheckReport, check};
use crate::component::wire;
use crate::diagnostic::{Finding, Findings, KeyPart, Severity, SourceName};
use crate::model::block::{Markers, Origin, Split};
use crate::model::dataflow::Topology;
use crate::model::desired::{Content, Desired, DesiredFile, HostPath};
use crate::model::env::EnvFormat;
use crate::model::names::TargetPath;
use crate::render::{Templates, render};
use crate::report::ShownFindings;
use crate::report::verdict::CheckView;
use crate::stack::{Collector, Stack};
use crate::text::{RedactSource, Sources, TextFormat};
use crate::topology::{Examined, FileSet, read};
use crate::validate::Validation;
use crate::wiring::Wiring;
use std::collections::BTreeMap;
use std::time::SystemTime;

/// A stack with all its consequences, judged.
#[derive(Debug)]
pub struct CheckedStack<'a> {
    /// What was decided.
    pub wiring: Wiring<'a>,
    /// What is wanted on the hosts.
    pub desired: Desired,
    /// What the finished files say.
    pub topology: Topology,
    /// Edges, findings (located and sorted, warnings of earlier stages included), and what could not
    /// be checked.
    pub verdict: CheckReport,
    /// All texts that findings point into.
    pub sources: Sources,
}

/// Wires, renders, reads back and judges a stack.
///
/// # Errors
/// Faults of wiring and rendering. Errors the analyser finds are in the verdict; verbs other than
/// `check` turn them into a refusal with [`CheckedStack::refuse`].
pub fn judge<'a>(session: &Session, loaded: &'a Loaded, there: &HostFiles) -> Result<CheckedStack<'a>, Stop> {
    let stop = |mut findings: Findings| {
        findings.extend(loaded.warnings.clone());
        loaded.document.locate(&mut findings);
        Stop::Findings(findings, loaded.sources.clone())
    };
    let mut judged = judge_stack(session.now, &loaded.stack, there).map_err(stop)?;
    judged.verdict.findings.extend(loaded.warnings.clone());
    loaded.document.locate(&mut judged.verdict.findings);
    judged.sources.extend(loaded.sources.iter().map(|(name, text)| (name.clone(), text.clone())));
    Ok(judged)
}

/// The same for a stack that no text stands behind: its findings name keys, not positions.
///
/// # Errors
/// As [`judge`].
pub fn judge_stack<'a>(
    now: SystemTime,
    stack: &'a Stack,
    there: &HostFiles,
) -> Result<CheckedStack<'a>, Findings> {
    let (wiring, warnings) = wire(stack)?;
    let desired = render(&wiring, Templates::embedded())?;
    let texts = texts(&desired, there);
    let mut files = file_set(&desired, &texts, &wiring);
    files.readers = readers(&wiring, there);
    let topology = read(&files);
    let mut verdict = check(&topology, now);
    verdict.findings = said_once(verdict.findings, &warnings);
    verdict.findings = name_others(verdict.findings, &desired, &texts);
    point_into_stack(&mut verdict.findings, &wiring);
    verdict.findings.extend(warnings);
    let sources = texts.into_iter().map(|(path, text)| shown(&desired, &path, text)).collect();
    Ok(CheckedStack { wiring, desired, topology, verdict, sources })
}

impl CheckedStack<'_> {
    /// What of it is printed, with what the engines say.
    pub fn view<'v>(&'v self, engines: &'v Validation) -> CheckView<'v> {
        CheckView {
            topology: &self.topology,
            verdict: &self.verdict,
            engines,
            sources: &self.sources,
            desired: None,
        }
    }

    /// Its findings as anybody may read them.
    pub fn findings(&self) -> ShownFindings<'_> {
        ShownFindings::of(&self.verdict.findings, &self.sources)
    }

    /// Refuses a stack whose own rendering does not pass; else says its warnings.
    ///
    /// # Errors
    /// The verdict holds an error.
    pub fn refuse(&self, session: &mut Session) -> Result<(), Stop> {
        if self.verdict.findings.has_errors() {
            return Err(Stop::Findings(self.verdict.findings.clone(), self.sources.clone()));
        }
        session.say_findings(&self.verdict.findings, &self.sources);
        Ok(())
    }
}

/// The text of every file that has one.
fn texts(desired: &Desired, there: &HostFiles) -> BTreeMap<TargetPath, String> {
    let text = |path: &TargetPath, content: &Content| match content {
        Content::Whole(text) => Some(text.clone()),
        Content::Block { lines, begin, end, .. } => {
            let markers = Markers { begin: begin.clone(), end: end.clone() };
            let bytes = there.files.get(path).map_or(&[][..], Vec::as_slice);
            // A file that cannot take the block is refused by the plan; here the block stands alone.
            let around = Split::of(bytes, &markers).unwrap_or_else(|_| Split::empty());
            let (merged, _) = around.with(&markers, lines, Origin::default());
            String::from_utf8(merged).ok()
        }
        Content::Certificate(_) | Content::PrivateKey(_) => None,
    };
    let files = desired.files.iter();
    files.filter_map(|((_, path), file)| Some((path.clone(), text(path, &file.content)?))).collect()
}

/// The text for findings; of an environment file no lines of others are shown.
fn shown(desired: &Desired, path: &TargetPath, text: String) -> (SourceName, RedactSource) {
    let is_block = |((_, at), file): (&HostPath, &DesiredFile)| {
        at == path && matches!(file.content, Content::Block { .. })
    };
    let format = match desired.files.iter().any(is_block) {
        true => TextFormat::ForeignEnvironment,
        false => TextFormat::of_path(path.as_str()),
    };
    (SourceName(path.to_string()), RedactSource::new(format, text))
}

fn file_set<'a>(
    desired: &'a Desired,
    texts: &'a BTreeMap<TargetPath, String>,
    wiring: &Wiring<'_>,
) -> FileSet<'a> {
    let examined = |path: &TargetPath, content: &'a Content| match content {
        Content::Certificate(desired) => Examined::Spec(desired),
        Content::PrivateKey(name) => Examined::DesiredKey(name),
        Content::Whole(_) | Content::Block { .. } => Examined::Bytes(texts[path].as_bytes()),
    };
    FileSet {
        files: desired
            .files
            .iter()
            .map(|((_, path), file)| (path.clone(), examined(path, &file.content)))
            .collect(),
        shown_as: BTreeMap::new(),
        tempo_version: wiring.stack.tempo.as_ref().map(|tempo| tempo.dialect.name.to_owned()),
        collector_version: wiring.stack.collectors.values().next().map(Collector::written_as),
        environment_dialects: dialects(desired),
        guests: containers::guests(&containers::of(wiring)),
        unread: std::collections::BTreeSet::new(),
        complete: true,
        ..FileSet::default()
    }
}

/// Who reads each environment file.
fn dialects(desired: &Desired) -> BTreeMap<TargetPath, EnvFormat> {
    let blocks = desired.files.iter().filter_map(|((_, path), file)| match &file.content {
        Content::Block { dialect, .. } => Some((path.clone(), *dialect)),
        _ => None,
    });
    blocks.collect()
}

/// Adds to each finding about an edge the key of the stack behind it.
fn point_into_stack(findings: &mut Findings, wiring: &Wiring<'_>) {
    findings.for_each(|finding| {
        if let Some(key) = finding.edge.as_ref().and_then(|edge| wiring.key_of(edge)) {
            *finding = finding.clone().also((key, KeyPart::Header), "written for this");
        }
    });
}

/// What the wiring warned of and the analyser saw too is said once, by the wiring: it points at the
/// line of the stack that a human would edit.
fn said_once(seen: Findings, warnings: &Findings) -> Findings {
    let said: Vec<_> = warnings.iter().map(|warning| warning.code).collect();
    let new = |finding: &Finding| finding.severity == Severity::Error || !said.contains(&finding.code);
    seen.into_iter().filter(new).collect()
}

//! Asking the engines about files before anybody runs on them: all components at once, each with its
//! own binary, in a private folder.

use super::complaint::Complaint;
use super::find::{Named, Surroundings, on_path, wanted};
use super::placeholder::without_secrets;
use super::{Engine, Fit, Kind, Missing, Release, Wanted, collector, find, systemd, tempo};
use crate::check::NotChecked;
use crate::diagnostic::{Code, Finding, Findings, KeyPart, KeyPath, Mark, SourceName};
use crate::stack::TargetPath;
use crate::target::{CommandLine, Ran, Scratch, TargetError, run_here};
use crate::wiring::{ComponentId, EnginePlace, Wiring};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// How long a validator may take.
const VERDICT: Duration = Duration::from_secs(30);
/// The most that one validator may say of one file.
const MOST: usize = 20;

/// An engine refuses a file.
pub const REFUSES: Code = Code("engine-refuses");
/// An engine starts on a file, and has something to say.
pub const WARNS: Code = Code("engine-warns");
/// The binary is not the release that the stack names.
pub const VERSION: Code = Code("engine-version");
/// The binary that the user named cannot be asked.
pub const UNUSABLE: Code = Code("engine-unusable");

/// The texts that are asked about, by the path they are for.
pub type Texts<'a> = BTreeMap<&'a TargetPath, &'a str>;

/// A file that a program judged.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Validated {
    /// The file.
    pub file: TargetPath,
    /// Who judged it, with the release: `otelcol 0.159.0`, `systemd-analyze 252`.
    pub by: String,
    /// The binary.
    pub program: PathBuf,
    /// Whether it was accepted, perhaps with a warning.
    pub accepted: bool,
}

/// What the engines say.
#[derive(Debug, Default)]
pub struct Opinion {
    /// What was judged, sorted by file.
    pub validated: Vec<Validated>,
    /// Refusals, warnings, and binaries of another release.
    pub findings: Findings,
    /// What nobody could be asked about, sorted.
    pub not_checked: Vec<NotChecked>,
}

impl Opinion {
    fn join(mut self, other: Self) -> Self {
        self.validated.extend(other.validated);
        self.findings.extend(other.findings);
        self.not_checked.extend(other.not_checked);
        self
    }

    fn unknown(&mut self, path: &TargetPath, reason: impl Into<String>) {
        self.not_checked.push(NotChecked { place: path.to_string(), reason: reason.into() });
    }
}

/// Has the configurations and units among `texts` judged; other files are passed over. Starts nothing
/// where there are none.
///
/// # Errors
/// The machine gave no private folder.
pub fn consult(
    wiring: &Wiring<'_>,
    texts: &Texts<'_>,
    named: &Named,
    around: &Surroundings,
) -> Result<Opinion, TargetError> {
    let wanted = wanted(wiring, named);
    let concerned: Vec<_> = concerned(wiring, texts).collect();
    if concerned.is_empty() {
        return Ok(Opinion::default());
    }
    let scratch = Scratch::below(&around.temporary)?;
    let opinions = thread::scope(|scope| {
        let ask = |(number, (id, place)): (usize, &(&ComponentId, &EnginePlace))| {
            let below = PathBuf::from(number.to_string());
            let asked =
                Asked { id: (*id).clone(), place: (*place).clone(), scratch: &scratch, around, below };
            let (texts, wanted) = (texts, &wanted[*id]);
            let unit = asked.clone();
            [scope.spawn(move || asked.configuration(texts, wanted)), scope.spawn(move || unit.unit(texts))]
        };
        let threads: Vec<_> = concerned.iter().enumerate().flat_map(ask).collect();
        let ended = |thread: thread::ScopedJoinHandle<'_, _>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().map(ended).collect::<Result<Vec<Opinion>, TargetError>>()
    });
    // The folder goes first; what went wrong before is still what is told.
    let closed = scratch.close();
    let mut opinion = opinions?.into_iter().fold(Opinion::default(), Opinion::join);
    closed?;
    opinion.validated.sort();
    opinion.not_checked.sort();
    Ok(opinion)
}

/// The same files, and the word that nobody was asked.
pub fn refrain(wiring: &Wiring<'_>, texts: &Texts<'_>) -> Opinion {
    let mut opinion = Opinion::default();
    for (_, place) in concerned(wiring, texts) {
        for path in [&place.config, &place.unit.path] {
            if texts.contains_key(path) {
                opinion.unknown(path, "no engine was asked (--no-engines)");
            }
        }
    }
    opinion.not_checked.sort();
    opinion
}

fn concerned<'a>(
    wiring: &'a Wiring<'_>,
    texts: &'a Texts<'_>,
) -> impl Iterator<Item = (&'a ComponentId, &'a EnginePlace)> {
    let given =
        |place: &EnginePlace| texts.contains_key(&place.config) || texts.contains_key(&place.unit.path);
    wiring.engines.iter().filter(move |(_, place)| given(place))
}

/// One component whose files are judged.
#[derive(Clone)]
struct Asked<'a> {
    id: ComponentId,
    place: EnginePlace,
    scratch: &'a Scratch,
    around: &'a Surroundings,
    /// Its folder in the scratch.
    below: PathBuf,
}

impl Asked<'_> {
    fn configuration(&self, texts: &Texts<'_>, wanted: &Wanted) -> Result<Opinion, TargetError> {
        let mut opinion = Opinion::default();
        let path = &self.place.config;
        let Some(text) = texts.get(path) else { return Ok(opinion) };
        let engine = match find(wanted, self.around) {
            Ok(engine) => engine,
            Err(missing) => {
                match (&wanted.explicit, missing) {
                    (Some(_), Missing::Unusable { path, what }) => {
                        opinion.findings.push(unusable(wanted.kind, &path, &what));
                    }
                    (_, missing) => opinion.unknown(path, missing.to_string()),
                }
                return Ok(opinion);
            }
        };
        let release = Release::parse(&wanted.version);
        let fit = release.map_or(Fit::Same, |release| release.fit(wanted.kind, &engine.release));
        opinion.findings.extend(self.other_release(wanted, &engine, fit).into_iter().collect());
        if fit == Fit::Other {
            opinion.unknown(path, format!("{engine} is of another release line"));
            return Ok(opinion);
        }
        let plain = if wanted.kind == Kind::Tempo { (*text).to_owned() } else { without_secrets(text) };
        let file = self.scratch.write(&self.below.join(path.file_name()), plain.as_bytes())?;
        let (file, program) = (file.display().to_string(), engine.path.display().to_string());
        let command = match wanted.kind {
            Kind::Tempo => [format!("-config.file={file}"), "-config.verify=true".to_owned()],
            Kind::Collector(_) => ["validate".to_owned(), format!("--config={file}")],
        };
        let command = CommandLine::new(program, command.each_ref().map(String::as_str));
        match run_here(&command, VERDICT) {
            Ok(ran) => {
                let said = [ran.stdout.as_slice(), b"\n", &ran.stderr].concat();
                let said = String::from_utf8_lossy(&said).replace(&file, path.as_str());
                let complaints = complaints(wanted.kind, &ran, &said, &plain);
                self.verdict(&mut opinion, (path, text), (engine.to_string(), engine.path), complaints);
            }
            Err(fault) => opinion.unknown(path, format!("{engine} {}", fault.what())),
        }
        Ok(opinion)
    }

    fn unit(&self, texts: &Texts<'_>) -> Result<Opinion, TargetError> {
        let mut opinion = Opinion::default();
        let path = &self.place.unit.path;
        let Some(text) = texts.get(path) else { return Ok(opinion) };
        let program = on_path("systemd-analyze", self.around);
        let Some(program) = program.as_ref().and_then(|path| path.to_str()) else {
            opinion.unknown(path, "no systemd-analyze");
            return Ok(opinion);
        };
        let laid_out = systemd::lay_out(self.scratch, &self.below, (program, &self.place, text))?;
        let version = run_here(&CommandLine::new(program, ["--version"]), VERDICT);
        let answer = version.and_then(|version| Ok((version, run_here(&laid_out.command, VERDICT)?)));
        let (version, ran) = match answer {
            Ok(answer) => answer,
            Err(fault) => {
                opinion.unknown(path, format!("systemd-analyze {}", fault.what()));
                return Ok(opinion);
            }
        };
        let by = systemd::name(&version);
        match systemd::read(&laid_out, &ran, text) {
            Ok(found) => {
                if found.not_installed {
                    opinion.unknown(path, "the engine that it starts is not installed here");
                }
                self.verdict(&mut opinion, (path, text), (by, program.into()), found.complaints);
            }
            Err(words) => opinion.unknown(path, format!("{by} judged nothing: {words}")),
        }
        Ok(opinion)
    }

    fn verdict(
        &self,
        opinion: &mut Opinion,
        (path, text): (&TargetPath, &str),
        (by, program): (String, PathBuf),
        mut complaints: Vec<Complaint>,
    ) {
        let accepted = complaints.iter().all(|complaint| complaint.harmless);
        complaints.truncate(MOST);
        for complaint in complaints {
            opinion.findings.push(self.finding((path, text), &by, complaint));
        }
        opinion.validated.push(Validated { file: path.clone(), by, program, accepted });
    }

    fn finding(&self, (path, text): (&TargetPath, &str), by: &str, complaint: Complaint) -> Finding {
        let (finding, words) = if complaint.harmless {
            (Finding::warning(WARNS, format!("{by} warns of `{path}`")), complaint.words)
        } else {
            let help = format!("`tracewright explain {REFUSES}`; the words are those of {by}");
            (Finding::error(REFUSES, format!("{by} refuses `{path}`")).help(help), complaint.words)
        };
        let first = 0..text.lines().next().map_or(0, str::len);
        let mark = Mark { source: SourceName(path.to_string()), span: complaint.at.unwrap_or(first) };
        finding.at(mark, words).also((self.key(), KeyPart::Header), "written for this")
    }

    /// A binary of another release than the stack names, or of another build.
    fn other_release(&self, wanted: &Wanted, engine: &Engine, fit: Fit) -> Option<Finding> {
        let title =
            format!("`{}` is {engine}, and the stack names {}", engine.path.display(), wanted.version);
        let build = engine.name != wanted.kind.binary() && KNOWN_BUILDS.contains(&engine.name.as_str());
        let finding = match fit {
            Fit::Other => Finding::error(VERSION, title),
            Fit::Covered => Finding::warning(VERSION, title),
            Fit::Same if build => {
                let title = format!(
                    "`{}` is {engine}, and the stack names {}",
                    engine.path.display(),
                    wanted.kind.binary()
                );
                return Some(self.named(Finding::warning(VERSION, title), "distribution"));
            }
            Fit::Same => return None,
        };
        let line = format!("version = \"{}.{}\"", engine.release.line.0, engine.release.line.1);
        Some(self.named(finding, "version").help(line).help("`--no-engines` judges without it"))
    }

    fn named(&self, finding: Finding, key: &str) -> Finding {
        finding.at((self.key().join(key), KeyPart::Value), "")
    }

    /// The component's table in the stack.
    fn key(&self) -> KeyPath {
        match &self.id {
            ComponentId::Collector(name) => KeyPath::of(["collector", name.as_str()]),
            _ => KeyPath::of(["tempo"]),
        }
    }
}

/// The builds that the project publishes; others have names of their own.
const KNOWN_BUILDS: [&str; 2] = ["otelcol", "otelcol-contrib"];

/// What an engine says against its configuration. One that fails without a word that is understood is
/// quoted as it is.
fn complaints(kind: Kind, ran: &Ran, said: &str, text: &str) -> Vec<Complaint> {
    if ran.code == Some(0) {
        return Vec::new();
    }
    let found = match kind {
        Kind::Tempo => tempo::complaints(said, text),
        Kind::Collector(_) => collector::complaints(said, text),
    };
    if !found.is_empty() {
        return found;
    }
    let words = said.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned);
    let ended = ran.code.map_or("ended by a signal".to_owned(), |code| format!("ended with status {code}"));
    vec![Complaint::at(&words.unwrap_or(format!("{ended}, without a word")), None)]
}

fn unusable(kind: Kind, path: &Path, what: &str) -> Finding {
    let flag = if kind == Kind::Tempo { "--tempo" } else { "--collector" };
    Finding::error(UNUSABLE, format!("`{flag} {}`: it {what}", path.display()))
        .help(format!("`{flag}` takes the path of a `{}` binary", kind.binary()))
}

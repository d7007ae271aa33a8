//! Finding an engine: where the user says, in the directory of engines, where the stack says if the user allows
//! that, on `PATH`.

use super::{EngineRelease, FoundEngine, Missing};
use crate::component::{EngineBinary, Greeting, engine};
use crate::host::{CommandLine, HostError, Ran, file_names, is_program, replaceable, run_here};
use crate::model::dataflow::ProgramKind;
use crate::text::redact_cut;
use crate::wiring::{ComponentId, Wiring};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The engine that is looked for.
#[derive(Clone, Debug)]
pub struct WantedEngine {
    /// Which program.
    pub binary: &'static EngineBinary,
    /// The release that the stack names, exact or a line: `0.159`, `2.10.8`; empty where it names none.
    pub version: String,
    /// `--collector PATH`, `--tempo PATH` and the like; then nothing else is looked at.
    pub explicit: Option<PathBuf>,
    /// Where the stack's units start it: `service.binary`, or the package's own path.
    pub installed: PathBuf,
}

/// The engines that a user names, each for every component of that program.
pub type Named = BTreeMap<ProgramKind, PathBuf>;

/// The engine of each managed component of a stack.
pub fn wanted(wiring: &Wiring<'_>, named: &Named) -> BTreeMap<ComponentId, WantedEngine> {
    let wanted = wiring.engines.iter().filter_map(|(id, place)| {
        let wanted = WantedEngine {
            binary: (engine(id.kind())?.binary)(wiring.stack, id),
            version: place.version.clone(),
            explicit: named.get(&id.kind()).cloned(),
            installed: PathBuf::from(place.binary.as_str()),
        };
        Some((id.clone(), wanted))
    });
    wanted.collect()
}

impl WantedEngine {
    /// The program that judges its configuration: itself, or what stands beside it.
    pub(super) fn validator(&self) -> Self {
        let Some(binary) = self.binary.judged_by else { return self.clone() };
        let installed = self.installed.with_file_name(binary.name);
        Self { binary, version: self.version.clone(), explicit: None, installed }
    }
}

/// What this process knows of its machine; read from the environment by `command/`.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// `$TRACEWRIGHT_ENGINES`: a directory with `tempo-2.10.8`, `otelcol-contrib-0.159.0` and the like.
    pub engines_directory: Option<PathBuf>,
    /// `$PATH`.
    pub path: Option<OsString>,
    /// Whether the programs that the stack names may be started too: it may come from somebody else.
    pub of_stack: bool,
    /// Where temporary directories go: `$TMPDIR`, or `/tmp`.
    pub temporary: PathBuf,
    /// Whether programs would run with the rights of root.
    pub as_root: bool,
    /// How long one program may take to answer.
    pub patience: Duration,
    /// This binary, where programs that are asked end with this process; a killed run would leave a
    /// program that hangs behind.
    pub launcher: Option<PathBuf>,
}

impl Surroundings {
    /// Asks a program, no longer than there is patience.
    pub(super) fn ask(&self, command: CommandLine) -> Result<Ran, HostError> {
        let command = match &self.launcher {
            Some(launcher) => command.tied(launcher),
            None => command,
        };
        run_here(&command, self.patience)
    }
}

impl Surroundings {
    /// Whether a program may be started.
    ///
    /// # Errors
    /// Not by root, since somebody else could put another one in its place.
    pub(super) fn may_run(&self, path: &Path) -> Result<(), Missing> {
        let Some(found) = replaceable(path).filter(|_| self.as_root) else { return Ok(()) };
        let what = format!("can be replaced by {}; root does not run it", found.by);
        Err(Missing::Unusable { path: path.to_owned(), what })
    }
}

/// The first binary of that name, with the version that it tells.
///
/// # Errors
/// There is none, or the first one does not answer: then the places behind it are not looked at, so
/// that nobody wonders which one was asked.
pub fn find(wanted: &WantedEngine, around: &Surroundings) -> Result<FoundEngine, Missing> {
    let path = place(wanted, around).ok_or_else(|| nowhere(wanted))?;
    if !named(wanted, around, &path) {
        around.may_run(&path)?;
    }
    ask(wanted.binary, &path, around).map_err(|what| Missing::Unusable { path, what })
}

/// Why there is no engine to be asked; `None` where one is found, whatever it answers.
pub(super) fn engine_missing(wanted: &WantedEngine, around: &Surroundings) -> Option<String> {
    place(wanted, around).is_none().then(|| nowhere(wanted).to_string())
}

/// Why nothing was found: what the stack names was not looked at.
fn nowhere(wanted: &WantedEngine) -> Missing {
    if is_program(&wanted.installed) {
        Missing::OfStack { binary: wanted.binary, path: wanted.installed.clone() }
    } else {
        Missing::Nowhere(wanted.binary)
    }
}

/// Whether whoever runs the tool named this binary, or the directory of engines that it is in: the stack, which
/// may come from elsewhere, did not.
fn named(wanted: &WantedEngine, around: &Surroundings, path: &Path) -> bool {
    wanted.explicit.is_some()
        || around.engines_directory.as_ref().is_some_and(|directory| path.starts_with(directory))
}

fn place(wanted: &WantedEngine, around: &Surroundings) -> Option<PathBuf> {
    if let Some(explicit) = &wanted.explicit {
        // A name without a directory is a file here, not a search of PATH.
        let bare = explicit.components().count() == 1;
        return Some(if bare { Path::new(".").join(explicit) } else { explicit.clone() });
    }
    from_directory(wanted, around)
        .or_else(|| (around.of_stack && is_program(&wanted.installed)).then(|| wanted.installed.clone()))
        .or_else(|| on_path(wanted.binary.name, around))
}

/// A program on `PATH`. Relative directories in it are passed over.
pub(super) fn on_path(name: &str, around: &Surroundings) -> Option<PathBuf> {
    let directories =
        std::env::split_paths(around.path.as_ref()?).filter(|directory| directory.is_absolute());
    directories.map(|directory| directory.join(name)).find(|path| is_program(path))
}

/// The best match of the directory of engines: the release that the stack names, else the newest of its
/// line.
fn from_directory(wanted: &WantedEngine, around: &Surroundings) -> Option<PathBuf> {
    let directory = around.engines_directory.as_ref()?;
    let release = EngineRelease::parse(&wanted.version);
    if release.is_none() && !wanted.version.is_empty() {
        return None;
    }
    let prefix = format!("{}-", wanted.binary.name);
    let known = file_names(directory).into_iter().filter_map(|name| {
        let known = EngineRelease::parse(name.strip_prefix(&prefix)?)?;
        let path = directory.join(&name);
        let fits = release.as_ref().is_none_or(|release| known.line == release.line);
        (fits && is_program(&path)).then_some((known, path))
    });
    known.max_by_key(|(known, _)| (Some(known) == release.as_ref(), known.clone())).map(|(_, path)| path)
}

/// Asks a binary for its version.
fn ask(binary: &'static EngineBinary, path: &Path, around: &Surroundings) -> Result<FoundEngine, String> {
    if !is_program(path) {
        return Err("is no file that can be executed".to_owned());
    }
    let program = path.to_str().ok_or("is no path in UTF-8")?;
    let flag = binary.version_argument;
    let ran = around.ask(CommandLine::new(program, [flag])).map_err(|error| error.what())?;
    let text = [ran.stdout, ran.stderr].concat();
    let first = String::from_utf8_lossy(&text).lines().next().unwrap_or_default().to_owned();
    let (name, release) = parse(binary, &first)
        .or_else(|| unversioned(binary, &first, path))
        .ok_or_else(|| format!("does not say its version: `{flag}` gave `{}`", shown(&first)))?;
    Ok(FoundEngine { binary, path: path.to_owned(), name: name.to_owned(), release })
}

/// A build that says what it is, and of which release its file's name says.
fn unversioned(
    binary: &'static EngineBinary,
    line: &str,
    path: &Path,
) -> Option<(&'static str, EngineRelease)> {
    let Greeting::OwnNameOr(unversioned) = binary.greeting else { return None };
    let release = path.file_name()?.to_str()?.strip_prefix(binary.name)?.strip_prefix('-')?;
    Some((binary.name, EngineRelease::parse(release).filter(|_| line.starts_with(unversioned))?))
}

/// `otelcol-contrib version 0.159.0`; `tempo, version 2.10.8 (branch: HEAD, revision: 1a2b3c)`.
fn parse<'l>(binary: &EngineBinary, line: &'l str) -> Option<(&'l str, EngineRelease)> {
    let (name, rest) = line.split_once(" version ")?;
    let release = EngineRelease::parse(rest.split(' ').next()?)?;
    let name = match binary.greeting {
        Greeting::AnyName => name,
        Greeting::OwnName | Greeting::OwnNameOr(_) => {
            name.strip_suffix(',').filter(|name| *name == binary.name)?
        }
    };
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    (!name.is_empty() && name.chars().all(plain)).then_some((name, release))
}

/// A text of somebody else's, short.
fn shown(text: &str) -> String {
    redact_cut(text.trim(), 80)
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests make their own programs")]
mod tests {
    use super::*;
    use crate::component::collector::{CONTRIB, CORE};
    use crate::component::{loki, tempo};
    use std::fs;

    /// Written by another process: a script that this one holds open, even for another test, cannot be
    /// executed.
    fn program(directory: &Path, name: &str, script: &str) -> PathBuf {
        let path = directory.join(name);
        let write = "printf '#!/bin/sh\\n%s\\n' \"$1\" > \"$2\" && chmod 755 \"$2\"";
        let mut sh = std::process::Command::new("sh");
        assert!(sh.args(["-c", write, "sh", script]).arg(&path).status().unwrap().success());
        path
    }

    fn says(directory: &Path, name: &str, release: &str) {
        program(directory, &format!("{name}-{release}"), &format!("echo '{name}, version {release}'"));
    }

    fn wanted(binary: &'static EngineBinary, version: &str) -> WantedEngine {
        WantedEngine {
            binary,
            version: version.to_owned(),
            explicit: None,
            installed: "/nonexistent/engine".into(),
        }
    }

    fn around(engines: Option<&Path>, path: Option<&Path>) -> Surroundings {
        Surroundings {
            engines_directory: engines.map(Path::to_owned),
            path: path.map(|path| path.as_os_str().to_owned()),
            of_stack: true,
            temporary: "/tmp".into(),
            as_root: false,
            patience: Duration::from_secs(10),
            launcher: None,
        }
    }

    #[test]
    fn answers_are_read() {
        let answers = [
            (&CORE, "otelcol version 0.159.0", Some("otelcol 0.159.0")),
            (&CONTRIB, "otelcol-contrib version 0.144.0", Some("otelcol-contrib 0.144.0")),
            (&CORE, "our-otelcol version 0.159.0", Some("our-otelcol 0.159.0")),
            (&CORE, "tempo, version 2.10.8 (branch: , revision: unknown)", None),
            (&tempo::BINARY, "tempo, version 2.10.8 (branch: , revision: unknown)", Some("tempo 2.10.8")),
            (&tempo::BINARY, "tempo, version v3.0.3 (branch: HEAD, revision: 1)", Some("tempo 3.0.3")),
            (&tempo::BINARY, "tempo, version main-1a2b3c (branch: main, revision: 1)", None),
            (&tempo::BINARY, "otelcol version 0.159.0", None),
            (&tempo::BINARY, "", None),
            (&loki::BINARY, "loki, version 3.7.8 (branch: , revision: unknown)", Some("loki 3.7.8")),
            (&loki::BINARY, "loki version 2.4.7", None),
        ];
        for (binary, line, expected) in answers {
            let read = parse(binary, line).map(|(name, release)| format!("{name} {release}"));
            assert_eq!(read.as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn the_directory_gives_the_named_release_or_the_newest_of_its_line() {
        let directory = tempfile::tempdir().unwrap();
        for release in ["2.9.0", "2.10.7", "2.10.8", "2.10.10", "3.0.3"] {
            says(directory.path(), "tempo", release);
        }
        fs::write(directory.path().join("tempo-2.10.99"), "not a program").unwrap();
        let found = |version| {
            let found = find(&wanted(&tempo::BINARY, version), &around(Some(directory.path()), None));
            found.map(|engine| engine.to_string()).map_err(|missing| missing.to_string())
        };
        assert_eq!(found("2.10"), Ok("tempo 2.10.10".to_owned()));
        assert_eq!(found("2.10.7"), Ok("tempo 2.10.7".to_owned()));
        assert_eq!(found("2.10.9"), Ok("tempo 2.10.10".to_owned()));
        assert_eq!(found("3.1"), Err("no tempo binary".to_owned()));
    }

    #[test]
    fn the_order_is_flag_directory_stack_path() {
        let directory = tempfile::tempdir().unwrap();
        let make = |name: &str, release: &str| {
            program(directory.path(), name, &format!("echo 'otelcol version {release}'"))
        };
        let (flag, stack) = (make("flag", "0.159.1"), make("stack", "0.159.3"));
        make("otelcol-0.159.2", "0.159.2");
        make("otelcol", "0.159.4");
        let mut wanted = wanted(&CORE, "0.159");
        wanted.explicit = Some(flag);
        wanted.installed = stack;
        let mut around = around(Some(directory.path()), Some(directory.path()));
        let patch =
            |wanted: &WantedEngine, around: &Surroundings| find(wanted, around).unwrap().release.patch;
        assert_eq!(patch(&wanted, &around), Some(1));
        wanted.explicit = None;
        assert_eq!(patch(&wanted, &around), Some(2));
        around.engines_directory = None;
        assert_eq!(patch(&wanted, &around), Some(3));
        let stack = std::mem::replace(&mut wanted.installed, "/nonexistent/engine".into());
        assert_eq!(patch(&wanted, &around), Some(4));
        // What the stack names is nobody's choice but the stack's.
        (wanted.installed, around.of_stack) = (stack.clone(), false);
        assert_eq!(patch(&wanted, &around), Some(4));
        around.path = None;
        assert_eq!(find(&wanted, &around), Err(Missing::OfStack { binary: &CORE, path: stack }));
        wanted.installed = "/nonexistent/engine".into();
        around.path = Some("relative:.".into());
        assert_eq!(find(&wanted, &around), Err(Missing::Nowhere(&CORE)));
    }

    #[test]
    fn a_binary_that_does_not_answer_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let reason = |script: &str| {
            let path = program(directory.path(), "engine", script);
            let patience = Duration::from_millis(500);
            ask(&CORE, &path, &Surroundings { patience, ..around(None, None) }).unwrap_err()
        };
        assert_eq!(reason("sleep 60"), "did not end within 0.5 s");
        assert_eq!(reason("sleep 60 & exit 0"), "does not say its version: `--version` gave ``");
        assert_eq!(
            reason("printf 'a\\033[1mb%200s'"),
            "does not say its version: `--version` gave `a<U+001B>[1mb`"
        );
        assert!(reason("yes").starts_with("did not end within"));
        assert!(reason("head -c 9000000 /dev/zero").starts_with("does not say its version"));
        let plain = directory.path().join("plain");
        fs::write(&plain, "").unwrap();
        assert_eq!(ask(&CORE, &plain, &around(None, None)).unwrap_err(), "is no file that can be executed");
    }
}

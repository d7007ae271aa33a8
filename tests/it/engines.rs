//! The engines' own validators: every shipped stack on every engine there is, broken files at their
//! places, and programs that do not behave. Real ones come from `$TRACEWRIGHT_ENGINES` and `PATH`; what
//! is not there is named.
#![allow(clippy::too_many_lines, reason = "whole outputs of real programs stand in these tests")]

use crate::support::repository;
use snapbox::{assert_data_eq, file};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tracewright::component::wire;
use tracewright::diagnostic::SourceName;
use tracewright::model::dataflow::ProgramKind;
use tracewright::model::desired::{Content, Desired};
use tracewright::model::names::TargetPath;
use tracewright::render::{Templates, render};
use tracewright::report::{ShownFindings, diagnostics};
use tracewright::stack::{Stack, resolve};
use tracewright::text::{RedactSource, Sources, TextFormat};
use tracewright::toml;
use tracewright::validate::{
    EngineRelease, Named, ReleaseFit, Surroundings, Texts, Validation, consult, find, refrain, wanted,
};
use tracewright::wiring::Wiring;

/// Secrets of all three kinds, in both scopes.
const SECRETS: &str = r#"
schema = 1
name   = "secrets"

[collector.edge]
version        = "0.159"
service        = { scope = "user", user = "dev" }
send_to        = "collector.main"
secret_headers = { authorization = "env:TOKEN", "x-more" = "file:/run/secrets/more" }
receive        = { grpc = 4327 }
metrics        = 8889
health         = 13134

[collector.main]
version        = "0.159"
service        = { credentials = { token = "/etc/otelcol/token" }, environment_files = ["/etc/otelcol/env"] }
secret_headers = { authorization = "credential:token" }

[tempo]
version = "2.10"
"#;

struct Judged<'a> {
    wiring: Wiring<'a>,
    desired: Desired,
    document: toml::TomlDocument,
    sources: Sources,
}

/// Reads a stack and hands its files to a test.
fn with<T>(text: &str, test: impl FnOnce(&Judged<'_>) -> T) -> T {
    let (document, raw) = toml::parse(SourceName("stack.toml".into()), text);
    let (stack, _): (Stack, _) = resolve(&raw.expect("parses")).unwrap_or_else(|faults| panic!("{faults:?}"));
    let (wiring, _) = wire(&stack).unwrap_or_else(|faults| panic!("{faults:?}"));
    let desired = render(&wiring, Templates::embedded()).expect("renders");
    let sources = document.sources();
    test(&Judged { wiring, desired, document, sources })
}

impl Judged<'_> {
    fn texts(&self) -> Texts<'_> {
        let files = self.desired.files.iter();
        let whole = files.filter_map(|((_, path), file)| match &file.content {
            Content::Whole(text) => Some((path, text.as_str())),
            _ => None,
        });
        whole.collect()
    }

    /// What is said when one text is another one.
    fn with_change(
        &self,
        path: &str,
        (old, new): (&str, &str),
        named: &Named,
        around: &Surroundings,
    ) -> String {
        let path = TargetPath::new(path);
        let text = self.texts()[&path].replacen(old, new, 1);
        assert_ne!(text, self.texts()[&path], "{old}");
        let validation = consult(&self.wiring, &[(&path, text.as_str())].into(), named, around).unwrap();
        self.shown(validation, (&path, &text))
    }

    fn shown(&self, mut validation: Validation, (path, text): (&TargetPath, &str)) -> String {
        self.document.locate(&mut validation.findings);
        let mut sources = self.sources.clone();
        let shown = RedactSource::new(TextFormat::of_path(path.as_str()), text);
        sources.extend([(SourceName(path.to_string()), shown)]);
        let mut said = diagnostics::render(&ShownFindings::of(&validation.findings, &sources), false);
        for unknown in validation.not_checked {
            writeln!(said, "not checked: {unknown}").unwrap();
        }
        said
    }
}

fn engines() -> Option<PathBuf> {
    std::env::var_os("TRACEWRIGHT_ENGINES").map(PathBuf::from)
}

/// One of the real engines.
fn engine(name: &str) -> Option<PathBuf> {
    engines().map(|directory| directory.join(name)).filter(|path| path.is_file())
}

/// The one engine that a user names.
fn named(tempo: bool, binary: PathBuf) -> Named {
    Named::from([(if tempo { ProgramKind::Tempo } else { ProgramKind::Collector }, binary)])
}

/// Nothing but what a test names, with a temporary directory of its own.
fn around(temporary: &Path) -> Surroundings {
    Surroundings {
        engines_directory: None,
        path: None,
        of_stack: true,
        temporary: temporary.to_owned(),
        as_root: false,
        patience: Duration::from_secs(30),
        launcher: Some(env!("CARGO_BIN_EXE_tracewright").into()),
    }
}

fn stacks() -> Vec<(String, String)> {
    let mut stacks: Vec<_> = fs::read_dir(repository().join("stacks"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            (
                path.file_name().unwrap().display().to_string(),
                fs::read_to_string(path.join("stack.toml")).unwrap(),
            )
        })
        .collect();
    stacks.push(("secrets".to_owned(), SECRETS.to_owned()));
    stacks.sort();
    stacks
}

#[test]
fn every_stack_is_accepted_by_every_engine_that_it_can_name() {
    let temporary = tempfile::tempdir().unwrap();
    for name in [
        "otelcol-0.144.0",
        "otelcol-0.159.0",
        "otelcol-0.165.0",
        "otelcol-contrib-0.159.0",
        "tempo-2.10.8",
        "tempo-3.0.3",
        "tempo-3.1.0",
        "loki-3.7.8",
    ] {
        let Some(path) = engine(name) else {
            println!(
                "promise: stacks accepted by an engine's validator | 0 | not run: no {name} in $TRACEWRIGHT_ENGINES"
            );
            continue;
        };
        let kind = match name.split('-').next() {
            Some("tempo") => ProgramKind::Tempo,
            Some("loki") => ProgramKind::Loki,
            _ => ProgramKind::Collector,
        };
        let named = Named::from([(kind, path.clone())]);
        let mut count = 0;
        for (stack, text) in stacks() {
            with(&text, |judged| {
                // Stacks of a line that this engine does not read are for another one.
                let mut reads = wanted(&judged.wiring, &named).into_iter().filter(|(id, wanted)| {
                    let found = (id.kind() == kind).then(|| find(wanted, &around(temporary.path())).unwrap());
                    let named = EngineRelease::parse(&wanted.version).unwrap();
                    found.is_some_and(|found| named.fit(wanted.binary, &found.release) != ReleaseFit::Other)
                });
                if reads.next().is_none() {
                    return;
                }
                let validation =
                    consult(&judged.wiring, &judged.texts(), &named, &around(temporary.path())).unwrap();
                assert!(!validation.findings.has_errors(), "{stack} on {name}: {:#?}", validation.findings);
                assert!(
                    !validation.validated.is_empty() && validation.validated.iter().all(|file| file.accepted)
                );
                assert!(validation.validated.iter().all(|file| file.program == path));
                count += validation.validated.len();
            });
        }
        println!(
            "promise: stacks accepted by an engine's validator | {count} | real {}",
            name.rsplit('-').next().unwrap()
        );
    }
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0, "scratch directories are left");
}

#[test]
fn what_a_real_engine_refuses_stands_at_its_place() {
    let temporary = tempfile::tempdir().unwrap();
    let stack = fs::read_to_string(repository().join("stacks/minimal/stack.toml")).unwrap();
    let refused = |name: &str, path: &str, change: (&str, &str)| {
        let binary = engine(name).or_else(|| {
            println!("promise: broken files refused at their place | 0 | not run: no {name} in $TRACEWRIGHT_ENGINES");
            None
        })?;
        let named = named(name.starts_with("tempo"), binary);
        println!(
            "promise: broken files refused at their place | 1 | real {}",
            name.rsplit('-').next().unwrap()
        );
        Some(with(&stack, |judged| judged.with_change(path, change, &named, &around(temporary.path()))))
    };
    let collector = ("/etc/otelcol/config.yaml", ("max_recv_msg_size_mib", "max_recv_msg_size"));
    if let Some(said) = refused("otelcol-0.159.0", collector.0, collector.1) {
        assert_data_eq!(said, file!["engines/collector.txt": Text]);
    }
    let tempo = ("/etc/tempo/config.yml", ("path: \"/var/tempo/wal\"", "wall: \"/var/tempo/wal\""));
    if let Some(said) = refused("tempo-2.10.8", tempo.0, tempo.1) {
        assert_data_eq!(said, file!["engines/tempo.txt": Text]);
    }
    let retention = ("/etc/tempo/config.yml", ("336h", "1m"));
    if let Some(said) = refused("tempo-2.10.8", retention.0, retention.1) {
        assert_data_eq!(said, file!["engines/tempo-warns.txt": Text]);
    }
}

#[test]
fn what_systemd_does_not_know_stands_at_its_place() {
    let temporary = tempfile::tempdir().unwrap();
    let mut around = around(temporary.path());
    around.path = std::env::var_os("PATH");
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        println!("promise: broken units found by systemd-analyze | 0 | not run: no systemd-analyze on PATH");
        return;
    }
    let read =
        |name: &str| fs::read_to_string(repository().join("stacks").join(name).join("stack.toml")).unwrap();
    let drop_in = "/etc/systemd/system/tempo.service.d/50-tracewright.conf";
    let said = with(&read("minimal"), |judged| {
        judged.with_change(
            drop_in,
            ("Restart=always", "Restrat=always\nNice=often"),
            &Named::default(),
            &around,
        )
    });
    assert_data_eq!(said, file!["engines/drop-in.txt": Text]);
    let unit = "/home/pde/.config/systemd/user/otelcol.service";
    let said = with(&read("incident-host"), |judged| {
        judged.with_change(unit, ("PrivateTmp=yes", "PrivateTemp=yes"), &Named::default(), &around)
    });
    // Whether an engine is installed here is this machine's business.
    let said = said.split("not checked").next().unwrap().to_owned();
    assert_data_eq!(said, file!["engines/user-unit.txt": Text]);
    println!("promise: broken units found by systemd-analyze | 2 | real");
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0, "scratch directories are left");
}

/// What the units of the shipped stacks leave open, in the reckoning of the systemd that the sandbox was
/// tried on. Another release has another reckoning.
#[test]
fn units_are_as_closed_as_they_were_made() {
    let temporary = tempfile::tempdir().unwrap();
    let mut around = around(temporary.path());
    around.path = std::env::var_os("PATH");
    let (mut told, mut by) = (String::new(), String::new());
    for (name, text) in stacks() {
        let judged = with(&text, |judged| {
            let mut texts = judged.texts();
            texts.retain(|path, _| path.as_str().contains("/systemd/"));
            consult(&judged.wiring, &texts, &Named::default(), &around).unwrap().validated
        });
        for unit in judged {
            let level = unit.exposure.as_deref().unwrap_or("unknown");
            writeln!(told, "{name} {}: {level}", unit.file).unwrap();
            by = unit.by;
        }
    }
    if by == "systemd-analyze 252" {
        println!("promise: exposure of the rendered units | {} | real", told.lines().count());
        assert_data_eq!(told, file!["engines/exposure.txt": Text]);
    } else {
        println!("promise: exposure of the rendered units | 0 | not run: no systemd-analyze 252");
    }
}

/// A program that says that it is an engine. Written by a shell: a script that this process holds open,
/// even for another test, cannot be executed.
fn stand_in(directory: &Path, script: &str) -> PathBuf {
    let path = directory.join("engine");
    let version = "[ \"$1\" = --version ] && echo 'otelcol version 0.159.0' && exit";
    let write = "printf '#!/bin/sh\\n%s\\n%s\\n' \"$1\" \"$2\" > \"$3\" && chmod 755 \"$3\"";
    let written = Command::new("sh").args(["-c", write, "sh", version, script]).arg(&path).status().unwrap();
    assert!(written.success());
    path
}

#[test]
fn a_program_that_does_not_behave_is_bounded_and_named() {
    let (directory, temporary) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let stack = fs::read_to_string(repository().join("stacks/minimal/stack.toml")).unwrap();
    let mut said = String::new();
    let scripts = [
        ("hangs", "exec sleep 300"),
        ("leaves a child", "sleep 300 & exit 0"),
        ("never stops talking", "exec yes"),
        ("talks a lot and agrees", "head -c 3000000 /dev/zero; exit 0"),
        ("kills itself", "kill -9 $$"),
        ("is silent", "exit 3"),
        ("speaks of something else", "printf 'panic: \\033[31mnil map\\n\\ngoroutine 1\\n' >&2; exit 2"),
        ("says no text", "printf '\\377\\376' >&2; exit 1"),
        ("complains without end", "echo Error: a; seq -f 'receivers::otlp: fault %g' 1000; exit 1"),
    ];
    for (title, script) in scripts {
        let named = named(false, stand_in(directory.path(), script));
        let mut around = around(temporary.path());
        around.patience = Duration::from_secs(2);
        let words = with(&stack, |judged| {
            let path = TargetPath::new("/etc/otelcol/config.yaml");
            let texts = judged.texts();
            let validation =
                consult(&judged.wiring, &[(&path, texts[&path])].into(), &named, &around).unwrap();
            let accepted = validation
                .validated
                .iter()
                .map(|file| if file.accepted { "accepted\n" } else { "refused\n" });
            let accepted: String = accepted.collect();
            let words: Vec<_> =
                validation.findings.iter().map(|finding| &finding.at.as_ref().unwrap().text).collect();
            let shown = words.iter().take(2).chain(words.iter().skip(2).last());
            let shown: String = shown.map(|text| format!("  {text}\n")).collect();
            let unknown: String =
                validation.not_checked.iter().map(|one| format!("not checked: {one}\n")).collect();
            format!("{unknown}{accepted}{shown}")
        });
        writeln!(said, "{title}\n{}", words.trim_end()).unwrap();
    }
    assert_data_eq!(said, file!["engines/misbehaving.txt": Text]);
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0, "scratch directories are left");
}

#[test]
fn nobody_is_asked_where_nothing_is_to_be_judged() {
    let stack = fs::read_to_string(repository().join("stacks/minimal/stack.toml")).unwrap();
    with(&stack, |judged| {
        // No directory can be made there, so a run that made one would fail.
        let validation =
            consult(&judged.wiring, &Texts::new(), &Named::default(), &around(Path::new("/nonexistent")));
        let validation = validation.unwrap();
        assert!(
            validation.validated.is_empty()
                && validation.findings.is_empty()
                && validation.not_checked.is_empty()
        );
        assert!(refrain(&judged.wiring, &Texts::new()).not_checked.is_empty());
        // Nor is one made where there is no program; where there is one, it is said that none can be made.
        let unknown = |named: &Named| {
            let around = around(Path::new("/nonexistent"));
            consult(&judged.wiring, &judged.texts(), named, &around).unwrap().not_checked
        };
        let nobody = unknown(&Named::default());
        assert_eq!(nobody.len(), 4);
        assert!(nobody.iter().all(|one| one.reason.starts_with("no ")), "{nobody:?}");
        let unknown = unknown(&Named::from([(ProgramKind::Tempo, "/bin/sh".into())]));
        assert_eq!(unknown.len(), 4);
        assert!(
            unknown.iter().all(|one| one.reason.starts_with("cannot create /nonexistent/")),
            "{unknown:?}"
        );
    });
}

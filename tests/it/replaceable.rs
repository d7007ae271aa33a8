//! What an unprivileged user may replace is not started with the rights of root. Only root makes files
//! that are not its own, so only root runs these.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;
use tracewright::component::collector::CORE;
use tracewright::host::replaceable;
use tracewright::validate::{Surroundings, WantedEngine, find};

const PROMISE: &str = "promise: root starts no program that others may replace";
/// A user and a group that nobody has.
const PDE: u32 = 4_242_001;
const STAFF: u32 = 4_242_002;

fn is_root() -> bool {
    let root = rustix::process::geteuid().is_root();
    if !root {
        println!("{PROMISE} | 0 | not run: not root");
    }
    root
}

/// A directory of five ways to an engine, and links between them.
fn ways() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    for name in ["own", "pde", "staff", "all", "sticky"] {
        fs::create_dir_all(path(name).join("bin")).unwrap();
        fs::write(path(name).join("bin/engine"), "").unwrap();
    }
    chown(path("pde"), Some(PDE), None).unwrap();
    chown(path("staff"), None, Some(STAFF)).unwrap();
    for (name, mode) in [("staff", 0o775), ("all", 0o777), ("sticky", 0o1777)] {
        fs::set_permissions(path(name), Permissions::from_mode(mode)).unwrap();
    }
    symlink(path("pde/bin/engine"), path("own/bin/link")).unwrap();
    symlink("../../own/bin/engine", path("sticky/bin/link")).unwrap();
    symlink("loop", path("own/bin/loop")).unwrap();
    fs::write(path("own/bin/theirs"), "").unwrap();
    chown(path("own/bin/theirs"), Some(PDE), None).unwrap();
    directory
}

#[test]
fn a_way_is_as_safe_as_its_weakest_part() {
    if !is_root() {
        return;
    }
    let directory = ways();
    let (pde, staff) = (format!("user {PDE}"), format!("group {STAFF}"));
    let cases = [
        ("own/bin/engine", None),
        ("sticky/bin/link", None),
        ("own/bin/loop", None),
        ("own/nowhere", None),
        ("pde/bin/engine", Some(("pde", &*pde))),
        ("own/bin/link", Some(("pde", &*pde))),
        ("own/../pde/../own/bin/engine", Some(("pde", &*pde))),
        ("own/bin/theirs", Some(("own/bin/theirs", &*pde))),
        ("staff/bin/engine", Some(("staff", &*staff))),
        ("all/bin/engine", Some(("all", "anybody"))),
    ];
    for (way, expected) in cases {
        let found = replaceable(&directory.path().join(way)).map(|found| (found.at, found.by.to_string()));
        let expected = expected.map(|(at, by)| (directory.path().join(at), by.to_owned()));
        assert_eq!(found, expected, "{way}");
    }
    println!("{PROMISE} | {} | cargo", cases.len());
}

/// The script leaves a mark when it runs. Another process writes it: a script that this one holds open,
/// even for another test, cannot be executed.
#[test]
fn an_engine_of_a_user_is_not_asked_by_root() {
    if !is_root() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let (engine, mark) = (directory.path().join("engine"), directory.path().join("ran"));
    let write =
        "printf '#!/bin/sh\\ntouch %s; echo otelcol version 0.159.0\\n' \"$1\" > \"$2\" && chmod 755 \"$2\"";
    let mut sh = std::process::Command::new("sh");
    assert!(sh.args(["-c", write, "sh"]).args([&mark, &engine]).status().unwrap().success());
    let wanted = WantedEngine {
        binary: &CORE,
        version: "0.159".to_owned(),
        explicit: None,
        installed: engine.clone(),
    };
    let asked = |as_root| {
        let around = Surroundings {
            engines_directory: None,
            path: None,
            of_stack: true,
            temporary: PathBuf::from("/tmp"),
            as_root,
            patience: Duration::from_secs(10),
            launcher: None,
        };
        let answer = find(&wanted, &around).map_err(|missing| missing.to_string());
        let ran = fs::remove_file(&mark).is_ok();
        (answer.map(|engine| engine.to_string()), ran)
    };
    let answers = (Ok("otelcol 0.159.0".to_owned()), true);
    assert_eq!(asked(true), answers);
    chown(&engine, Some(PDE), None).unwrap();
    let why = format!("`{}` can be replaced by user {PDE}; root does not run it", engine.display());
    assert_eq!(asked(true), (Err(why), false));
    assert_eq!(asked(false), answers);
    println!("{PROMISE} | 1 | cargo");
}

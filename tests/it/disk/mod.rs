//! Real file systems that are full or read-only: the error is clear, nothing managed changes, and with
//! room the next apply completes. `transaction_disk` models the same at every operation.
#![expect(clippy::disallowed_methods, reason = "the file systems are mounted by a script")]

use std::process::Command;

const PROMISE: &str = "promise: applies without room taken back, real file systems";

/// The command that gives a script mounts of its own, or why there is none.
fn isolated() -> Result<&'static [&'static str], &'static str> {
    let ways: [&[&str]; 2] = [&["--mount"], &["--mount", "--user", "--map-root-user"]];
    let works = |way: &&&[&str]| {
        Command::new("unshare").args(**way).arg("true").output().is_ok_and(|done| done.status.success())
    };
    ways.iter().find(works).copied().ok_or("no mount namespaces here")
}

/// What an error says, whatever met the end of the room.
const FULL: &[&str] = &["No space left on device", "not enough free space"];

fn run(kind: &str, expected: &[&str]) {
    let isolated = match isolated() {
        Ok(isolated) => isolated,
        Err(reason) => return println!("{PROMISE} | 0 | not run: {kind}: {reason}"),
    };
    // Once there is a CA none is written.
    let whiches = if kind == "ca" { &["first"][..] } else { &["first", "second"] };
    for which in whiches {
        let directory = tempfile::tempdir().unwrap();
        let output = Command::new("unshare")
            .args(isolated)
            .args(["sh", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/disk/full.sh")])
            .arg(env!("CARGO_BIN_EXE_tracewright"))
            .args([directory.path().to_str().unwrap(), kind, which])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
        let is_refused = |line: &&str| {
            line.contains(" left: apply 1, changed nothing, next 0, plan 0: error: ")
                && expected.iter().any(|words| line.contains(words))
        };
        let refused = text.lines().filter(is_refused).count();
        let done = text
            .lines()
            .filter(|line| line.contains(": apply 0, changed something, next 0, plan 0:"))
            .count();
        assert_eq!(refused + done, text.lines().count(), "{text}");
        // It was full at first, and where that can be, it fitted in the end.
        assert_eq!((refused > 0, done), (true, usize::from(kind != "read-only")), "{text}");
        println!("{PROMISE} | {refused} | cargo, {kind}");
    }
}

#[test]
fn blocks() {
    run("blocks", FULL);
}

#[test]
fn inodes() {
    run("inodes", FULL);
}

#[test]
fn another_file_system_below_the_root() {
    run("apart", FULL);
}

/// Half a CA signs nothing: the next apply makes a whole one.
#[test]
fn the_directory_of_the_ca() {
    run("ca", FULL);
}

#[test]
fn a_read_only_etc() {
    run("read-only", &["Read-only file system"]);
}

#[test]
fn a_disk() {
    let mounts = rustix::process::geteuid().is_root();
    let there = Command::new("mkfs.ext4").arg("-V").output().is_ok_and(|done| done.status.success());
    if !mounts || !there {
        return println!("{PROMISE} | 0 | not run: ext4: needs root and mkfs.ext4");
    }
    run("ext4", FULL);
}

//! A trial whose directory is on a full disk: a small file system in a mount namespace of its own.

use super::lab::Lab;
use std::process::{Command, Output, Stdio};

/// Runs a trial with `TMPDIR` on a file system of this size, and tells what is left on it.
fn on_disk_of(lab: &Lab, size: &str, arguments: &[&str]) -> Output {
    let disk = lab.path().join("disk");
    std::fs::create_dir_all(&disk).unwrap();
    let script = "mount -t tmpfs -o \"$1\" none \"$2\" || exit 99; export TMPDIR=\"$2\"; shift 2\n\
                  \"$@\"; code=$?; ls -A \"$TMPDIR\" | sed 's/^/left: /'; exit $code";
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-c", script, "sh", size]).arg(&disk);
    let tool = lab.tool(arguments);
    command.arg(tool.get_program()).args(tool.get_args());
    command.current_dir(tool.get_current_dir().unwrap()).stdin(Stdio::null()).output().unwrap()
}

#[test]
fn a_full_disk_is_named_and_nothing_is_left() {
    let Some(lab) = Lab::with_engines("a_full_disk_is_named_and_nothing_is_left") else { return };
    let mut named = 0;
    for size in ["nr_inodes=2", "nr_inodes=4", "nr_inodes=7", "size=4k", "size=16k", "size=32k", "size=48k"] {
        let output = on_disk_of(&lab, size, &["try", "stacks/minimal"]);
        let [out, talk] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
        if output.status.code() == Some(99) || talk.starts_with("unshare: ") {
            println!("skipped: a_full_disk_is_named_and_nothing_is_left: no mount namespace here: {talk}");
            return;
        }
        assert!(!out.contains("left: "), "{size}: {out}{talk}");
        assert_eq!(lab.processes(), [], "{size}");
        if output.status.success() {
            continue;
        }
        assert_eq!(output.status.code(), Some(1), "{size}: {talk}");
        let errors: Vec<_> = talk.lines().filter(|line| line.starts_with("error: ")).collect();
        assert!(errors.len() == 1 && errors[0].contains("No space left on device"), "{size}: {talk}");
        named += 1;
    }
    assert!(named >= 5, "{named}");
    lab.assert_nothing_left("after full disks");
}

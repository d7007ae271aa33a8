//! A plan that is longer than the terminal goes through a pager, and whatever that does changes nothing else.

use crate::support::{copy_tree, repository};
use crate::terminal::{Seen, Size, answered};
use std::path::Path;
use std::process::Command;

/// A pager that says of every line that it went through.
const MARKS: &str = "sed s/^/paged:/";
const SMALL: Size = Size(80, 10);

fn stacks() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    copy_tree(&repository().join("stacks/minimal"), &directory.path().join("minimal"));
    directory
}

fn on(directory: &Path, size: Size, verb: &[&str], variables: &[(&str, &str)], typed: &str) -> Seen {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tracewright"));
    let path = std::env::var("PATH").unwrap();
    command.args(verb).args(["minimal", "--root", "out", "--no-engines"]).current_dir(directory).env_clear();
    command.envs([("PATH", path.as_str()), ("TERM", "xterm")]).envs(variables.iter().copied());
    answered(size, &mut command, typed)
}

const PLAN: &[&str] = &["plan", "--detailed-exitcode"];

#[test]
fn a_plan_goes_through_the_pager_where_it_is_longer_than_the_terminal() {
    let directory = stacks();
    let plan = |size, variables: &[(&str, &str)]| on(directory.path(), size, PLAN, variables, "");
    for named in ["PAGER", "TRACEWRIGHT_PAGER"] {
        let seen = plan(SMALL, &[(named, MARKS)]);
        assert_eq!(seen.code, Some(2));
        assert!(seen.text.lines().all(|line| line.starts_with("paged:")), "{}", seen.text);
    }
    let whole = |variables: &[(&str, &str)], size| {
        let seen = plan(size, variables);
        assert_eq!(seen.code, Some(2), "{variables:?}");
        assert!(seen.text.starts_with("Stack `minimal`") && seen.text.contains("Plan: "), "{}", seen.text);
    };
    whole(&[("PAGER", MARKS), ("NO_COLOR", "1")], Size(80, 200));
    for variable in
        [("CI", "true"), ("TERM", "dumb"), ("TRACEWRIGHT_PAGER", ""), ("TRACEWRIGHT_PAGER", "cat")]
    {
        whole(&[("PAGER", MARKS), ("NO_COLOR", "1"), variable], SMALL);
    }
    let without = ["plan", "--detailed-exitcode", "--no-pager"];
    let seen = on(directory.path(), SMALL, &without, &[("PAGER", MARKS), ("NO_COLOR", "1")], "");
    assert!(seen.code == Some(2) && seen.text.starts_with("Stack `minimal`"), "{}", seen.text);
}

#[test]
fn a_pager_that_fails_or_ends_early_is_no_fault() {
    let directory = stacks();
    let plan = |pager| on(directory.path(), SMALL, PLAN, &[("PAGER", pager), ("NO_COLOR", "1")], "");
    let seen = plan("/nowhere/pager");
    assert_eq!(seen.code, Some(2));
    assert!(seen.text.contains("Stack `minimal`") && seen.text.contains("Plan: "), "{}", seen.text);
    let seen = plan("head -n 1");
    assert_eq!((seen.code, seen.text.lines().count()), (Some(2), 1), "{}", seen.text);
    assert_eq!(plan("false").code, Some(2));
}

#[test]
fn apply_asks_behind_the_pager() {
    let directory = stacks();
    let paged = [("PAGER", MARKS), ("NO_COLOR", "1")];
    let seen = on(directory.path(), SMALL, &["apply"], &paged, "no\n");
    assert_eq!(seen.code, Some(3), "{}", seen.text);
    for pager in ["true", MARKS] {
        let root = directory.path().join("out");
        if root.exists() {
            std::fs::remove_dir_all(&root).unwrap();
        }
        let seen = on(directory.path(), SMALL, &["apply"], &[("PAGER", pager), ("NO_COLOR", "1")], "yes\n");
        let question = seen.text.find("Do you want to make these changes?");
        assert!(question > seen.text.rfind("paged:") && question.is_some(), "{}", seen.text);
        assert!(seen.code == Some(0) && seen.text.contains("Apply complete!"), "{}", seen.text);
    }
    std::fs::remove_dir_all(directory.path().join("out")).unwrap();
    let seen = on(directory.path(), SMALL, &["apply", "--auto-approve"], &paged, "");
    assert!(seen.code == Some(0) && !seen.text.contains("paged:"), "{}", seen.text);
}

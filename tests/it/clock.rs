//! A clock that was set back: generations are counted, not timed, and a certificate of the future is told.

use crate::support::{copy_tree, repository};
use std::path::Path;
use std::process::Command;

const PROMISE: &str = "promise: applies after the clock was set back";

/// What the binary printed below `root`, as if so many days ago, and that its exit was good.
fn run(days: i32, arguments: &[&str], stack: &Path, root: &Path) -> String {
    let (text, good) = tried(days, arguments, stack, root);
    assert!(good, "{arguments:?}: {text}");
    text
}

fn tried(days: i32, arguments: &[&str], stack: &Path, root: &Path) -> (String, bool) {
    let mut command = Command::new("faketime");
    command.args(["-f", &format!("{:+}d", -days), env!("CARGO_BIN_EXE_tracewright")]);
    command.args(arguments).arg(stack).arg("--root").arg(root);
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    (text.into_owned(), output.status.success())
}

#[test]
fn a_clock_that_was_set_back_changes_no_order() {
    if !Command::new("faketime").arg("--version").output().is_ok_and(|output| output.status.success()) {
        return println!("{PROMISE} | 0 | not run: no faketime");
    }
    let directory = tempfile::tempdir().unwrap();
    let (stack, root) = (directory.path().join("stack"), directory.path().join("root"));
    std::fs::create_dir(&stack).unwrap();
    copy_tree(&repository().join("stacks/internal-tls"), &stack);
    let apply = ["apply", "--auto-approve", "--no-engines"];
    run(20, &apply, &stack, &root);
    let file = stack.join("stack.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("[tempo]\n", "[tempo]\nretention = \"50h\"\n")).unwrap();
    let plan = run(30, &["plan", "--no-engines", "--full"], &stack, &root);
    assert!(plan.contains("must be replaced: it is not valid before "), "{plan}");
    assert!(plan.contains("note: the clock of this machine says "), "{plan}");
    let (refused, good) = tried(30, &apply, &stack, &root);
    assert!(!good && refused.contains("certificates that are good would be replaced by it"), "{refused}");
    let plan = run(-2000, &["plan", "--no-engines"], &stack, &root);
    assert!(plan.contains("by it certificates are replaced; `date` shows whether it is right"), "{plan}");
    let applied = run(20, &apply, &stack, &root);
    assert!(applied.contains("This is generation 2."), "{applied}");
    let back = run(19, &["rollback", "--auto-approve"], &stack, &root);
    let words = back.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("from generation 2 back to generation 1"), "{back}");
    let history = run(40, &["history"], &stack, &root);
    let numbers: Vec<_> = history.lines().filter_map(|line| line.get(2..4)).map(str::trim).collect();
    assert_eq!(numbers, ["en", "3", "2", "1", "0"], "{history}");
    println!("{PROMISE} | 1 | cargo");
}

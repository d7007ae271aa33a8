//! What others did to managed places: shown, refused until accepted, then healed.
#![expect(clippy::disallowed_methods, reason = "the test plays the other who changes things")]

use crate::transaction_root::{directory, inodes, look_at, put, read, run_at, tree};
use crate::transaction_support::{
    at, back_to, block, directory as wanted_directory, empty, kept, of_stack, whole,
};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use tracewright::apply::{ApplyError, DesiredState};
use tracewright::model::desired::Desired;
use tracewright::plan::{ChangeRefusal, Needs};

fn desired() -> Desired {
    let mut desired = empty();
    desired.directories.insert(at("/etc/tempo"), wanted_directory(0o750));
    desired.files.insert(at("/etc/tempo/config.yml"), whole("port: 1\n", 0o640));
    desired.files.insert(at("/srv/web/.env"), block(&["A=1"]));
    desired
}

const FILE: &str = "/etc/tempo/config.yml";

/// What somebody does to a root after an apply, and how the plan calls it.
type Case = (&'static str, fn(&Path), Result<&'static str, ChangeRefusal>);

fn cases() -> Vec<Case> {
    fn path(root: &Path) -> std::path::PathBuf {
        root.join("etc/tempo/config.yml")
    }
    fn gone(root: &Path) {
        fs::remove_file(path(root)).unwrap();
    }
    vec![
        ("one byte", |root| put(root, FILE, b"port: 2\n", 0o640), Ok("its content changed")),
        ("mode", |root| put(root, FILE, b"port: 1\n", 0o644), Ok("mode 0644, was 0640")),
        ("both", |root| put(root, FILE, b"port: 2\n", 0o600), Ok("its content changed; mode 0600, was 0640")),
        ("deletion", gone, Ok("it was removed")),
        (
            "link",
            |root| {
                gone(root);
                symlink("/etc/passwd", path(root)).unwrap();
            },
            Ok("a symbolic link to /etc/passwd stands in its place"),
        ),
        (
            "empty directory",
            |root| {
                gone(root);
                fs::create_dir(path(root)).unwrap();
            },
            Ok("an empty directory stands in its place"),
        ),
        (
            "directory with content",
            |root| {
                gone(root);
                put(root, "/etc/tempo/config.yml/theirs", b"", 0o600);
            },
            Err(ChangeRefusal::DirectoryWithContent),
        ),
    ]
}

#[test]
fn drift_is_shown_refused_and_healed() {
    for (name, change, called) in cases() {
        let temporary = directory();
        let root = temporary.path();
        let desired = desired();
        kept(run_at(root, of_stack(&desired), false, false).unwrap());
        let applied = tree(root);
        change(root);
        let drifted = inodes(root);
        let survey = look_at(root, of_stack(&desired)).unwrap();
        assert_eq!(survey.plan.entries.len(), 1, "{name}");
        let result = run_at(root, of_stack(&desired), false, false);
        match called {
            Ok(what) => {
                let needs = Needs::AcceptDrift { what: what.to_owned() };
                assert_eq!(survey.plan.entries[0].needs, needs, "{name}");
                assert!(matches!(result, Err(ApplyError::Drift(_))), "{name}: {result:?}");
                assert_eq!(inodes(root), drifted, "{name}: a refused apply wrote something");
                kept(run_at(root, of_stack(&desired), true, false).unwrap());
                assert_eq!(tree(root), applied, "{name}: not healed");
                assert!(look_at(root, of_stack(&desired)).unwrap().plan.is_empty(), "{name}");
            }
            Err(refusal) => {
                assert_eq!(survey.plan.entries[0].needs, Needs::Refused(refusal), "{name}");
                let result = run_at(root, of_stack(&desired), true, true);
                assert!(matches!(result, Err(ApplyError::Refused(_))), "{name}: {result:?}");
                assert_eq!(inodes(root), drifted, "{name}: a refused apply wrote something");
            }
        }
    }
}

#[test]
fn a_line_outside_the_block_is_no_drift_and_survives_a_rollback() {
    let temporary = directory();
    let root = temporary.path();
    put(root, "/srv/web/.env", b"SECRET=1", 0o640);
    let one = desired();
    kept(run_at(root, of_stack(&one), false, false).unwrap());
    let mut file = read(root, "/srv/web/.env").unwrap();
    file.extend_from_slice(b"MINE=2\n");
    put(root, "/srv/web/.env", &file, 0o640);
    assert!(look_at(root, of_stack(&one)).unwrap().plan.is_empty());
    let mut two = desired();
    two.files.insert(at("/srv/web/.env"), block(&["A=2"]));
    let survey = look_at(root, of_stack(&two)).unwrap();
    let shown = format!("{:?}", survey.plan.entries[0].content);
    assert!(!shown.contains("SECRET") && !shown.contains("MINE"), "{shown}");
    kept(run_at(root, of_stack(&two), false, false).unwrap());
    kept(run_at(root, DesiredState::Generation(None), false, false).unwrap());
    assert_eq!(read(root, "/srv/web/.env").unwrap(), file);
    kept(run_at(root, back_to(0), false, false).unwrap());
    // The newline that was ours stays, since a line of somebody else follows.
    assert_eq!(read(root, "/srv/web/.env").unwrap(), b"SECRET=1\nMINE=2\n");
}

#[test]
fn a_changed_block_is_drift() {
    let temporary = directory();
    let root = temporary.path();
    kept(run_at(root, of_stack(&desired()), false, false).unwrap());
    for bytes in [&b""[..], b"# >>> tracewright shop/web >>>\nA=9\n# <<< tracewright shop/web <<<\n"] {
        put(root, "/srv/web/.env", bytes, 0o600);
        assert!(matches!(run_at(root, of_stack(&desired()), false, false), Err(ApplyError::Drift(_))));
        kept(run_at(root, of_stack(&desired()), true, false).unwrap());
        assert_eq!(
            read(root, "/srv/web/.env").unwrap(),
            b"# >>> tracewright shop/web >>>\nA=1\n# <<< tracewright shop/web <<<\n"
        );
    }
}

#[test]
fn a_file_in_the_way_is_adopted_and_given_back() {
    let temporary = directory();
    let root = temporary.path();
    put(root, FILE, b"theirs: yes\n", 0o604);
    let before = tree(root);
    let refused = run_at(root, of_stack(&desired()), true, false);
    assert!(matches!(refused, Err(ApplyError::NotAdopted(_))), "{refused:?}");
    assert_eq!(tree(root), before);
    kept(run_at(root, of_stack(&desired()), false, true).unwrap());
    assert_eq!(read(root, FILE).unwrap(), b"port: 1\n");
    // Leaving the stack gives it back as well as going back to generation 0 does.
    let mut without = desired();
    without.files.remove(&at(FILE));
    kept(run_at(root, of_stack(&without), false, false).unwrap());
    assert_eq!(read(root, FILE).unwrap(), b"theirs: yes\n");
    kept(run_at(root, back_to(1), false, false).unwrap());
    assert_eq!(read(root, FILE).unwrap(), b"port: 1\n");
    kept(run_at(root, back_to(0), false, false).unwrap());
    assert_eq!(tree(root), before);
}

#[test]
fn what_is_not_ours_and_no_regular_file_is_refused() {
    type Prepare = fn(&Path);
    let prepare: [(Prepare, ChangeRefusal); 4] = [
        (
            |root| {
                fs::create_dir_all(root.join("etc/tempo")).unwrap();
                symlink("elsewhere", root.join("etc/tempo/config.yml")).unwrap();
            },
            ChangeRefusal::Link { to: "elsewhere".to_owned() },
        ),
        (
            |root| fs::create_dir_all(root.join("etc/tempo/config.yml")).unwrap(),
            ChangeRefusal::DirectoryInTheWay,
        ),
        (
            |root| {
                fs::create_dir_all(root.join("etc/real")).unwrap();
                symlink("real", root.join("etc/tempo")).unwrap();
            },
            ChangeRefusal::Link { to: "real".to_owned() },
        ),
        (|root| put(root, "/etc/tempo", b"", 0o600), ChangeRefusal::FileInTheWay),
    ];
    for (prepare, refusal) in prepare {
        let temporary = directory();
        prepare(temporary.path());
        let before = inodes(temporary.path());
        let survey = look_at(temporary.path(), of_stack(&desired())).unwrap();
        assert!(survey.plan.refused().any(|(_, found)| *found == refusal), "{refusal:?}");
        let result = run_at(temporary.path(), of_stack(&desired()), true, true);
        assert!(matches!(result, Err(ApplyError::Refused(_))), "{result:?}");
        assert_eq!(inodes(temporary.path()), before, "{refusal:?}: something was written");
    }
}

#[test]
fn an_environment_file_with_two_names_is_refused() {
    let temporary = directory();
    put(temporary.path(), "/srv/web/.env", b"X=1\n", 0o600);
    fs::hard_link(temporary.path().join("srv/web/.env"), temporary.path().join("srv/web/other")).unwrap();
    let survey = look_at(temporary.path(), of_stack(&desired())).unwrap();
    assert!(survey.plan.refused().any(|(_, refusal)| *refusal == ChangeRefusal::HardLinks(2)));
}

#[test]
fn a_second_apply_changes_no_inode() {
    let temporary = directory();
    kept(run_at(temporary.path(), of_stack(&desired()), false, false).unwrap());
    let before = inodes(temporary.path());
    assert_eq!(kept(run_at(temporary.path(), of_stack(&desired()), false, false).unwrap()), None);
    assert_eq!(inodes(temporary.path()), before);
}

#[test]
fn a_root_that_we_make_is_ignored_by_git() {
    let temporary = directory();
    let root = temporary.path().join("deep/out");
    assert!(!look_at(&root, of_stack(&desired())).unwrap().plan.is_empty());
    assert!(!root.exists(), "a plan made the root");
    kept(run_at(&root, of_stack(&desired()), false, false).unwrap());
    assert_eq!(read(&root, "/.gitignore").unwrap(), b"*\n");
    assert_eq!(fs::metadata(root.join("etc/tempo")).unwrap().permissions().mode() & 0o7777, 0o750);
    let state = root.join("var/lib/tracewright/shop");
    assert_eq!(fs::metadata(&state).unwrap().permissions().mode() & 0o7777, 0o700);
    for entry in fs::read_dir(state.join("objects")).unwrap() {
        assert_eq!(entry.unwrap().metadata().unwrap().permissions().mode() & 0o7777, 0o600);
    }
}

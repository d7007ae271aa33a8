//! States and directories that somebody else wrote, tidied up or opened: none of them leads astray, is believed, or
//! keeps everybody out for good.

use crate::tool::{said, tracewright};
use crate::transaction_lock::{STATE, apply_number, numbered};
use crate::transaction_root::{directory, look_at, put, read, recover_at, root_at, tree};
use crate::transaction_support::{journal_with, of_stack};
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tracewright::apply::Recovered;
use tracewright::host::{CaDirectory, Host};
use tracewright::model::names::{Mode, TargetPath};
use tracewright::model::step::Step;
use tracewright::pki::CaPair;

fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(path, text.replace(from, to)).unwrap();
}

#[test]
fn a_manifest_with_paths_that_no_host_has_is_damaged() {
    let temporary = directory();
    let root = temporary.path().join("root");
    apply_number(&root, 1);
    put(temporary.path(), "/beside", b"a secret\n", 0o600);
    let manifest = root.join(&STATE[1..]).join("generations/1.json");
    let kept = fs::read(&manifest).unwrap();
    let long = "x".repeat(256);
    for (path, flaw) in [
        ("/etc/../../beside", "is not the only spelling of a path"),
        ("/etc/tempo/config.yml/", "is not the only spelling of a path"),
        ("etc/beside", "is not absolute"),
        (&*format!("/etc/{long}"), "has a name of more than 255 bytes"),
        (&*"/x".repeat(2048), "has more than 4095 bytes"),
    ] {
        fs::write(&manifest, &kept).unwrap();
        edit(&manifest, "/etc/tempo/config.yml", path);
        let refused = look_at(&root, of_stack(&numbered(2))).unwrap_err().to_string();
        let shown: String = path.chars().take(80).collect();
        let expected = format!("{STATE}/generations/1.json: it is damaged: {shown:?} {flaw}");
        assert_eq!(refused, format!("cannot read the state: {expected}"));
    }
}

#[test]
fn a_look_at_a_path_with_dots_leads_nowhere() {
    let temporary = directory();
    let root = temporary.path().join("root");
    put(&root, "/etc/file", b"inside\n", 0o600);
    put(temporary.path(), "/beside", b"a secret\n", 0o600);
    let target = root_at(&root);
    for path in ["/../beside", "/etc/../../beside", "/etc/..", "/..", "/etc/./file", "/etc//file"] {
        let path = TargetPath::new(path);
        let seen = target.observe(&tracewright::model::observed::Inventory::of([path.clone()])).unwrap();
        let standing = seen.standing(&path);
        assert!(matches!(standing, tracewright::model::observed::PathState::Absent), "{path}: {standing:?}");
    }
}

/// What an older version, or somebody else, put into a journal: nothing of it can ever have been done.
#[test]
fn a_journal_with_names_that_no_file_system_has_is_taken_back() {
    let temporary = directory();
    let root = temporary.path();
    apply_number(root, 1);
    put(root, "/etc/file", b"", 0o600);
    symlink("round", root.join("etc/round")).unwrap();
    let before = tree(root);
    let long = "x".repeat(256);
    for path in [
        format!("/etc/{long}"),
        format!("/etc/{long}/below"),
        "/d".repeat(100_000),
        "/etc/file/below/it".to_owned(),
        "/etc/round/below".to_owned(),
    ] {
        let path = TargetPath::new(path);
        let steps = [
            Step::MakeDirectory { path: path.clone(), mode: Mode(0o755), ids: None },
            Step::Stage {
                staged: path.join(".tracewright-2-1"),
                bytes: Vec::new(),
                mode: Mode(0o600),
                ids: None,
                like: None,
            },
        ];
        put(root, &format!("{STATE}/journal"), &journal_with(&steps), 0o600);
        let recovered = recover_at(root).unwrap();
        assert!(matches!(recovered, Some(Recovered::TakenBack { .. })), "{recovered:?}");
        assert_eq!(tree(root), before);
    }
}

#[test]
fn the_garbage_of_another_stack_stops_nobody() {
    let temporary = directory();
    let root = temporary.path();
    apply_number(root, 1);
    put(root, "/var/lib/tracewright/other/generations/1.json", b"{", 0o600);
    put(root, "/var/lib/tracewright/another/generations", b"no directory", 0o600);
    put(root, "/var/lib/tracewright/note", b"no stack", 0o600);
    let seen = look_at(root, of_stack(&numbered(2))).unwrap();
    assert_eq!(seen.plan.counts(), (0, 1, 0));
    let notes = seen.notes();
    assert!(notes[0].contains("another/generations: a file stands there; which files"), "{notes:?}");
    assert!(notes[1].contains("other/generations/1.json: EOF while parsing"), "{notes:?}");
    assert_eq!(notes.len(), 2);
}

/// The list that a directory of somebody else's gives to what is made in it: user 4711 may read.
const DEFAULT_LIST: &[u8] = &[
    2, 0, 0, 0, //
    1, 0, 7, 0, 255, 255, 255, 255, //
    2, 0, 4, 0, 0x67, 0x12, 0, 0, //
    4, 0, 5, 0, 255, 255, 255, 255, //
    0x10, 0, 7, 0, 255, 255, 255, 255, //
    0x20, 0, 5, 0, 255, 255, 255, 255,
];

#[test]
fn a_default_access_list_opens_nothing_that_is_new() {
    let temporary = tempfile::tempdir().unwrap();
    let root = temporary.path();
    fs::create_dir(root.join("tls")).unwrap();
    let (name, none) = ("system.posix_acl_default", rustix::fs::XattrFlags::empty());
    if rustix::fs::setxattr(root.join("tls"), name, DEFAULT_LIST, none).is_err() {
        return println!(
            "promise: new files against default access lists | 0 | not run: no access lists here"
        );
    }
    let mut target = root_at(root);
    let at = |path: &str| TargetPath::new(path);
    let (staged, path) = (at("/tls/.tracewright-1-1"), at("/tls/main.key"));
    let stage = Step::Stage { staged, bytes: b"key".to_vec(), mode: Mode(0o640), ids: None, like: None };
    target.perform(&stage).unwrap();
    target.perform(&Step::MakeDirectory { path: at("/tls/private"), mode: Mode(0o750), ids: None }).unwrap();
    for made in ["tls/.tracewright-1-1", "tls/private"] {
        let mut list = [0_u8; 256];
        let access = rustix::fs::getxattr(root.join(made), "system.posix_acl_access", &mut list[..]);
        assert_eq!(access, Err(rustix::io::Errno::NODATA), "{made}, for {path}");
    }
    let mode = |path: &str| fs::metadata(root.join(path)).unwrap().permissions().mode() & 0o7777;
    assert_eq!((mode("tls/.tracewright-1-1"), mode("tls/private")), (0o640, 0o750));
    println!("promise: new files against default access lists | 2 | cargo");
}

#[test]
fn a_new_root_writes_through_no_link_and_leaves_no_other_name() {
    let temporary = directory();
    let at = |name: &str| temporary.path().join(name);
    fs::write(at("victim"), "theirs\n").unwrap();
    fs::create_dir(at("root.tracewright-new")).unwrap();
    symlink(at("victim"), at("root.tracewright-new/.gitignore")).unwrap();
    // What a killed run left, and what belongs to a living one.
    fs::create_dir(at("root.tracewright-new-0123")).unwrap();
    fs::write(at("root.tracewright-new-0123/.gitignore"), "*\n").unwrap();
    apply_number(&at("root"), 1);
    assert_eq!(fs::read_to_string(at("victim")).unwrap(), "theirs\n");
    assert_eq!(fs::read_to_string(at("root/.gitignore")).unwrap(), "*\n");
    assert_eq!(fs::metadata(at("root")).unwrap().permissions().mode() & 0o7777, 0o755);
    assert!(!at("root.tracewright-new-0123").exists());
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 3);
}

fn new_ca() -> CaPair {
    let key = rcgen::KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::new(vec!["ca".to_owned()]).unwrap();
    CaPair { certificate: params.self_signed(&key).unwrap().pem(), key: key.serialize_pem() }
}

fn refused(directory: &Path) -> String {
    CaDirectory::open(directory).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn a_ca_is_kept_where_nobody_else_writes_and_is_whole() {
    let temporary = directory();
    let ca = temporary.path().join("ca");
    let kept = new_ca();
    fs::create_dir(&ca).unwrap();
    fs::set_permissions(&ca, Permissions::from_mode(0o777)).unwrap();
    let shown = ca.display();
    assert_eq!(refused(&ca), format!("{shown} is no directory for private keys: {shown} has the mode 0777"));
    fs::remove_dir(&ca).unwrap();
    CaDirectory::open(&ca).unwrap().keep(&kept).unwrap();
    assert_eq!(fs::metadata(&ca).unwrap().permissions().mode() & 0o7777, 0o700);
    assert_eq!(CaDirectory::open(&ca).unwrap().kept(), [kept]);
    // A run that was killed while it kept another one.
    fs::write(ca.join(".ca-0123456789abcdef.key.new"), "half a k").unwrap();
    CaDirectory::open(&ca).unwrap().keep(&new_ca()).unwrap();
    assert_eq!(fs::read_dir(&ca).unwrap().count(), 4);
    assert_eq!(CaDirectory::open(&ca).unwrap().kept().len(), 2);
    // One that an older version left half written on a full disk.
    fs::write(ca.join("ca-0.key"), "").unwrap();
    fs::write(ca.join("ca-0.crt"), "-----BEGIN CERT").unwrap();
    let half = ca.join("ca-0.crt");
    assert_eq!(
        refused(&ca),
        format!("cannot use {}: something that is no whole certificate stands there", half.display())
    );
    fs::write(&half, &new_ca().certificate).unwrap();
    let key = ca.join("ca-0.key");
    for (text, what) in [
        ("", "something that is no whole private key"),
        (new_ca().key.split_at(100).0, "something that is no whole private key"),
        (new_ca().key.as_str(), "the private key of another certificate"),
    ] {
        fs::write(&key, text).unwrap();
        assert_eq!(refused(&ca), format!("cannot use {}: {what} stands there", key.display()));
    }
    fs::remove_file(&half).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, &half, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    let began = Instant::now();
    assert_eq!(
        refused(&ca),
        format!("cannot use {}: something that is no file stands there", half.display())
    );
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_ca_is_kept_in_no_work_tree_that_a_link_leads_into() {
    let temporary = directory();
    let tree = temporary.path().join("tree");
    fs::create_dir_all(tree.join(".git")).unwrap();
    fs::create_dir(tree.join("keys")).unwrap();
    symlink(&tree, temporary.path().join("link")).unwrap();
    for directory in ["link", "link/keys", "link/not/there"] {
        assert!(
            refused(&temporary.path().join(directory)).contains("is inside the git work tree"),
            "{directory}"
        );
    }
}

/// A private key that stays beside its place is not forgotten, and the run says so.
#[test]
fn a_destroy_that_cannot_clear_away_a_file_remembers_it() {
    if !Command::new("strace").arg("-V").stdout(Stdio::null()).status().is_ok_and(|status| status.success()) {
        return println!(
            "promise: a destroy that is refused a removal | 0 | not run: strace is not installed"
        );
    }
    let temporary = directory();
    let at = |name: &str| temporary.path().join(name);
    put(temporary.path(), "/stack.toml", b"schema = 1\nname = \"shop\"\n", 0o644);
    let (log, binary) = (at("log"), env!("CARGO_BIN_EXE_tracewright"));
    let destroy = |root: &str, options: &[&str]| {
        apply_number(&at(root), 1);
        let mut command = Command::new("strace");
        command.args(["-qq", "-o", log.to_str().unwrap(), "-e", "trace=unlinkat"]).args(options);
        let output = command
            .arg(binary)
            .args(["destroy", "--auto-approve", "--root", root])
            .current_dir(temporary.path())
            .output();
        said(&output.unwrap())
    };
    assert_eq!(destroy("clean", &[]).1, 0);
    let calls = fs::read_to_string(&log).unwrap();
    let nth = 1 + calls.lines().position(|line| line.contains("\".tracewright-2-")).unwrap();
    let (text, code) = destroy("root", &["-e", &format!("inject=unlinkat:error=EACCES:when={nth}+")]);
    assert_eq!(code, 6, "{text}");
    assert!(
        text.contains(
            "error: not everything could be cleared away: cannot remove directory root/.tracewright-2-"
        ),
        "{text}"
    );
    assert!(text.contains("help: mend what keeps it there; the next run goes on with it"), "{text}");
    assert!(!text.contains("Nothing of"), "{text}");
    assert!(read(&at("root"), &format!("{STATE}/journal")).is_some());
    let output =
        tracewright(temporary.path(), &["destroy", "--auto-approve", "--root", "root"]).output().unwrap();
    let (text, code) = said(&output);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("Nothing of `shop` is left below `root`, its state included.\n"), "{text}");
    assert_eq!(
        tree(&at("root")).keys().filter(|path| path.display().to_string().contains(".tracewright-")).count(),
        0
    );
    println!("promise: a destroy that is refused a removal | 1 | cargo");
}

/// A stack may come from whoever opened a pull request.
#[test]
fn no_program_that_a_stack_names_is_started_unasked() {
    let temporary = directory();
    let (mark, engine) = (temporary.path().join("mark"), temporary.path().join("engine"));
    // Written by another process: a script that this one holds open cannot be executed.
    let write = "printf '#!/bin/sh\\ntouch %s\\n' \"$1\" > \"$2\" && chmod 755 \"$2\"";
    assert!(Command::new("sh").args(["-c", write, "sh"]).args([&mark, &engine]).status().unwrap().success());
    let stack = format!(
        "schema = 1\nname = \"shop\"\n\n[tempo]\nversion = \"2.10\"\nservice = {{ unit = \"own.service\", binary = \"{}\" }}\n",
        engine.display()
    );
    put(temporary.path(), "/stack.toml", stack.as_bytes(), 0o644);
    let run = |arguments: &[&str]| said(&tracewright(temporary.path(), arguments).output().unwrap()).0;
    for verb in [&["check"][..], &["plan", "--root", "root"], &["apply", "--root", "root", "--auto-approve"]]
    {
        let text = run(verb);
        let why = format!(
            "no tempo binary but `{}`, which the stack names: `--engines-of-stack` starts it",
            engine.display()
        );
        let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(joined.contains(&why), "{text}");
        assert!(!mark.exists(), "{verb:?}");
    }
    let text = run(&["check", "--engines-of-stack"]);
    assert!(mark.exists() || text.contains("can be replaced by"), "{text}");
}

//! Arbitrary pairs of valid stacks, from their texts to a real directory and back, by the real binary:
//! A, then B, then B is taken back, then everything.

use crate::generator::choices;
use crate::tool::{said, tracewright};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::cell::Cell;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Type, mode, owner, link target and bytes of everything below a root; its state aside.
fn tree(root: &Path) -> Vec<(String, u32, u32, u32, Vec<u8>)> {
    let entries =
        walkdir::WalkDir::new(root).min_depth(1).sort_by_file_name().into_iter().map(Result::unwrap);
    let own = entries
        .filter(|entry| !entry.path().starts_with(root.join("var/lib")) && !entry.path().ends_with("var"));
    own.map(|entry| {
        let (path, metadata) = (entry.path(), fs::symlink_metadata(entry.path()).unwrap());
        let inside = match metadata.file_type() {
            kind if kind.is_symlink() => fs::read_link(path).unwrap().into_os_string().into_encoded_bytes(),
            kind if kind.is_file() => fs::read(path).unwrap(),
            _ => Vec::new(),
        };
        let name = path.strip_prefix(root).unwrap().display().to_string();
        (name, metadata.mode(), metadata.uid(), metadata.gid(), inside)
    })
    .collect()
}

fn run(directory: &Path, arguments: &[&str]) -> Result<(), TestCaseError> {
    let (text, code) = said(&tracewright(directory, arguments).output().unwrap());
    prop_assert_eq!(code, 0, "{:?}\n{}", arguments, text);
    Ok(())
}

fn there_and_back(a: &str, b: &str) -> Result<(), TestCaseError> {
    let directory = tempfile::tempdir().unwrap();
    let (at, root) = (directory.path(), directory.path().join("out"));
    // A host with a file, a link and an empty directory of its own, and an application that has lines already.
    fs::create_dir_all(root.join("etc/tempo/mine")).unwrap();
    fs::create_dir_all(root.join("srv/shop")).unwrap();
    fs::write(root.join("srv/shop/.env"), "PORT=8080\nGREETING='no newline'").unwrap();
    std::os::unix::fs::symlink("nowhere", root.join("etc/tempo/link")).unwrap();
    let apply = |text: &str| {
        fs::write(at.join("stack.toml"), text).unwrap();
        run(at, &["apply", "--root", "out", "--auto-approve", "--no-engines"])
    };
    let before = tree(&root);
    apply(a)?;
    let with_a = tree(&root);
    run(at, &["plan", "--root", "out", "--detailed-exitcode"])?;
    apply(b)?;
    let changed = tree(&root) != with_a;
    if changed {
        run(at, &["rollback", "--root", "out", "--auto-approve"])?;
    }
    prop_assert!(tree(&root) == with_a, "B was not taken back exactly\n{}\n{}", a, b);
    run(at, &["rollback", "--root", "out", "--auto-approve", "--to", "0"])?;
    prop_assert!(tree(&root) == before, "something was left\n{}\n{}", a, b);
    Ok(())
}

#[test]
fn a_rollback_gives_back_the_tree() {
    let pairs = Cell::new(0);
    let mut runner = TestRunner::new(Config { cases: 40, failure_persistence: None, ..Config::default() });
    let result = runner.run(&(choices(), choices()), |(a, b)| {
        pairs.set(pairs.get() + 1);
        there_and_back(&a.toml(), &b.toml())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    println!("promise: pairs of written stacks taken back by the binary | {} | cargo", pairs.get());
}

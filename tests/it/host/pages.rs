//! Transcripts on booted hosts: every `tests/host/*.md` is a page whose console blocks are run as they
//! stand, in a host of the page's own.
//!
//! Its first line says where: `<!-- host: NAME, ENGINE, ENGINE... -->` names the directory in `tests/hosts`
//! and the engines without which the page does not run. `root# ` runs a command as root, `pde$ ` as the
//! ordinary user. Outputs are compared whole; what differs from run to run stands in square brackets.
//! `TRACEWRIGHT_BLESS=1` writes the pages anew, `TRACEWRIGHT_PAGE=NAME` runs one alone.

use super::mask::mask;
use super::{Host, Who, engines};
use crate::support::repository;
use crate::transcript::{judge, run, shown};
use std::fs;
use std::path::Path;
use std::sync::Mutex;

const PROMPTS: [(&str, Who); 2] = [("root# ", Who::Root), ("pde$ ", Who::Pde)];
const PROMISE: &str = "promise: transcripts on booted hosts";

/// The host and the engines that a page names.
fn head(page: &str) -> (&str, Vec<&str>) {
    let line = page.lines().next().unwrap_or_default();
    let names = line.strip_prefix("<!-- host: ").and_then(|rest| rest.strip_suffix(" -->"));
    let mut names = names.expect("the first line is `<!-- host: NAME, ENGINE... -->`").split(", ");
    (names.next().unwrap(), names.collect())
}

/// What is wrong with a page, or nothing; says where it ran, or why it did not.
fn run_page(path: &Path) -> Option<String> {
    let page = fs::read_to_string(path).unwrap();
    let name = path.file_stem().unwrap().to_str().unwrap();
    let (host, needed) = head(&page);
    let there = engines();
    let is_there = |engine: &str| there.iter().any(|(name, _)| name == engine);
    if let Some(engine) = needed.iter().find(|engine| !is_there(engine)) {
        println!("{PROMISE} | 0 | not run: {name}: no {engine} in $TRACEWRIGHT_ENGINES");
        return None;
    }
    let booted = match Host::boot(host) {
        Ok(booted) => booted,
        Err(reason) => {
            println!("{PROMISE} | 0 | not run: {name}: {reason}");
            return None;
        }
    };
    let now = run(&page, &PROMPTS.map(|(prompt, _)| prompt), |prompt, command| {
        let (_, who) = PROMPTS.into_iter().find(|known| known.0 == prompt).unwrap();
        let ran = booted.run(who, command);
        shown(mask(&ran.text), ran.code)
    });
    let tempo = if is_there("tempo-2.10.8") { "real 2.10.8" } else { "stand-in" };
    println!("{PROMISE} | 1 | {tempo}");
    judge(path, &page, &now)
}

#[test]
fn transcripts_on_hosts_print_what_they_show() {
    let mut pages: Vec<_> =
        fs::read_dir(repository().join("tests/host")).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.sort();
    if let Ok(only) = std::env::var("TRACEWRIGHT_PAGE") {
        pages.retain(|page| page.file_stem().unwrap() == only.as_str());
        assert!(!pages.is_empty(), "there is no page {only}");
    }
    // A host belongs to the thread that booted it; they mostly wait, so each processor takes two.
    let (left, faults) = (Mutex::new(pages), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 * std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(page) = { left.lock().unwrap().pop() } {
                    // Not in one line: the others would wait for the lock, and so for this page.
                    let found = run_page(&page);
                    faults.lock().unwrap().extend(found);
                }
            });
        }
    });
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

//! A journal that somebody else wrote, with lengths and checksums that are right: recovery ends, and
//! touches nothing beside its root.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::fmt::Write as _;
use std::fs;
use tracewright::apply::{pending, recover};
use tracewright::host::{LocalDisk, Root};
use tracewright::model::desired::Digest;
use tracewright::model::ground::Ground;
use tracewright::model::names::{HostName, StackName};

fuzz_target!(|data: &[u8]| {
    let directory = tempfile::tempdir_in("/dev/shm").expect("/dev/shm is a directory");
    let root = directory.path().join("root");
    let beside = directory.path().join("beside");
    let stack = StackName::new("shop");
    let ground = Ground::below_root(&stack);
    let state = root.join(ground.state().as_str().trim_start_matches('/'));
    fs::create_dir_all(&state).expect("a fresh directory");
    fs::write(&beside, "untouched").expect("a fresh file");
    fs::write(state.join("journal"), framed(data)).expect("a fresh file");
    let mut host: Root<LocalDisk> = Root::on(LocalDisk::at(&root, HostName::this()));
    let _ = pending(&host, &ground);
    let _ = recover(&mut host, &ground, data.len() % 2 == 1);
    let names: Vec<_> = fs::read_dir(directory.path())
        .expect("our own directory")
        .map(|entry| entry.expect("read").file_name())
        .collect();
    assert!(names.iter().all(|name| name == "root" || name == "beside"), "{names:?}");
    assert_eq!(fs::read(&beside).ok().as_deref(), Some(&b"untouched"[..]));
});

/// Lines of the input as records; one that begins with `!` stays as it is.
fn framed(data: &[u8]) -> Vec<u8> {
    let mut journal = Vec::new();
    for line in data.split(|byte| *byte == b'\n') {
        if let Some(raw) = line.strip_prefix(b"!") {
            journal.extend_from_slice(raw);
        } else {
            let mut sum = String::new();
            write!(sum, "{}", Digest::of(line)).expect("a string takes everything");
            journal.extend_from_slice(format!("{:08x} {} ", line.len(), &sum[..8]).as_bytes());
            journal.extend_from_slice(line);
        }
        journal.push(b'\n');
    }
    journal
}

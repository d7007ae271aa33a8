//! Manifests as somebody may have written them: they are read or refused, and lead nowhere.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::fs;
use tracewright::apply::{history, users};
use tracewright::host::{LocalDisk, Root};
use tracewright::model::ground::Ground;
use tracewright::model::names::{HostName, StackName};

fuzz_target!(|data: &[u8]| {
    let directory = tempfile::tempdir_in("/dev/shm").expect("/dev/shm is a directory");
    let stack = StackName::new("shop");
    let ground = Ground::below_root(&stack);
    let state = directory.path().join(ground.state().as_str().trim_start_matches('/'));
    fs::create_dir_all(state.join("generations")).expect("a fresh directory");
    for (number, manifest) in data.split(|byte| *byte == 0).take(3).enumerate() {
        fs::write(state.join(format!("generations/{}.json", number + 1)), manifest).expect("a fresh file");
    }
    let host: Root<LocalDisk> = Root::on(LocalDisk::at(directory.path(), HostName::this()));
    let _ = history(&host, &ground);
    let _ = users(&host, &ground);
});

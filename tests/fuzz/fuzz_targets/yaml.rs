//! Our YAML reader against go-yaml, which runs as a child (`go build` in tests/yaml is done first).
#![no_main]

#[path = "../../it/yaml/oracle.rs"]
mod oracle;
#[path = "../../it/yaml/reviewed.rs"]
mod reviewed;
#[path = "../../it/yaml/shown.rs"]
mod shown;

/// What `oracle` needs of the tests.
mod support {
    use std::path::{Path, PathBuf};

    pub fn repository() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
    }
}

use libfuzzer_sys::fuzz_target;
use oracle::Oracle;
use std::cell::RefCell;
use tracewright::format::yaml::YamlLibrary;

thread_local! {
    static ORACLE: RefCell<Oracle> = RefCell::new(Oracle::start("fuzzing").expect("go is needed"));
}

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let answers = ORACLE.with_borrow_mut(|oracle| oracle.ask(text));
    for (library, wanted) in [YamlLibrary::V2, YamlLibrary::V3].into_iter().zip(&answers) {
        let found = shown::shown(text, library);
        let holds = found == *wanted || found == "error" && reviewed::is_reviewed(text, library);
        assert!(holds, "{text:?} {library:?}\n  is {wanted}\n  not {found}");
    }
});

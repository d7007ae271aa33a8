//! A validator that hangs ends with the verb that asks it, however that ends.

use crate::trial::lab::Lab;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Waits until something is true; says what the tool said where it is not.
fn soon(what: &str, said: &Path, mut is: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(10);
    while !is() {
        let said = || std::fs::read_to_string(said).unwrap();
        assert!(Instant::now() < end, "not within 10 s: {what}\n{}", said());
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_validator_ends_with_its_verb() {
    let lab = Lab::new();
    // It keeps its command line, by which it is found.
    let hangs = lab.collector("exec -a \"$0 $*\" sleep 300");
    let root = lab.path().join("root").display().to_string();
    std::fs::create_dir(&root).unwrap();
    let verbs: [&[&str]; 3] = [
        &["check", "stacks/minimal"],
        &["plan", "stacks/minimal", "--root", &root],
        &["apply", "stacks/minimal", "--root", &root, "--auto-approve"],
    ];
    for verb in verbs {
        for (signal, number) in [("INT", 2), ("TERM", 15), ("HUP", 1), ("KILL", 9)] {
            let mut tool = lab.tool(&[verb, &["--collector", &hangs]].concat());
            let said = lab.path().join("said");
            let file = std::fs::File::create(&said).unwrap();
            let mut asking = tool.stdout(Stdio::null()).stderr(file).spawn().unwrap();
            let validator = || {
                lab.processes()
                    .into_iter()
                    .any(|(pid, line)| pid != asking.id() && line.contains(" validate "))
            };
            soon(&format!("{verb:?} asks a validator"), &said, validator);
            crate::trial::lab::kill(signal, asking.id());
            // Where whoever started the tests ignores a signal, the tool does too, and goes on.
            let ended = asking.wait().unwrap().signal();
            assert_eq!(ended, Some(number), "{verb:?} hears {signal}, unless it is ignored here");
            let left = format!("nothing is left of {verb:?} after {signal}");
            soon(&left, &said, || lab.processes().is_empty());
        }
    }
}

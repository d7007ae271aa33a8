//! Whatever a child says, root neither hangs nor believes it.

use super::lab::{lab, stage};
use tracewright::host::Host;
use tracewright::model::observed::Inventory;

#[test]
fn what_is_no_answer_is_refused() {
    let Some(lab) = lab("what_is_no_answer_is_refused") else { return };
    for (program, what) in [
        ("/usr/bin/yes", "the process with this user's rights gave an answer that is too large"),
        ("/bin/true", "the process with this user's rights ended in the middle"),
        ("/bin/cat", "the process with this user's rights ended in the middle"),
        ("/nonexistent", "/nonexistent cannot be started: No such file or directory (os error 2)"),
    ] {
        let mut host = lab.host_with(program);
        let fault = host.observe(&Inventory::of([lab.at("home/file")])).unwrap_err();
        assert_eq!(fault.to_string(), format!("for person: {what}"), "{program}");
        host.perform(&stage(lab.at("home/file"), "")).unwrap_err();
        assert!(host.children().is_empty(), "one that did not become the user is none");
    }
    assert_eq!(lab.names("home"), [""; 0]);
}

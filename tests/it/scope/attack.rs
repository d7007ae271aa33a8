//! A user who, all the time, exchanges a directory on the way with something that leads elsewhere.

use super::child::as_user;
use super::lab::{Lab, PERSON, SERVICE, lab, stage};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tracewright::host::{Host, LiveHost};
use tracewright::model::observed::Ids;
use tracewright::model::step::Step;

const WHILE: Duration = Duration::from_secs(4);

/// Exchanges two names without end, with the rights of a user.
fn exchange(uid: u32, (a, b): (&Path, &Path), stop: &AtomicBool) -> u32 {
    as_user(uid, || {
        let mut times = 0;
        while !stop.load(Ordering::Relaxed) {
            renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE).unwrap();
            times += 1;
        }
        times
    })
}

/// Writes below `FOLDER/moving` while its owner exchanges that with `FOLDER/other`, and says how often
/// it was tried and how often it worked.
fn race(lab: &Lab, directory: &str, uid: u32, ids: Option<Ids>) -> (u32, u32) {
    let (moving, other) =
        (lab.on_disk(&format!("{directory}/moving")), lab.on_disk(&format!("{directory}/other")));
    let stop = AtomicBool::new(false);
    let mut host: LiveHost = lab.host();
    let (tries, written) = std::thread::scope(|threads| {
        let attacker = threads.spawn(|| exchange(uid, (&moving, &other), &stop));
        let (end, mut tries, mut written) = (Instant::now() + WHILE, 0, 0);
        while Instant::now() < end {
            tries += 1;
            let mut step = stage(lab.at(&format!("{directory}/moving/{tries}")), "secret");
            if let Step::Stage { ids: wanted, .. } = &mut step {
                *wanted = ids;
            }
            written += u32::from(host.perform(&step).is_ok());
        }
        stop.store(true, Ordering::Relaxed);
        let times = attacker.join().unwrap();
        assert!(times > 1000, "an attack of {times} exchanges is none");
        (tries, written)
    });
    assert!(written > 0 && written < tries, "{written} of {tries}: both sides of the race were seen");
    (tries, written)
}

#[test]
fn a_write_of_ours_is_never_led_elsewhere() {
    let Some(lab) = lab("a_write_of_ours_is_never_led_elsewhere") else {
        println!("promise: writes against a user who swaps directories | 0 | not run: not root");
        return;
    };
    let roots = lab.on_disk("roots");
    let mut all = 0;
    // Of a person: the child writes. A link out of the home, and a directory that root has in it.
    lab.directory("home/moving", PERSON);
    lab.link("home/other", &roots, PERSON);
    // Of a service: root itself writes. A link, and a directory of root's.
    lab.directory("service/moving", SERVICE);
    lab.link("service/other", &roots, SERVICE);
    lab.directory("service/inner", SERVICE);
    lab.directory("service/inner/moving", SERVICE);
    lab.directory("service/inner/other", 0);
    let service = Some(Ids { uid: SERVICE, gid: SERVICE });
    for (directory, uid, ids) in
        [("home", PERSON, None), ("service", SERVICE, service), ("service/inner", SERVICE, service)]
    {
        let (tries, written) = race(&lab, directory, uid, ids);
        println!("{directory}: {tries} tries, {written} written where they belong");
        assert_eq!(lab.names("roots"), [""; 0], "{directory}");
        all += tries;
    }
    // Which of the two names is root's directory depends on when the attack stopped.
    let of_root = ["service/inner/moving", "service/inner/other"].into_iter().find(|directory| {
        std::os::unix::fs::MetadataExt::uid(&lab.on_disk(directory).metadata().unwrap()) == 0
    });
    assert_eq!(lab.names(of_root.unwrap()), [""; 0]);
    println!("promise: writes against a user who swaps directories | {all} | cargo");
}

//! A host that is booted anew in the middle of an apply: what is enabled runs again, on whatever files are
//! there, and the next verb brings old files and old runs back together, or keeps the new ones.

use super::matrix::{NEW, OLD, OLD_UNASKED, State, state};
use super::{Host, Who};
use std::time::Duration;

const PROMISE: &str = "promise: reboots in the middle of an apply";
/// When, in milliseconds after the apply began. It ends after about 6 s.
const AFTER: [u64; 7] = [400, 700, 1000, 1400, 1900, 3000, 8000];

/// The files, and the two services; which others a boot leaves active is not ours.
fn compared(host: &Host) -> State {
    let (files, runs) = state(host);
    let ours =
        |line: &String| ["/", " tempo.service ", " otelcol.service "].iter().any(|part| line.contains(part));
    (files.into_iter().filter(ours).collect(), runs)
}

#[test]
fn a_reboot_in_the_middle_is_recovered_from() {
    let mut host = match Host::boot("killed") {
        Ok(host) => host,
        Err(reason) => return println!("{PROMISE} | 0 | not run: {reason}"),
    };
    host.must("cp -r /mnt/hosts/killed/old /mnt/hosts/killed/new /root");
    host.must(NEW);
    let new = compared(&host);
    let (mut finished, mut reversed) = (0, 0);
    for after in AFTER {
        host.must(OLD);
        let old = compared(&host);
        host.must(&format!("setsid {NEW} > /dev/null 2>&1 < /dev/null &"));
        std::thread::sleep(Duration::from_millis(after));
        host.reboot();
        let up = "for try in $(seq 100); do pgrep -u tempo && pgrep -u pde -x otelcol && exit; sleep 0.1; done; exit 1";
        host.must(up);
        let next = host.run(Who::Root, OLD_UNASKED);
        assert!([Some(0), Some(3)].contains(&next.code), "after {after} ms: {}", next.text);
        let now = compared(&host);
        assert!(now == old || now == new, "after {after} ms: neither old nor new: {now:#?}\n{}", next.text);
        let stack = if now == old { "old" } else { "new" };
        host.must(&format!("tracewright prove {stack}"));
        finished += usize::from(now == new);
        reversed += usize::from(now == old);
    }
    println!("reboots: {} tried, {finished} new, {reversed} old", AFTER.len());
    println!("{PROMISE} | {} | stand-in", AFTER.len());
}

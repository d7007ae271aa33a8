//! Kill points: the system calls of a program at which it is killed, one run each.
//!
//! strace's injection counts each call by its name and by its thread, and kills right before the call is
//! carried out. So a clean run is traced once, and each call that can change something, seen `n` times,
//! is killed `n` times; what only reads cannot change the outcome. Called by `crash` and by `host`.

use std::collections::BTreeMap;

/// Every system call that changes a file, a name or what is durable.
pub const MUTATING: &str = "mkdir,mkdirat,openat,write,pwrite64,writev,fsync,fdatasync,rename,renameat,renameat2,link,\
                            linkat,unlink,unlinkat,rmdir,fchmod,fchmodat,chmod,fchown,fchownat,symlink,symlinkat,\
                            fsetxattr,fremovexattr,ftruncate,flock";

/// Which calls of each kind to kill, numbered as strace counts them, from the log of one thread. The
/// first `idle` opens and writes are none.
pub fn points<'l>(log: impl Iterator<Item = &'l str>, idle: usize) -> BTreeMap<String, Vec<usize>> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut points: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for line in log {
        let Some((call, arguments)) = line.trim_start().split_once('(') else { continue };
        let count = seen.entry(call).or_insert(0);
        *count += 1;
        let is_idle = ["openat", "write"].contains(&call) && *count <= idle;
        let reads = call == "openat" && !arguments.contains("O_CREAT");
        let prints = call == "write" && (arguments.starts_with("1,") || arguments.starts_with("2,"));
        if !is_idle && !reads && !prints {
            points.entry(call.to_owned()).or_default().push(*count);
        }
    }
    points
}

/// What strace is told to kill at the `nth` call of a kind.
pub fn inject(call: &str, nth: usize) -> [String; 4] {
    let inject = format!("inject={call}:signal=SIGKILL:when={nth}");
    ["-e".to_owned(), format!("trace={call}"), "-e".to_owned(), inject]
}

/// Whether a line of strace is a call that changes a file: not one that opens it for reading.
pub fn changes_files(line: &str) -> bool {
    let call = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
    let writes = ["O_CREAT", "O_WRONLY", "O_RDWR", "O_TRUNC"];
    // The second half of a line that was interrupted says nothing that the first did not.
    let opens = ["openat(", "<... openat"].iter().any(|head| call.starts_with(head));
    !opens || writes.iter().any(|flag| call.contains(flag))
}

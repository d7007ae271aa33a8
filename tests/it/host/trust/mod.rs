//! What lies in a user's home is that user's word: whatever a user forges there, root does outside of that
//! home exactly what it does without the forgery.
//!
//! One directory of attacks, one file each for a line of the table of trust boundaries in ARCHITECTURE.md. Every attack is
//! tried against every verb of root, on a live host, with files put there by the user alone. After each verb
//! the system's files, rights and services are those of the same verb without an attack, or, where the verb
//! refused, those of before; nothing of root's is in the home; and what root's terminal got holds no
//! control character. How each verb ended is in `expected.txt`.

mod attacks;
mod home;

use super::{Host, Who};
use crate::support::repository;
use attacks::{ATTACKS, Attack};
use home::Home;
use std::collections::BTreeMap;
use std::sync::Mutex;

const PROMISE: &str = "promise: forgeries of a user against verbs of root";
/// What is root's alone, as it would be found in a home.
pub const SECRET: &str = "SECRET-OF-ROOT";
/// What a user would have root remove, and what root must not be led to make.
pub const PRECIOUS: &str = "/root/precious";
/// A service of the system that nobody asked to stop.
pub const CANARY: &str = "canary.service";

/// Verbs that look, then verbs that write, each on the state of before.
const LOOKS: [&str; 5] =
    ["plan old --no-engines", "status new", "history new", "logs new", "check new --no-engines"];
const WRITES: [&str; 3] = [
    "apply old --no-engines --no-prove --auto-approve",
    "rollback new --no-prove --auto-approve",
    "destroy new --auto-approve",
];

/// Everything of the system that a run of root could change: rights and contents of files, of our own
/// state the names alone, and which services run.
const SYSTEM: &str = r"
find /etc /root /usr/local /srv /opt /var/spool /var/lib -xdev \
  \( -path /var/lib/systemd -o -path /var/lib/dbus -o -name lock -path '/var/lib/tracewright/*' \) -prune -o \
  -printf '%y %m %U:%G %p %l\n' | sort
find /etc /root /usr/local /srv /opt /var/spool -xdev -type f -exec sha256sum {} + | sort -k 2
systemctl list-units --type=service --state=running --plain --no-legend | awk '{ print $1 }' | sort";

fn system(host: &Host) -> String {
    host.must(SYSTEM)
}

/// The rows of a history, but for how many paths each has: number, time, user, verb.
fn rows(history: &str) -> Vec<String> {
    let row = |line: &str| {
        let words: Vec<_> = line.trim_start_matches('*').split_whitespace().take(4).collect();
        words.first()?.parse::<u64>().is_ok().then(|| words.join(" "))
    };
    history.lines().filter_map(row).collect()
}

/// The run of the service that nobody asked to stop.
fn canary(host: &Host) -> String {
    host.must(&format!("systemctl show -P InvocationID {CANARY}"))
}

/// A host on which root has applied two stacks one after the other, and what is not root's to touch.
fn prepared() -> Result<Host, String> {
    let host = Host::boot("killed")?;
    host.must(&format!(
        "cp -r /mnt/hosts/killed/old /mnt/hosts/killed/new /root
         echo precious > {PRECIOUS}
         printf '[Service]\nExecStart=/bin/sleep infinity\n' > /etc/systemd/system/{CANARY}
         systemctl daemon-reload; systemctl start {CANARY}
         install -d /etc/tempo; echo '# {SECRET}' > /etc/tempo/config.yml; chmod 600 /etc/tempo/config.yml
         tracewright {} --adopt; tracewright apply new --no-engines --no-prove --auto-approve",
        WRITES[0]
    ));
    host.must("cp -a /var/tempo /run/tempo");
    host.save();
    Ok(host)
}

/// `destroy` takes a directory away that is not restored with the rest.
fn restore(host: &Host) {
    host.must("[ -d /var/tempo ] || cp -a /run/tempo /var/tempo");
    host.restore();
    // Whether a program was started after its file came back is no matter: both must be ready.
    host.must("for try in $(seq 100); do [ $(tracewright status new 2> /dev/null | grep -c ', ready$') != 2 ] || break; sleep 0.1; done");
}

/// The same verb without the part of the user.
fn without(verb: &str) -> String {
    format!("{verb} --leave-out pde")
}

/// What every verb does to the system where nobody attacks, and how it ends; without the user's part too.
fn undisturbed(host: &Host) -> BTreeMap<String, (Option<i32>, String)> {
    let mut known = BTreeMap::new();
    for verb in WRITES.iter().flat_map(|verb| [(*verb).to_owned(), without(verb)]) {
        restore(host);
        let ran = host.run(Who::Root, &format!("tracewright {verb}"));
        known.insert(verb, (ran.code, system(host)));
    }
    known
}

/// What is wrong with how a verb ended; nothing where it did the system no harm.
fn harm(host: &Host, ran: &super::Ran, allowed: &[&String]) -> Vec<String> {
    let mut harm = Vec::new();
    let now = system(host);
    if !allowed.contains(&&now) {
        harm.push(format!("the system is another one:\n{}", differences(allowed[0], &now)));
    }
    if let Some(at) = ran.text.find(|c: char| c.is_control() && c != '\n') {
        harm.push(format!("root's terminal gets {:?}", ran.text[at..].chars().take(20).collect::<String>()));
    }
    let stolen = host.must(&format!("grep -rl {SECRET} /home/pde || true"));
    if !stolen.is_empty() {
        harm.push(format!("what is root's alone is in {stolen}"));
    }
    if ran.code.is_none_or(|code| ![0, 1, 2, 3, 4, 6, 7].contains(&code)) {
        harm.push(format!("it ended with {:?}: {}", ran.code, ran.text));
    }
    harm
}

fn differences(before: &str, now: &str) -> String {
    let missing = |from: &str, of: &str, sign: char| -> String {
        from.lines()
            .filter(|line| !of.lines().any(|other| other == *line))
            .map(|line| format!("  {sign} {line}\n"))
            .collect()
    };
    missing(before, now, '-') + &missing(now, before, '+')
}

/// What a verb said of the user, or why it stopped: the titles of findings, and faults.
fn said(text: &str) -> String {
    let told = text.lines().filter(|line| {
        (line.starts_with("error") || line.starts_with("warning[state-") || line.starts_with("note:"))
            && !line.starts_with("warning[port-")
    });
    told.map(|line| format!("      {}\n", super::mask::mask(line))).collect()
}

/// The host as it was, and then as the user makes it; what of it is the system's.
fn beset(host: &Host, attack: &Attack) -> String {
    host.must("pkill -KILL -u pde -f '^(/bin/sh |/usr/bin/perl )?/home/pde/(killer|holder|tracewright)' || true; rm -rf /var/tmp/evil /var/tmp/empty /tmp/tracewright-0");
    restore(host);
    (attack.forge)(&Home(host));
    system(host)
}

/// One attack against every verb: how each ended, and what harm was done.
fn attacked(
    host: &Host,
    attack: &Attack,
    history: &str,
    clean: &BTreeMap<String, (Option<i32>, String)>,
) -> (String, Vec<String>) {
    let (mut ended, mut harms) = (format!("{}\n", attack.name), Vec::new());
    let mut tried = |verb: &str, command: &str, allowed: &[&String]| {
        let canary_before = canary(host);
        let ran = host.run(Who::Root, command);
        let code = match ran.code {
            // Whether an engine that has just been started answers yet is the moment's.
            Some(0 | 1) if verb.starts_with("status") => "0 or 1".to_owned(),
            Some(code) => code.to_string(),
            None => "killed".to_owned(),
        };
        if attack.name.starts_with("replies: ") {
            ended.push_str(&format!("  {verb}: as the moment has it\n"));
        } else {
            ended.push_str(&format!("  {verb}: {code}\n{}", said(&ran.text)));
        }
        let stopped = (canary(host) != canary_before).then(|| format!("{CANARY} is not the run that it was"));
        let invented =
            (verb.starts_with("history") && ran.code == Some(0) && rows(&ran.text) != rows(history))
                .then(|| format!("generations that root did not make: {:?}", rows(&ran.text)));
        let stopped = stopped.into_iter().chain(invented);
        for one in harm(host, &ran, allowed).into_iter().chain(stopped) {
            harms.push(format!("{}: {verb}: {one}\n{}", attack.name, ran.text));
        }
        if verb.ends_with("--leave-out pde") && ran.code != Some(0) {
            harms.push(format!("{}: {verb}: there is no way out\n{}", attack.name, ran.text));
        }
        ran.code == Some(0)
    };
    let before = beset(host, attack);
    for verb in LOOKS {
        tried(verb, &format!("tracewright {verb}"), &[&before]);
    }
    for verb in WRITES {
        let before = beset(host, attack);
        let went_on = tried(verb, &format!("tracewright {verb}"), &[&clean[verb].1, &before]);
        // What a user can refuse root is that user's part, and no more.
        if !went_on && !attack.name.starts_with("service user: ") {
            let (verb, before) = (without(verb), beset(host, attack));
            tried(&verb, &format!("tracewright {verb}"), &[&clean[&verb].1, &before]);
        }
    }
    (ended, harms)
}

#[test]
fn what_a_user_forges_reaches_no_further_than_that_user() {
    let wanted = std::env::var("TRACEWRIGHT_ATTACK").ok();
    let attacks: Vec<_> = ATTACKS
        .iter()
        .filter(|one| wanted.as_deref().is_none_or(|name| one.name == name))
        .enumerate()
        .collect();
    let tries = attacks.len() * (LOOKS.len() + WRITES.len());
    let (left, results) = (Mutex::new(attacks), Mutex::new(BTreeMap::new()));
    let missing = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let host = match prepared() {
                    Ok(host) => host,
                    Err(reason) => return drop(missing.lock().unwrap().replace(reason)),
                };
                let history = host.must("tracewright history new");
                let clean = undisturbed(&host);
                for (verb, (code, _)) in &clean {
                    assert_eq!(*code, Some(0), "{verb}, without an attack");
                }
                while let Some((index, attack)) = { left.lock().unwrap().pop() } {
                    println!("attack: {}", attack.name);
                    let found = attacked(&host, attack, &history, &clean);
                    results.lock().unwrap().insert(index, found);
                }
            });
        }
    });
    if let Some(reason) = missing.into_inner().unwrap() {
        return println!("{PROMISE} | 0 | not run: {reason}");
    }
    let results = results.into_inner().unwrap();
    let harms: Vec<_> = results.values().flat_map(|(_, harms)| harms.clone()).collect();
    println!("{PROMISE} | {tries} | stand-in");
    assert!(harms.is_empty(), "{} of {tries}:\n{}", harms.len(), harms.join("\n"));
    let ended: String = results.into_values().map(|(ended, _)| ended).collect();
    if wanted.is_some() {
        println!("{ended}");
    } else {
        let path = repository().join("tests/it/host/trust/expected.txt");
        crate::support::golden(&path, &ended);
    }
}

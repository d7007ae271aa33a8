//! A child has the rights of its user, no more and no less, and nothing of root's.
#![expect(clippy::disallowed_methods, reason = "a test looks at processes and files")]

use super::lab::{PERSON, SHARED, lab, look, stage};
use rustix::thread::{Gid, Uid, set_thread_groups, set_thread_res_gid, set_thread_res_uid};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, chown};
use std::process::Command;
use std::time::Duration;
use tracewright::host::{CommandLine, Host, LiveHost};
use tracewright::model::names::{Mode, Scope, UserName};
use tracewright::model::observed::{Ids, PathState};
use tracewright::model::step::Step;

pub fn person() -> UserName {
    UserName::new("person")
}

pub fn pid_of_child(host: &LiveHost) -> u32 {
    host.children()[&person()]
}

/// The lines `NAME: value` of a process's status.
pub fn status(pid: u32) -> BTreeMap<String, String> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_owned(), value.split_whitespace().collect::<Vec<_>>().join(" ")))
    };
    text.lines().filter_map(line).collect()
}

/// Runs something with the rights of a user, in a thread of its own.
pub fn as_user<T: Send>(uid: u32, act: impl FnOnce() -> T + Send) -> T {
    let act = move || {
        let (uid, gid) = (Uid::from_raw(uid), Gid::from_raw(uid));
        set_thread_groups(&[gid]).unwrap();
        set_thread_res_gid(gid, gid, gid).unwrap();
        set_thread_res_uid(uid, uid, uid).unwrap();
        act()
    };
    std::thread::scope(|threads| threads.spawn(act).join().unwrap())
}

#[test]
fn what_is_a_persons_is_theirs() {
    let Some(lab) = lab("what_is_a_persons_is_theirs") else { return };
    let mut host = lab.host();
    assert!(host.is_root());
    assert_eq!(host.children().len(), 0, "none before it is needed");
    let directory = Step::MakeDirectory { path: lab.at("home/.config"), mode: Mode(0o2750), ids: None };
    host.perform(&directory).unwrap();
    let staged = stage(lab.at("home/.config/new"), "text\n");
    host.perform(&staged).unwrap();
    let seen = look(&host, &lab.at("home/.config/new"));
    host.perform(&Step::Create {
        staged: lab.at("home/.config/new"),
        path: lab.at("home/.config/config.yaml"),
        after: seen.identity(),
    })
    .unwrap();
    let mut elsewhere = stage(lab.at("roots/file"), "root's\n");
    if let Step::Stage { ids, .. } = &mut elsewhere {
        *ids = Some(Ids { uid: 7, gid: 8 });
    }
    host.perform(&elsewhere).unwrap();

    let owner = |below: &str| {
        let metadata = fs::metadata(lab.on_disk(below)).unwrap();
        (metadata.uid(), metadata.gid(), metadata.mode() & 0o7777)
    };
    assert_eq!(owner("home/.config"), (PERSON, PERSON, 0o2750));
    assert_eq!(owner("home/.config/config.yaml"), (PERSON, PERSON, 0o640));
    assert_eq!(owner("roots/file"), (7, 8, 0o640));
    assert_eq!(fs::read(lab.on_disk("home/.config/config.yaml")).unwrap(), b"text\n");
    let PathState::File(file) = look(&host, &lab.at("home/.config/config.yaml")) else { panic!() };
    assert_eq!((file.bytes.as_slice(), file.ids), (&b"text\n"[..], Ids { uid: PERSON, gid: PERSON }));
    assert_eq!(host.children().len(), 1);
    assert!(host.free_space().unwrap() > 0);
}

#[test]
fn it_reaches_nothing_of_others() {
    let Some(lab) = lab("it_reaches_nothing_of_others") else { return };
    let mut host = lab.host();
    lab.file("home/secret", 0, 0o600);
    lab.file("home/shared", 0, 0o640);
    chown(lab.on_disk("home/shared"), None, Some(SHARED)).unwrap();
    assert_eq!(
        look(&host, &lab.at("home/secret")),
        PathState::Other("something that this user may not read")
    );
    assert!(matches!(look(&host, &lab.at("home/shared")), PathState::File(_)), "the user's own groups count");

    lab.directory("home/of-root", 0);
    let refused = host.perform(&stage(lab.at("home/of-root/file"), "")).unwrap_err();
    let at = lab.on_disk("home/of-root");
    assert_eq!(
        refused.to_string(),
        format!(
            "for person: cannot go through {}: it belongs to user 0 and stands in a directory of user {PERSON}, \
             who could put another in its place",
            at.display()
        )
    );
    lab.link("home/out", &lab.on_disk("roots"), PERSON);
    let refused = host.perform(&stage(lab.at("home/out/file"), "")).unwrap_err().to_string();
    assert!(refused.ends_with("home/out is no directory"), "{refused}");
    let touch = CommandLine::new("/usr/bin/touch", [lab.on_disk("roots/file").to_str().unwrap()]);
    let ran = host.run_as(&Scope::User(person()), &touch, Duration::from_secs(5)).unwrap();
    assert_eq!(ran.code, Some(1));
    let crossing = Step::Create {
        staged: lab.at("roots/new"),
        path: lab.at("home/new"),
        after: PathState::Absent.identity(),
    };
    assert_eq!(
        host.perform(&crossing).unwrap_err().to_string(),
        "for person: a step may not lead into or out of a home"
    );
    assert_eq!(lab.names("roots"), [""; 0]);
    assert_eq!(lab.names("home/of-root"), [""; 0]);
}

#[test]
fn it_has_nothing_of_roots() {
    let Some(lab) = lab("it_has_nothing_of_roots") else { return };
    let host = lab.host();
    let canary = File::open("/etc/passwd").unwrap();
    look(&host, &lab.at("home"));
    let pid = pid_of_child(&host);
    let status = status(pid);
    let ids = [PERSON; 4].map(|id| id.to_string()).join(" ");
    let fields = ["Uid", "Gid", "Groups", "CapPrm", "CapEff", "CapAmb", "NoNewPrivs", "Threads"];
    assert_eq!(
        fields.map(|field| status[field].clone()),
        [&ids, &ids, &format!("{PERSON} {SHARED}"), &none(), &none(), &none(), "1", "1"].map(str::to_owned)
    );

    let environment = fs::read_to_string(format!("/proc/{pid}/environ")).unwrap();
    let home = lab.on_disk("home").display().to_string();
    let wanted = [
        "HOME=".to_owned() + &home,
        "LC_ALL=C.UTF-8".to_owned(),
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned(),
        "USER=person".to_owned(),
        format!("XDG_RUNTIME_DIR=/run/user/{PERSON}"),
    ];
    assert_eq!(
        environment.split_terminator('\0').collect::<BTreeSet<_>>(),
        wanted.iter().map(String::as_str).collect()
    );
    assert_eq!(fs::read_link(format!("/proc/{pid}/cwd")).unwrap().to_str(), Some("/"));

    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let after_name: Vec<_> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
    let (group, session, terminal) = (after_name[2], after_name[3], after_name[4]);
    assert_eq!([group, session, terminal], [&pid.to_string(), &pid.to_string(), "0"]);

    assert_eq!(descriptors(pid), ["pipe", "pipe", "/dev/null"]);
    drop(canary);
}

fn none() -> String {
    "0".repeat(16)
}

/// What a process has open, but for the harmless things that the run of the tests itself was given.
fn descriptors(pid: u32) -> Vec<String> {
    let mut open: Vec<(u32, String)> = Vec::new();
    for entry in fs::read_dir(format!("/proc/{pid}/fd")).unwrap() {
        let path = entry.unwrap().path();
        let number: u32 = path.file_name().unwrap().to_str().unwrap().parse().unwrap();
        let what = fs::read_link(&path).unwrap().display().to_string();
        let given = number > 2
            && fs::read_link(format!("/proc/self/fd/{number}"))
                .is_ok_and(|ours| ours.display().to_string() == what);
        if !given {
            open.push((number, what.split(":[").next().unwrap().to_owned()));
        }
    }
    open.sort();
    assert!(open.iter().map(|(number, _)| *number).eq(0..u32::try_from(open.len()).unwrap()), "{open:?}");
    open.into_iter().map(|(_, what)| what).collect()
}

/// The kernel lets a user look into a process (its memory, its environment) as it lets them trace it.
#[test]
fn its_user_cannot_trace_it() {
    let Some(lab) = lab("its_user_cannot_trace_it") else { return };
    let host = lab.host();
    look(&host, &lab.at("home"));
    let opens = |pid: u32, what: &'static str| {
        as_user(PERSON, move || {
            File::open(format!("/proc/{pid}/{what}")).map(drop).map_err(|error| error.kind())
        })
    };
    let mut other = as_user(PERSON, || Command::new("/bin/sleep").arg("20").spawn().unwrap());
    std::thread::sleep(Duration::from_millis(100));
    for what in ["mem", "environ"] {
        assert_eq!(opens(other.id(), what), Ok(()), "an ordinary process of the user");
        assert_eq!(opens(pid_of_child(&host), what), Err(std::io::ErrorKind::PermissionDenied), "{what}");
    }
    other.kill().unwrap();
    other.wait().unwrap();
}

#[test]
fn a_program_runs_as_the_user_at_home() {
    let Some(lab) = lab("a_program_runs_as_the_user_at_home") else { return };
    let mut host = lab.host();
    let mut command =
        CommandLine::new("/usr/bin/env", ["sh", "-c", "id -u; id -G; echo $HOME $MORE >&2; exit 3"]);
    command.environment.push(("MORE".to_owned(), "more".to_owned()));
    let ran = host.run_as(&Scope::User(person()), &command, Duration::from_secs(5)).unwrap();
    assert_eq!(ran.code, Some(3));
    assert_eq!(String::from_utf8(ran.stdout).unwrap(), format!("{PERSON}\n{PERSON} {SHARED}\n"));
    assert_eq!(String::from_utf8(ran.stderr).unwrap(), format!("{} more\n", lab.on_disk("home").display()));
    let ran = host.run_as(&Scope::System, &command, Duration::from_secs(5)).unwrap();
    assert!(ran.stdout.starts_with(b"0\n"));
    let nobody = Scope::User(UserName::new("nobody-here"));
    let refused = host.run_as(&nobody, &command, Duration::from_secs(5)).unwrap_err();
    assert_eq!(refused.to_string(), "for nobody-here: there is no such user");
}

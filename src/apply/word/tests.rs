//! Of what a user writes into the state, what reaches root is that user's and nothing else.

use super::super::directory::encode;
use super::*;
use crate::model::desired::Digest;
use crate::model::names::{ComponentName, HostName};
use crate::model::observed::{Identity, Ids};
use crate::model::prior::PathKind;
use crate::model::step::Like;
use proptest::prelude::*;

const HOME: &str = "/home/pde";

fn ground() -> Ground {
    let user = |home: &str, name: &str| (TargetPath::new(home), UserName::new(name));
    Ground::machine(&StackName::new("shop"), [user(HOME, "pde"), user("/home/other", "other")].into())
}

fn words(ground: &Ground) -> UserWord<'_> {
    UserWord::all(ground).find(|word| word.user.as_str() == "pde").unwrap()
}

fn file() -> PriorPath {
    PriorPath::File {
        subject: PathKind::File,
        digest: Digest::of(b""),
        mode: Mode(0o600),
        ids: Ids { uid: 0, gid: 0 },
        owner: Owner::of("pde", "pde"),
        component: ComponentName::new("main"),
    }
}

fn unit(scope: Scope, name: &str) -> DesiredUnit {
    DesiredUnit {
        host: HostName::this(),
        scope,
        unit: Some(UnitName::new(name)),
        component: ComponentName::new("main"),
        managed: true,
        inputs: Vec::new(),
        runs_as: None,
        order: 0,
        enablement: None,
        listens: Vec::new(),
    }
}

fn own() -> Scope {
    Scope::User(UserName::new("pde"))
}

fn manifest() -> Manifest {
    Manifest {
        generation: GenerationNumber(7),
        stack: StackName::new("shop"),
        host: HostName::this(),
        time: "2026-09-21T00:00:00Z".to_owned(),
        user: "root".to_owned(),
        verb: "rollback to 3".to_owned(),
        digest: format!("sha256:{}", Digest::of(b"")),
        entries: [(TargetPath::new("/home/pde/.env"), file())].into(),
        units: vec![unit(own(), "otelcol.service")],
        ran_before: [UnitId { scope: own(), name: UnitName::new("otelcol.service") }].into(),
        users: BTreeMap::new(),
        text: None,
        before: [(TargetPath::new("/home/pde/.env"), Baseline::Absent)].into(),
    }
}

/// What is believed of a manifest, and what is not.
fn read(manifest: &Manifest) -> (Option<Manifest>, Vec<String>) {
    let (ground, mut doubts) = (ground(), Vec::new());
    let part = words(&ground).part(GenerationNumber(7), &encode(manifest), &mut doubts).unwrap();
    (part.map(Believed::into_manifest), doubts.into_iter().map(|doubt| doubt.what).collect())
}

#[test]
fn what_is_the_users_is_believed_but_for_who_made_it() {
    let (part, doubts) = read(&manifest());
    assert_eq!(doubts, [""; 0]);
    assert_eq!(part.unwrap(), Manifest { user: "pde".to_owned(), ..manifest() });
}

#[test]
fn what_is_somebody_elses_goes_and_is_named() {
    let outside = [
        "/etc/passwd",
        "/home/pde",
        "/home/other/x",
        "/home/pde/../other/x",
        "/home/pde/./x",
        "/home/pde//x",
        "/home/pdeX",
    ];
    for path in outside.map(TargetPath::new) {
        let mut forged = manifest();
        forged.entries.insert(path.clone(), file());
        forged.before.insert(path.clone(), Baseline::Absent);
        let (part, doubts) = read(&forged);
        assert_eq!(part.unwrap(), Manifest { user: "pde".to_owned(), ..manifest() }, "{path}");
        assert_eq!(doubts, [format!("it speaks of `{path}`, and 1 more: that is not pde's")]);
    }
    let system = Scope::System;
    for stranger in [
        unit(system.clone(), "tempo.service"),
        unit(own(), "--force.service"),
        unit(Scope::User(UserName::new("other")), "a.service"),
    ] {
        let mut forged = manifest();
        forged.units.push(stranger);
        forged.ran_before.insert(UnitId { scope: system.clone(), name: UnitName::new("tempo.service") });
        let (part, doubts) = read(&forged);
        assert_eq!(part.unwrap(), Manifest { user: "pde".to_owned(), ..manifest() });
        assert_eq!(doubts.len(), 1);
    }
}

#[test]
fn text_users_and_words_come_from_nowhere_but_the_coordinator() {
    let escape = "\u{1b}[2J\nroot";
    let mut forged = manifest();
    forged.users.insert(TargetPath::new("/etc"), UserName::new("root"));
    forged.text = Some(Digest::of(b"schema = 1"));
    for word in [&mut forged.time, &mut forged.user, &mut forged.verb, &mut forged.digest] {
        *word = escape.to_owned();
    }
    let part = read(&forged).0.unwrap();
    assert_eq!((part.users, part.text), (BTreeMap::new(), None));
    let told = [part.time, part.user, part.verb, part.digest];
    assert_eq!(told, ["".to_owned(), "pde".to_owned(), "a run".to_owned(), "".to_owned()]);
}

#[test]
fn a_manifest_of_another_form_is_none() {
    let forged = [
        Manifest { generation: GenerationNumber(8), ..manifest() },
        Manifest { stack: StackName::new("other"), ..manifest() },
        Manifest { units: vec![unit(own(), "a.service"); MOST + 1], ..manifest() },
        Manifest { verb: "x".repeat(LARGEST), ..manifest() },
    ];
    for forged in &forged {
        let (part, doubts) = read(forged);
        assert_eq!((part, doubts.len()), (None, 1));
    }
    let (ground, mut doubts) = (ground(), Vec::new());
    for noise in [&b"\x1b[2J"[..], b"{", b"", b"{\"version\":9,\"reads\":\"\\u001b\"}", &b"[".repeat(100_000)]
    {
        assert_eq!(words(&ground).part(GenerationNumber(7), noise, &mut doubts).unwrap(), None);
    }
    assert!(doubts.iter().all(|doubt| is_line(&doubt.what) && doubt.user.as_str() == "pde"), "{doubts:?}");
    assert_eq!(doubts.len(), 5);
}

#[test]
fn a_number_that_no_run_has_come_to_is_invented() {
    let (ground, mut doubts) = (ground(), Vec::new());
    let numbers = [1, 50, u64::MAX].map(GenerationNumber).to_vec();
    let known = words(&ground).numbers(numbers, GenerationNumber(3), &mut doubts);
    assert_eq!((known, doubts.len()), (vec![GenerationNumber(1), GenerationNumber(50)], 1));
}

/// A step about a path, of each kind that has one.
fn steps(path: &TargetPath) -> Vec<Step> {
    let (at, home) = (|| path.clone(), || TargetPath::new("/home/pde/x"));
    let (mode, digest, ids) = (Mode(0o600), Digest::of(b""), Ids { uid: 0, gid: 0 });
    let like = |path| Some(Like { path, owner: true });
    let stage = |staged, like| Step::Stage { staged, bytes: Vec::new(), mode, ids: None, like };
    vec![
        Step::MakeDirectory { path: at(), mode, ids: None },
        stage(at(), None),
        stage(home(), like(at())),
        Step::Create { staged: home(), path: at(), after: Identity::Absent },
        Step::Create { staged: at(), path: home(), after: Identity::Absent },
        Step::Exchange {
            staged: at(),
            path: home(),
            before: Identity::Directory,
            after: Identity::Directory,
            block: None,
        },
        Step::Exchange {
            staged: home(),
            path: at(),
            before: Identity::Directory,
            after: Identity::Directory,
            block: None,
        },
        Step::Remove { path: at(), aside: home(), before: Identity::Directory },
        Step::Remove { path: home(), aside: at(), before: Identity::Directory },
        Step::SetMode { path: at(), digest, before: mode, after: mode },
        Step::SetOwner { path: at(), digest, before: ids, after: ids },
        Step::Link { path: at(), to: "x".to_owned() },
        Step::Unlink { path: at(), to: "x".to_owned() },
        Step::RemoveDirectory { path: at(), mode, ids: None },
        Step::Settle { staged: at(), path: home() },
        Step::Settle { staged: home(), path: at() },
        Step::Discard { path: at() },
        Step::Keep { path: at(), bytes: Vec::new() },
        Step::Append { path: at(), bytes: Vec::new() },
    ]
}

fn judged(steps: &[Step]) -> Result<(), ApplyError> {
    words(&ground()).refuse_foreign(&TargetPath::new("/home/pde/journal"), steps)
}

#[test]
fn one_step_outside_of_the_home_makes_a_journal_damaged() {
    let inside = steps(&TargetPath::new("/home/pde/.env"));
    judged(&inside).unwrap();
    let said = Author { time: "\u{1b}".to_owned(), user: "root".to_owned(), verb: "apply".to_owned() };
    let known = Author { time: String::new(), user: "pde".to_owned(), ..said.clone() };
    assert_eq!(words(&ground()).author(&said), known);
    for path in ["/etc/passwd", "/home/pde", "/home/other/x", "/home/pde/../other/x", "/home/pde/\u{1b}[2J"] {
        for step in steps(&TargetPath::new(path)) {
            let text = step.to_string();
            let fault = judged(&[inside.clone(), vec![step]].concat()).unwrap_err().to_string();
            assert!(fault.contains("that is not pde's"), "{text}: {fault}");
        }
    }
    let system = UnitId { scope: Scope::System, name: UnitName::new("cron.service") };
    for step in [
        Step::Stop { unit: system.clone(), before: UnitRun::Stopped },
        Step::Start { unit: system, before: UnitRun::Stopped },
        Step::ReloadManager { scope: Scope::System },
        Step::Linger { user: UserName::new("other") },
    ] {
        judged(&[step]).unwrap_err();
    }
    judged(&vec![inside[0].clone(); MOST + 1]).unwrap_err();
}

proptest! {
    #[test]
    fn no_path_of_a_part_leads_out_of_the_home(parts in prop::collection::vec("[a-z./\u{1b}]{0,6}", 0..9), below in any::<bool>()) {
        let path = TargetPath::new(format!("{}/{}", if below { HOME } else { "" }, parts.join("/")));
        let mut forged = manifest();
        forged.entries.insert(path.clone(), file());
        let part = read(&forged).0.unwrap();
        for path in part.entries.keys() {
            prop_assert!(path.as_str().starts_with("/home/pde/") && path.as_str().split('/').all(|part| part != "..") && is_line(path.as_str()), "{}", path);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>) {
        let (ground, mut doubts) = (ground(), Vec::new());
        let _any = words(&ground).part(GenerationNumber(7), &bytes, &mut doubts).unwrap();
    }
}

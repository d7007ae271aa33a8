//! What a child says is believed where it answers what was asked, and nowhere else.

use super::super::messages::{Reply, seen};
use super::*;
use crate::model::names::{UnitName, UserName};
use crate::model::observed::Ids;
use crate::model::units::{Account, UnitId};
use std::collections::BTreeSet;

const IDS: Ids = Ids { uid: 1000, gid: 1000 };

fn path(name: &str) -> TargetPath {
    TargetPath::new(format!("/home/person/{name}"))
}

fn scope() -> Scope {
    Scope::User(UserName::new("person"))
}

fn unit(user: &str, name: &str) -> UnitId {
    UnitId { scope: Scope::User(UserName::new(user)), name: UnitName::new(name) }
}

fn inventory() -> Inventory {
    let mut inventory = Inventory::of([path("a"), path("b")]);
    inventory.add(path("folder"), Look::Names);
    inventory.units.insert(unit("person", "a.service"));
    inventory
}

fn running(id: &str) -> ObservedUnit {
    ObservedUnit {
        load: Load::Loaded,
        run: UnitRun::Running(id.to_owned()),
        restarts: 0,
        busy: false,
        pid: None,
        fragment: None,
        drop_ins: Vec::new(),
    }
}

fn file(length: usize) -> SeenPath {
    SeenPath::File { length, mode: Mode(0o644), ids: IDS, links: 1 }
}

fn directory(names: &[&str]) -> SeenPath {
    let entries: BTreeSet<_> = names.iter().map(ToString::to_string).collect();
    SeenPath::Directory { mode: Mode(0o700), ids: IDS, entries: Some(entries) }
}

/// A good answer, for one thing in it to be broken.
struct Answer {
    at: Vec<(TargetPath, SeenPath)>,
    machine: Machine,
    bytes: Vec<u8>,
}

fn good() -> Answer {
    let at = vec![(path("a"), file(3)), (path("b"), SeenPath::Absent), (path("folder"), directory(&["x"]))];
    let mut machine = Machine::default();
    machine.managers.insert(scope(), Manager::Running);
    machine.units.insert(unit("person", "a.service"), running(&"0a".repeat(16)));
    Answer { at, machine, bytes: b"abc".to_vec() }
}

fn judged(answer: Answer) -> Result<Observed, &'static str> {
    let (inventory, scope, host) = (inventory(), scope(), HostName::this());
    let asked = ScopeRequest { inventory: &inventory, scope: &scope, host: &host };
    asked.observed(answer.at, Some(answer.machine), &answer.bytes)
}

#[test]
fn a_good_answer_is_what_was_seen() {
    let observed = judged(good()).unwrap();
    assert!(matches!(observed.standing(&path("a")), PathState::File(file) if file.bytes == b"abc"));
    assert_eq!(observed.machine.as_ref().unwrap(), &good().machine);
    let (reply, bytes) = seen(observed.clone());
    let Reply::Observed { at, machine } = Reply::of(&serde_json::to_vec(&reply).unwrap()).unwrap() else {
        panic!("another reply");
    };
    assert_eq!(judged(Answer { at, machine: machine.unwrap(), bytes }), Ok(observed));
}

#[test]
fn of_paths_only_what_was_asked_is_believed() {
    let broken = |at: usize, seen: SeenPath| {
        let mut answer = good();
        answer.at[at].1 = seen;
        judged(answer).unwrap_err()
    };
    let name = "has a name that is none";
    for names in [&[".."][..], &["."], &["a/b"], &[""], &["x", "a\0"], &[&"n".repeat(256)]] {
        assert_eq!(broken(2, directory(names)), name, "{names:?}");
    }
    assert_eq!(broken(1, directory(&[])), "tells of names that were not asked for");
    assert_eq!(broken(0, file(4)), "has too few bytes of a file");
    assert_eq!(broken(0, file(usize::MAX)), "has too few bytes of a file");
    assert_eq!(broken(0, file(2)), "has bytes of no file");
    let mode = Mode(0o100_644);
    assert_eq!(broken(1, SeenPath::Directory { mode, ids: IDS, entries: None }), "has a mode that is none");
    for to in [String::new(), "a\0".to_owned(), "a".repeat(4097)] {
        assert_eq!(broken(1, SeenPath::Link { to }), "has a link that is none");
    }

    let mut other = good();
    other.at[1].0 = TargetPath::new("/etc/shadow");
    assert_eq!(judged(other).unwrap_err(), "tells of a path that was not asked for");
    let mut twice = good();
    twice.at[1].0 = path("folder");
    assert_eq!(judged(twice).unwrap_err(), "tells of a path twice");
    let mut fewer = good();
    fewer.at.remove(1);
    assert_eq!(judged(fewer).unwrap_err(), "leaves out a path");
}

#[test]
fn of_the_machine_only_the_users_own_units_are_believed() {
    let broken = |change: &dyn Fn(&mut Machine)| {
        let mut answer = good();
        change(&mut answer.machine);
        judged(answer).unwrap_err()
    };
    let asked = "tells of a unit that was not asked for";
    let run = "0a".repeat(16);
    let other = |id: UnitId| {
        move |machine: &mut Machine| drop(machine.units.insert(id.clone(), running(&"0a".repeat(16))))
    };
    assert_eq!(broken(&other(unit("other", "a.service"))), asked);
    assert_eq!(broken(&other(unit("person", "b.service"))), asked);
    let system = |machine: &mut Machine| drop(machine.managers.insert(Scope::System, Manager::Running));
    assert_eq!(broken(&system), "tells of another manager");
    let account = Account { uid: 0, gid: 0, home: path("a"), lingers: true };
    let users = |machine: &mut Machine| drop(machine.users.insert(UserName::new("root"), account.clone()));
    assert_eq!(broken(&users), "tells of users, groups or sockets");

    let with = |unit_as: ObservedUnit| {
        broken(&move |machine| drop(machine.units.insert(unit("person", "a.service"), unit_as.clone())))
    };
    assert_eq!(with(running("not an id")), "has a run that is none");
    let fragment = Some(TargetPath::new("relative"));
    assert_eq!(with(ObservedUnit { fragment, ..running(&run) }), "has a unit file that is none");
    let drop_ins = vec![TargetPath::new("a.conf\n")];
    assert_eq!(with(ObservedUnit { drop_ins, ..running(&run) }), "has a unit file that is none");
}

#[test]
fn words_of_a_manager_are_shown_without_what_moves_a_cursor() {
    let mut answer = good();
    let id = unit("person", "a.service");
    let words = "\u{1b}[2Jexit-code\r";
    let failed =
        ObservedUnit { run: UnitRun::Failed(words.into()), load: Load::Faulty(words.into()), ..running("") };
    answer.machine.units.insert(id.clone(), failed);
    answer.machine.managers.insert(scope(), Manager::Silent(words.into()));
    let machine = judged(answer).unwrap().machine.unwrap();
    assert_eq!(machine.units[&id].run, UnitRun::Failed("<U+001B>[2Jexit-code<U+000D>".into()));
    assert_eq!(machine.units[&id].load, Load::Faulty("<U+001B>[2Jexit-code<U+000D>".into()));
    assert_eq!(machine.managers[&scope()], Manager::Silent("<U+001B>[2Jexit-code<U+000D>".into()));
    let mut starting = good();
    starting.machine.units.insert(id, running(""));
    judged(starting).unwrap();
}

#[test]
fn words_of_a_child_are_fit_to_be_shown() {
    assert_eq!(shown("cannot \u{1b}[31mread\r\nit"), "cannot <U+001B>[31mread<U+000D>\nit");
    assert_eq!(shown(&"x".repeat(50_000)).len(), 10_000);
    assert_eq!(known("a fifo"), "a fifo");
    assert_eq!(known("\u{1b}c"), "something unknown");
}

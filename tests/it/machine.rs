//! What a host shows against a stack, in whole, expected texts: `tests/machine.txt`, a section a case,
//! written with `TRACEWRIGHT_BLESS=1`.

use crate::support::{bless, repository};
use std::collections::BTreeMap;
use std::fmt::Write;
use tracewright::component::wire;
use tracewright::diagnostic::SourceName;
use tracewright::model::ground::Ground;
use tracewright::model::names::{GroupName, HostName, Scope, TargetPath, UnitName, UserName};
use tracewright::model::units::{
    Account, Load, Machine, Manager, ObservedSocket, ObservedUnit, SocketHolder, UnitId, UnitRun,
};
use tracewright::plan::confirm;
use tracewright::report::ShownFindings;
use tracewright::report::diagnostics::render;
use tracewright::stack::load;

const STACK: &str = r#"schema = 1
name   = "ag"

[collector.main]
version = "0.159"
service = { scope = "user", user = "pde" }
receive = { grpc = 4317, http = 4318 }

[tempo]
version = "2.10"

[app.shop]
env_file = "/srv/shop/.env"
protocol = "http/protobuf"
service  = { user = "shop", unit = "shop.service" }
"#;

fn pde() -> Scope {
    Scope::User(UserName::new("pde"))
}

fn unit(scope: Scope, name: &str) -> UnitId {
    UnitId { scope, name: UnitName::new(name) }
}

/// A host on which everything of the stack is installed and runs, but the collector, which is ours.
fn healthy() -> Machine {
    let running = |pid| ObservedUnit {
        load: Load::Loaded,
        run: UnitRun::Running("0123456789abcdef0123456789abcdef".to_owned()),
        restarts: 0,
        busy: false,
        pid: Some(pid),
        fragment: None,
        drop_ins: Vec::new(),
    };
    let stopped = ObservedUnit {
        load: Load::NotFound,
        run: UnitRun::Stopped,
        restarts: 0,
        busy: false,
        pid: None,
        fragment: None,
        drop_ins: Vec::new(),
    };
    let account = |uid, home: &str, lingers| Account { uid, gid: uid, home: TargetPath::new(home), lingers };
    Machine {
        units: [
            (unit(Scope::System, "tempo.service"), running(300)),
            (unit(Scope::System, "shop.service"), running(400)),
            (unit(pde(), "otelcol.service"), stopped),
        ]
        .into(),
        managers: [(Scope::System, Manager::Running), (pde(), Manager::Running)].into(),
        users: [
            (UserName::new("pde"), account(1000, "/home/pde", true)),
            (UserName::new("tempo"), account(110, "/nonexistent", false)),
            (UserName::new("shop"), account(120, "/srv/shop", false)),
        ]
        .into(),
        groups: ["pde", "tempo", "shop"].into_iter().map(|name| (GroupName::new(name), 1)).collect(),
        sockets: vec![held("127.0.0.1:3200", of_unit(None, "tempo.service", Some(300)))],
    }
}

fn held(address: &str, holder: SocketHolder) -> ObservedSocket {
    ObservedSocket { address: address.parse().unwrap(), holder }
}

fn of_unit(uid: Option<u32>, name: &str, pid: Option<u32>) -> SocketHolder {
    SocketHolder::Unit { uid, name: UnitName::new(name), pid }
}

type Change = fn(&mut Machine);

/// Who looks.
#[derive(Clone, Copy)]
enum As {
    Root,
    Pde,
}

fn services() -> Vec<(&'static str, As, Change)> {
    let root = As::Root;
    vec![
        ("everything is there", root, |_| ()),
        ("nothing was asked", root, |machine| {
            let (users, groups) = (std::mem::take(&mut machine.users), std::mem::take(&mut machine.groups));
            *machine = Machine { users, groups, ..Machine::default() };
        }),
        ("users are missing", root, |machine| {
            machine.users.clear();
        }),
        ("groups are missing", root, |machine| {
            machine.groups.clear();
        }),
        ("another home", root, |machine| {
            machine.users.get_mut(&UserName::new("pde")).unwrap().home = TargetPath::new("/srv/home/pde");
        }),
        ("no linger, as root", root, |machine| {
            machine.users.get_mut(&UserName::new("pde")).unwrap().lingers = false;
            machine.managers.insert(pde(), Manager::Absent);
        }),
        ("no linger, as the user", As::Pde, |machine| {
            machine.users.get_mut(&UserName::new("pde")).unwrap().lingers = false;
        }),
        ("lingers, and no manager runs", root, |machine| {
            machine.managers.insert(pde(), Manager::Absent);
        }),
        ("no systemd", root, |machine| {
            machine.managers.insert(Scope::System, Manager::Absent);
            machine.units.retain(|unit, _| unit.scope != Scope::System);
        }),
        ("managers do not answer", root, |machine| {
            for said in machine.managers.values_mut() {
                *said = Manager::Silent("did not end within 10 s".to_owned());
            }
        }),
        ("units are masked", root, |machine| {
            machine.units.values_mut().for_each(|unit| unit.load = Load::Masked);
        }),
        ("units are missing", root, |machine| {
            machine.units.values_mut().for_each(|unit| unit.load = Load::NotFound);
        }),
        ("units are faulty", root, |machine| {
            machine.units.values_mut().for_each(|unit| unit.load = Load::Faulty("bad-setting".to_owned()));
        }),
    ]
}

fn ports() -> Vec<(&'static str, As, Change)> {
    let root = As::Root;
    vec![
        ("Tempo took 4317 first", root, |machine| {
            machine.sockets = vec![
                held("[::]:4317", of_unit(None, "tempo.service", Some(300))),
                held("127.0.0.1:3200", of_unit(None, "tempo.service", Some(300))),
            ];
        }),
        ("Tempo took 4317 first, seen by the user", As::Pde, |machine| {
            machine.sockets = vec![
                held("127.0.0.1:4317", SocketHolder::User(110)),
                held("127.0.0.1:3200", SocketHolder::User(110)),
            ];
        }),
        ("others hold ports", root, |machine| {
            machine.sockets = vec![
                held("0.0.0.0:4317", of_unit(None, "jaeger.service", Some(77))),
                held("127.0.0.1:4318", of_unit(Some(1000), "otelcol-old.service", Some(78))),
                held("127.0.0.1:14317", SocketHolder::Process { pid: 79, name: "nc".to_owned() }),
                held("127.0.0.1:3200", of_unit(None, "shop.service", Some(400))),
                held("127.0.0.1:9095", SocketHolder::User(33)),
                held("127.0.0.1:8888", of_unit(None, "init.scope", Some(1))),
                held("[::1]:4317", of_unit(None, "elsewhere.service", Some(80))),
                held("127.0.0.2:4318", of_unit(None, "elsewhere.service", Some(80))),
            ];
        }),
    ]
}

#[test]
fn what_a_host_shows_against_a_stack() {
    let (document, resolved) = load(SourceName("stack.toml".into()), STACK);
    let (stack, warnings) = resolved.unwrap();
    assert!(warnings.is_empty());
    let (wiring, _) = wire(&stack).unwrap();
    let mut found = String::new();
    for (name, who, change) in services().into_iter().chain(ports()) {
        let mut machine = healthy();
        change(&mut machine);
        let ground = match who {
            As::Root => Ground::machine(&stack.name, BTreeMap::new()),
            As::Pde => Ground::own(&stack.name, UserName::new("pde"), &TargetPath::new("/home/pde")),
        };
        let mut findings = confirm(&wiring, &HostName::this(), &machine, &ground);
        document.locate(&mut findings);
        write!(found, "== {name}\n{}\n", render(&ShownFindings::of(&findings, &document.sources()), false))
            .unwrap();
    }
    let path = repository().join("tests/machine.txt");
    if bless() {
        std::fs::write(&path, &found).unwrap();
    }
    assert_eq!(found, std::fs::read_to_string(&path).unwrap(), "TRACEWRIGHT_BLESS=1 writes what was found");
}

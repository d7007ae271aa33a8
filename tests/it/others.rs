//! What a plan says of the part of a stack that others carry out: every way in which a path or a unit of
//! theirs can be seen, in `tests/others.txt`, written with `TRACEWRIGHT_BLESS=1`.

use crate::support::{golden, repository};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::SystemTime;
use tracewright::component::wire;
use tracewright::diagnostic::SourceName;
use tracewright::model::desired::{Content, Desired};
use tracewright::model::ground::Ground;
use tracewright::model::names::{HostName, Mode, Scope, StackName, TargetPath, UnitName, UserName};
use tracewright::model::observed::{Ids, OUT_OF_SIGHT, Observed, ObservedDirectory, ObservedFile, PathState};
use tracewright::model::prior::Prior;
use tracewright::model::units::{Load, Machine, Manager, ObservedUnit, UnitId, UnitRun};
use tracewright::plan::{Circumstances, DesiredHost, OthersRequest, plan};
use tracewright::render::{Templates, render};
use tracewright::report::plan::{PlanFrame, text};
use tracewright::stack::load;

const OWN_COLLECTOR: &str = r#"schema = 1
name   = "shop"
tls    = "edge"

[collector.main]
version = "0.159"
service = { scope = "user", user = "pde" }

[tempo]
version = "2.10"
receive = { grpc = { port = 14317, bind = "any" } }

[app.shop]
env_file = "/srv/shop/.env"
protocol = "http/protobuf"
service  = { user = "shop", unit = "shop.service" }
"#;

fn desired(text: &str) -> Desired {
    let (_, loaded) = load(SourceName("stack.toml".to_owned()), text);
    let (stack, _) = loaded.expect("it is sound");
    let (wiring, _) = wire(&stack).expect("it can be wired");
    render(&wiring, Templates::embedded()).expect("it can be rendered")
}

/// A host on which everything is as a stack wants it.
fn as_wanted(desired: &Desired) -> Observed {
    let ids = Ids { uid: 0, gid: 0 };
    let mut at = BTreeMap::new();
    for ((_, path), file) in &desired.files {
        let bytes = match &file.content {
            Content::Whole(text) => text.clone(),
            Content::Block { lines, begin, end, .. } => {
                format!("A=1\n{begin}\n{}\n{end}\n", lines.join("\n"))
            }
            Content::Certificate(_) | Content::PrivateKey(_) => "PEM".to_owned(),
        };
        let file = ObservedFile { bytes: bytes.into_bytes(), mode: file.mode, ids, links: 1 };
        at.insert(path.clone(), PathState::File(file));
    }
    for (_, path) in desired.directories.keys() {
        let directory = ObservedDirectory { mode: Mode(0o755), ids, entries: None };
        at.insert(path.clone(), PathState::Directory(directory));
    }
    for link in desired.units.iter().filter_map(|unit| unit.enablement.as_ref()) {
        at.insert(link.path.clone(), PathState::Link { to: link.to.clone() });
    }
    Observed { host: HostName::this(), at, machine: Some(machine(&UnitRun::Running("1".repeat(32)))) }
}

fn machine(run: &UnitRun) -> Machine {
    let id = UnitId { scope: Scope::System, name: UnitName::new("tempo.service") };
    let unit = ObservedUnit {
        load: Load::Loaded,
        run: run.clone(),
        restarts: 0,
        busy: false,
        pid: None,
        fragment: None,
        drop_ins: Vec::new(),
    };
    Machine { units: [(id, unit)].into(), ..Machine::default() }
}

/// What the plan of `pde` says on a host.
fn said(desired: &Desired, observed: Option<&Observed>) -> String {
    let (stack, host) = (StackName::new("shop"), HostName::this());
    let ground = Ground::own(&stack, UserName::new("pde"), &TargetPath::new("/home/pde"));
    let prior = Prior::default();
    let goal = DesiredHost::of_stack(desired, (&host, &ground), &prior);
    // Only what others have is looked at here: of the own part nothing changes.
    let own = Observed { host: host.clone(), at: BTreeMap::new(), machine: None };
    let mut planned = plan(&goal, &own, &prior, &Circumstances::at(SystemTime::UNIX_EPOCH));
    planned.entries.clear();
    planned.services.clear();
    planned.others = OthersRequest { desired, host: &host, ground: &ground }.compare(observed);
    let frame = PlanFrame {
        place: "on this host",
        dataflow: "",
        digests: &[],
        as_root: "sudo tracewright plan shop",
    };
    format!("settled: {}\n{}", planned.is_settled(), text(&planned, &frame))
}

type Change = fn(&mut Observed);

#[test]
fn what_was_not_looked_at_is_never_called_done() {
    let desired = desired(OWN_COLLECTOR);
    let state = TargetPath::new("/var/lib/tracewright/shop");
    let tempo = || TargetPath::new("/etc/tempo/config.yml");
    let cases: [(&str, Change); 9] = [
        ("everything is there and runs", |_| {}),
        ("nothing is there", |seen| {
            seen.at.clear();
            seen.machine = Some(machine(&UnitRun::Stopped));
        }),
        ("root's state, and nothing else, cannot be read", |seen| {
            let state = TargetPath::new("/var/lib/tracewright/shop");
            seen.at.insert(state, PathState::Other(OUT_OF_SIGHT));
            seen.machine = None;
        }),
        ("nothing can be read", |seen| {
            seen.at.values_mut().for_each(|one| *one = PathState::Other(OUT_OF_SIGHT));
            let silent = Manager::Silent("only root and the user may do that".to_owned());
            let managers = [(Scope::System, silent)].into();
            seen.machine = Some(Machine { managers, ..Machine::default() });
        }),
        ("no manager runs", |seen| {
            let managers = [(Scope::System, Manager::Absent)].into();
            seen.machine = Some(Machine { managers, ..Machine::default() });
        }),
        ("other contents", |seen| {
            for one in seen.at.values_mut() {
                if let PathState::File(file) = one {
                    file.bytes = b"by hand\n".to_vec();
                }
            }
            seen.machine = Some(machine(&UnitRun::Failed("exit-code".to_owned())));
        }),
        ("another mode", |seen| {
            if let Some(PathState::File(file)) = seen.at.get_mut(&TargetPath::new("/etc/tempo/config.yml")) {
                file.mode = Mode(0o666);
            }
        }),
        ("something else stands there", |seen| {
            seen.at.values_mut().for_each(|one| *one = PathState::Other("a fifo"));
        }),
        ("a block that was changed", |seen| {
            let path = TargetPath::new("/srv/shop/.env");
            if let Some(PathState::File(file)) = seen.at.get_mut(&path) {
                let text = String::from_utf8_lossy(&file.bytes).replace("OTEL_SERVICE_NAME=shop", "A=2");
                file.bytes = text.into_bytes();
            }
        }),
    ];
    let mut all = String::new();
    for (name, change) in cases {
        let mut seen = as_wanted(&desired);
        change(&mut seen);
        writeln!(all, "== {name}\n{}", said(&desired, Some(&seen))).unwrap();
    }
    writeln!(all, "== no look at all\n{}", said(&desired, None)).unwrap();
    assert!(as_wanted(&desired).at.contains_key(&tempo()) && !as_wanted(&desired).at.contains_key(&state));
    golden(&repository().join("tests/others.txt"), &all);
}

#[test]
fn who_has_everything_leaves_nothing_to_others() {
    let desired = desired(OWN_COLLECTOR);
    let (stack, host) = (StackName::new("shop"), HostName::this());
    for ground in [Ground::below_root(&stack), Ground::machine(&stack, BTreeMap::new())] {
        assert_eq!(OthersRequest { desired: &desired, host: &host, ground: &ground }.inventory(), None);
    }
}

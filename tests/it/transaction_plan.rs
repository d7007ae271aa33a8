//! What a plan shows: redacted secrets, services by meaning, digests.

use crate::transaction_root::{directory, look_at, run_at};
use crate::transaction_support::{at, block, empty, kept, of_stack, whole};
use tracewright::model::desired::{Desired, DesiredUnit, OnChange, UnitInput};
use tracewright::model::names::{ComponentName, HostName, Scope, TargetPath, UnitName};
use tracewright::plan::{ContentChange, ServiceChange};
use tracewright::text::{TextFormat, redact};

#[test]
fn a_change_of_what_is_not_shown_is_told() {
    let temporary = directory();
    let mut desired = empty();
    desired.files.insert(at("/etc/a.yaml"), whole("password: one\n", 0o600));
    kept(run_at(temporary.path(), of_stack(&desired), false, false).unwrap());
    desired.files.insert(at("/etc/a.yaml"), whole("password: two\n", 0o600));
    let plan = look_at(temporary.path(), of_stack(&desired)).unwrap().plan;
    let shown = redact(TextFormat::Yaml, "password: one\n");
    assert_eq!(shown.as_str(), "password: (redacted)\n");
    let shown = ContentChange::Text { before: shown.clone(), after: shown, hidden: true };
    assert_eq!(plan.entries[0].content, shown);
}

fn with_units(mut desired: Desired) -> Desired {
    let unit = |name: &str, inputs: &[(&str, OnChange)]| DesiredUnit {
        host: HostName::this(),
        scope: Scope::System,
        unit: Some(UnitName::new(format!("{name}.service"))),
        component: ComponentName::new(name),
        managed: true,
        runs_as: None,
        order: 0,
        enablement: None,
        listens: Vec::new(),
        inputs: inputs
            .iter()
            .map(|(path, on_change)| UnitInput { path: TargetPath::new(*path), on_change: *on_change })
            .collect(),
    };
    desired.units = vec![
        unit(
            "tempo",
            &[
                ("/etc/tempo/config.yml", OnChange::Restart),
                ("/etc/systemd/system/tempo.service.d/50.conf", OnChange::ReloadManagerAndRestart),
                ("/etc/tempo/tls", OnChange::ReadsByItself),
            ],
        ),
        unit("app", &[("/srv/web/.env", OnChange::Restart)]),
    ];
    desired
}

/// Contents of configuration, unit, self-read file and block, and what they ask of `tempo` and `app`.
type Case = ([&'static str; 4], [ServiceChange; 2]);

const FIRST: [&str; 4] = ["a: 1\nb: x\n", "[Service]\nMemoryMax=1\n", "one", "A=1"];

#[test]
fn services_follow_the_meaning_of_their_files() {
    use ServiceChange::{ReloadAndRestart, Restart, Untouched};
    let [config, unit, read, lines] = FIRST;
    let cases: [Case; 10] = [
        (["a: 2\nb: x\n", unit, read, lines], [Restart, Untouched]),
        (["# why\nb: \"x\"\na: 1\n", unit, read, lines], [Untouched, Untouched]),
        (["a: \"1\"\nb: x\n", unit, read, lines], [Restart, Untouched]),
        (["a: 1\nb: [x]\n", unit, read, lines], [Restart, Untouched]),
        ([config, "[Service]\nMemoryMax=2\n", read, lines], [ReloadAndRestart, Untouched]),
        ([config, "# why\n[Service]\n\nMemoryMax = 1\n", read, lines], [Untouched, Untouched]),
        ([config, "[Unit]\nMemoryMax=1\n", read, lines], [ReloadAndRestart, Untouched]),
        ([config, unit, "two", lines], [Untouched, Untouched]),
        ([config, unit, read, "A=2"], [Untouched, Restart]),
        ([config, unit, read, "A='1'"], [Untouched, Untouched]),
    ];
    let make = |[config, unit, read, lines]: [&str; 4]| {
        let mut desired = empty();
        desired.files.insert(at("/etc/tempo/config.yml"), whole(config, 0o640));
        desired.files.insert(at("/etc/systemd/system/tempo.service.d/50.conf"), whole(unit, 0o644));
        desired.files.insert(at("/etc/tempo/tls"), whole(read, 0o644));
        desired.files.insert(at("/srv/web/.env"), block(&[lines]));
        with_units(desired)
    };
    let temporary = directory();
    let first = look_at(temporary.path(), of_stack(&make(FIRST))).unwrap().plan;
    assert!(first.services.iter().all(|service| service.change == ServiceChange::Start));
    kept(run_at(temporary.path(), of_stack(&make(FIRST)), false, false).unwrap());
    for (files, expected) in cases {
        let plan = look_at(temporary.path(), of_stack(&make(files))).unwrap().plan;
        assert_eq!(plan.entries.len(), 1, "{files:?}");
        let found: Vec<_> = plan.services.iter().map(|service| service.change).collect();
        assert_eq!(found, expected, "{files:?}");
    }
}

#[test]
fn digests_are_bound_to_what_they_cover() {
    let (one, two) = (directory(), directory());
    let mut desired = empty();
    desired.files.insert(at("/etc/a.yaml"), whole("a: 1\n", 0o600));
    assert_eq!(
        desired.digest().to_string(),
        "sha256:dbe70673eb473a5b8694d82a40e2f54145700199e1e0dd5edfb14af465c242cf",
        "the canonical form changed"
    );
    let digest =
        |root: &tempfile::TempDir, desired: &Desired| look_at(root.path(), of_stack(desired)).unwrap().digest;
    assert_eq!(digest(&one, &desired), digest(&two, &desired));
    crate::transaction_root::put(two.path(), "/etc/a.yaml", b"theirs", 0o600);
    assert_ne!(digest(&one, &desired), digest(&two, &desired));
    let mut other = desired.clone();
    other.files.insert(at("/etc/a.yaml"), whole("a: 1\n", 0o640));
    assert_ne!(desired.digest(), other.digest());
    assert_ne!(digest(&one, &desired), digest(&one, &other));
}

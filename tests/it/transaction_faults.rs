//! Whatever fails, and whenever: afterwards the host is exactly as before or exactly as wanted.

use crate::transaction_disk::{Fault, MemoryDisk, Random};
use crate::transaction_support::{MemoryRoot, any_desired, any_host, look, of_stack, run, stack};
use std::collections::BTreeMap;
use tracewright::apply::{DesiredState, Outcome, recover};
use tracewright::host::Root;
use tracewright::model::desired::Desired;
use tracewright::model::ground::Ground;
use tracewright::model::names::Mode;

type Tree = BTreeMap<String, (Mode, Vec<u8>)>;

/// A host on which a change is about to be made: an apply of B over A, or a rollback to A.
struct Scene {
    disk: MemoryDisk,
    wanted: Desired,
    back: bool,
    /// Not every file system can exchange names at once.
    exchanges: bool,
    old: Tree,
    new: Tree,
    operations: usize,
}

impl Scene {
    fn of(seed: u64) -> Option<Self> {
        let mut random = Random(seed);
        let (mut root, a, b) = (any_host(&mut random), any_desired(&mut random), any_desired(&mut random));
        let _ = run(&mut root, of_stack(&a)).unwrap();
        let back = random.below(3) == 0;
        if back {
            let _ = run(&mut root, of_stack(&b)).unwrap();
        }
        if back && look(&root, DesiredState::Generation(None)).is_err() {
            return None;
        }
        let mut scene = Self {
            old: root.disk.tree(),
            disk: root.disk,
            wanted: b,
            back,
            exchanges: !seed.is_multiple_of(3),
            new: Tree::new(),
            operations: 0,
        };
        let mut clean = scene.root(Fault::None);
        let _ = run(&mut clean, scene.spec()).unwrap();
        scene.new = clean.disk.tree();
        scene.operations = clean.disk.operations;
        (scene.new != scene.old).then_some(scene)
    }

    fn spec(&self) -> DesiredState<'_> {
        if self.back { DesiredState::Generation(None) } else { of_stack(&self.wanted) }
    }

    fn root(&self, fault: Fault) -> MemoryRoot {
        let mut disk = self.disk.clone();
        disk.exchanges = self.exchanges;
        disk.operations = 0;
        disk.fault = fault;
        Root::on(disk)
    }

    /// The host is old or new, and the state knows which one it is.
    fn judge(&self, mut root: MemoryRoot, kept: Option<bool>, what: &str) {
        let tree = root.disk.tree();
        assert!(tree == self.old || tree == self.new, "{what}: neither old nor new: {tree:#?}");
        if let Some(kept) = kept {
            assert_eq!(tree == self.new, kept, "{what}: not what was reported");
        }
        assert!(root.disk.inodes().keys().all(|path| !path.contains(".tracewright-")), "{what}: leftovers");
        if tree == self.new {
            return;
        }
        let _ = run(&mut root, self.spec()).unwrap();
        assert_eq!(root.disk.tree(), self.new, "{what}: a second try does not reach the goal");
    }
}

fn is_kept(outcome: Result<Outcome, tracewright::apply::ApplyError>, what: &str) -> bool {
    match outcome {
        Ok(Outcome::Kept { .. }) => true,
        Ok(Outcome::RolledBack { .. }) | Err(tracewright::apply::ApplyError::Host(_)) => false,
        other => panic!("{what}: {other:?}"),
    }
}

#[test]
fn a_step_that_fails_leaves_old_or_new() {
    let mut points = 0;
    for scene in (0..8).filter_map(Scene::of) {
        for at in 1..=scene.operations {
            let what = format!("operation {at}");
            let mut root = scene.root(Fault::FailAt(at));
            let kept = is_kept(run(&mut root, scene.spec()), &what);
            root.disk.fault = Fault::None;
            recover(&mut root, &Ground::below_root(&stack()), false).unwrap();
            scene.judge(root, Some(kept), &what);
            points += 1;
        }
    }
    assert!(points > 400, "only {points} points");
    println!("promise: failing operations taken back | {points} | cargo");
}

#[test]
fn a_full_disk_is_reversed_cleanly() {
    for scene in (100..106).filter_map(Scene::of) {
        for at in 1..=scene.operations {
            let what = format!("full from operation {at} on");
            let mut root = scene.root(Fault::FullFrom(at));
            let kept = is_kept(run(&mut root, scene.spec()), &what);
            assert!(
                recover(&mut root, &Ground::below_root(&stack()), false).unwrap().is_none(),
                "{what}: something was left to recover"
            );
            root.disk.fault = Fault::None;
            scene.judge(root, Some(kept), &what);
        }
    }
}

/// Power is lost at a random operation; whatever was not synchronized may be gone. Half of the time it
/// is lost again while the first loss is being recovered.
#[test]
fn a_power_loss_leaves_old_or_new() {
    let scenes: Vec<Scene> = (0..40).filter_map(Scene::of).collect();
    for seed in 0..1000 {
        let mut random = Random(seed);
        let scene = &scenes[random.below(scenes.len())];
        let at = 1 + random.below(scene.operations);
        let mut root = scene.root(Fault::PowerLossAt(at));
        let _ = run(&mut root, scene.spec());
        let mut root = Root::on(root.disk.after_power_loss(&mut random));
        if random.below(2) == 0 {
            root.disk.operations = 0;
            root.disk.fault = Fault::PowerLossAt(1 + random.below(20));
            let _ = recover(&mut root, &Ground::below_root(&stack()), false);
            root = Root::on(root.disk.after_power_loss(&mut random));
        }
        let what = format!("seed {seed}, power lost at operation {at}");
        recover(&mut root, &Ground::below_root(&stack()), false)
            .unwrap_or_else(|fault| panic!("{what}: {fault}"));
        scene.judge(root, None, &what);
    }
    println!("promise: power losses | 1000 | cargo");
}

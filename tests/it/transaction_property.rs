//! What must hold for arbitrary pairs of stacks on arbitrary hosts.

use crate::transaction_disk::Random;
use crate::transaction_support::{any_desired, any_host, back_to, kept, look, of_stack, run};
use tracewright::apply::DesiredState;

/// The stack A is applied, then B, then B is taken back, then everything.
#[test]
fn a_rollback_is_exact_for_arbitrary_pairs_of_stacks() {
    let mut changed = 0;
    for seed in 0..300 {
        let mut random = Random(seed);
        let (mut root, a, b) = (any_host(&mut random), any_desired(&mut random), any_desired(&mut random));
        let before = root.disk.tree();
        let first = kept(run(&mut root, of_stack(&a)).unwrap());
        let with_a = root.disk.tree();
        assert!(look(&root, of_stack(&a)).unwrap().plan.is_empty(), "seed {seed}: A is not stable");
        let second = kept(run(&mut root, of_stack(&b)).unwrap());
        assert!(look(&root, of_stack(&b)).unwrap().plan.is_empty(), "seed {seed}: B is not stable");
        if first.is_some() && second.is_some() {
            changed += 1;
            kept(run(&mut root, DesiredState::Generation(None)).unwrap());
            assert_eq!(root.disk.tree(), with_a, "seed {seed}: B was not taken back exactly");
            assert!(look(&root, of_stack(&a)).unwrap().plan.is_empty(), "seed {seed}: A came back changed");
        }
        if first.is_some() || second.is_some() {
            kept(run(&mut root, back_to(0)).unwrap());
        }
        assert_eq!(root.disk.tree(), before, "seed {seed}: something was left");
    }
    assert!(changed > 250, "only {changed} pairs changed anything twice");
    println!("promise: pairs of stacks taken back exactly | {changed} | cargo");
}

#[test]
fn an_apply_with_nothing_to_do_writes_nothing() {
    for seed in 0..300 {
        let mut random = Random(seed);
        let (mut root, a) = (any_host(&mut random), any_desired(&mut random));
        kept(run(&mut root, of_stack(&a)).unwrap());
        let (inodes, operations) = (root.disk.inodes(), root.disk.operations);
        assert_eq!(kept(run(&mut root, of_stack(&a)).unwrap()), None);
        assert_eq!((root.disk.inodes(), root.disk.operations), (inodes, operations));
    }
}

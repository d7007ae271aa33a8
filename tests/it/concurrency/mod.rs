//! Several runs at once, on one stack and on two that share directories, each held up at one of its
//! system calls: in the end there is exactly one old or new state of each stack, with all its objects, and
//! everything can be given back.
//!
//! `TRACEWRIGHT_ROUNDS=N cargo test --test it concurrency` plays N rounds instead of a few.

mod judge;
mod lab;

use crate::transaction_disk::Random;
use lab::{Lab, Run, Verb};

/// As many rounds as a usual run of the tests has time for.
const ROUNDS: usize = 12;
const PROMISE: &str = "promise: rounds of verbs at once, each held up somewhere";

/// Who runs in a round: verbs on the first stack, then on the second.
fn cast(random: &mut Random, two: bool) -> Vec<(usize, Verb)> {
    let any = |random: &mut Random| Verb::ALL[random.below(Verb::ALL.len())];
    let stacks: &[usize] = if two { &[0, 0, 1, 1] } else { &[0, 0, 0] };
    stacks.iter().map(|stack| (*stack, any(random))).collect()
}

fn play(lab: &Lab, random: &mut Random, two: bool) {
    let round = lab.round();
    for stack in 0..=usize::from(two) {
        if random.below(3) > 0 {
            round.set_up(stack);
        }
    }
    let runs: Vec<Run> = cast(random, two)
        .into_iter()
        .map(|(stack, verb)| {
            let points = lab.points(verb);
            let point = &points[random.below(points.len())];
            round.start(stack, verb, point, 20_000 * (1 + random.below(12)))
        })
        .collect();
    let told: Vec<String> = runs.into_iter().map(Run::told).collect();
    judge::judge(&round, &told, two);
}

fn rounds(two: bool) {
    let Some(lab) = Lab::of_strace() else {
        return println!("{PROMISE} | 0 | not run: strace is not installed");
    };
    let wanted = std::env::var("TRACEWRIGHT_ROUNDS").ok().and_then(|text| text.parse().ok());
    let wanted = wanted.map_or(ROUNDS / 2, |all: usize| all / 2);
    let mut random = Random(if two { 2 } else { 1 });
    for _ in 0..wanted {
        play(&lab, &mut random, two);
    }
    let which = if two { "two stacks" } else { "one stack" };
    println!("{PROMISE} | {wanted} | cargo, {which}");
}

#[test]
fn on_one_stack() {
    rounds(false);
}

#[test]
fn on_two_stacks() {
    rounds(true);
}

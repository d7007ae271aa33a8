//! Collectors that send a signal in a circle.

use super::super::{Collector, RouteTarget};
use super::route::{send_to, table_of};
use super::targets::Targets;
use crate::diagnostic::{Code, Finding, Findings, KeyPart};
use crate::model::dataflow::Signal;
use crate::model::names::ComponentName;
use std::collections::{BTreeMap, BTreeSet};

type Collectors = BTreeMap<ComponentName, Collector>;

/// Collectors in the order in which they send, the least name first; the last sends to the first.
type Circle<'c> = Vec<&'c ComponentName>;

/// Every circle once, with the signals that go round in it.
pub(super) fn circles(collectors: &Collectors, targets: &Targets, faults: &mut Findings) {
    let mut all: BTreeMap<Circle<'_>, BTreeSet<Signal>> = BTreeMap::new();
    for signal in Signal::SENT {
        for circle in of_signal(collectors, signal) {
            all.entry(circle).or_default().insert(signal);
        }
    }
    for (circle, signals) in &all {
        faults.push(fault(circle, signals, &Scene { collectors, targets }));
    }
}

/// The circles of one signal. What leads nowhere new is not followed again.
fn of_signal(collectors: &Collectors, signal: Signal) -> Vec<Circle<'_>> {
    let mut found = Vec::new();
    let mut done = BTreeSet::new();
    for start in collectors.keys() {
        // The way from the start, and which target of each on it comes next.
        let mut way: Vec<(&ComponentName, usize)> = vec![(start, 0)];
        while let Some((name, next)) = way.last_mut() {
            let step = if done.contains(*name) { None } else { next_of(collectors, name, signal, *next) };
            *next += 1;
            let Some(to) = step else {
                done.insert(*name);
                way.pop();
                continue;
            };
            match way.iter().position(|(passed, _)| *passed == to) {
                Some(first) => found.push(least_first(way[first..].iter().map(|(name, _)| *name).collect())),
                None => way.push((to, 0)),
            }
        }
    }
    found
}

fn least_first(mut circle: Circle<'_>) -> Circle<'_> {
    let least = (0..circle.len()).min_by_key(|at| circle[*at]);
    circle.rotate_left(least.unwrap_or(0));
    circle
}

/// The collector that is the so many'th target of one.
fn next_of<'c>(
    collectors: &'c Collectors,
    from: &ComponentName,
    signal: Signal,
    index: usize,
) -> Option<&'c ComponentName> {
    let to = collectors.get(from)?.routes.of(signal).filter_map(|route| {
        let name = route.to.collector()?;
        collectors.get_key_value(name).map(|(name, _)| name)
    });
    to.into_iter().nth(index)
}

/// What a circle is told against.
struct Scene<'a> {
    collectors: &'a Collectors,
    targets: &'a Targets,
}

fn fault(circle: &Circle<'_>, signals: &BTreeSet<Signal>, scene: &Scene<'_>) -> Finding {
    let names = circle.iter().chain(circle.first()).map(|name| format!("`{name}`"));
    let sent = signals.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ");
    let title = format!("{} sends {sent} in a circle", names.collect::<Vec<_>>().join(" -> "));
    let key = |from: &ComponentName, to: &ComponentName| {
        let sender = &scene.collectors[from];
        let mut routes = sender.routes.0.iter();
        let route = routes.find(|route| route.to.collector() == Some(to));
        (route.map_or_else(|| sender.key.clone(), |route| route.key.clone()), KeyPart::Value)
    };
    let steps = circle.iter().zip(circle[1..].iter().chain(circle.first()));
    let mut places = steps.map(|(from, to)| key(from, to));
    let found = Finding::error(Code("exporter-loop"), title);
    let found = places.next().map_or(found.clone(), |first| found.at(first, ""));
    let found = places.fold(found, |found, place| found.also(place, ""));
    match help(circle, signals, scene) {
        Some(help) => found.help(help),
        None => found,
    }
}

/// The last of a circle sends what goes round to what keeps it, and the rest where it did.
fn help(circle: &Circle<'_>, signals: &BTreeSet<Signal>, scene: &Scene<'_>) -> Option<String> {
    let last = &scene.collectors[*circle.last()?];
    let missing = signals.iter().filter(|signal| scene.targets.store(**signal).is_none());
    let missing: Vec<_> = missing.map(|signal| format!("`{}`", table_of(*signal))).collect();
    if !missing.is_empty() {
        let tables = missing.join(" and ");
        return Some(format!("add {tables}, and send there from `[collector.{}]`", last.name));
    }
    let first = RouteTarget::Collector((*circle.first()?).clone());
    let to = |signal: Signal| {
        let kept = last.routes.of(signal).map(|route| &route.to);
        let goes = kept.filter_map(|to| match signals.contains(&signal) && *to == first {
            true => scene.targets.store(signal),
            false => Some(to),
        });
        (signal, goes.cloned().collect())
    };
    let mended = send_to(&last.routes.signals().into_iter().map(to).collect())?;
    Some(format!("in `[collector.{}]`: {mended}", last.name))
}

//! What of a plan others carry out: named, and never called done.

use super::nouns;
use super::push;
use super::review::{OthersLine, OthersView};
use crate::plan::{OthersKind, OthersPart, OthersState, OthersThing};

/// The first sentence of a plan in which nothing is the planner's own to change.
pub(super) fn headline(others: &OthersPart, place: &str) -> String {
    let own = if others.is_everything {
        format!("Nothing {place} is yours to change")
    } else {
        format!("No changes {place} that are yours to make")
    };
    match numbers(others) {
        Some(numbers) => format!("{own}; of what is not yours, {numbers}."),
        None => format!("{own}; what is not yours is as the stack wants it."),
    }
}

/// Everything of others that differs or was not looked at, and what carries it out.
pub(super) fn view(others: &OthersPart, command: &str) -> OthersView {
    let line = |thing: &OthersThing| {
        let (sign, what) = match &thing.state {
            OthersState::AsWanted => return None,
            OthersState::Differs { action, what } => (action.symbol(), what.as_str()),
            OthersState::NotSeen(why) => ("?", *why),
        };
        Some(OthersLine { sign, kind: noun(thing), name: thing.name.to_string(), what: what.to_owned() })
    };
    if others.is_settled() {
        return OthersView::default();
    }
    OthersView { things: others.things.iter().filter_map(line).collect(), command: command.to_owned() }
}

/// The same as text.
pub(super) fn section(text: &mut String, others: &OthersPart, command: &str) {
    let view = view(others, command);
    if view.things.is_empty() {
        return;
    }
    let title = if others.left_out { "Left out" } else { "Not yours, as far as you may look" };
    push(text, format_args!("\n{title}:\n"));
    for OthersLine { sign, kind, name, what } in &view.things {
        push(text, format_args!("{sign:>3} {kind} {name}: {what}\n"));
    }
    push(text, format_args!("  help: `{command}`\n"));
}

/// `5 differ, 2 were not looked at`; `None` where everything is as the stack wants it.
pub(super) fn numbers(others: &OthersPart) -> Option<String> {
    let differ = others.pending().count();
    let unseen = others.not_seen().count();
    let of = |number: usize, one: &str, more: &str| {
        (number > 0).then(|| format!("{number} {}", if number == 1 { one } else { more }))
    };
    let differ = of(differ, "thing differs", "things differ");
    let unseen = of(unseen, "was not looked at", "were not looked at");
    match (differ, unseen) {
        (None, None) => None,
        (Some(one), None) | (None, Some(one)) => Some(one),
        (Some(differ), Some(unseen)) => Some(format!("{differ}, {unseen}")),
    }
}

fn noun(thing: &OthersThing) -> &'static str {
    match thing.kind {
        OthersKind::Path(kind) => nouns::noun(kind),
        OthersKind::Unit => "unit",
        OthersKind::State => "state",
    }
}

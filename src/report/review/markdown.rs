//! A plan as Markdown, for the comment of a pull request.
//!
//! Names, values and lines may be anybody's who opens a pull request: each stands in code, fenced longer than
//! anything in it, so that nothing of it is Markdown, HTML or a mention. The first line names the stack, so
//! that a bot finds the comment that it wrote before. Shorter than what a comment may be; what does not fit is
//! counted.

use super::view::{
    CauseKind, CauseView, ChangeView, EdgeView, FileView, KeyView, ListenerView, PlanGoal, PlanView,
    SettingView,
};
use crate::report::diff;
use crate::report::graph::{self, GraphFormat};
use crate::report::push;
use crate::report::verdict::plural;

/// Characters of a comment: GitHub takes 65,536.
const MOST: usize = 60_000;
/// Kept free for what stands behind the files.
const END: usize = 2_000;
/// What is listed of a part; more are counted.
const MOST_ITEMS: usize = 60;

/// The whole comment, with a picture of the edges.
pub fn markdown(view: &PlanView) -> String {
    let mut text = String::new();
    push(&mut text, format_args!("<!-- tracewright plan {} -->\n", view.stack));
    push(&mut text, format_args!("### Plan of {} {}\n\n", code(&view.stack), place(view)));
    let summary = if view.is_empty() { view.headline.clone() } else { view.summary.to_string() };
    push(&mut text, format_args!("**{summary}**\n\n"));
    if view.unread {
        push(&mut text, format_args!("{}.\n\n", super::text::unread(view)));
    }
    limits(&mut text, view);
    list(&mut text, "What changes, and why", &view.causes, cause);
    list(&mut text, "New CA", view.new_ca.as_slice(), |directory| {
        format!("kept with its key in {}", code(directory))
    });
    list(&mut text, "Listeners", &view.listeners, listener);
    list(&mut text, "Edges", &view.edges, edge);
    list(&mut text, "Drift: somebody else changed it", &view.drift, |one| {
        let settings = one.settings.iter().take(MOST_ITEMS).map(|setting| {
            let value = |value: &Option<String>| value.as_deref().map_or("nothing".to_owned(), code);
            let (was, is, will) = (value(&setting.generation), value(&setting.disk), value(&setting.stack));
            format!(
                "\n  - {} {was} in generation {}, {is} on the disk, {will} in the stack",
                code(&setting.key),
                view.generation
            )
        });
        format!("{} {}{}", code(&one.path), code(&one.what), settings.collect::<String>())
    });
    let services: Vec<_> = view.services.iter().filter(|service| !service.is_untouched()).collect();
    list(&mut text, "Services", &services, |one| {
        let why: Vec<_> =
            one.because.iter().map(|because| format!("{} {}", code(&because.path), because.why)).collect();
        format!("**{}** {}: {}", one.change.replace('-', " "), code(&one.name()), why.join(", "))
    });
    list(&mut text, "Warnings", &view.warnings, |one| {
        format!(
            "{} {} {}",
            code(&one.code),
            one.at.as_deref().map(code).unwrap_or_default(),
            code(&one.title)
        )
    });
    list(&mut text, "Not yours, as far as you may look", &view.others.things, |one| {
        format!("`{}` {} {} {}", one.sign, one.kind, code(&one.name), code(&one.what))
    });
    list(&mut text, "Not checked", &view.not_checked, |one| {
        format!("{} {}", code(&one.place), code(&one.reason))
    });
    let graph = graph::of_plan(&view.dataflow, GraphFormat::Mermaid);
    if !view.dataflow.is_empty() && text.len() + graph.len() + END < MOST {
        let graph = fenced("mermaid", &graph);
        push(&mut text, format_args!("<details><summary>Dataflow</summary>\n\n{graph}\n</details>\n\n"));
    }
    files(&mut text, &view.changes);
    for (name, digest) in &view.digests {
        push(&mut text, format_args!("{name}: {}  \n", code(digest)));
    }
    text
}

/// What no way back gives back, what stays, and what cannot be done.
fn limits(text: &mut String, view: &PlanView) {
    list(text, "Not to be taken back", &view.irreversible, |one| {
        format!("{} {}", code(&one.component), code(&one.what))
    });
    list(text, "What stays", &view.leaves, |one| code(one));
    list(text, "Cannot be done", &view.refused, |one| format!("{} {}", code(&one.place), code(&one.reason)));
}

fn place(view: &PlanView) -> String {
    match &view.goal {
        PlanGoal::Base(base) => format!("beside {}", code(base)),
        PlanGoal::Generation(number) => {
            format!("{}, back to generation {number}", code(&view.place.replace('`', "")))
        }
        PlanGoal::Destroy => format!("{}: everything is given back", code(&view.place.replace('`', ""))),
        PlanGoal::Stack if view.generation == 0 => {
            format!("{}: nothing is applied yet", code(&view.place.replace('`', "")))
        }
        PlanGoal::Stack => {
            format!("{}, after generation {}", code(&view.place.replace('`', "")), view.generation)
        }
    }
}

/// A heading and its items; nothing where there is none.
fn list<T>(text: &mut String, heading: &str, items: &[T], item: impl Fn(&T) -> String) {
    if items.is_empty() {
        return;
    }
    push(text, format_args!("**{heading}**\n\n"));
    let mut told = 0;
    for one in items.iter().take(MOST_ITEMS) {
        let line = item(one);
        if text.len() + line.len() + END > MOST {
            break;
        }
        push(text, format_args!("- {line}\n"));
        told += 1;
    }
    if told < items.len() {
        push(text, format_args!("- {} more\n", items.len() - told));
    }
    text.push('\n');
}

fn cause(cause: &CauseView) -> String {
    let head = match &cause.why {
        CauseKind::Keys { keys } => keys.iter().map(key).collect::<Vec<_>>().join("; "),
        CauseKind::Component { component, what } => format!("{} {}", code(component), code(what)),
        CauseKind::Reason { reason } => code(reason),
        CauseKind::Tool => "this version of tracewright writes it otherwise".to_owned(),
    };
    let files = cause.files.iter().take(MOST_ITEMS).map(file).collect::<String>();
    let more = cause.files.len().saturating_sub(MOST_ITEMS);
    head + &files + &if more > 0 { format!("\n  - {}", plural(more, "more file")) } else { String::new() }
}

fn key(key: &KeyView) -> String {
    let line = key.line.map(|line| format!(" (line {line})")).unwrap_or_default();
    format!("`{}` {}{}{line}", key.sign, code(&key.key), change(key.before.as_deref(), key.after.as_deref()))
}

fn change(before: Option<&str>, after: Option<&str>) -> String {
    match (before, after) {
        (Some(before), Some(after)) => format!(" {} → {}", code(before), code(after)),
        (Some(one), None) | (None, Some(one)) => format!(" {}", code(one)),
        (None, None) => String::new(),
    }
}

fn file(file: &FileView) -> String {
    let about = if file.about.is_empty() { String::new() } else { format!(" {}", code(&file.about)) };
    let setting = |one: &SettingView| {
        format!("\n    - {}{}", code(&one.key), change(one.before.as_deref(), one.after.as_deref()))
    };
    let more = file.settings.len().saturating_sub(MOST_ITEMS);
    let more = if more > 0 { format!("\n    - {}", plural(more, "more setting")) } else { String::new() };
    let settings: String = file.settings.iter().take(MOST_ITEMS).map(setting).collect();
    format!("\n  - `{}` {}{about}{settings}{more}", file.sign, code(&file.path))
}

fn listener(view: &ListenerView) -> String {
    let end = |end: &super::view::ListenerEnd| {
        format!("{} {}", end.address, if end.tls { "TLS" } else { "plaintext" })
    };
    let (before, after) = (view.before.as_ref().map(end), view.after.as_ref().map(end));
    let opens = if view.opens { " **other hosts reach it**" } else { "" };
    format!("{}{}{opens}", code(&view.name), change(before.as_deref(), after.as_deref()))
}

fn edge(view: &EdgeView) -> String {
    let end = |end: &super::view::EdgeEnd| {
        format!("{} {} {}", end.dials, end.protocol, if end.tls { "TLS" } else { "plaintext" })
    };
    let (before, after) = (view.before.as_ref().map(end), view.after.as_ref().map(end));
    format!("{}{}", code(&view.from), change(before.as_deref(), after.as_deref()))
}

/// The files with their lines, folded, as far as there is room.
fn files(text: &mut String, changes: &[ChangeView]) {
    let mut left = 0;
    for change in changes {
        let (Some(before), Some(after)) = (&change.before, &change.after) else { continue };
        let lines = diff::lines(before, after).join("\n");
        let summary = format!("{} {} {}", html(change.sign), html(&change.path), html(change.action));
        let one = format!(
            "<details><summary><code>{summary}</code></summary>\n\n{}\n</details>\n",
            fenced("diff", &lines)
        );
        if left > 0 || text.len() + one.len() + END > MOST {
            left += 1;
        } else {
            text.push_str(&one);
        }
    }
    if left > 0 {
        push(text, format_args!("\n{}: `tracewright plan --full` shows them.\n", plural(left, "more file")));
    }
    text.push('\n');
}

/// The longest run of backticks in a text.
fn backticks(text: &str) -> usize {
    text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0)
}

/// A text as code within a line.
fn code(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    if text.trim().is_empty() {
        return String::new();
    }
    let fence = "`".repeat(backticks(&text) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A text as lines of code.
fn fenced(language: &str, text: &str) -> String {
    let fence = "`".repeat(backticks(text).max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}", text.trim_end_matches('\n'))
}

/// A text within HTML.
fn html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('@', "&#64;")
        .replace(['\n', '\r', '`'], " ")
}

//! A plan as text: causes before consequences, in the columns of the terminal.
//!
//! Deterministic to the byte for given columns: no clock, no temporary path, no order of a hash. Values
//! arrive without secrets; nothing here could show more. What does not change is counted, not listed.

use super::view::{
    CauseKind, CauseView, DriftView, EdgeEnd, EdgeView, FileView, KeyView, ListenerEnd, ListenerView,
    PlanGoal, PlanView, ServiceView, SettingView,
};
use crate::check::ConditionState;
use crate::report::edge_word::edge_word;
use crate::report::page::{Ink, Page, PageStyle, Span, inked, plain};
use crate::report::verdict::plural;

/// Settings of one file below one cause that are listed.
const MOST_SETTINGS: usize = 12;
/// Files below one cause that are listed.
const MOST_FILES: usize = 40;
/// Where what belongs to a heading begins, and where its lines go on.
const ITEM: (usize, usize) = (2, 6);
/// The same one level lower.
const BELOW: (usize, usize) = (6, 8);
/// And another one.
const DEEP: (usize, usize) = (8, 10);

/// The whole plan.
pub fn text(view: &PlanView, style: PageStyle) -> String {
    let mut page = Page::new(style);
    header(&mut page, view);
    if view.unread {
        page.line(ITEM, &[plain(unread(view))]);
    }
    refused(&mut page, view);
    page.gap();
    view.causes.iter().for_each(|one| cause(&mut page, one));
    if let Some(directory) = &view.new_ca {
        let what = format!("in {directory} (0700), with its key");
        page.line(ITEM, &[signed("+"), inked(Ink::Strong, "a new CA"), plain(what)]);
    }
    page.gap();
    listeners(&mut page, view);
    edges(&mut page, view);
    drift(&mut page, view);
    services(&mut page, view);
    irreversible(&mut page, view);
    others(&mut page, view);
    dataflow(&mut page, view);
    unknown(&mut page, view);
    warnings(&mut page, view);
    end(&mut page, view);
    page.into_text()
}

fn header(page: &mut Page, view: &PlanView) {
    if view.is_empty() {
        return page.line((0, 2), &[inked(Ink::Strong, view.headline.clone())]);
    }
    let file = view.file.as_ref().map(|file| format!(" ({file})")).unwrap_or_default();
    let what = match (&view.goal, view.generation) {
        (PlanGoal::Stack, 0) => format!("{}: nothing is applied yet", view.place),
        (PlanGoal::Stack, number) => format!("{}, after generation {number}", view.place),
        (PlanGoal::Generation(to), from) => {
            format!("{}: from generation {from} back to generation {to}", view.place)
        }
        (PlanGoal::Destroy, from) => format!("{}: generation {from} is given back", view.place),
        (PlanGoal::Base(base), _) => format!("beside `{base}`"),
    };
    page.line((0, 2), &[inked(Ink::Strong, format!("Stack `{}`{file}", view.stack)), plain(what)]);
}

/// Why a plan is told by component.
pub(super) fn unread(view: &PlanView) -> String {
    let number = view.generation;
    format!("The text of generation {number} is lost, or of another version: told by component")
}

fn refused(page: &mut Page, view: &PlanView) {
    if view.refused.is_empty() {
        return;
    }
    page.gap();
    page.line((0, 2), &[inked(Ink::Removed, "Cannot be done:")]);
    for one in &view.refused {
        page.line(ITEM, &[plain(format!("{}: {}", one.place, one.reason))]);
    }
}

fn cause(page: &mut Page, cause: &CauseView) {
    match &cause.why {
        CauseKind::Keys { keys } => keys.iter().for_each(|one| key(page, one)),
        CauseKind::Component { component, what } => {
            let sign =
                cause.files.iter().map(|file| file.sign).max_by_key(|sign| *sign == "+").unwrap_or("~");
            let what = if what.is_empty() { String::new() } else { format!(" {what}") };
            page.line(ITEM, &[signed(sign), inked(Ink::Strong, component.as_str()), plain(what)]);
        }
        CauseKind::Reason { reason } => page.line(ITEM, &[signed("~"), inked(Ink::Strong, reason.as_str())]),
        CauseKind::Tool => {
            page.line(
                ITEM,
                &[signed("~"), inked(Ink::Strong, "this version of tracewright writes it otherwise")],
            );
        }
    }
    // What says the same of its file as its key says is not said twice.
    let said = match &cause.why {
        CauseKind::Keys { keys } => keys.iter().map(|key| (bare(&key.before), bare(&key.after))).collect(),
        _ => Vec::new(),
    };
    for one in cause.files.iter().take(MOST_FILES) {
        file(page, one, &said);
    }
    more(page, BELOW, cause.files.len(), MOST_FILES, "file");
    if cause.files.is_empty() {
        page.line(BELOW, &[inked(Ink::Faint, "no file follows from it")]);
    }
}

/// A value without its quotes.
fn bare(value: &Option<String>) -> Option<String> {
    value.as_ref().map(|value| value.trim_matches(['"', '\'']).to_owned())
}

fn key(page: &mut Page, key: &KeyView) {
    let name = inked(Ink::Strong, key.key.as_str());
    let value = change((key.before.as_deref(), key.after.as_deref()));
    let line = key.line.map(|line| format!("stack.toml:{line}"));
    page.aligned(ITEM, &[vec![signed(key.sign), name], value].concat(), line.as_deref());
}

/// `old -> new`, or the one that there is.
fn change(pair: (Option<&str>, Option<&str>)) -> Vec<Span> {
    match pair {
        (Some(before), Some(after)) => {
            vec![plain(" "), inked(Ink::Removed, before), plain("->"), inked(Ink::Added, after)]
                .into_iter()
                .skip(1)
                .collect()
        }
        (Some(before), None) => vec![inked(Ink::Removed, before)],
        (None, Some(after)) => vec![inked(Ink::Added, after)],
        (None, None) => Vec::new(),
    }
}

fn signed(sign: &str) -> Span {
    let ink = match sign {
        "+" => Ink::Added,
        "-" => Ink::Removed,
        _ => Ink::Changed,
    };
    inked(ink, sign)
}

fn file(page: &mut Page, file: &FileView, said: &[(Option<String>, Option<String>)]) {
    let sign = if file.sign == "~" { Vec::new() } else { vec![signed(file.sign)] };
    let path = plain(file.path.as_str());
    if let ([setting], true) = (file.settings.as_slice(), file.about.is_empty()) {
        let told = said.contains(&(setting.before.clone(), setting.after.clone()));
        let value = if told { Vec::new() } else { of_setting(setting) };
        let line = [sign, vec![path, plain(format!(" {}", setting.key))], value].concat();
        return page.line(BELOW, &line);
    }
    let about = if file.about.is_empty() { Vec::new() } else { vec![plain(format!(" {}", file.about))] };
    page.line(BELOW, &[sign, vec![path], about].concat());
    for setting in file.settings.iter().take(MOST_SETTINGS) {
        page.line(DEEP, &[vec![plain(setting.key.as_str())], of_setting(setting)].concat());
    }
    more(page, DEEP, file.settings.len(), MOST_SETTINGS, "setting");
}

fn of_setting(setting: &SettingView) -> Vec<Span> {
    let pair = (setting.before.as_deref(), setting.after.as_deref());
    let gap = match pair {
        (None, Some(_)) => signed("+"),
        (Some(_), None) => signed("-"),
        _ => return change(pair),
    };
    [vec![gap], change(pair)].concat()
}

fn more(page: &mut Page, at: (usize, usize), all: usize, most: usize, noun: &str) {
    if all > most {
        page.line(at, &[inked(Ink::Faint, format!("and {} more", plural(all - most, noun)))]);
    }
}

fn listeners(page: &mut Page, view: &PlanView) {
    if view.listeners.is_empty() {
        return;
    }
    if view.goal == PlanGoal::Destroy {
        let leave = format!("All {} close.", plural(view.listeners.len(), "listener"));
        return page.line((0, 2), &[plain(leave)]);
    }
    let first = view.is_first();
    page.line((0, 2), &[inked(Ink::Strong, if first { "Listeners:" } else { "Listeners that change:" })]);
    for one in &view.listeners {
        listener(page, one, first);
    }
    page.gap();
}

fn listener(page: &mut Page, view: &ListenerView, first: bool) {
    let of = |end: &ListenerEnd| format!("{} {}", end.address, mode(end.tls));
    let (sign, value) = match (&view.before, &view.after) {
        (None, Some(after)) => ("+", vec![plain(of(after))]),
        (Some(before), None) => ("-", vec![plain(of(before))]),
        (Some(before), Some(after)) if before.address == after.address && before.tls != after.tls => {
            ("~", vec![plain(format!("{} {} -> {}", after.address, mode(before.tls), mode(after.tls)))])
        }
        (Some(before), Some(after)) if before.tls == after.tls => {
            ("~", vec![plain(format!("{} -> {}", before.address, of(after)))])
        }
        (Some(before), Some(after)) => ("~", vec![plain(of(before)), plain("->"), plain(of(after))]),
        (None, None) => return,
    };
    let name = inked(Ink::Strong, view.name.as_str());
    page.line(ITEM, &[vec![signed(sign), name], value].concat());
    let names = view.after.as_ref().map(|end| end.names.join(", ")).filter(|names| !names.is_empty());
    if view.opens {
        let names = names.map(|names| format!("; its certificate is for {names}")).unwrap_or_default();
        page.line(BELOW, &[inked(Ink::Changed, format!("! other hosts reach it{names}"))]);
    } else if let Some(names) = names.filter(|_| !first) {
        page.line(BELOW, &[plain(format!("its certificate is for {names}"))]);
    }
    if let Some(note) = turned_away(view) {
        page.line(BELOW, &[inked(Ink::Changed, format!("! {note}"))]);
    }
}

/// What those meet who are not in this stack and go on as before.
fn turned_away(view: &ListenerView) -> Option<String> {
    let (before, after) = (view.before.as_ref()?, view.after.as_ref()?);
    let port = |end: &ListenerEnd| end.address.rsplit(':').next().map(str::to_owned);
    let outside = "who is not in this stack and goes on";
    if port(before) != port(after) || before.address != after.address && !view.opens {
        Some(format!("{outside} to dial {} finds nobody there", before.address))
    } else if after.tls != before.tls {
        Some(format!("{outside} in {} is turned away", mode(before.tls)))
    } else {
        None
    }
}

fn mode(tls: bool) -> &'static str {
    if tls { "TLS" } else { "plaintext" }
}

fn edges(page: &mut Page, view: &PlanView) {
    if view.edges.is_empty() || view.is_first() || view.goal == PlanGoal::Destroy {
        return;
    }
    let heading = format!("Edges that change ({} of {}):", view.edges.len(), view.edge_counts.all);
    page.line((0, 2), &[inked(Ink::Strong, heading)]);
    for one in &view.edges {
        edge(page, one);
    }
    page.gap();
}

fn edge(page: &mut Page, view: &EdgeView) {
    let to = |end: &EdgeEnd| end.to.clone().unwrap_or_else(|| end.dials.clone());
    let end = |end: &EdgeEnd| {
        let trusts = end.trusts.as_ref().map(|file| format!(", CA {file}")).unwrap_or_default();
        format!("{} {}{trusts}", end.dials, mode(end.tls))
    };
    let same = |before: &EdgeEnd, after: &EdgeEnd| (before.tls, &before.trusts) == (after.tls, &after.trusts);
    let (sign, spans) = match (&view.before, &view.after) {
        (None, Some(after)) => ("+", vec![plain(format!("-> {}", to(after))), plain(end(after))]),
        (Some(before), None) => ("-", vec![plain(format!("-> {}", to(before))), plain(end(before))]),
        (Some(before), Some(after)) => {
            let target =
                if to(before) == to(after) { to(after) } else { format!("{} => {}", to(before), to(after)) };
            let protocol = (before.protocol != after.protocol)
                .then(|| plain(format!("{} -> {},", before.protocol, after.protocol)));
            let old = if same(before, after) { before.dials.clone() } else { end(before) };
            let ends = [inked(Ink::Removed, old), plain("->"), inked(Ink::Added, end(after))];
            ("~", [plain(format!("-> {target} "))].into_iter().chain(protocol).chain(ends).collect())
        }
        (None, None) => return,
    };
    let state = view.after.as_ref().map(|end| end.state).filter(|state| *state != ConditionState::Met);
    let state = state.map(|state| {
        inked(Ink::Removed, if state == ConditionState::Broken { "BROKEN" } else { edge_word(state) })
    });
    let head = vec![signed(sign), inked(Ink::Strong, view.from.as_str())];
    page.line(ITEM, &[head, spans, state.into_iter().collect()].concat());
}

fn drift(page: &mut Page, view: &PlanView) {
    if view.drift.is_empty() {
        return;
    }
    page.line((0, 2), &[inked(Ink::Changed, "Drift: somebody else changed it since the last apply")]);
    for one in &view.drift {
        drifted(page, one, view);
    }
    page.line(ITEM, &[plain("`--accept-drift` overwrites it")]);
    page.gap();
}

fn drifted(page: &mut Page, one: &DriftView, view: &PlanView) {
    page.line(ITEM, &[signed("~"), plain(format!("{}  {}", one.path, one.what))]);
    for setting in one.settings.iter().take(MOST_SETTINGS) {
        let quoted = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
        let (was, is, will) = (quoted(&setting.generation), quoted(&setting.disk), quoted(&setting.stack));
        let generation = view.generation;
        let spans = [
            plain(format!("{} ", setting.key)),
            plain(format!("{was} in generation {generation},")),
            inked(Ink::Changed, format!("{is} on the disk,")),
            plain(format!("{will} {}", if view.is_back() { "there" } else { "in the stack" })),
        ];
        page.line(BELOW, &spans);
    }
    more(page, BELOW, one.settings.len(), MOST_SETTINGS, "setting");
}

fn services(page: &mut Page, view: &PlanView) {
    let (quiet, told): (Vec<_>, Vec<_>) = view.services.iter().partition(|service| service.is_untouched());
    if told.is_empty() && view.lingers.is_empty() {
        return;
    }
    page.line(
        (0, 2),
        &[inked(
            Ink::Strong,
            match view.runs_services {
                true => "Services:",
                false => "Services (none is touched below a root directory; on the host itself):",
            },
        )],
    );
    for user in &view.lingers {
        let what = format!("services of {user} without a login; this is never taken back");
        page.line((2, 13), &[inked(Ink::Changed, format!("{:<10}", "linger")), plain(what)]);
    }
    for one in told {
        service(page, one);
    }
    if !quiet.is_empty() && view.runs_services {
        let others = if quiet.len() == 1 { "1 other".to_owned() } else { format!("{} others", quiet.len()) };
        page.line((2, 13), &[plain(format!("{:<10} {others}", "untouched"))]);
    }
    page.gap();
}

fn service(page: &mut Page, view: &ServiceView) {
    let verb = match view.change {
        "by-hand" => "by hand",
        "reload-manager-and-restart" => "restart",
        other => other,
    };
    let because: Vec<_> = view.because.iter().map(|one| format!("{} {}", one.path, one.why)).collect();
    let because = match because.as_slice() {
        [] => String::new(),
        [one] => format!(": {one}"),
        [first, rest @ ..] => format!(": {first}, and {}", plural(rest.len(), "more file")),
    };
    let ink = if verb == "by hand" { Ink::Removed } else { Ink::Changed };
    let name =
        if view.unit.is_some() { view.name() } else { format!("{}, which has no unit here", view.component) };
    page.line((2, 13), &[inked(ink, format!("{verb:<10}")), plain(format!("{name}{because}"))]);
    for note in &view.notes {
        page.line((13, 13), &[plain(note.as_str())]);
    }
}

fn irreversible(page: &mut Page, view: &PlanView) {
    if !view.irreversible.is_empty() {
        let heading = format!("Not to be taken back ({}):", view.irreversible.len());
        page.line((0, 2), &[inked(Ink::Removed, heading)]);
        for one in &view.irreversible {
            let component = inked(Ink::Strong, format!("{}:", one.component));
            page.line((2, 4), &[inked(Ink::Removed, "!"), component, plain(one.what.as_str())]);
        }
        page.gap();
    }
    if !view.leaves.is_empty() {
        page.line((0, 2), &[inked(Ink::Strong, "What stays:")]);
        for one in &view.leaves {
            page.line(ITEM, &[plain(one.as_str())]);
        }
        page.gap();
    }
}

fn others(page: &mut Page, view: &PlanView) {
    if view.others.things.is_empty() {
        return;
    }
    page.gap();
    page.line((0, 2), &[inked(Ink::Changed, "Not yours, as far as you may look:")]);
    for one in &view.others.things {
        page.line(ITEM, &[signed(one.sign), plain(format!("{} {}: {}", one.kind, one.name, one.what))]);
    }
    page.line(ITEM, &[plain(format!("help: `{}`", view.others.command))]);
    page.gap();
}

fn dataflow(page: &mut Page, view: &PlanView) {
    let counts = view.edge_counts;
    if counts.all == 0 {
        return;
    }
    let changed = if view.edges.is_empty() && !view.is_first() && !view.is_empty() && !view.unread {
        ", none changes"
    } else {
        ""
    };
    let mut spans =
        vec![plain(format!("Dataflow: {}{changed}, {} ok", plural(counts.all, "edge"), counts.ok))];
    if counts.broken > 0 {
        spans.push(inked(Ink::Removed, format!("{} BROKEN", counts.broken)));
    }
    if counts.not_known > 0 {
        spans.push(inked(Ink::Changed, format!("{} not known", counts.not_known)));
    }
    page.line((0, 2), &spans);
}

fn unknown(page: &mut Page, view: &PlanView) {
    let list = |page: &mut Page, heading: &str, items: Vec<String>| match items.as_slice() {
        [] => {}
        [one] => page.line((0, 2), &[plain(format!("{heading}: {one}"))]),
        several => {
            page.line((0, 2), &[plain(format!("{heading}:"))]);
            several.iter().for_each(|one| page.line(ITEM, &[plain(one.as_str())]));
        }
    };
    let engines = view.validated.iter().map(|one| format!("{} {}", one.place, one.reason));
    list(page, "Engines", engines.collect());
    let places = view.not_checked.iter().map(|one| format!("{} ({})", one.place, one.reason));
    list(page, "Not checked", places.collect());
}

fn warnings(page: &mut Page, view: &PlanView) {
    let count = plural(view.warnings.len(), "warning");
    for (index, one) in view.warnings.iter().enumerate() {
        let at = one.at.as_ref().map(|at| format!(" {at}")).unwrap_or_default();
        let said = plain(format!("{}{at}  {}", one.code, one.title));
        match view.warnings.len() {
            1 => page.line((0, 2), &[inked(Ink::Changed, "Warning:"), said]),
            _ => {
                if index == 0 {
                    page.line((0, 2), &[inked(Ink::Changed, format!("{count}:"))]);
                }
                page.line(ITEM, &[said]);
            }
        }
    }
}

fn end(page: &mut Page, view: &PlanView) {
    if !view.is_empty() || !view.others.things.is_empty() {
        page.gap();
        page.line((0, 2), &[inked(Ink::Strong, view.summary.to_string())]);
    }
    for (name, digest) in &view.digests {
        page.line((0, 2), &[plain(format!("{name}: {digest}"))]);
    }
}

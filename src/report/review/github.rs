//! A plan as annotations of GitHub Actions: what a reviewer of the pull request sees beside the lines of
//! `stack.toml`.
//!
//! Names and values may be anybody's who opens a pull request: each is escaped as a workflow command wants it, so
//! that none ends its line or begins another command. GitHub shows ten annotations of a kind; more are counted.

use super::view::{CauseKind, CauseView, FileView, KeyView, ListenerView, PlanGoal, PlanView, WarningView};
use crate::report::github::{Annotation, AnnotationLevel, AnnotationPlace, joined};
use crate::report::verdict::plural;

/// Annotations of a kind that GitHub shows of one step.
const MOST: usize = 10;
/// Lines of one annotation.
const MOST_LINES: usize = 20;

/// Every annotation, a line each: the plan as a whole first, then what to mind, then the keys that changed.
pub fn github(view: &PlanView) -> String {
    let at = |line: Option<usize>| {
        view.file.as_ref().map(|file| AnnotationPlace {
            file: joined("", file),
            line: line.unwrap_or(1),
            column: None,
        })
    };
    let note = |level, title: &str, at, text: String| Annotation { level, title: title.to_owned(), at, text };
    let mut errors = Vec::new();
    for one in &view.refused {
        let text = format!("{}: {}", one.place, one.reason);
        errors.push(note(AnnotationLevel::Error, "cannot be done", None, text));
    }
    let mut warnings = Vec::new();
    for one in &view.irreversible {
        let text = format!("{}: {}", one.component, one.what);
        let line = line_of(view, &one.component);
        warnings.push(note(AnnotationLevel::Warning, "not to be taken back", at(line), text));
    }
    for one in view.listeners.iter().filter(|listener| listener.opens) {
        warnings.push(note(AnnotationLevel::Warning, "other hosts reach it", at(one.line), opened(one)));
    }
    for one in &view.drift {
        let text = format!("{}: {}", one.path, one.what);
        warnings.push(note(AnnotationLevel::Warning, "somebody else changed it", None, text));
    }
    for one in &view.warnings {
        let place = own_line(view.file.as_deref(), one).and_then(|line| at(Some(line)));
        warnings.push(note(AnnotationLevel::Warning, &one.code, place, one.title.clone()));
    }
    let keys = view.causes.iter().flat_map(|cause| match &cause.why {
        CauseKind::Keys { keys } => keys.iter().map(|key| (key, cause)).collect(),
        _ => Vec::new(),
    });
    let mut notices: Vec<_> = keys
        .map(|(key, cause)| note(AnnotationLevel::Notice, &key.key, at(key.line), changed(key, cause)))
        .collect();
    notices.insert(0, note(AnnotationLevel::Notice, &titled(view), None, whole(view)));
    [errors, warnings, notices].into_iter().flat_map(shown).map(|one| one.command()).collect()
}

/// So many as are shown; the last one counts the rest.
fn shown(mut all: Vec<Annotation>) -> Vec<Annotation> {
    if all.len() > MOST {
        let more = all.len() - MOST + 1;
        all.truncate(MOST - 1);
        let level = all[0].level;
        let text = format!("{more} more of these: `tracewright plan` shows them");
        all.push(Annotation { level, title: "more".to_owned(), at: None, text });
    }
    all
}

fn titled(view: &PlanView) -> String {
    match &view.goal {
        PlanGoal::Base(base) => format!("plan of {} beside {base}", view.stack),
        _ => format!("plan of {}", view.stack),
    }
}

fn whole(view: &PlanView) -> String {
    let counts = if view.is_empty() { view.headline.clone() } else { view.summary.to_string() };
    let services = view.services.iter().filter(|service| !service.is_untouched());
    let services = services.map(|one| format!("{} {}", one.change.replace('-', " "), one.name()));
    limited(std::iter::once(counts).chain(services).collect())
}

/// The line of a warning in the stack's own file: the only one that GitHub knows, since what is rendered from it
/// stands in no checkout.
fn own_line(file: Option<&str>, warning: &WarningView) -> Option<usize> {
    let (source, line) = warning.place.as_ref()?;
    (file == Some(source.0.as_str())).then_some(*line)
}

/// The line of the first key of a component that changed.
fn line_of(view: &PlanView, component: &str) -> Option<usize> {
    let keys = view.causes.iter().filter_map(|cause| match &cause.why {
        CauseKind::Keys { keys } => Some(keys),
        _ => None,
    });
    keys.flatten().find(|key| is_of(component, &key.key)).and_then(|key| key.line)
}

/// Whether a key is one of this component: `tempo.retention` of `tempo`, and not `temporal.x`.
fn is_of(component: &str, key: &str) -> bool {
    key.strip_prefix(component).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn opened(listener: &ListenerView) -> String {
    let end = listener.after.as_ref();
    let tls = end.map_or("", |end| if end.tls { ", TLS" } else { ", plaintext" });
    format!("{} {}{tls}", listener.name, end.map_or("", |end| &*end.address))
}

fn changed(key: &KeyView, cause: &CauseView) -> String {
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
    let head = match (&key.before, &key.after) {
        (None, None) => key.key.clone(),
        (before, after) => format!("{} -> {}", value(before), value(after)),
    };
    let files = cause.files.iter().flat_map(file);
    limited(std::iter::once(head).chain(files).collect())
}

fn file(file: &FileView) -> Vec<String> {
    let about = if file.about.is_empty() { String::new() } else { format!(" {}", file.about) };
    let settings = file.settings.iter().map(|setting| {
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
        format!("  {}: {} -> {}", setting.key, value(&setting.before), value(&setting.after))
    });
    std::iter::once(format!("{} {}{about}", file.sign, file.path)).chain(settings).collect()
}

fn limited(mut lines: Vec<String>) -> String {
    let more = lines.len().saturating_sub(MOST_LINES);
    lines.truncate(MOST_LINES);
    lines.extend((more > 0).then(|| plural(more, "more line")));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SourceName;

    #[test]
    fn a_line_is_one_of_the_stack() {
        let at = |source: &str| WarningView {
            code: "port-convention".to_owned(),
            at: None,
            title: String::new(),
            place: Some((SourceName(source.to_owned()), 7)),
        };
        let file = Some("stacks/shop/stack.toml");
        assert_eq!(own_line(file, &at("stacks/shop/stack.toml")), Some(7));
        assert_eq!(own_line(file, &at("/etc/tempo/config.yml")), None);
        assert_eq!(own_line(None, &at("/etc/tempo/config.yml")), None);
    }

    #[test]
    fn a_key_is_of_its_component_alone() {
        assert!(is_of("collector.main", "collector.main"));
        assert!(is_of("collector.main", "collector.main.receive.grpc"));
        assert!(!is_of("collector.main", "collector.mainz.receive"));
        assert!(!is_of("tempo", "collector.tempo"));
    }
}

//! Findings as text for a person: the title, the lines it speaks of, and what to type.
//!
//! The texts may be anybody's (a `.env`, a file on a host): whatever they hold, what is printed is
//! one line a line, without control characters, and never panics.

use super::ShownFindings;
use super::review::WarningView;
use crate::diagnostic::{Finding, Label, Mark, Place, Severity, SourceName};
use crate::text::{InPlace, foreign};
use annotate_snippets::renderer::DEFAULT_TERM_WIDTH;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// All findings in their order, an empty line between two; the text ends with a newline unless there
/// are none. The findings are located before (`Document::locate`): a place that is still a key is
/// named in words.
pub fn render(shown: &ShownFindings<'_>, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    // Folding long lines must not depend on the terminal: output is compared as text.
    let renderer = renderer.term_width(DEFAULT_TERM_WIDTH);
    let findings = shown.findings();
    let sources = pointed_into(shown);
    let texts = sources.iter().map(|(name, source)| (*name, Text::new(source))).collect();
    let rendered = findings.iter().map(|finding| one(finding, &texts, &renderer));
    rendered.collect::<Vec<_>>().join("\n")
}

/// The warnings among findings, in short.
pub fn warnings(shown: &ShownFindings<'_>) -> Vec<WarningView> {
    let warnings = shown.findings().iter().filter(|finding| finding.severity == Severity::Warning);
    let line = |mark: &Mark| Some(shown.sources().get(&mark.source)?.position(mark.span.start).0);
    let brief = |finding: &Finding| {
        let (at, place) = match finding.at.as_ref().map(|label| &label.place) {
            Some(Place::Text(mark)) => {
                let place = line(mark).map(|line| (mark.source.clone(), line));
                let name = mark.source.0.rsplit('/').next().unwrap_or(&mark.source.0);
                (place.as_ref().map(|(_, line)| format!("{name}:{line}")), place)
            }
            Some(Place::Stack(key, _)) => (Some(key.to_string()), None),
            None => (None, None),
        };
        WarningView { code: finding.code.0.to_owned(), at, title: finding.title.clone(), place }
    };
    warnings.map(brief).collect()
}

/// What may be shown of the texts that findings point into.
fn pointed_into<'s>(shown: &ShownFindings<'s>) -> BTreeMap<&'s SourceName, InPlace> {
    let labels = shown.findings().iter().flat_map(|finding| finding.at.iter().chain(&finding.also));
    let named: BTreeSet<&SourceName> = labels.filter_map(Label::source).collect();
    let texts = shown.sources().iter().filter(|(name, _)| named.contains(name));
    texts.map(|(name, source)| (name, source.in_place())).collect()
}

/// A text and where its lines begin, so that each finding takes out its own lines only.
struct Text<'t> {
    text: &'t str,
    unparsed: bool,
    lines: Vec<usize>,
}

type Texts<'t> = BTreeMap<&'t SourceName, Text<'t>>;

impl<'t> Text<'t> {
    fn new(shown: &'t InPlace) -> Self {
        let text = shown.text.as_str();
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self {
            text,
            unparsed: shown.unparsed,
            lines: std::iter::once(0).chain(ends.map(|(end, _)| end + 1)).collect(),
        }
    }

    /// The index of the line that a byte stands in.
    fn line(&self, offset: usize) -> usize {
        self.lines.partition_point(|start| *start <= offset) - 1
    }

    /// The text from one line to another, both inclusive.
    fn between(&self, first: usize, last: usize) -> &'t str {
        let end = self.lines.get(last + 1).copied().unwrap_or(self.text.len());
        &self.text[self.lines[first]..end]
    }
}

fn one(finding: &Finding, texts: &Texts<'_>, renderer: &Renderer) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(line(&finding.title)).id(finding.code.0);
    let labels: Vec<&Label> = finding.at.iter().chain(&finding.also).collect();
    let mut group = Group::with_title(title);
    for source in in_order(&labels) {
        group = match texts.get(source) {
            Some(text) => group.elements(snippets(source, text, &labels)),
            None => group.element(Origin::path(line(&source.0))),
        };
    }
    for key in labels.iter().filter_map(|label| words(label)) {
        group = group.element(Level::NOTE.message(key));
    }
    for source in
        in_order(&labels).into_iter().filter(|source| texts.get(source).is_some_and(|text| text.unparsed))
    {
        let note = format!("`{}` is not shown: it cannot be parsed", line(&source.0));
        group = group.element(Level::NOTE.message(note));
    }
    for help in &finding.help {
        group = group.element(Level::HELP.message(lines(help)));
    }
    indented(&renderer.render(&[group]))
}

/// The sources that labels point into, the primary one first.
fn in_order<'l>(labels: &[&'l Label]) -> Vec<&'l SourceName> {
    let mut names = Vec::new();
    for label in labels {
        if let Place::Text(Mark { source, .. }) = &label.place
            && !names.contains(&source)
        {
            names.push(source);
        }
    }
    names
}

/// What is underlined in a source: the range, and whether it is the primary label of all.
struct Underline<'l> {
    span: Range<usize>,
    primary: bool,
    label: &'l str,
}

/// Labels so many lines apart are shown as two excerpts.
const FAR: usize = 100;

/// The lines of one source that its labels need, the excerpt with the primary label first.
fn snippets<'a>(source: &SourceName, text: &Text<'a>, labels: &[&Label]) -> Vec<Snippet<'a, Annotation<'a>>> {
    let marks = labels.iter().enumerate().filter_map(|(index, label)| match &label.place {
        Place::Text(mark) if mark.source == *source => {
            Some(Underline { span: within(text.text, &mark.span), primary: index == 0, label: &label.text })
        }
        _ => None,
    });
    let mut marks: Vec<Underline<'_>> = marks.collect();
    marks.sort_by_key(|mark| mark.span.start);
    let near = |a: &Underline<'_>, b: &Underline<'_>| {
        text.line(b.span.start).saturating_sub(text.line(a.span.end)) <= FAR
    };
    let mut excerpts: Vec<&[Underline<'_>]> = marks.chunk_by(near).collect();
    excerpts.sort_by_key(|excerpt| !excerpt.iter().any(|mark| mark.primary));
    excerpts.into_iter().map(|excerpt| snippet(source, text, excerpt)).collect()
}

/// One excerpt, the primary label with the strong underline.
fn snippet<'a>(source: &SourceName, text: &Text<'a>, marks: &[Underline<'_>]) -> Snippet<'a, Annotation<'a>> {
    let first = marks.iter().map(|mark| text.line(mark.span.start)).min().unwrap_or(0);
    let last = marks.iter().map(|mark| text.line(mark.span.end)).max().unwrap_or(0);
    let shift = text.lines[first];
    let annotations = marks.iter().map(|mark| {
        let kind = if mark.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        let annotation = kind.span(mark.span.start - shift..mark.span.end - shift);
        if mark.label.is_empty() { annotation } else { annotation.label(line(mark.label)) }
    });
    let annotations: Vec<Annotation<'a>> = annotations.collect();
    Snippet::source(text.between(first, last))
        .line_start(first + 1)
        .path(line(&source.0))
        .annotations(annotations)
}

/// A text as one line without control characters.
fn line(text: &str) -> String {
    let escaped = text.replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t");
    foreign(&escaped).into_owned()
}

/// What is to be typed may be a block: line by line without control characters.
fn lines(text: &str) -> String {
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// A range that lies within the text, on borders of characters and on one line.
fn within(text: &str, span: &Range<usize>) -> Range<usize> {
    let border = |offset: usize| {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    };
    let start = border(span.start);
    let end = border(span.end).max(start);
    let line = text[start..].find('\n').map_or(text.len(), |length| start + length);
    start..end.min(line)
}

/// A place that is not in any text, in words.
fn words(label: &Label) -> Option<String> {
    let Place::Stack(path, _) = &label.place else { return None };
    let path = line(&path.to_string());
    let text = line(&label.text);
    Some(if text.is_empty() { format!("at `{path}`") } else { format!("at `{path}`: {text}") })
}

/// Everything below the title one column to the right, so that titles stand out in a long list.
fn indented(rendered: &str) -> String {
    let mut lines = rendered.lines();
    let title = lines.next().unwrap_or_default();
    let below = lines.map(|line| format!(" {line}\n"));
    format!("{title}\n{}", below.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Code, Findings};
    use crate::text::{RedactSource, Sources, TextFormat};

    fn mark(source: &str, span: Range<usize>) -> Mark {
        Mark { source: SourceName(source.into()), span }
    }

    fn sources(texts: &[(&str, &str)]) -> Sources {
        let source = |text: &str| RedactSource::new(TextFormat::Stack, text);
        texts.iter().map(|(name, text)| (SourceName((*name).into()), source(text))).collect()
    }

    fn drawn(findings: &Findings, texts: &[(&str, &str)]) -> String {
        render(&ShownFindings::of(findings, &sources(texts)), false)
    }

    fn finding() -> Finding {
        Finding::error(Code("version-not-text"), "version must be written in quotes")
    }

    #[test]
    fn looks_as_documented() {
        let text = "schema = 1\n\n[tempo]\n\nversion = 2.10\n";
        let found = finding()
            .at(mark("stack.toml", 31..35), "TOML reads this number as 2.1")
            .help("version = \"2.10\"");
        let shown = drawn(&found.into(), &[("stack.toml", text)]);
        assert_eq!(
            shown,
            r#"error[version-not-text]: version must be written in quotes
  --> stack.toml:5:11
   |
 5 | version = 2.10
   |           ^^^^ TOML reads this number as 2.1
   |
   = help: version = "2.10"
"#
        );
    }

    #[test]
    fn several_sources_and_labels() {
        let stack = "name = \"a\"\n[tempo]\nhttp = 3200\n";
        let yaml = "server:\n  http_listen_port: 3200\n";
        let found = finding()
            .at(mark("etc/tempo/config.yml", 28..32), "served here")
            .also(mark("stack.toml", 19..30), "decided here")
            .also(mark("stack.toml", 0..4), "")
            .also(mark("unknown.yml", 0..4), "")
            .help("one way")
            .help("another");
        let mut findings = Findings::from(found);
        findings.push(Finding::warning(Code("no-place"), "said of no place"));
        let shown = drawn(&findings, &[("stack.toml", stack), ("etc/tempo/config.yml", yaml)]);
        let expected = r#"error[version-not-text]: version must be written in quotes
  --> etc/tempo/config.yml:2:21
   |
 2 |   http_listen_port: 3200
   |                     ^^^^ served here
   |
  ::: stack.toml:1:1
   |
 1 | name = "a"
   | ----
 2 | [tempo]
 3 | http = 3200
   | ----------- decided here
  ::: unknown.yml
   = help: one way
   = help: another

warning[no-place]: said of no place
"#;
        assert_eq!(shown, expected);
    }

    #[test]
    fn far_labels_are_two_excerpts() {
        let text = format!("first\n{}last\n", "#\n".repeat(5000));
        let found = finding().at(mark("s", text.len() - 5..text.len() - 1), "").also(mark("s", 0..5), "here");
        let expected = "error[version-not-text]: version must be written in quotes
     --> s:5002:1
      |
 5002 | last
      | ^^^^
      |
     ::: s:1:1
      |
    1 | first
      | ----- here
";
        assert_eq!(drawn(&found.into(), &[("s", &text)]), expected);
    }

    #[test]
    fn hostile_text_is_shown_safely() {
        let long = format!("a\u{1b}[31m\tb\r\n{}\u{7}ö", "x".repeat(100_000));
        for span in [0..0, 2..3, 5..5, 100_005..100_009, long.len()..long.len(), 7..1_000_000, 3..100_000] {
            let found = Finding::error(Code("x"), "title\nwith\u{1b} control")
                .at(mark("a\nb", span), "l\nl")
                .help("h\u{7}\nh");
            let shown = drawn(&found.into(), &[("a\nb", &long)]);
            assert!(shown.starts_with("error[x]: title\\nwith"), "{shown}");
            assert!(shown.lines().skip(1).all(|line| line.starts_with(' ')), "{shown}");
            assert!(shown.chars().all(|letter| letter == '\n' || !letter.is_control()), "{shown:?}");
            assert!(shown.lines().all(|line| line.chars().count() < 400), "{shown}");
        }
        for text in ["", "\n", "a"] {
            let found = finding().at(mark("s", 0..0), "").also(mark("s", 1..1), "end");
            drawn(&found.into(), &[("s", text)]);
        }
        let unlocated =
            finding().at((crate::diagnostic::KeyPath::of(["a"]), crate::diagnostic::KeyPart::Key), "");
        drawn(&unlocated.into(), &[]);
    }
}

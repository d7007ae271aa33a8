//! Who talks to whom, as a picture: the same edges that a report lists, for Mermaid or Graphviz.
//!
//! Broken edges are red, those that are not known are dashed; of a plan those that come are green, those that
//! leave are dotted, those that change are orange. Deterministic: programs and edges keep the order of the
//! topology, or that of the plan.

use super::push;
use super::review::{EdgeEnd, EdgeView};
use crate::check::{CheckReport, ConditionState};
use crate::model::dataflow::{Client, Protocol, Topology};
use crate::text::Hidden;
use std::collections::BTreeMap;

/// The language of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphFormat {
    /// Mermaid, which GitHub draws.
    Mermaid,
    /// Graphviz.
    Dot,
}

/// A topology with its edges as a picture, without the secrets of the files that it is read from.
pub fn render(topology: &Topology, verdict: &CheckReport, hidden: &Hidden, format: GraphFormat) -> String {
    let mut picture = Picture::of(topology, verdict);
    let lines = picture.shapes.iter_mut().flat_map(|shape| &mut shape.lines);
    lines.for_each(|line| *line = hidden.line(line));
    picture.text(format)
}

/// A box: a program, or a socket that nobody here serves.
struct Shape {
    lines: Vec<String>,
    is_program: bool,
}

/// An arrow from box to box.
struct Arrow {
    from: usize,
    to: usize,
    label: String,
    look: Look,
}

/// How an arrow looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    /// It holds, and stays as it is.
    Plain,
    /// It does not hold.
    Broken,
    /// Nobody can tell whether it holds.
    NotKnown,
    /// It comes.
    Comes,
    /// It leaves.
    Leaves,
    /// It stays, and is another one.
    Changes,
}

impl Look {
    fn of(state: ConditionState) -> Self {
        match state {
            ConditionState::Met => Self::Plain,
            ConditionState::Broken => Self::Broken,
            ConditionState::NotKnown => Self::NotKnown,
        }
    }

    /// What is said behind the label, so that nobody needs the colour to tell.
    fn word(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Broken => Some("broken"),
            Self::NotKnown => Some("not known"),
            Self::Comes => Some("new"),
            Self::Leaves => Some("leaves"),
            Self::Changes => Some("changes"),
        }
    }

    fn colour(self) -> Option<&'static str> {
        match self {
            Self::Plain | Self::NotKnown => None,
            Self::Broken => Some("red"),
            Self::Comes => Some("green"),
            Self::Leaves => Some("gray"),
            Self::Changes => Some("darkorange"),
        }
    }

    fn is_dashed(self) -> bool {
        matches!(self, Self::NotKnown | Self::Leaves)
    }
}

/// The edges of a plan as a picture: what stays, what comes, what leaves, what is another.
pub fn of_plan(edges: &[EdgeView], format: GraphFormat) -> String {
    let mut picture = Picture { shapes: Vec::new(), arrows: Vec::new() };
    let mut known = BTreeMap::new();
    for edge in edges {
        let Some(end) = edge.after.as_ref().or(edge.before.as_ref()) else { continue };
        // The name of a client that has several is followed by its setting.
        let client = edge.from.split(' ').next().unwrap_or_default();
        let look = match (&edge.before, &edge.after) {
            (_, Some(after)) if after.state == ConditionState::Broken => Look::Broken,
            (Some(_), None) => Look::Leaves,
            (None, Some(_)) => Look::Comes,
            (Some(before), Some(after)) if before != after => Look::Changes,
            (_, Some(after)) => Look::of(after.state),
            (None, None) => continue,
        };
        // Every Tempo dials itself: worth an arrow only where that does not hold.
        if end.protocol == Protocol::TempoInternal.to_string() && look != Look::Broken {
            continue;
        }
        let label = match (&edge.before, &edge.after) {
            (Some(before), Some(after)) if spoken(before) != spoken(after) => {
                format!("{} → {}", spoken(before), spoken(after))
            }
            _ => spoken(end),
        };
        let from = picture.shape((client, true), &mut known);
        let to = match &end.to {
            Some(to) => picture.shape((to, true), &mut known),
            None => picture.shape((&end.dials, false), &mut known),
        };
        picture.arrows.push(Arrow { from, to, label, look });
    }
    picture.without_alike().text(format)
}

/// `OTLP/gRPC 4317, TLS`.
fn spoken(end: &EdgeEnd) -> String {
    let port = end.dials.rsplit(':').next().unwrap_or_default();
    format!("{} {port}{}", end.protocol, if end.tls { ", TLS" } else { "" })
}

struct Picture {
    shapes: Vec<Shape>,
    arrows: Vec<Arrow>,
}

impl Picture {
    fn of(topology: &Topology, verdict: &CheckReport) -> Self {
        let programs = topology.programs.iter().enumerate().map(|(index, program)| {
            let name = program.kind.to_string();
            let name = match topology.site_of(index).service() {
                Some(service) => format!("{name} in {service}"),
                None => name,
            };
            Shape { lines: vec![name, topology.file(index).to_owned()], is_program: true }
        });
        let mut picture = Self { shapes: programs.collect(), arrows: Vec::new() };
        let mut sockets = BTreeMap::new();
        for (index, client) in topology.clients.iter().enumerate() {
            let edge = verdict.edges.iter().find(|edge| edge.client == index);
            let state = edge.map_or(ConditionState::NotKnown, crate::check::Edge::state);
            let listener = edge.and_then(|edge| edge.listener).map(|index| &topology.listeners[index]);
            // Every Tempo dials itself: worth an arrow only where that does not hold.
            if client.protocol == Protocol::TempoInternal && state == ConditionState::Met {
                continue;
            }
            let to = match listener {
                Some(listener) => listener.program,
                None => picture.socket(client, &mut sockets),
            };
            let tls = if client.tls.enabled { ", TLS" } else { "" };
            let label = format!("{} {}{tls}", client.protocol, client.port);
            picture.arrows.push(Arrow { from: client.program, to, label, look: Look::of(state) });
        }
        picture.without_alike()
    }

    /// The box of a dialled socket that nobody here serves.
    fn socket(&mut self, client: &Client, known: &mut BTreeMap<String, usize>) -> usize {
        self.shape((&format!("{}:{}", client.host, client.port), false), known)
    }

    /// The box of this name.
    fn shape(&mut self, (name, is_program): (&str, bool), known: &mut BTreeMap<String, usize>) -> usize {
        let shapes = &mut self.shapes;
        *known.entry(name.to_owned()).or_insert_with(|| {
            shapes.push(Shape { lines: vec![name.to_owned()], is_program });
            shapes.len() - 1
        })
    }

    /// One arrow where several are alike.
    fn without_alike(mut self) -> Self {
        let mut seen = Vec::new();
        self.arrows.retain(|arrow| {
            let alike = (arrow.from, arrow.to, arrow.label.clone(), arrow.look);
            let is_new = !seen.contains(&alike);
            seen.push(alike);
            is_new
        });
        self
    }

    fn text(&self, format: GraphFormat) -> String {
        match format {
            GraphFormat::Mermaid => self.mermaid(),
            GraphFormat::Dot => self.dot(),
        }
    }

    fn mermaid(&self) -> String {
        let mut text = "flowchart LR\n".to_owned();
        for (index, shape) in self.shapes.iter().enumerate() {
            let label = shape.lines.iter().map(|line| mermaid_text(line)).collect::<Vec<_>>().join("<br>");
            let (open, close) = if shape.is_program { ("[", "]") } else { ("([", "])") };
            push(&mut text, format_args!("  n{index}{open}\"{label}\"{close}\n"));
        }
        for arrow in &self.arrows {
            let line = if arrow.look.is_dashed() { "-.->" } else { "-->" };
            let (from, to, label) = (arrow.from, arrow.to, mermaid_text(&label(arrow)));
            push(&mut text, format_args!("  n{from} {line}|\"{label}\"| n{to}\n"));
        }
        for look in [Look::Broken, Look::Comes, Look::Leaves, Look::Changes] {
            let alike = self.arrows.iter().enumerate().filter(|(_, arrow)| arrow.look == look);
            let alike: Vec<String> = alike.map(|(index, _)| index.to_string()).collect();
            if let Some(colour) = look.colour().filter(|_| !alike.is_empty()) {
                let alike = alike.join(",");
                push(&mut text, format_args!("  linkStyle {alike} stroke:{colour},color:{colour}\n"));
            }
        }
        text
    }

    fn dot(&self) -> String {
        let mut text = "digraph tracing {\n  rankdir=LR;\n".to_owned();
        for (index, shape) in self.shapes.iter().enumerate() {
            let label = shape.lines.iter().map(|line| dot_text(line)).collect::<Vec<_>>().join("\\n");
            let form = if shape.is_program { "box" } else { "oval" };
            push(&mut text, format_args!("  n{index} [shape={form}, label=\"{label}\"];\n"));
        }
        for arrow in &self.arrows {
            let dashed = if arrow.look.is_dashed() { ", style=dashed" } else { "" };
            let colour = arrow.look.colour();
            let colour = colour.map(|colour| format!(", color={colour}, fontcolor={colour}"));
            let style = format!("{dashed}{}", colour.unwrap_or_default());
            let (from, to, label) = (arrow.from, arrow.to, dot_text(&label(arrow)));
            push(&mut text, format_args!("  n{from} -> n{to} [label=\"{label}\"{style}];\n"));
        }
        text.push_str("}\n");
        text
    }
}

fn label(arrow: &Arrow) -> String {
    match arrow.look.word() {
        None => arrow.label.clone(),
        Some(word) => format!("{}: {word}", arrow.label),
    }
}

/// A text inside of quotes; what would end them or begin markup is written as an entity.
fn mermaid_text(text: &str) -> String {
    let mut shown = String::new();
    for letter in text.chars() {
        match letter {
            '"' | '<' | '>' | '&' | '#' | '|' => push(&mut shown, format_args!("#{};", u32::from(letter))),
            letter if letter.is_control() => shown.push(' '),
            letter => shown.push(letter),
        }
    }
    shown
}

fn dot_text(text: &str) -> String {
    let shown = text.replace('\\', "\\\\").replace('"', "\\\"");
    shown.replace(char::is_control, " ")
}

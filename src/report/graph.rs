//! Who talks to whom, as a picture: the same edges that a report lists, for Mermaid or Graphviz.
//!
//! Broken edges are red, those that are not known are dashed. Deterministic: programs and edges keep the
//! order of the topology. Used by `check --graph` and by reviews of a plan.

use super::push;
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
    match format {
        GraphFormat::Mermaid => picture.mermaid(),
        GraphFormat::Dot => picture.dot(),
    }
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
    state: ConditionState,
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
            picture.arrows.push(Arrow { from: client.program, to, label, state });
        }
        picture.without_lonely()
    }

    /// The box of a dialled socket that nobody here serves.
    fn socket(&mut self, client: &Client, known: &mut BTreeMap<String, usize>) -> usize {
        let name = format!("{}:{}", client.host, client.port);
        let shapes = &mut self.shapes;
        *known.entry(name.clone()).or_insert_with(|| {
            shapes.push(Shape { lines: vec![name], is_program: false });
            shapes.len() - 1
        })
    }

    /// One arrow where several are alike.
    fn without_lonely(mut self) -> Self {
        let mut seen = Vec::new();
        self.arrows.retain(|arrow| {
            let alike = (arrow.from, arrow.to, arrow.label.clone(), arrow.state);
            let is_new = !seen.contains(&alike);
            seen.push(alike);
            is_new
        });
        self
    }

    fn mermaid(&self) -> String {
        let mut text = "flowchart LR\n".to_owned();
        for (index, shape) in self.shapes.iter().enumerate() {
            let label = shape.lines.iter().map(|line| mermaid_text(line)).collect::<Vec<_>>().join("<br>");
            let (open, close) = if shape.is_program { ("[", "]") } else { ("([", "])") };
            push(&mut text, format_args!("  n{index}{open}\"{label}\"{close}\n"));
        }
        for arrow in &self.arrows {
            let line = if arrow.state == ConditionState::NotKnown { "-.->" } else { "-->" };
            let (from, to, label) = (arrow.from, arrow.to, mermaid_text(&label(arrow)));
            push(&mut text, format_args!("  n{from} {line}|\"{label}\"| n{to}\n"));
        }
        let broken =
            self.arrows.iter().enumerate().filter(|(_, arrow)| arrow.state == ConditionState::Broken);
        let broken: Vec<String> = broken.map(|(index, _)| index.to_string()).collect();
        if !broken.is_empty() {
            push(&mut text, format_args!("  linkStyle {} stroke:red,color:red\n", broken.join(",")));
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
            let style = match arrow.state {
                ConditionState::Met => "",
                ConditionState::NotKnown => ", style=dashed",
                ConditionState::Broken => ", color=red, fontcolor=red",
            };
            let (from, to, label) = (arrow.from, arrow.to, dot_text(&label(arrow)));
            push(&mut text, format_args!("  n{from} -> n{to} [label=\"{label}\"{style}];\n"));
        }
        text.push_str("}\n");
        text
    }
}

fn label(arrow: &Arrow) -> String {
    match arrow.state {
        ConditionState::Met => arrow.label.clone(),
        state => format!("{}: {state}", arrow.label),
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

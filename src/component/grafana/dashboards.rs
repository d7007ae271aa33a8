//! What the templates of the dashboards print: of the table of panels those for which this stack has the metrics.

use super::panels::{BOARDS, Board, Of, Panel, Query};
use crate::component::prometheus;
use crate::component::{BesideFile, Described};
use crate::model::dataflow::{ProgramKind, Signal};
use crate::model::desired::OnChange;
use crate::stack::Grafana;
use crate::wiring::{ClientId, ComponentId, Wiring};
use serde::Serialize;
use std::collections::BTreeSet;

/// The file name of a dashboard's template.
pub const TEMPLATE: &str = "grafana/dashboard.json.j2";
/// The file name of the template that says where the dashboards are.
pub const PROVIDER: &str = "grafana/dashboards.yaml.j2";

#[derive(Debug, Serialize)]
struct ProviderContext<'a> {
    stack: &'a str,
    directory: String,
}

#[derive(Debug, Serialize)]
struct DashboardContext<'a> {
    stack: &'a str,
    uid: String,
    title: String,
    /// The uid of the datasource that is asked.
    metrics: String,
    panels: Vec<PanelContext>,
}

#[derive(Debug, Serialize)]
struct PanelContext {
    title: &'static str,
    says: &'static str,
    unit: &'static str,
    targets: Vec<Target>,
}

#[derive(Debug, Serialize)]
struct Target {
    /// `A`, `B` and so on: what Grafana calls the queries of a panel.
    name: char,
    query: String,
    legend: String,
}

/// The provider and the dashboards; nothing where none is wanted or none has a panel.
pub(super) fn files(wiring: &Wiring<'_>, grafana: &Grafana) -> Vec<BesideFile> {
    let boards = if grafana.dashboards { shown(wiring) } else { Vec::new() };
    let Some(metrics) = super::describe::metrics_uid(wiring).filter(|_| !boards.is_empty()) else {
        return Vec::new();
    };
    let name = wiring.stack.name.as_str();
    let directory = grafana.provisioning.join(&format!("dashboards/tracewright-{name}"));
    let provider = ProviderContext { stack: name, directory: super::describe::literal(directory.as_str()) };
    let provider = BesideFile {
        path: grafana.provisioning.join(&format!("dashboards/tracewright-{name}.yaml")),
        content: Described::whole(PROVIDER.to_owned(), provider),
        on_change: OnChange::Restart,
    };
    let dashboards = boards.into_iter().map(|(board, panels)| {
        let context = DashboardContext {
            stack: name,
            uid: format!("{name}-{}", board.name),
            title: format!("{name}: {}", board.title),
            metrics: metrics.clone(),
            panels,
        };
        BesideFile {
            path: directory.join(&format!("{}.json", board.name)),
            content: Described::whole(TEMPLATE.to_owned(), context),
            // It looks at the directory every now and then.
            on_change: OnChange::ReadsByItself,
        }
    });
    std::iter::once(provider).chain(dashboards).collect()
}

/// Whether there is anything to show.
pub(super) fn has_any(wiring: &Wiring<'_>) -> bool {
    super::describe::metrics_uid(wiring).is_some() && !shown(wiring).is_empty()
}

/// The dashboards that have panels, and these.
fn shown(wiring: &Wiring<'_>) -> Vec<(&'static Board, Vec<PanelContext>)> {
    let has = Has::of(wiring);
    let filled = BOARDS.iter().map(|board| {
        (board, board.panels.iter().filter_map(|panel| panel_context(panel, &has)).collect::<Vec<_>>())
    });
    filled.filter(|(_, panels)| !panels.is_empty()).collect()
}

/// What of a stack panels can be about.
struct Has<'a> {
    wiring: &'a Wiring<'a>,
    /// The components that are scraped.
    scraped: Vec<&'a ComponentId>,
}

impl<'a> Has<'a> {
    fn of(wiring: &'a Wiring<'a>) -> Self {
        let scraped = wiring.edges.iter().filter_map(|edge| match &edge.from {
            ClientId::Each(from, listener) if *from == prometheus::ID => Some(&listener.component),
            _ => None,
        });
        Self { wiring, scraped: scraped.collect() }
    }

    /// The jobs that a panel is about; `None` where the stack has none of them. Of written metrics none is meant.
    fn jobs(&self, of: Of) -> Option<Vec<&'a ComponentId>> {
        let stack = self.wiring.stack;
        let tempo = stack.tempo.as_ref();
        let generator = tempo.and_then(|tempo| tempo.generator.as_ref());
        let live_store = tempo.map(|tempo| tempo.dialect.has_live_store());
        let collector = |id: &ComponentId| {
            let name = id.name_as(ProgramKind::Collector);
            name.and_then(|name| stack.collectors.get(name))
        };
        let is_meant = |id: &ComponentId| match of {
            Of::Scraped => true,
            Of::Collectors => id.kind() == ProgramKind::Collector,
            Of::Queues => collector(id).is_some_and(|collector| collector.queue.is_some()),
            Of::Limiters => collector(id).is_some_and(|collector| collector.service.memory_limit.is_some()),
            Of::Tempo => id.kind() == ProgramKind::Tempo,
            Of::Ingester => id.kind() == ProgramKind::Tempo && live_store == Some(false),
            Of::LiveStore => id.kind() == ProgramKind::Tempo && live_store == Some(true),
            Of::Generator => id.kind() == ProgramKind::Tempo && generator.is_some(),
            Of::Written(_) => false,
        };
        if let Of::Written(processor) = of {
            return generator?.processors.contains(&processor).then(Vec::new);
        }
        let jobs: Vec<_> = self.scraped.iter().copied().filter(|id| is_meant(id)).collect();
        (!jobs.is_empty()).then_some(jobs)
    }

    /// What the signals that collectors carry consist of, as their counters say it.
    fn items(&self) -> Vec<&'static str> {
        let carried = self.wiring.stack.collectors.values().flat_map(|collector| &collector.signals);
        let carried: BTreeSet<_> = carried.collect();
        let items = carried.into_iter().filter_map(|signal| match signal {
            Signal::Traces => Some("spans"),
            Signal::Metrics => Some("metric_points"),
            Signal::Logs => Some("log_records"),
            Signal::Profiles => None,
        });
        items.collect()
    }
}

fn panel_context(panel: &Panel, has: &Has<'_>) -> Option<PanelContext> {
    let selector = selector(has.wiring.stack.name.as_str(), &has.jobs(panel.of)?);
    let items = has.items();
    let asked = panel.queries.iter().flat_map(|query| {
        let items = if query.text.contains("ITEMS") { items.as_slice() } else { &[""] };
        items.iter().map(move |item| (query, *item))
    });
    let targets = ('A'..='Z').zip(asked).map(|(name, (query, item))| Target {
        name,
        query: whole(query).replace("JOBS", &selector).replace("ITEMS", item),
        legend: query.legend.replace("ITEMS", &item.replace('_', " ")),
    });
    Some(PanelContext { title: panel.title, says: panel.says, unit: panel.unit, targets: targets.collect() })
}

/// The query, and behind it what answers before anything was counted.
fn whole(query: &Query) -> String {
    match &query.before {
        None => query.text.to_owned(),
        Some(before) => format!("{} or on ({}) {}", query.text, before.by, before.text),
    }
}

/// The selector of the jobs of components, as the scrape file calls them.
fn selector(stack: &str, jobs: &[&ComponentId]) -> String {
    match jobs {
        [one] => format!("job=\"{stack}/{one}\""),
        // Names are letters, digits and dashes; the dot is that of `collector.NAME`.
        many => {
            let names: Vec<_> = many.iter().map(|id| id.to_string().replace('.', "[.]")).collect();
            format!("job=~\"{stack}/({})\"", names.join("|"))
        }
    }
}

//! Dashboards of stacks of many shapes: each is one that Grafana's documentation describes, asks a datasource that is
//! provisioned beside it, and names jobs that the scrape file has and no others. That the queries answer is shown by
//! `tests/run.d/dashboards`, with real engines.

use crate::support::repository;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use tracewright::component::{load, wire};
use tracewright::diagnostic::SourceName;
use tracewright::model::desired::Content;
use tracewright::render::{Templates, render};

/// The text of the whole files of a stack, by path.
fn files(text: &str) -> BTreeMap<String, String> {
    let (_, stack) = load(SourceName("stack.toml".into()), text);
    let (stack, _) = stack.unwrap_or_else(|faults| panic!("{text}\n{faults:?}"));
    let (wiring, _) = wire(&stack).unwrap_or_else(|faults| panic!("{text}\n{faults:?}"));
    let desired = render(&wiring, Templates::embedded()).expect("renders");
    let whole = desired.files.iter().filter_map(|((_, path), file)| match &file.content {
        Content::Whole(text) => Some((path.to_string(), text.clone())),
        _ => None,
    });
    whole.collect()
}

const SCRAPED: &str = "scrape_file = \"/etc/prometheus/scrape.d/tracewright.yml\"\n";
const GENERATOR: &str = "metrics_generator = { processors = [\"service-graphs\", \"span-metrics\"] }\n";
const CALLS: &str = "metrics_generator = { processors = [\"service-graphs\"] }\n";

/// A stack: its Tempo, further keys of that, its Prometheus, and its collectors.
fn stack(name: &str, tempo: &str, keys: &str, prometheus: &str, collectors: &str) -> String {
    format!(
        "schema = 1\nname = \"{name}\"\n[tempo]\nversion = \"{tempo}\"\n{keys}{collectors}[prometheus]\n{prometheus}\
         [grafana]\ndashboards = true\n"
    )
}

fn stacks() -> Vec<String> {
    let one = "[collector.main]\nversion = \"0.165\"\n";
    let two = "[collector.a]\nversion = \"0.144\"\nqueue = { enabled = false }\nbatch = { enabled = false }\n\
               service = { memory_limit = \"0B\", unit = \"otelcol-a.service\" }\npaths = { config = \"/etc/otelcol-a/config.yaml\", certificates = \"/etc/otelcol-a/tls\" }\nreceive = { grpc = 4327 }\nmetrics = 8889\nhealth = 13134\n\
               send_to = \"collector.b\"\n[collector.b]\nversion = \"0.159\"\n";
    let signals = "[loki]\n[collector.main]\nversion = \"0.165\"\n[app.shop]\nenv_file = \"/srv/shop/.env\"\n\
                   signals = [\"traces\", \"metrics\", \"logs\"]\nprotocol = \"grpc\"\nservice = { user = \"shop\" }\n";
    vec![
        stack("s", "2.10", "", SCRAPED, ""),
        stack("shop", "3.0", GENERATOR, "", one),
        stack("shop", "3.1", CALLS, SCRAPED, one),
        stack("shop", "2.10", GENERATOR, SCRAPED, two),
        stack(
            "a-name-as-long-as-a-name-can-be1",
            "3.1",
            "http = { port = 3200, tls = true }\n",
            SCRAPED,
            two,
        ),
        stack("shop", "3.0", GENERATOR, SCRAPED, signals),
    ]
}

fn dashboards(files: &BTreeMap<String, String>) -> Vec<(&String, Value)> {
    let shown = files.iter().filter(|(path, _)| path.contains("/dashboards/") && path.ends_with(".json"));
    shown
        .map(|(path, text)| {
            (path, serde_json::from_str(text).unwrap_or_else(|error| panic!("{path}: {error}")))
        })
        .collect()
}

/// Every object of a dashboard that asks, by the panel that it is in.
fn targets(dashboard: &Value) -> impl Iterator<Item = (&Value, &Value)> {
    let panels = dashboard["panels"].as_array().unwrap();
    panels
        .iter()
        .flat_map(|panel| panel["targets"].as_array().unwrap().iter().map(move |target| (panel, target)))
}

/// The jobs that a query names.
fn jobs(query: &str) -> BTreeSet<String> {
    let exact = query.split("job=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
    let any = query.split("job=~\"").skip(1).flat_map(|rest| {
        let (stack, names) = rest.split('"').next().unwrap().split_once('/').unwrap();
        let names = names.trim_matches(['(', ')']).split('|');
        names.map(move |name| format!("{stack}/{}", name.replace("[.]", "."))).collect::<Vec<_>>()
    });
    exact.chain(any).collect()
}

fn scraped(files: &BTreeMap<String, String>) -> BTreeSet<String> {
    let text = files.get("/etc/prometheus/scrape.d/tracewright.yml").map_or("", String::as_str);
    let names = text.lines().filter_map(|line| line.trim().strip_prefix("- job_name: "));
    names.map(|name| name.trim_matches('"').to_owned()).collect()
}

#[test]
fn dashboards_are_what_grafana_documents_and_ask_what_is_there() {
    let schema = fs::read_to_string(repository().join("tests/dashboards/schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let mut count = 0;
    for text in stacks() {
        let files = files(&text);
        let sources = files.iter().find(|(path, _)| path.contains("/datasources/")).expect("a datasource").1;
        let jobs_scraped = scraped(&files);
        for (path, dashboard) in dashboards(&files) {
            let faults: Vec<_> = schema.iter_errors(&dashboard).map(|fault| fault.to_string()).collect();
            assert!(faults.is_empty(), "{path} of\n{text}\n{faults:#?}");
            let panels = dashboard["panels"].as_array().unwrap();
            let places: BTreeSet<_> = panels
                .iter()
                .map(|panel| (panel["gridPos"]["y"].as_u64(), panel["gridPos"]["x"].as_u64()))
                .collect();
            assert_eq!(places.len(), panels.len(), "{path}: two panels in one place");
            for (panel, target) in targets(&dashboard) {
                let query = target["expr"].as_str().unwrap();
                let uid = panel["datasource"]["uid"].as_str().unwrap();
                assert!(sources.contains(&format!("uid: \"{uid}\"")), "{path}: {uid} is not provisioned");
                assert!(!query.contains("JOBS") && !query.contains("ITEMS"), "{path}: {query}");
                assert!(
                    jobs(query).is_subset(&jobs_scraped),
                    "{path}: {query}\nbut scraped is {jobs_scraped:?}"
                );
                assert!(query.contains("job=") || query.contains("traces_"), "{path}: whose is {query}");
            }
            count += 1;
        }
    }
    println!("promise: dashboards held against Grafana's schema | {count} | cargo");
}

/// The names of the panels of a stack.
fn titles(text: &str) -> BTreeSet<String> {
    let files = files(text);
    let dashboards = dashboards(&files);
    let panels = dashboards.iter().flat_map(|(_, dashboard)| dashboard["panels"].as_array().unwrap());
    panels.map(|panel| panel["title"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_panel_is_there_where_its_metrics_are() {
    let scraped = titles(&stack("shop", "2.10", "", SCRAPED, "[collector.main]\nversion = \"0.165\"\n"));
    assert!(
        scraped.contains("Collectors: taken in") && scraped.contains("Tempo: not handed to the ingester")
    );
    assert!(!scraped.contains("Requests") && !scraped.contains("Tempo: scheduler asked for work"));
    let generated = titles(&stack("shop", "3.1", GENERATOR, "", ""));
    assert!(generated.contains("Requests") && generated.contains("Who calls whom"));
    assert!(!generated.contains("Answers"), "nothing is scraped");
    let calls = titles(&stack("shop", "3.1", CALLS, SCRAPED, ""));
    assert!(calls.contains("Who calls whom") && !calls.contains("Requests"));
    assert!(calls.contains("Tempo: scheduler asked for work") && !calls.contains("Collectors: taken in"));
}

#[test]
fn without_dashboards_there_is_no_file_of_them() {
    let text = stack("shop", "3.1", GENERATOR, SCRAPED, "").replace("dashboards = true\n", "");
    assert!(files(&text).keys().all(|path| !path.contains("dashboards")));
}

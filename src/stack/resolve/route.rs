//! Who sends where, and by which protocol.

use super::super::{Collector, OtlpListeners, Route, RouteTarget};
use super::Scene;
use super::listener::{COLLECTOR_LISTENERS, TEMPO_LISTENERS, listeners};
use crate::diagnostic::{Code, Finding, Findings, KeyPart, KeyPath};
use crate::model::dataflow::OtlpProtocol;
use crate::model::names::ComponentName;
use crate::model::release::sdk::SdkLanguage;
use crate::toml::schema::listed;
use crate::toml::{AppTable, CollectorTable, KeyField, RawStack, SdkTable, TableAt, nearest};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that can be sent to. The listeners of a component whose table is faulty are not known;
/// it exists all the same.
pub(super) struct Targets {
    listeners: BTreeMap<RouteTarget, Option<OtlpListeners>>,
    collectors: Vec<ComponentName>,
    complete: bool,
}

/// At most so many names stand in one message.
const NAMED: usize = 5;

impl Targets {
    /// All collectors and Tempo, with their listeners.
    pub(super) fn of(root: &RawStack, faults: &mut Findings) -> Self {
        let mut known = BTreeMap::new();
        let mut collectors = Vec::new();
        for (name, table) in &root.collector {
            let sound = table.at.is_sound();
            let open = sound.then(|| listeners(&table.receive, &COLLECTOR_LISTENERS, faults)).flatten();
            collectors.push(ComponentName::new(name));
            known.insert(RouteTarget::Collector(ComponentName::new(name)), open);
        }
        if root.tempo.at.is_written() {
            let sound = root.tempo.at.is_sound();
            let open = sound.then(|| listeners(&root.tempo.receive, &TEMPO_LISTENERS, faults)).flatten();
            known.insert(RouteTarget::Tempo, open);
        }
        Self { listeners: known, collectors, complete: root.at.is_whole() }
    }

    /// The listeners of a target, where they are known.
    pub(super) fn listeners(&self, target: &RouteTarget) -> Option<&OtlpListeners> {
        self.listeners.get(target).and_then(Option::as_ref)
    }

    /// Whether there is nothing else: a table that was not understood may be what is looked for.
    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }

    pub(super) fn has_tempo(&self) -> bool {
        self.listeners.contains_key(&RouteTarget::Tempo)
    }
}

/// A component that sends.
pub(super) struct RouteSender<'a> {
    name: &'a str,
    at: &'a TableAt,
    send_to: &'a KeyField<String>,
    protocol: &'a KeyField<OtlpProtocol>,
    /// What an application is written with: its programs may fix their protocol when built.
    sdk: Option<&'a SdkTable>,
}

impl<'a> RouteSender<'a> {
    pub(super) fn app(name: &'a str, table: &'a AppTable) -> Self {
        let AppTable { at, send_to, protocol, sdk, .. } = table;
        Self { name, at, send_to, protocol, sdk: Some(sdk) }
    }

    pub(super) fn collector(name: &'a str, table: &'a CollectorTable) -> Self {
        let CollectorTable { at, send_to, protocol, .. } = table;
        Self { name, at, send_to, protocol, sdk: None }
    }

    fn is_app(&self) -> bool {
        self.sdk.is_some()
    }
}

/// The target and the protocol of a component's way out.
pub(super) fn route(sender: &RouteSender<'_>, scene: &mut Scene<'_>) -> Option<Route> {
    let (to, key) = match sender.send_to.text() {
        Some(text) => (written(sender, text, scene), sender.send_to.path()),
        None => (by_default(sender, scene), sender.at.path().clone()),
    };
    let written = sender.protocol.get().copied();
    if let (Some(sdk), None) = (sender.sdk, written)
        && !told(sdk)
    {
        let listeners = to.as_ref().and_then(|to| scene.targets.listeners(to)).cloned();
        return scene.fault(protocol_missing(sender, sdk, listeners.as_ref()));
    }
    let to = to?;
    let listeners = scene.targets.listeners(&to)?;
    let preferred = match (sender.is_app(), &listeners.grpc, &listeners.http) {
        (true, _, Some(_)) | (false, None, _) => OtlpProtocol::HttpProtobuf,
        _ => OtlpProtocol::Grpc,
    };
    let protocol = written.unwrap_or(preferred);
    if listeners.listener(protocol).is_none() {
        let found = no_listener(sender, &to, (listeners, protocol));
        return scene.fault(found);
    }
    Some(Route { to, protocol, key })
}

/// Whether a program goes by the protocol that its environment names: SDKs that make their exporters themselves do.
fn told(sdk: &SdkTable) -> bool {
    let language = sdk.language.get();
    matches!(language, Some(SdkLanguage::Java | SdkLanguage::Python | SdkLanguage::Node))
}

fn written(sender: &RouteSender<'_>, text: &str, scene: &mut Scene<'_>) -> Option<RouteTarget> {
    let target = match text.strip_prefix("collector.") {
        Some(name) => RouteTarget::Collector(ComponentName::new(name)),
        None if text == "tempo" => RouteTarget::Tempo,
        // Another word, so that it is found nowhere and looked up as it is written.
        None => RouteTarget::Collector(ComponentName::new("")),
    };
    if scene.targets.listeners.contains_key(&target) {
        return Some(target);
    }
    if !scene.targets.complete {
        return None;
    }
    let known: Vec<String> = scene.targets.listeners.keys().take(20 * NAMED).map(spell).collect();
    let with_prefix = format!("collector.{text}");
    let near = known.iter().find(|name| **name == with_prefix).map(String::as_str);
    let near = near.or_else(|| nearest(text, known.iter().map(String::as_str)));
    let found = Finding::error(Code("reference-unknown"), format!("`{text}` does not exist"))
        .at(sender.send_to.value(), "");
    let found = match near {
        Some(near) => found.help(format!("did you mean `{near}`?")),
        None if known.is_empty() => found.help("add `[tempo]`, or a collector"),
        None => found.help(format!("there is {}", known[..known.len().min(NAMED)].join(", "))),
    };
    scene.fault(found)
}

fn by_default(sender: &RouteSender<'_>, scene: &mut Scene<'_>) -> Option<RouteTarget> {
    let targets = scene.targets;
    match targets.collectors.as_slice() {
        _ if !targets.complete => return None,
        [only] if sender.is_app() => return Some(RouteTarget::Collector(only.clone())),
        several @ [_, _, ..] if sender.is_app() => return scene.fault(ambiguous(sender, several)),
        _ if targets.has_tempo() => return Some(RouteTarget::Tempo),
        _ => {}
    }
    let who = if sender.is_app() { "application" } else { "collector" };
    let title = format!("{who} `{}` has nowhere to send", sender.name);
    let found =
        Finding::error(Code("send-to-missing"), title).at(sender.at.header(), "").help("add `[tempo]`");
    let other = targets.collectors.iter().find(|name| name.as_str() != sender.name);
    scene.fault(
        other.iter().fold(found, |found, other| found.help(format!("send_to = \"collector.{other}\""))),
    )
}

fn ambiguous(sender: &RouteSender<'_>, collectors: &[ComponentName]) -> Finding {
    let shown = &collectors[..collectors.len().min(NAMED)];
    let names = shown.iter().map(|name| format!("`{name}`")).collect();
    let title = format!("app `{}` could send to {}", sender.name, listed(names));
    let found = Finding::error(Code("collector-ambiguous"), title).at(sender.at.header(), "");
    let header = |name: &ComponentName| (KeyPath::of(["collector", name.as_str()]), KeyPart::Header);
    let found = shown.iter().fold(found, |found, name| found.also(header(name), ""));
    found.help(format!("send_to = \"collector.{}\"", collectors[0]))
}

fn protocol_missing(sender: &RouteSender<'_>, sdk: &SdkTable, listeners: Option<&OtlpListeners>) -> Finding {
    let title = match sdk.language.get() {
        Some(SdkLanguage::Rust) => "a Rust program fixes its protocol when it is built",
        _ => "a program may fix its protocol when it is built",
    };
    let place = if sdk.at.is_written() { sdk.at.key() } else { sender.at.header() };
    let only_http = listeners.is_some_and(|listeners| listeners.grpc.is_none());
    let protocol = if only_http { OtlpProtocol::HttpProtobuf } else { OtlpProtocol::Grpc };
    Finding::error(Code("protocol-missing"), title)
        .at(place, "")
        .help(format!("write what the program was built with: protocol = \"{protocol}\""))
}

fn no_listener(
    sender: &RouteSender<'_>,
    to: &RouteTarget,
    (listeners, protocol): (&OtlpListeners, OtlpProtocol),
) -> Finding {
    let (speaks, opens) = match protocol {
        OtlpProtocol::Grpc => ("gRPC", "HTTP"),
        OtlpProtocol::HttpProtobuf | OtlpProtocol::HttpJson => ("HTTP", "gRPC"),
    };
    let (target, example) = match to {
        RouteTarget::Tempo => ("Tempo".to_owned(), "receive = { grpc = 14317, http = 14318 }"),
        RouteTarget::Collector(name) => {
            (format!("collector `{name}`"), "receive = { grpc = 4317, http = 4318 }")
        }
    };
    let title = format!("`{}` speaks {speaks}, {target} opens only {opens}", sender.name);
    Finding::error(Code("no-listener"), title)
        .at(sender.protocol.key(), "")
        .also((listeners.key.clone(), KeyPart::Key), "")
        .help(format!("in `[{}]`: {example}", spell(to)))
}

/// A target as `send_to` spells it.
fn spell(target: &RouteTarget) -> String {
    match target {
        RouteTarget::Tempo => "tempo".into(),
        RouteTarget::Collector(name) => format!("collector.{name}"),
    }
}

/// Collectors that send in a circle, each circle once.
pub(super) fn loops(
    collectors: &BTreeMap<ComponentName, Collector>,
    targets: &Targets,
    faults: &mut Findings,
) {
    let mut seen = BTreeSet::new();
    for start in collectors.keys() {
        let mut way = Vec::new();
        let mut at = Some(start);
        while let Some(name) = at.filter(|name| seen.insert(*name)) {
            way.push(name);
            at = next(collectors, name);
        }
        let closed = at.and_then(|name| way.iter().position(|passed| *passed == name));
        if let Some(first) = closed {
            faults.push(circle(&way[first..], collectors, targets));
        }
    }
}

fn next<'c>(
    collectors: &'c BTreeMap<ComponentName, Collector>,
    from: &ComponentName,
) -> Option<&'c ComponentName> {
    match &collectors.get(from)?.route.to {
        RouteTarget::Collector(name) => collectors.get_key_value(name).map(|(name, _)| name),
        RouteTarget::Tempo => None,
    }
}

fn circle(
    way: &[&ComponentName],
    collectors: &BTreeMap<ComponentName, Collector>,
    targets: &Targets,
) -> Finding {
    let names = way.iter().chain(way.first()).map(|name| format!("`{name}`"));
    let title = format!("{} sends in a circle", names.collect::<Vec<_>>().join(" -> "));
    let at = |name: &ComponentName| (collectors[name].route.key.clone(), KeyPart::Value);
    let found = Finding::error(Code("exporter-loop"), title).at(at(way[0]), "");
    let found = way[1..].iter().fold(found, |found, name| found.also(at(name), ""));
    let last = way[way.len() - 1];
    found.help(match targets.has_tempo() {
        true => format!("in `[collector.{last}]`: send_to = \"tempo\""),
        false => format!("add `[tempo]`, and in `[collector.{last}]`: send_to = \"tempo\""),
    })
}

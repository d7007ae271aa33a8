//! Who sends what where, and by which protocol.

use super::super::{PrometheusReceiver, Route, RouteTarget, Routes};
use super::Scene;
use super::targets::{OpenListeners, Targets};
use crate::diagnostic::{Code, Finding, KeyPart, KeyPath};
use crate::model::dataflow::{OtlpProtocol, Signal};
use crate::model::names::ComponentName;
use crate::model::release::sdk::SdkLanguage;
use crate::toml::schema::listed;
use crate::toml::{AppTable, CollectorTable, KeyField, RawSendTo, RawTargets, SdkTable, TableAt, nearest};
use std::collections::{BTreeMap, BTreeSet};

/// At most so many names stand in one message.
const NAMED: usize = 5;

/// A component that sends.
pub(super) struct RouteSender<'a> {
    name: &'a str,
    at: &'a TableAt,
    send_to: &'a KeyField<RawSendTo>,
    protocol: &'a KeyField<OtlpProtocol>,
    /// What it sends.
    signals: BTreeSet<Signal>,
    /// The key that says so.
    signals_key: &'a KeyField<Vec<Signal>>,
    /// What an application is written with: its programs may fix their protocol when built.
    sdk: Option<&'a SdkTable>,
}

impl<'a> RouteSender<'a> {
    pub(super) fn app(name: &'a str, table: &'a AppTable) -> Self {
        let AppTable { at, send_to, protocol, sdk, signals: signals_key, .. } = table;
        let written = signals_key.get().map(|signals| signals.iter().copied().collect());
        let signals = written.unwrap_or_else(|| BTreeSet::from([Signal::Traces]));
        Self { name, at, send_to, protocol, signals, signals_key, sdk: Some(sdk) }
    }

    pub(super) fn collector(name: &'a str, table: &'a CollectorTable, targets: &Targets) -> Self {
        let CollectorTable { at, send_to, protocol, signals: signals_key, .. } = table;
        Self { name, at, send_to, protocol, signals: targets.carried(name), signals_key, sdk: None }
    }

    fn is_app(&self) -> bool {
        self.sdk.is_some()
    }

    fn spoken(&self) -> String {
        format!("{} `{}`", if self.is_app() { "application" } else { "collector" }, self.name)
    }
}

/// Some signals and the references that were written for them.
struct Meant<'w> {
    signals: BTreeSet<Signal>,
    written: &'w RawTargets,
    key: KeyPath,
}

/// Targets and protocols of a component's ways out.
pub(super) fn routes(sender: &RouteSender<'_>, scene: &mut Scene<'_>) -> Option<Routes> {
    if sender.signals_key.get().is_some_and(Vec::is_empty) {
        let found = Finding::error(Code("text-empty"), "`signals` is empty");
        scene.faults.push(found.at(sender.signals_key.value(), "").help("leave it out to get the default"));
    }
    let all = reached(sender, scene);
    if let (Some(sdk), None) = (sender.sdk, sender.protocol.get())
        && !told(sdk)
    {
        let first = all.as_ref().and_then(|all| all.first());
        let only_http = first.and_then(|way| scene.targets.open(&way.to));
        let only_http = only_http.is_some_and(|open| !open.serves(OtlpProtocol::Grpc));
        return scene.fault(protocol_missing(sender, sdk, only_http));
    }
    let mut ways: Vec<Reached> = Vec::new();
    for way in all? {
        match ways.iter_mut().find(|known| known.to == way.to) {
            Some(known) => known.signals.extend(way.signals),
            None => ways.push(way),
        }
    }
    let routes: Vec<_> = ways.into_iter().map(|way| with_protocol(sender, way, scene)).collect();
    routes.into_iter().collect::<Option<_>>().map(Routes)
}

/// A target, and what is sent there.
struct Reached {
    to: RouteTarget,
    signals: BTreeSet<Signal>,
    key: KeyPath,
}

/// The targets of every signal, in the order of the signals; `None` where one of them was not understood.
fn reached(sender: &RouteSender<'_>, scene: &mut Scene<'_>) -> Option<Vec<Reached>> {
    let path = sender.send_to.path();
    let (meant, left) = match sender.send_to.get() {
        None => (Vec::new(), sender.signals.clone()),
        Some(RawSendTo::All(written)) => {
            let all = Meant { signals: sender.signals.clone(), written, key: path };
            (vec![all], BTreeSet::new())
        }
        Some(RawSendTo::BySignal(by_signal)) => {
            let meant = by_signal.iter().map(|(signal, written)| Meant {
                signals: BTreeSet::from([*signal]),
                written,
                key: path.join(&signal.to_string()),
            });
            let left = sender.signals.iter().filter(|signal| !by_signal.contains_key(signal));
            (meant.collect(), left.copied().collect())
        }
    };
    let mut all = Some(Vec::new());
    for meant in meant {
        unsent(sender, &meant, scene);
        let found = referred(sender, &meant, scene);
        all = both(all, found);
    }
    for signal in left {
        let to = by_default(sender, signal, scene);
        let stop = to.is_none() && sender.is_app() && !scene.targets.collectors().is_empty();
        let key = sender.at.path().clone();
        let found = to.map(|to| vec![Reached { to, signals: BTreeSet::from([signal]), key }]);
        all = both(all, found);
        // Which collector is meant is asked once, not for every signal.
        if stop {
            break;
        }
    }
    let mut all = all?;
    all.sort_by_key(|way| way.signals.first().copied());
    Some(all)
}

/// Two lists of targets put together; nothing where one of them is not known.
fn both(all: Option<Vec<Reached>>, more: Option<Vec<Reached>>) -> Option<Vec<Reached>> {
    let mut all = all?;
    all.extend(more?);
    Some(all)
}

/// A target that is written for a signal which nobody sends.
fn unsent(sender: &RouteSender<'_>, meant: &Meant<'_>, scene: &mut Scene<'_>) {
    let Some(signal) = meant.signals.first().filter(|signal| !sender.signals.contains(signal)) else {
        return;
    };
    if !scene.targets.senders_known() {
        return;
    }
    let who = sender.spoken();
    let title = match sender.is_app() {
        true => format!("{who} sends no {signal}"),
        false => format!("nobody sends {signal} to {who}"),
    };
    let found = Finding::error(Code("key-unused"), title).at((meant.key.clone(), KeyPart::Key), "");
    let with = sender.signals.iter().chain([signal]).map(|signal| format!("\"{signal}\""));
    let with: BTreeSet<String> = with.collect();
    let signals = with.into_iter().rev().collect::<Vec<_>>().join(", ");
    scene.faults.push(found.help(format!("leave it out, or signals = [{signals}]")));
}

/// The targets that are written for some signals.
fn referred(sender: &RouteSender<'_>, meant: &Meant<'_>, scene: &mut Scene<'_>) -> Option<Vec<Reached>> {
    if sender.is_app() && meant.written.names.len() > 1 {
        let found = Finding::error(Code("one-of"), "an SDK sends a signal to one place")
            .at((meant.key.clone(), KeyPart::Value), "");
        return scene.fault(found.help("send it to a collector, and write the list there"));
    }
    let mut all = Some(Vec::new());
    for (index, text) in meant.written.names.iter().enumerate() {
        let key = if meant.written.listed { meant.key.join(&index.to_string()) } else { meant.key.clone() };
        let found = written(text, &key, scene).and_then(|to| {
            let way = Reached { to, signals: meant.signals.clone(), key };
            taken(sender, &way, scene).then_some(way)
        });
        all = both(all, found.map(|way| vec![way]));
    }
    all
}

/// Whether a target takes everything that is sent there.
fn taken(sender: &RouteSender<'_>, way: &Reached, scene: &mut Scene<'_>) -> bool {
    let takes = way.to.takes();
    let refused: Vec<&Signal> = way.signals.iter().filter(|signal| !takes.contains(signal)).collect();
    if refused.is_empty() {
        return true;
    }
    let sent = refused.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ");
    let title = format!("`{}` takes {}, {sent} are sent to it", way.to, takes[0]);
    let found = Finding::error(Code("signal-unsupported"), title).at((way.key.clone(), KeyPart::Value), "");
    let found = match sender.signals_key.is_written() {
        true => found.also(sender.signals_key.value(), ""),
        false => found,
    };
    let missing = refused.iter().filter(|signal| scene.targets.store(***signal).is_none());
    let found = mended(sender, scene.targets).into_iter().fold(found, Finding::help);
    let found =
        missing.fold(found, |found, signal| found.help(format!("{signal} go to `{}`", table_of(**signal))));
    scene.faults.push(found);
    false
}

/// `send_to` with every signal at a target that takes it, what is sent elsewhere left as it is.
fn mended(sender: &RouteSender<'_>, targets: &Targets) -> Option<String> {
    let written = sender.send_to.get()?;
    let takers = |signal: Signal| {
        let names = written.of(signal)?.names.iter().filter_map(|name| targets.named(name));
        let takers = names.filter_map(|to| match to.takes().contains(&signal) {
            true => Some(to),
            false => targets.store(signal),
        });
        Some((signal, takers.cloned().collect()))
    };
    send_to(&sender.signals.iter().filter_map(|signal| takers(*signal)).collect())
}

/// `send_to = ...`, in the shortest form; `None` where nothing is sent anywhere.
pub(super) fn send_to(by_signal: &BTreeMap<Signal, Vec<RouteTarget>>) -> Option<String> {
    let quoted = |targets: &[RouteTarget]| {
        let mut names: Vec<String> = Vec::new();
        for name in targets.iter().map(|target| format!("\"{target}\"")) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        match names.as_slice() {
            [only] => only.clone(),
            several => format!("[{}]", several.join(", ")),
        }
    };
    let sent = by_signal.iter().filter(|(_, targets)| !targets.is_empty());
    let sent: Vec<_> = sent.map(|(signal, targets)| (signal, quoted(targets))).collect();
    match sent.as_slice() {
        [] => None,
        [(_, first), rest @ ..]
            if sent.len() == by_signal.len() && rest.iter().all(|(_, to)| to == first) =>
        {
            Some(format!("send_to = {first}"))
        }
        pairs => {
            let pairs: Vec<_> = pairs.iter().map(|(signal, to)| format!("{signal} = {to}")).collect();
            Some(format!("send_to = {{ {} }}", pairs.join(", ")))
        }
    }
}

/// The table of what keeps a signal.
pub(super) fn table_of(signal: Signal) -> &'static str {
    match signal {
        Signal::Metrics => "[prometheus]",
        Signal::Logs => "[loki]",
        Signal::Traces | Signal::Profiles => "[tempo]",
    }
}

/// A way with its protocol: what is written, else gRPC where it is served.
fn with_protocol(sender: &RouteSender<'_>, way: Reached, scene: &mut Scene<'_>) -> Option<Route> {
    let open = scene.targets.open(&way.to)?;
    if sender.is_app() && way.to == RouteTarget::Prometheus(PrometheusReceiver::RemoteWrite) {
        return scene.fault(only_remote_write(sender, &way, scene.targets));
    }
    let [grpc, http] = [OtlpProtocol::Grpc, OtlpProtocol::HttpProtobuf];
    let [first, second] = if sender.is_app() { [http, grpc] } else { [grpc, http] };
    let preferred = if open.serves(first) { first } else { second };
    let written = sender.protocol.get().copied();
    // What a collector speaks to other receivers says nothing about an API that has HTTP alone.
    let written = written.filter(|_| sender.is_app() || matches!(open, OpenListeners::Receivers(_)));
    let protocol = written.unwrap_or(preferred);
    if !open.serves(protocol) {
        let found = no_listener(sender, &way.to, (open, protocol));
        return scene.fault(found);
    }
    Some(Route { to: way.to, signals: way.signals, protocol, key: way.key })
}

/// An SDK speaks OTLP alone.
fn only_remote_write(sender: &RouteSender<'_>, way: &Reached, targets: &Targets) -> Finding {
    let title = format!("{} speaks OTLP, Prometheus takes remote write alone", sender.spoken());
    let found = Finding::error(Code("no-listener"), title).at((way.key.clone(), KeyPart::Value), "");
    let found = found.also((KeyPath::of(["prometheus"]), KeyPart::Header), "");
    match targets.collectors() {
        [] => found.help("send to a collector: add `[collector.main]`"),
        [first, ..] => found.help(format!("send to a collector, for example: \"collector.{first}\"")),
    }
}

/// Whether a program goes by the protocol that its environment names: SDKs that make their exporters themselves do.
fn told(sdk: &SdkTable) -> bool {
    let language = sdk.language.get();
    matches!(language, Some(SdkLanguage::Java | SdkLanguage::Python | SdkLanguage::Node))
}

fn written(text: &str, key: &KeyPath, scene: &mut Scene<'_>) -> Option<RouteTarget> {
    if let Some(target) = scene.targets.named(text) {
        return Some(target.clone());
    }
    if !scene.targets.is_complete() {
        return None;
    }
    let known: Vec<String> = scene.targets.all().take(20 * NAMED).map(ToString::to_string).collect();
    let with_prefix = format!("collector.{text}");
    let near = known.iter().find(|name| **name == with_prefix).map(String::as_str);
    let near = near.or_else(|| nearest(text, known.iter().map(String::as_str)));
    let found = Finding::error(Code("reference-unknown"), format!("`{text}` does not exist"))
        .at((key.clone(), KeyPart::Value), "");
    let found = match near {
        Some(near) => found.help(format!("did you mean `{near}`?")),
        None if known.is_empty() => found.help("add `[tempo]`, or a collector"),
        None => found.help(format!("there is {}", known[..known.len().min(NAMED)].join(", "))),
    };
    scene.fault(found)
}

fn by_default(sender: &RouteSender<'_>, signal: Signal, scene: &mut Scene<'_>) -> Option<RouteTarget> {
    let targets = scene.targets;
    match targets.collectors() {
        _ if !targets.is_complete() => return None,
        [only] if sender.is_app() => return Some(RouteTarget::Collector(only.clone())),
        several @ [_, _, ..] if sender.is_app() => return scene.fault(ambiguous(sender, several)),
        _ => {}
    }
    if let Some(store) = targets.store(signal) {
        return Some(store.clone());
    }
    let title = match signal {
        Signal::Traces => format!("{} has nowhere to send", sender.spoken()),
        _ => format!("{} has nowhere to send {signal}", sender.spoken()),
    };
    let found = Finding::error(Code("send-to-missing"), title)
        .at(sender.at.header(), "")
        .help(format!("add `{}`", table_of(signal)));
    let other = targets.collectors().iter().find(|name| name.as_str() != sender.name);
    let help = |other: &ComponentName| match signal {
        Signal::Traces => format!("send_to = \"collector.{other}\""),
        _ => format!("send_to = {{ {signal} = \"collector.{other}\" }}"),
    };
    scene.fault(other.iter().fold(found, |found, other| found.help(help(other))))
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

fn protocol_missing(sender: &RouteSender<'_>, sdk: &SdkTable, only_http: bool) -> Finding {
    let title = match sdk.language.get() {
        Some(SdkLanguage::Rust) => "a Rust program fixes its protocol when it is built",
        _ => "a program may fix its protocol when it is built",
    };
    let place = if sdk.at.is_written() { sdk.at.key() } else { sender.at.header() };
    let protocol = if only_http { OtlpProtocol::HttpProtobuf } else { OtlpProtocol::Grpc };
    Finding::error(Code("protocol-missing"), title)
        .at(place, "")
        .help(format!("write what the program was built with: protocol = \"{protocol}\""))
}

fn no_listener(
    sender: &RouteSender<'_>,
    to: &RouteTarget,
    (open, protocol): (&OpenListeners, OtlpProtocol),
) -> Finding {
    let (speaks, opens) = match protocol {
        OtlpProtocol::Grpc => ("gRPC", "HTTP"),
        OtlpProtocol::HttpProtobuf | OtlpProtocol::HttpJson => ("HTTP", "gRPC"),
    };
    let table = to.to_string();
    let (target, help) = match to {
        RouteTarget::Tempo => {
            ("Tempo".to_owned(), "in `[tempo]`: receive = { grpc = 14317, http = 14318 }".to_owned())
        }
        RouteTarget::Collector(name) => (
            format!("collector `{name}`"),
            format!("in `[{table}]`: receive = {{ grpc = 4317, http = 4318 }}"),
        ),
        RouteTarget::Prometheus(_) => ("Prometheus".to_owned(), "send to a collector".to_owned()),
        RouteTarget::Loki => ("Loki".to_owned(), "send to a collector".to_owned()),
    };
    let found = |title: String| Finding::error(Code("no-listener"), title);
    match open {
        OpenListeners::Api(false) => found(format!("`{table}` is sent to, and its `http` is switched off"))
            .at((KeyPath::of([table.as_str(), "http"]), KeyPart::Key), "")
            .also(sender.at.header(), "sends to it")
            .help("leave `enabled` out"),
        OpenListeners::Api(true) => {
            found(format!("`{}` speaks {speaks}, {target} opens only {opens}", sender.name))
                .at(sender.protocol.key(), "")
                .help(help)
                .help("protocol = \"http/protobuf\"")
        }
        OpenListeners::Receivers(listeners) => {
            found(format!("`{}` speaks {speaks}, {target} opens only {opens}", sender.name))
                .at(sender.protocol.key(), "")
                .also((listeners.key.clone(), KeyPart::Key), "")
                .help(help)
        }
    }
}

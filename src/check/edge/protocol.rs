//! Whether both ends speak the same, about a path that is served, and of what is taken.

use super::super::unchecked;
use super::Pair;
use super::condition::{ConditionKind, Fault, Found};
use crate::model::dataflow::{Carried, Client, HeaderShown, Listener, Protocol, Signal};
use std::collections::BTreeSet;

/// Whether a listener understands a client.
pub(in super::super) fn understands(listener: &Listener, client: &Client) -> bool {
    let served = listener.protocol;
    match client.protocol {
        // What it makes of it is seen at the other end.
        _ if matches!(served, Protocol::Passed(_)) => true,
        Protocol::Passed(carried) => takes_carried(served, carried),
        Protocol::TempoInternal if served == Protocol::TempoApi => listener.takes.grpc_over_http,
        Protocol::RemoteWrite => served == Protocol::PrometheusApi,
        Protocol::Otlp => matches!(served, Protocol::OtlpGrpc | Protocol::OtlpHttp),
        Protocol::Scrape => {
            !matches!(served, Protocol::OtlpGrpc | Protocol::OtlpHttp | Protocol::TempoInternal)
        }
        Protocol::OtlpHttp if takes_otlp_below(listener, client) => true,
        protocol => protocol == served,
    }
}

/// Whether a listener takes what a proxy passes on.
fn takes_carried(served: Protocol, carried: Carried) -> bool {
    match carried {
        Carried::Any => true,
        Carried::Http => !matches!(served, Protocol::OtlpGrpc | Protocol::TempoInternal),
        Carried::Grpc => !matches!(
            served,
            Protocol::OtlpHttp | Protocol::PrometheusApi | Protocol::LokiApi | Protocol::OwnHttp
        ),
    }
}

/// Whether a client posts OTLP to the path below which another API takes it.
fn takes_otlp_below(listener: &Listener, client: &Client) -> bool {
    let path = client.sends.path.as_deref().unwrap_or_default();
    let base = path.rsplit_once("/v1/").map_or(path, |(base, _)| base);
    listener.takes.otlp_below.is_some_and(|below| below == base)
}

/// The protocol, and what a client wants of it beyond plain answers.
pub(super) fn judge(pair: &Pair<'_>) -> Found {
    if !understands(pair.listener, pair.client) {
        return Found::Broken(Fault::Protocol);
    }
    if pair.client.protocol == Protocol::Otlp {
        return Found::NotKnown(unchecked::SDK_DEFAULT);
    }
    let streams = pair.client.sends.streams.is_some() && !pair.listener.takes.grpc_over_http;
    Found::of(streams.then_some(Fault::Streaming))
}

/// The path of the request; nothing to ask where the protocol is another one anyway.
pub(super) fn judge_path(pair: &Pair<'_>) -> Found {
    if takes_otlp_below(pair.listener, pair.client) {
        return Found::Met;
    }
    let (taken, sent) = (&pair.listener.takes.path, &pair.client.sends.path);
    if let (Some(taken), Some(sent)) = (taken, sent) {
        let differs = taken.trim_end_matches('/') != sent.trim_end_matches('/');
        return Found::of(
            differs.then(|| Fault::Path(format!("posts to {sent}, and traces are taken at {taken}"))),
        );
    }
    let spoken = understands(pair.listener, pair.client);
    let sent = pair.client.wrong_path.as_ref().filter(|_| spoken);
    Found::of(sent.map(|sent| Fault::Path(sent.clone())))
}

/// What a request has to bring, and whether the signals that it carries are taken.
pub(super) fn judge_terms(pair: &Pair<'_>) -> Vec<(ConditionKind, Found)> {
    let (takes, sends) = (&pair.listener.takes, &pair.client.sends);
    let mut all = Vec::new();
    let own = matches!(pair.client.protocol, Protocol::TempoInternal | Protocol::Scrape);
    if takes.tenant.is_some() && !own {
        all.push((ConditionKind::Tenant, shown(sends.tenant, Fault::NoTenant)));
    }
    if takes.credentials.is_some() {
        all.push((ConditionKind::Credentials, shown(sends.credentials, Fault::NoCredentials)));
    }
    if let Some(taken) = &takes.signals {
        let sent: BTreeSet<Signal> =
            sends.pipelines.iter().filter_map(|id| Signal::of_pipeline(id)).chain(sends.signal).collect();
        let unserved = sent.difference(taken).map(|signal| Found::Broken(Fault::Unserved(*signal)));
        all.extend(unserved.map(|found| (ConditionKind::Signals, found)));
    }
    all
}

fn shown(shown: HeaderShown, fault: Fault) -> Found {
    match shown {
        HeaderShown::Yes => Found::Met,
        HeaderShown::No => Found::Broken(fault),
        HeaderShown::NotKnown => Found::NotKnown(unchecked::HEADERS),
    }
}

/// Remote writes and OTLP are taken by a Prometheus where the receiver for them is switched on.
pub(super) fn judge_signals(pair: &Pair<'_>) -> Option<Found> {
    let takes = &pair.listener.takes;
    let switched = match pair.client.protocol {
        Protocol::RemoteWrite => takes.remote_write,
        Protocol::OtlpHttp if pair.listener.protocol == Protocol::PrometheusApi => takes.otlp_metrics,
        _ => return None,
    };
    Some(match switched {
        Some(true) => Found::Met,
        Some(false) => Found::Broken(Fault::RemoteWriteOff),
        None => Found::NotKnown(unchecked::FLAGS),
    })
}

//! `protocol-mismatch`: the listener speaks something else, or is asked for a path it does not have.

use super::advice;
use super::edge::Fault;
use super::facts::{Facts, shown_listener};
use crate::diagnostic::{Code, Finding, Findings, Help, SourceName, TextChange};
use crate::model::dataflow::Protocol;

/// The code of this rule.
pub(super) const CODE: Code = Code("protocol-mismatch");
/// The code of streams that are not served.
pub(super) const STREAMING: Code = Code("streaming-off");
/// The code of remote writes that are not taken.
pub(super) const REMOTE_WRITE: Code = Code("remote-write-off");

/// Speaks of clients that post to a doubled path, whoever listens: no server has one.
pub(super) fn doubled(facts: &Facts<'_>, findings: &mut Findings) {
    for judged in facts.judged.iter().filter(|judged| judged.listener.is_none()) {
        let client = &facts.topology.clients[judged.client];
        let Some(sent) = &client.wrong_path else { continue };
        let doubled =
            ["traces", "metrics", "logs"].iter().any(|s| sent.ends_with(&format!("/v1/{s}/v1/{s}")));
        if doubled {
            let finding =
                Finding::warning(CODE, format!("`{}` appends its path to one that has it", client.setting))
                    .at(client.at.clone(), sent.clone())
                    .help(
                        "an endpoint without `/v1/...`, or the key of one signal, whose URL is taken whole",
                    );
            findings.push(finding.edge(client.edge(facts.topology)));
        }
    }
}

/// Speaks of searches that are asked for as a stream where none is served.
pub(super) fn streaming(facts: &Facts<'_>, findings: &mut Findings) {
    for broken in facts.broken().filter(|broken| *broken.fault == Fault::Streaming) {
        let (client, listener) = (broken.client, broken.listener);
        let at = client.sends.streams.clone().unwrap_or_else(|| client.at.clone());
        let finding = Finding::error(STREAMING, format!("`{}` streams, Tempo does not", client.setting))
            .at(at, "every search ends in `Unimplemented`")
            .also(listener.at.clone(), "served without `stream_over_http_enabled`")
            .help(streams(advice::source(facts, listener.program)))
            .help(does_not_stream(advice::source(facts, client.program), &client.setting));
        findings.push(finding.edge(broken.edge));
    }
}

fn streams(tempo: SourceName) -> Help {
    let (way, value) = ("stream_over_http_enabled".to_owned(), "true".to_owned());
    let help = Help::from(format!("`{way}: {value}`, at the top of Tempo's file"));
    help.edit(tempo, TextChange::SetKey { way, value })
}

fn does_not_stream(grafana: SourceName, datasource: &str) -> Help {
    let key = "streamingEnabled";
    let help = Help::from(format!("or remove `{key}` from the datasource"));
    help.edit(grafana, TextChange::RemoveKey { way: format!("{datasource}.jsonData.{key}") })
}

/// Speaks of remote writes to a Prometheus that takes none.
pub(super) fn remote_write(facts: &Facts<'_>, findings: &mut Findings) {
    for broken in facts.broken().filter(|broken| *broken.fault == Fault::RemoteWriteOff) {
        let (client, listener) = (broken.client, broken.listener);
        let (what, flag) = match client.protocol {
            Protocol::RemoteWrite => ("remote write", "--web.enable-remote-write-receiver"),
            _ => ("OTLP", "--web.enable-otlp-receiver"),
        };
        let title = format!("`{}` writes to a Prometheus that takes no {what}", client.setting);
        let finding = Finding::error(REMOTE_WRITE, title)
            .at(client.at.clone(), "answered with 404, and the metrics are dropped")
            .also(listener.at.clone(), format!("started without `{flag}`"))
            .help(format!("add `{flag}` to the command line of Prometheus"));
        findings.push(finding.edge(broken.edge));
    }
}

/// Speaks of edges whose two ends do not understand each other.
pub(super) fn judge(facts: &Facts<'_>, findings: &mut Findings) {
    for broken in facts.broken() {
        let (client, listener) = (broken.client, broken.listener);
        let server = shown_listener(facts.server(listener), listener);
        let finding = match broken.fault {
            Fault::Protocol => {
                let title = format!("{} is dialled where {} is served", client.protocol, listener.protocol);
                let finding = Finding::error(CODE, title)
                    .at(client.at.clone(), format!("`{}` dials {}", client.setting, client.peer()))
                    .also(listener.at.clone(), format!("{server} on port {}", listener.port));
                advice::right_listener(facts, client, listener).into_iter().fold(finding, Finding::help)
            }
            Fault::Passed(text) => Finding::error(CODE, text.clone())
                .at(client.at.clone(), format!("`{}` dials {}", client.setting, client.peer()))
                .also(listener.at.clone(), format!("{server} on port {}", listener.port))
                .help("pass it on to who serves it, or dial that without the proxy"),
            Fault::Path(sent) => Finding::error(CODE, format!("a path that {server} does not have"))
                .at(client.at.clone(), sent.clone())
                .also(listener.at.clone(), format!("{} on port {}", listener.protocol, listener.port))
                .help(advice::dial(facts, client, listener)),
            _ => continue,
        };
        findings.push(finding.edge(broken.edge));
    }
}

//! From what happened and what was seen to one cause with its evidence. Pure: all looking is done.
//!
//! The order follows the spans: the application's edge, then the answers of Tempo's API, then
//! Tempo's counters, then each collector on the way. The first that explains the failure is the
//! cause; what else was seen becomes its evidence.

use super::attempt::Happened;
use super::cause::{Cause, Failure, Limit, Mismatch};
use super::counters::Counters;
use super::edge::{Dialled, Judged, answered};
use super::gather::Snapshot;
use super::peer::Peer;
use super::route::{Collector, Door, Reader};
use super::said;
use super::send::Sent;
use super::tempo::{Api, By, Read};
use super::words::{self, host_of};

/// All that is known about a proof that did not succeed.
pub(super) struct Scene<'s> {
    pub(super) door: &'s Door,
    pub(super) reader: &'s Reader,
    pub(super) before: &'s Snapshot,
    pub(super) after: Snapshot,
    /// What is spoken at the door or at Tempo's API, whichever failed.
    pub(super) peer: Option<Peer>,
    /// Status and text of `/ready`.
    pub(super) ready: Option<(u16, String)>,
    /// What is spoken at Tempo's own gRPC server.
    pub(super) internal: Option<Peer>,
    /// For each collector, what became of a trace sent as its exporter sends.
    pub(super) hops: Vec<Option<(Sent, Option<Peer>)>>,
    /// For each collector, its newest log lines.
    pub(super) logs: Vec<Option<String>>,
    /// Tempo's newest log lines.
    pub(super) tempo_log: Option<String>,
}

/// The outcome of judging.
pub(super) enum Verdict {
    Failed(Failure),
    NotTried { edge: String, reason: String },
}

/// Judges what happened. `Proven` never comes here.
pub(super) fn judge(scene: &Scene<'_>, happened: &Happened) -> Verdict {
    match happened {
        Happened::NotSent(sent) => scene.not_sent(sent),
        Happened::NotRead(read) => scene.not_read(read),
        Happened::Incomplete(missing) => Verdict::Failed(scene.incomplete(missing)),
        Happened::Altered(change) => scene.at_door(Cause::Altered, vec![change.clone()]),
        Happened::NotReadByFrontend(read) => scene.not_read_by_frontend(read),
        Happened::Proven(_) => scene.at_door(Cause::NotYetReadable, Vec::new()),
    }
}

impl Scene<'_> {
    fn at_door(&self, cause: Cause, evidence: Vec<String>) -> Verdict {
        let door = &self.door;
        Verdict::Failed(Failure { edge: door.edge.clone(), peer: host_of(&door.dial.url), cause, evidence })
    }

    fn at_reader(&self, cause: Cause, evidence: Vec<String>) -> Failure {
        let reader = self.reader;
        Failure { edge: reader.edge.clone(), peer: host_of(&reader.api), cause, evidence }
    }

    fn inside_tempo(&self, mismatch: Mismatch, mut evidence: Vec<String>) -> Failure {
        let peer = self.reader.internal.clone().unwrap_or_else(|| "its own gRPC server".to_owned());
        if let Some(Peer::Tls(_)) = self.internal {
            evidence.push(format!("{peer} answers a TLS handshake"));
        }
        evidence.extend(self.tempo_evidence());
        let edge = self.reader.internal_edge.clone();
        Failure { edge, peer, cause: Cause::Internal(mismatch), evidence }
    }

    fn at_collector(&self, index: usize, cause: Cause, evidence: Vec<String>) -> Failure {
        let collector = &self.door.through[index];
        let edge = collector.forwards.as_ref().map_or(&self.door.edge, |forward| &forward.edge).clone();
        Failure { edge, peer: format!("collector `{}`", collector.name), cause, evidence }
    }

    /// The edge that ends at Tempo's receiver.
    fn last_edge(&self) -> (String, String) {
        let forward = self.door.through.last().and_then(|collector| collector.forwards.as_ref());
        match forward {
            Some(forward) => (forward.edge.clone(), host_of(&forward.dial.url)),
            None => (self.door.edge.clone(), host_of(&self.door.dial.url)),
        }
    }

    fn not_sent(&self, sent: &Sent) -> Verdict {
        match Dialled::door(&self.door.dial, self.peer.as_ref()).of_sent(sent) {
            Judged::NotTried(reason) => Verdict::NotTried { edge: self.door.edge.clone(), reason },
            // The door answered in its own protocol: an edge it speaks of lies behind it.
            Judged::Cause(Cause::Edge(mismatch), said) if matches!(sent, Sent::Rejected(_)) => {
                Verdict::Failed(self.behind_the_door(mismatch, said))
            }
            Judged::Cause(cause, said) => self.at_door(cause, vec![said]),
        }
    }

    fn behind_the_door(&self, mismatch: Mismatch, said: String) -> Failure {
        if self.door.through.is_empty() {
            return self.inside_tempo(mismatch, vec![said]);
        }
        self.delivery(0).unwrap_or_else(|| self.at_collector(0, Cause::Edge(mismatch), vec![said]))
    }

    fn not_read(&self, read: &Read) -> Verdict {
        let said = |answer| self.read_evidence(By::Querier, &answered(answer));
        let dialled = Dialled::api(self.reader, self.peer.as_ref());
        let failure = match read {
            Read::Failed(fault) => match dialled.of_fault(fault) {
                Judged::NotTried(reason) => {
                    return Verdict::NotTried { edge: self.reader.edge.clone(), reason };
                }
                Judged::Cause(cause, said) => self.at_reader(cause, vec![said]),
            },
            Read::Garbage(answer) => self.at_reader(Cause::UnexpectedAnswer, vec![said(answer)]),
            Read::Answered(answer) if answer.status >= 500 => {
                self.querier_failed(&String::from_utf8_lossy(&answer.body), said(answer))
            }
            Read::Trace(_) => self.stages(Vec::new()),
            Read::Answered(answer) if answer.status == 404 => self.stages(vec![said(answer)]),
            Read::Answered(answer) => match dialled.of_answer(answer) {
                Judged::Cause(cause, _) => self.at_reader(cause, vec![said(answer)]),
                Judged::NotTried(reason) => self.at_reader(Cause::UnexpectedAnswer, vec![reason]),
            },
        };
        Verdict::Failed(failure)
    }

    fn read_evidence(&self, by: By, said: &str) -> String {
        format!("GET {}{} {said}", host_of(&self.reader.api), Api::path(by, "ID"))
    }

    /// The querier's door names the true cause when a client inside Tempo fails.
    fn querier_failed(&self, text: &str, said: String) -> Failure {
        match said::cause(text) {
            Some(Cause::Edge(mismatch)) => self.inside_tempo(mismatch, vec![said]),
            Some(cause) => self.at_reader(cause, vec![said]),
            None => match self.unready() {
                Some(unready) => self.at_reader(Cause::TempoNotReady, vec![unready, said]),
                None => self.at_reader(Cause::UnexpectedAnswer, vec![said]),
            },
        }
    }

    fn unready(&self) -> Option<String> {
        let (status, text) = self.ready.as_ref()?;
        (*status != 200).then(|| format!("GET {}/ready answered {status}: {text}", host_of(&self.reader.api)))
    }

    /// The trace is unknown to Tempo, and its API works: where did it stay?
    fn stages(&self, seen: Vec<String>) -> Failure {
        let failure = self
            .discarded()
            .or_else(|| self.refused_by_tempo())
            .or_else(|| (0..self.door.through.len()).find_map(|index| self.collector(index)))
            .unwrap_or_else(|| self.tempo_kept_it());
        Failure { evidence: [seen, failure.evidence].concat(), ..failure }
    }

    fn tempo_counters(&self) -> Option<(&Counters, &Counters)> {
        Some((self.before.tempo.as_ref()?, self.after.tempo.as_ref()?))
    }

    /// The counters of Tempo that tell what it did with the spans.
    fn tempo_evidence(&self) -> Vec<String> {
        let Some((before, after)) = self.tempo_counters() else { return Vec::new() };
        let mut evidence: Vec<String> = ["tempo_receiver_accepted_spans", "tempo_receiver_refused_spans"]
            .map(|name| after.evidence(before, name))
            .into();
        let appends = "tempo_distributor_ingester_append_failures_total";
        if after.get(appends) > 0.0 {
            evidence.push(after.evidence(before, appends));
        }
        evidence.push(after.evidence(before, "tempo_query_frontend_connected_clients"));
        evidence
    }

    fn discarded(&self) -> Option<Failure> {
        let (before, after) = self.tempo_counters()?;
        let discarded = "tempo_discarded_spans_total";
        let reasons = after.risen_labels(before, discarded);
        let limit = match *reasons.first()? {
            "rate_limited" => Cause::Limit(Limit::Rate),
            "trace_too_large" => Cause::Limit(Limit::TraceSize),
            "live_traces_exceeded" => Cause::Limit(Limit::LiveTraces),
            _ => Cause::ReceivedNotStored,
        };
        let (edge, peer) = self.last_edge();
        let evidence = format!("{}, reason {}", after.evidence(before, discarded), reasons.join(", "));
        Some(Failure { edge, peer, cause: limit, evidence: vec![evidence] })
    }

    /// Spans reached Tempo's receiver, and Tempo refused them itself.
    fn refused_by_tempo(&self) -> Option<Failure> {
        let (before, after) = self.tempo_counters()?;
        if after.rise(before, "tempo_receiver_refused_spans") <= 0.0 {
            return None;
        }
        let told = self.door.through.len().checked_sub(1).and_then(|last| self.delivery(last));
        Some(match told {
            Some(Failure { cause: Cause::Edge(mismatch), evidence, .. }) => {
                self.inside_tempo(mismatch, evidence)
            }
            Some(failure) => {
                Failure { evidence: [failure.evidence, self.tempo_evidence()].concat(), ..failure }
            }
            None => self.at_reader(Cause::ReceivedNotStored, self.tempo_evidence()),
        })
    }

    /// The collector at which the spans stayed, if it is this one.
    fn collector(&self, index: usize) -> Option<Failure> {
        let counters = self.before.collectors.get(index).and_then(Option::as_ref);
        let counters = counters.zip(self.after.collectors.get(index).and_then(Option::as_ref));
        let Some((before, after)) = counters else { return self.delivery(index) };
        let risen = |name| after.rise(before, name) > 0.0;
        let evidence = |names: &[&str]| names.iter().map(|name| after.evidence(before, name)).collect();
        let (sent, failed) = ("otelcol_exporter_sent_spans", "otelcol_exporter_send_failed_spans");
        let (full, queue) = ("otelcol_exporter_enqueue_failed_spans", "otelcol_exporter_queue_size");
        let (cause, evidence): (_, Vec<String>) = if risen(full) {
            (Cause::QueueFull, evidence(&[full, queue]))
        } else if risen(failed) {
            (Cause::ExporterDropped, evidence(&[failed, sent]))
        } else if risen(sent) {
            return None;
        } else if after.get(queue) > 0.0 {
            (Cause::ExporterRetrying, evidence(&[queue, sent]))
        } else {
            (Cause::NotForwarded, evidence(&["otelcol_receiver_accepted_spans", sent, queue]))
        };
        Some(match self.delivery(index) {
            Some(root) if cause != Cause::QueueFull => {
                Failure { evidence: [evidence, root.evidence].concat(), ..root }
            }
            Some(root) => self.at_collector(index, cause, [evidence, root.evidence].concat()),
            None => self.at_collector(index, cause, evidence),
        })
    }

    /// Why a collector cannot deliver: by a trace sent as its exporter sends, or by its log.
    fn delivery(&self, index: usize) -> Option<Failure> {
        let collector = &self.door.through[index];
        let log = self.logs.get(index).and_then(Option::as_deref);
        let logged = log.and_then(|log| said::newest(log, &["Exporting failed"]));
        let line = logged
            .as_ref()
            .map(|(line, _)| format!("collector `{}` logged: {}", collector.name, words::log_error(line)));
        if let Some((cause, sent)) = self.hop(index, collector) {
            let evidence = [Some(sent), line].into_iter().flatten().collect();
            return Some(self.at_forward(index, cause, evidence));
        }
        logged.map(|(_, cause)| self.at_forward(index, cause, line.into_iter().collect()))
    }

    fn at_forward(&self, index: usize, cause: Cause, evidence: Vec<String>) -> Failure {
        let failure = self.at_collector(index, cause, evidence);
        match &self.door.through[index].forwards {
            Some(forward) => Failure { peer: host_of(&forward.dial.url), ..failure },
            None => failure,
        }
    }

    /// The cause seen by sending as the exporter does, where that failed too.
    fn hop(&self, index: usize, collector: &Collector) -> Option<(Cause, String)> {
        let (sent, peer) = self.hops.get(index)?.as_ref()?;
        if matches!(sent, Sent::Accepted) {
            return None;
        }
        let dial = &collector.forwards.as_ref()?.dial;
        match Dialled::door(dial, peer.as_ref()).of_sent(sent) {
            Judged::NotTried(_) => None,
            Judged::Cause(cause, said) => {
                Some((cause, format!("sent as collector `{}` sends: {said}", collector.name)))
            }
        }
    }

    /// All collectors passed it on, or there is none.
    fn tempo_kept_it(&self) -> Failure {
        let Some((before, after)) = self.tempo_counters() else {
            let unready = self.unready();
            let cause = if unready.is_some() { Cause::TempoNotReady } else { Cause::Lost };
            return self.at_reader(cause, unready.into_iter().collect());
        };
        let mut evidence = self.tempo_evidence();
        let created = ["tempo_ingester_traces_created_total", "tempo_live_store_traces_created_total"];
        evidence.extend(
            created.iter().filter(|name| after.get(name) > 0.0).map(|name| after.evidence(before, name)),
        );
        if after.restarted_since(before) {
            evidence.push("Tempo was restarted meanwhile: its counters began anew".to_owned());
            return self.at_reader(Cause::ReceivedNotStored, evidence);
        }
        if after.rise(before, "tempo_receiver_accepted_spans") <= 0.0 {
            let (edge, peer) = self.last_edge();
            return Failure { edge, peer, cause: Cause::ForwardedElsewhere, evidence };
        }
        if let Some(unready) = self.unready() {
            return self.at_reader(Cause::TempoNotReady, [vec![unready], evidence].concat());
        }
        let stored = created.iter().any(|name| after.rise(before, name) > 0.0);
        self.at_reader(if stored { Cause::NotYetReadable } else { Cause::ReceivedNotStored }, evidence)
    }

    fn incomplete(&self, missing: &[u32]) -> Failure {
        let cause = Cause::SpansMissing(missing.to_vec());
        match self.discarded() {
            Some(failure) => {
                let said = cause.title(&failure.peer);
                Failure { evidence: [vec![said], failure.evidence].concat(), ..failure }
            }
            None => self.at_reader(cause, self.tempo_evidence()),
        }
    }

    /// The querier showed the trace; the query frontend, which Grafana reads, did not.
    fn not_read_by_frontend(&self, read: &Read) -> Verdict {
        let said = match read {
            Read::Failed(fault) => format!("failed: {fault}"),
            Read::Answered(answer) | Read::Garbage(answer) => answered(answer),
            Read::Trace(_) => "answered 200 and no trace".to_owned(),
        };
        let evidence: Vec<String> =
            [Some(self.read_evidence(By::Frontend, &said)), self.unready()].into_iter().flatten().collect();
        let logged =
            self.tempo_log.as_deref().and_then(|log| said::newest(log, &["error contacting frontend"]));
        let mismatch = match (logged, &self.internal) {
            (Some((_, Cause::Edge(mismatch))), _) => Some(mismatch),
            (_, Some(Peer::Tls(_))) => Some(Mismatch::PlaintextToTls),
            (_, Some(Peer::Unreachable(_))) => Some(Mismatch::NobodyListens),
            _ => None,
        };
        let unconnected = self
            .after
            .tempo
            .as_ref()
            .is_some_and(|now| now.get("tempo_query_frontend_connected_clients") <= 0.0);
        Verdict::Failed(match mismatch.filter(|_| unconnected) {
            Some(mismatch) => self.inside_tempo(mismatch, evidence),
            None => self.at_reader(Cause::FrontendSilent, [evidence, self.tempo_evidence()].concat()),
        })
    }
}

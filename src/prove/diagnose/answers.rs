//! What the listener and the store's API answered, or failed to answer.

use super::Scene;
use crate::prove::NotTried;
use crate::prove::cause::{Failure, FailureCause, Mismatch};
use crate::prove::edge::{Dialled, EdgeFailure, answered};
use crate::prove::peer::Peer;
use crate::prove::route::Store;
use crate::prove::said;
use crate::prove::send::Sent;
use crate::prove::store::{Api, By, Read};
use crate::prove::words::host_of;

impl Scene<'_> {
    /// The listener did not take what was sent.
    pub(super) fn not_sent(&self, sent: &Sent) -> Result<Failure, NotTried> {
        let answered = matches!(sent, Sent::Rejected(_));
        Ok(match Dialled::endpoint(&self.endpoint.dial, self.peer.as_ref()).of_sent(sent) {
            EdgeFailure::NotTried(reason) => {
                return Err(NotTried { edge: self.endpoint.edge.clone(), reason });
            }
            // The listener answered in its own protocol: an edge or a queue it speaks of lies behind it.
            EdgeFailure::Cause(cause @ (FailureCause::Edge(_) | FailureCause::QueueFull), said)
                if answered =>
            {
                self.behind_the_endpoint(cause, said)
            }
            EdgeFailure::Cause(cause @ FailureCause::Edge(Mismatch::NobodyListens), said)
                if self.endpoint.through.is_empty() =>
            {
                self.at_endpoint(cause, [Some(said), self.unready()].into_iter().flatten().collect())
            }
            EdgeFailure::Cause(cause, said) => self.at_endpoint(cause, vec![said]),
        })
    }

    fn behind_the_endpoint(&self, cause: FailureCause, said: String) -> Failure {
        match cause {
            FailureCause::Edge(mismatch)
                if self.endpoint.through.is_empty() && self.store() == Store::Tempo =>
            {
                self.inside_tempo(mismatch, vec![said])
            }
            cause if self.endpoint.through.is_empty() => self.at_endpoint(cause, vec![said]),
            cause => self.kept_by(0, cause, vec![said]),
        }
    }

    /// The listener took it, and by the deadline nothing of it had come back.
    pub(super) fn not_read(&self, read: &Read) -> Result<Failure, NotTried> {
        let said = |answer| self.read_evidence(By::Id, &answered(answer));
        let dialled = Dialled::api(self.reader, self.peer.as_ref());
        let judged = match read {
            Read::Failed(fault) => dialled.of_fault(fault),
            Read::Garbage(answer) => EdgeFailure::Cause(FailureCause::UnexpectedAnswer, said(answer)),
            Read::Items(_) => return Ok(self.stages(Vec::new())),
            // So did older versions, which are no less Tempo.
            Read::Answered(answer)
                if answer.status == 404
                    && self.store() == Store::Tempo
                    && self.store_counters().is_some() =>
            {
                return Ok(self.stages(vec![said(answer)]));
            }
            Read::Answered(answer) if String::from_utf8_lossy(&answer.body).contains("Prometheus Agent") => {
                EdgeFailure::NotTried(
                    "Prometheus runs as an agent: it passes points on, and none can be read back".to_owned(),
                )
            }
            Read::Answered(answer) if answer.status >= 500 => {
                let text = String::from_utf8_lossy(&answer.body);
                return Ok(self.querier_failed(&text, said(answer)));
            }
            Read::Answered(answer) => match dialled.of_answer(answer) {
                // Those speak of a listener that is sent to.
                EdgeFailure::Cause(FailureCause::Limit(_) | FailureCause::NotOtlp | FailureCause::Age, _) => {
                    EdgeFailure::Cause(FailureCause::UnexpectedAnswer, said(answer))
                }
                EdgeFailure::Cause(cause, _) => EdgeFailure::Cause(cause, said(answer)),
                not_tried @ EdgeFailure::NotTried(_) => not_tried,
            },
        };
        match judged {
            EdgeFailure::NotTried(reason) => Err(NotTried { edge: self.reader.edge.clone(), reason }),
            EdgeFailure::Cause(cause, said) => Ok(self.at_reader(cause, vec![said])),
        }
    }

    fn read_evidence(&self, by: By, said: &str) -> String {
        // Of a query what is asked for says no more.
        let path = match self.store() {
            Store::Tempo => Api::path(by, "/querier/api/v2/traces/ID"),
            Store::Prometheus => "/api/v1/query",
            Store::Loki => "/loki/api/v1/query_range",
        };
        format!("GET {}{path} {said}", host_of(&self.reader.api))
    }

    /// The listener of Tempo's querier names the true cause when a client inside Tempo fails.
    fn querier_failed(&self, text: &str, said: String) -> Failure {
        match said::cause(text) {
            Some(FailureCause::Edge(mismatch)) if self.store() == Store::Tempo => {
                self.inside_tempo(mismatch, vec![said])
            }
            Some(cause) if !matches!(cause, FailureCause::Edge(_)) => self.at_reader(cause, vec![said]),
            _ => match self.unready() {
                Some(unready) => self.at_reader(FailureCause::NotReady, vec![unready, said]),
                None => self.at_reader(FailureCause::UnexpectedAnswer, vec![said]),
            },
        }
    }

    /// The querier showed the trace; the query frontend, which Grafana reads, did not.
    pub(super) fn not_read_by_frontend(&self, read: &Read) -> Failure {
        let said = match read {
            Read::Failed(fault) => format!("failed: {fault}"),
            Read::Answered(answer) | Read::Garbage(answer) => answered(answer),
            Read::Items(_) => "answered 200 and no trace".to_owned(),
        };
        let said = self.read_evidence(By::Frontend, &said);
        let evidence: Vec<String> = [Some(said), self.unready()].into_iter().flatten().collect();
        let log = self.store_log.as_deref();
        let logged = log.and_then(|log| said::newest(log, "error contacting frontend"));
        let mismatch = match (logged, &self.internal) {
            (Some((_, Some(FailureCause::Edge(mismatch)))), _) => Some(mismatch),
            (_, Some(Peer::Tls(_))) => Some(Mismatch::PlaintextToTls),
            (_, Some(Peer::Unreachable(_))) => Some(Mismatch::NobodyListens),
            _ => None,
        };
        let clients = "tempo_query_frontend_connected_clients";
        let unconnected = self.after.store.as_ref().is_some_and(|now| now.get(clients) <= 0.0);
        match mismatch.filter(|_| unconnected) {
            Some(mismatch) => self.inside_tempo(mismatch, evidence),
            None => self.at_reader(FailureCause::FrontendSilent, [evidence, self.tempo_evidence()].concat()),
        }
    }
}

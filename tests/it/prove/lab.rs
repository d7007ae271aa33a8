//! What the tests of causes share: listeners and readers for running engines, and the message of a
//! failed proof with everything that moves replaced.

use super::engines::{CAUSES, Collector, Engine, Tempo};
use std::fmt::Write;
use std::time::Duration;
use tracewright::model::dataflow::OtlpProtocol;
use tracewright::model::dataflow::OtlpProtocol::Grpc;
use tracewright::prove::{
    self, Dial, Endpoint, Failure, Forward, LogSource, LoggedComponent, NotTried, Numbered, Reader,
    SignalProof, SignalProver, SignalWay, Store, Tally, Tls,
};

/// A prover of one way after another.
pub struct OneProver<'p> {
    pub reader: &'p Reader,
    pub logs: &'p dyn LogSource,
    pub within: Duration,
}

impl OneProver<'_> {
    fn way(&self, endpoint: &Endpoint) -> (SignalProver<'_>, [SignalWay; 1]) {
        let way = SignalWay { endpoint: endpoint.clone(), reader: self.reader.clone() };
        (SignalProver { logs: self.logs, within: self.within }, [way])
    }

    pub fn prove(&self, endpoint: &Endpoint) -> SignalProof {
        let (prover, way) = self.way(endpoint);
        prover.prove(&way).remove(0)
    }

    pub fn count(
        &self,
        endpoint: &Endpoint,
        numbered: Numbered,
    ) -> Result<(Tally, Option<Failure>), NotTried> {
        let (prover, way) = self.way(endpoint);
        prover.count(&way, numbered).remove(0)
    }
}

/// A endpoint that dials plaintext or TLS on loopback.
pub fn dial(protocol: OtlpProtocol, port: u16, tls: Option<Tls>) -> Dial {
    let scheme = if tls.is_some() { "https" } else { "http" };
    let path = match protocol {
        Grpc => "",
        _ => "/v1/traces",
    };
    Dial {
        protocol,
        url: format!("{scheme}://127.0.0.1:{port}{path}"),
        tls: tls.unwrap_or_default(),
        headers: Vec::new(),
    }
}

/// An application that dials so, with nothing between it and Tempo.
pub fn endpoint(dial: Dial) -> Endpoint {
    Endpoint {
        name: "shop".to_owned(),
        edge: "shop -> listener".to_owned(),
        service_name: "shop".to_owned(),
        store: Store::Tempo,
        dial,
        through: Vec::new(),
    }
}

/// A collector on the way; `forward` is what its exporter dials, where the prover may know it.
pub fn through(collector: &Collector, forward: Option<Dial>) -> prove::RouteCollector {
    prove::RouteCollector {
        name: "main".to_owned(),
        metrics: Some(format!("http://127.0.0.1:{}/metrics", collector.metrics)),
        forwards: forward.map(|dial| Forward { edge: "main -> tempo".to_owned(), dial, remote_write: false }),
    }
}

/// A reader of a Tempo in plaintext.
pub fn reader(tempo: &Tempo) -> Reader {
    Reader {
        edge: "grafana -> tempo".to_owned(),
        internal_edge: "tempo -> tempo".to_owned(),
        api: format!("http://127.0.0.1:{}", tempo.http),
        tls: Tls::default(),
        tenant: None,
        internal: Some(format!("127.0.0.1:{}", tempo.internal)),
    }
}

/// A reader of a Tempo that is not there.
pub fn nothing_to_read(port: u16) -> Reader {
    Reader {
        edge: "grafana -> tempo".to_owned(),
        internal_edge: "tempo -> tempo".to_owned(),
        api: format!("http://127.0.0.1:{port}"),
        tls: Tls::default(),
        tenant: None,
        internal: None,
    }
}

/// The logs of running engines.
#[derive(Default)]
pub struct Logged<'e> {
    pub collector: Option<&'e Engine>,
    pub tempo: Option<&'e Engine>,
}

impl LogSource for Logged<'_> {
    fn newest(&self, component: LoggedComponent<'_>) -> Option<String> {
        let engine = match component {
            LoggedComponent::Collector(_) => self.collector,
            LoggedComponent::Store(_) => self.tempo,
        };
        engine.map(Engine::log)
    }
}

/// Counts the failures that a text names.
pub fn counted(said: String, on: &str) -> String {
    println!("promise: {CAUSES} | {} | {on}", said.matches("failed[").count());
    said
}

/// A proof as the whole message of it, with ports by name and what differs from run to run left
/// out.
pub fn message(proof: &SignalProof, names: &[(u16, &str)]) -> String {
    let mut text = String::new();
    match proof {
        SignalProof::Proven(_) => text.push_str("proven\n"),
        SignalProof::CouldNotRun(not) => {
            write!(text, "could not be tried: {}\n  edge: {}\n", not.reason, not.edge).unwrap();
        }
        SignalProof::Failed(failure) => {
            let finding = failure.finding();
            write!(text, "failed[{}]: {}\n  edge: {}\n", finding.code, finding.title, failure.edge).unwrap();
            failure.evidence.iter().for_each(|line| writeln!(text, "  seen: {line}").unwrap());
            finding.help.iter().for_each(|line| writeln!(text, "  help: {line}").unwrap());
        }
    }
    for (port, name) in names {
        text = text.replace(&format!("127.0.0.1:{port}"), name);
    }
    text
}

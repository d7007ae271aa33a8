//! What a whole proof on real engines shows by chance only.

use super::*;
use crate::model::dataflow::OtlpProtocol;
use crate::prove::cause::Mismatch;
use crate::prove::route::{Dial, Forward, Reader, RouteCollector, Store, Tls};

const REFUSED: &str = "error Exporting failed. Will retry the request after interval. dial tcp 127.0.0.1:14317: connect: connection refused";

fn dial(port: u16) -> Dial {
    let url = format!("http://127.0.0.1:{port}");
    Dial { protocol: OtlpProtocol::Grpc, url, tls: Tls::default(), headers: Vec::new() }
}

/// The cause where a collector that should send to a port holds a span in its queue, and logged that nobody
/// listened on 14317; and where what is sent to its port is taken now, or that was not tried.
fn cause(port: u16, taken: bool) -> FailureCause {
    let forwards = Some(Forward { edge: "main -> tempo".to_owned(), dial: dial(port), remote_write: false });
    let collector = RouteCollector { name: "main".to_owned(), metrics: None, forwards };
    let endpoint = Endpoint {
        name: "shop".to_owned(),
        edge: "shop -> main".to_owned(),
        service_name: "shop".to_owned(),
        store: Store::Tempo,
        dial: dial(4317),
        through: vec![collector],
    };
    let reader = Reader {
        edge: "grafana -> tempo".to_owned(),
        internal_edge: "tempo -> tempo".to_owned(),
        api: "http://127.0.0.1:3200".to_owned(),
        tls: Tls::default(),
        tenant: None,
        internal: None,
    };
    let counted = |queue: u8| Snapshot {
        store: None,
        collectors: vec![Some(Counters::read(&format!("otelcol_exporter_queue_size {queue}\n")))],
    };
    let before = counted(0);
    let scene = Scene {
        endpoint: &endpoint,
        reader: &reader,
        before: &before,
        after: counted(1),
        peer: None,
        ready: None,
        internal: None,
        hops: vec![taken.then_some((Sent::Accepted, None))],
        logs: vec![Some(REFUSED.to_owned())],
        store_log: None,
    };
    scene.stages(Vec::new()).cause
}

#[test]
fn an_address_that_answers_again_is_no_cause() {
    let refused = FailureCause::Edge(Mismatch::NobodyListens);
    assert_eq!(cause(14317, true), FailureCause::ExporterRetrying);
    assert_eq!(cause(14317, false), refused);
    assert_eq!(cause(24317, true), refused, "its file sends it elsewhere");
}

//! What a whole proof on real engines shows by chance only.

use super::*;
use crate::dataflow::OtlpProtocol;
use crate::prove::route::{Collector, Dial, Tls};

const REFUSED: &str = "error Exporting failed. Will retry the request after interval. rpc error: connect: connection refused";

fn dial() -> Dial {
    let url = "http://127.0.0.1:4317".to_owned();
    Dial { protocol: OtlpProtocol::Grpc, url, tls: Tls::default(), headers: Vec::new() }
}

/// The cause where a collector holds a span in its queue and logged that nobody listened.
fn cause(hop: Option<(Sent, Option<Peer>)>) -> Cause {
    let collector = Collector { name: "main".to_owned(), metrics: None, forwards: None };
    let door = Door {
        name: "shop".to_owned(),
        edge: "shop -> main".to_owned(),
        service_name: "shop".to_owned(),
        dial: dial(),
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
        tempo: None,
        collectors: vec![Some(Counters::read(&format!("otelcol_exporter_queue_size {queue}\n")))],
    };
    let before = counted(0);
    let scene = Scene {
        door: &door,
        reader: &reader,
        before: &before,
        after: counted(1),
        peer: None,
        ready: None,
        internal: None,
        hops: vec![hop],
        logs: vec![Some(REFUSED.to_owned())],
        tempo_log: None,
    };
    scene.stages(Vec::new()).cause
}

#[test]
fn an_address_that_answers_again_is_no_cause() {
    assert_eq!(cause(Some((Sent::Accepted, None))), Cause::ExporterRetrying);
    assert_eq!(cause(None), Cause::Edge(Mismatch::NobodyListens));
}

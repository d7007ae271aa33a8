//! Proofs on real engines.

use super::engines::{Tempo, TempoSetup, find};
use std::time::Duration;
use tracewright::dataflow::OtlpProtocol;
use tracewright::prove::{Dial, Door, Proof, Reader, Tls, prove};

fn door(protocol: OtlpProtocol, url: String) -> Door {
    Door {
        name: "shop".to_owned(),
        edge: "shop".to_owned(),
        service_name: "shop".to_owned(),
        dial: Dial { protocol, url, tls: Tls::default(), headers: Vec::new() },
        through: Vec::new(),
    }
}

fn reader(tempo: &Tempo) -> Reader {
    Reader {
        edge: "grafana".to_owned(),
        internal_edge: "tempo".to_owned(),
        api: format!("http://127.0.0.1:{}", tempo.http),
        tls: Tls::default(),
        tenant: None,
        internal: Some(format!("127.0.0.1:{}", tempo.internal)),
    }
}

#[test]
fn a_good_tempo_is_proven() {
    for name in ["tempo-2.10.8", "tempo-3.0.3"] {
        let Some(binary) = find("a_good_tempo_is_proven", name) else { continue };
        let mut tempo = Tempo::start(&binary, &TempoSetup::default());
        tempo.wait_ready();
        let doors = [
            door(OtlpProtocol::Grpc, format!("http://127.0.0.1:{}", tempo.otlp_grpc)),
            door(OtlpProtocol::HttpProtobuf, format!("http://127.0.0.1:{}/v1/traces", tempo.otlp_http)),
        ];
        for door in doors {
            let proof = prove(&door, &reader(&tempo), Duration::from_secs(15));
            println!("{name}: {proof:?}");
            assert!(matches!(proof, Proof::Proven(_)), "{name}: {proof:?}\n{}", tempo.engine.log());
        }
    }
}

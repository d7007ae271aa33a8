//! Proofs on real engines.

use super::engines::{Tempo, TempoSetup, find};
use super::lab::{Logged, dial, door, reader};
use std::time::Duration;
use tracewright::dataflow::OtlpProtocol;
use tracewright::prove::{Proof, Prover};

#[test]
fn a_good_tempo_is_proven() {
    for name in ["tempo-2.10.8", "tempo-3.0.3"] {
        let Some(binary) = find("a_good_tempo_is_proven", name) else { continue };
        let mut tempo = Tempo::start(&binary, &TempoSetup::default());
        tempo.wait_ready();
        let doors = [
            door(dial(OtlpProtocol::Grpc, tempo.otlp_grpc, None)),
            door(dial(OtlpProtocol::HttpProtobuf, tempo.otlp_http, None)),
        ];
        for door in doors {
            let proof =
                Prover { reader: &reader(&tempo), logs: &Logged::default(), within: Duration::from_secs(15) }
                    .prove(&door);
            println!("{name}: {proof:?}");
            assert!(matches!(proof, Proof::Proven(_)), "{name}: {proof:?}\n{}", tempo.engine.log());
        }
    }
}

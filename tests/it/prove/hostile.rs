//! What a prover must not be deceived or harmed by: a Tempo that forgets, and an API that answers
//! anything but a trace. All of it on a stand-in, which is no Tempo.

use super::lab::{Logged, OneProver, counted, dial, endpoint, message, nothing_to_read};
use super::standin::{Fault, StandIn};
use snapbox::{assert_data_eq, file};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::{Duration, Instant};
use tracewright::model::dataflow::OtlpProtocol::{Grpc, HttpProtobuf};
use tracewright::prove::{FailureCause, Numbered, Reader, SignalProof};

fn reader(port: u16) -> Reader {
    Reader { api: format!("http://127.0.0.1:{port}"), ..nothing_to_read(0) }
}

fn prove(standin: &StandIn, api: u16) -> SignalProof {
    let reader = reader(api);
    let prover = OneProver { reader: &reader, logs: &Logged::default(), within: Duration::from_millis(500) };
    prover.prove(&endpoint(dial(Grpc, standin.otlp_grpc, None)))
}

#[test]
fn a_stand_in_is_proven() {
    let standin = StandIn::start(Fault::None);
    let reader = reader(standin.http);
    let prover = OneProver { reader: &reader, logs: &Logged::default(), within: Duration::from_secs(5) };
    for dial in [dial(Grpc, standin.otlp_grpc, None), dial(HttpProtobuf, standin.otlp_http, None)] {
        let proof = prover.prove(&endpoint(dial));
        assert!(matches!(proof, SignalProof::Proven(_)), "{proof:?}");
    }
}

#[test]
fn what_does_not_come_back_is_no_proof() {
    let mut said = String::new();
    let faults =
        [Fault::Forgets, Fault::RestartsEmpty, Fault::Loses(1), Fault::Renames, Fault::Hides, Fault::Unready];
    for fault in faults {
        let standin = StandIn::start(fault);
        let proof = prove(&standin, standin.http);
        said.push_str(&message(&proof, &[(standin.otlp_grpc, "ENDPOINT"), (standin.http, "API")]));
    }
    let said = counted(said, "stand-in");
    assert_data_eq!(said, file!["messages/what-does-not-come-back.txt"]);
}

#[test]
fn numbered_spans_that_are_lost_are_named() {
    let standin = StandIn::start(Fault::Loses(207));
    let reader = reader(standin.http);
    let prover = OneProver { reader: &reader, logs: &Logged::default(), within: Duration::from_millis(500) };
    let endpoint = endpoint(dial(Grpc, standin.otlp_grpc, None));
    let (tally, failure) = prover.count(&endpoint, Numbered { count: 250, rate: Some(2000) }).unwrap();
    assert_eq!((tally.accepted, tally.returned), (250, 249));
    assert_eq!(failure.unwrap().cause, FailureCause::Missing(vec![207]));
}

/// Passes connections on for so long, then ends them and listens no more.
fn relay(listener: &TcpListener, behind: u16, end: Instant) {
    let mut open = Vec::new();
    listener.set_nonblocking(true).unwrap();
    while Instant::now() < end {
        let Ok((near, _)) = listener.accept() else {
            std::thread::sleep(Duration::from_millis(5));
            continue;
        };
        near.set_nonblocking(false).unwrap();
        let far = TcpStream::connect(("127.0.0.1", behind)).unwrap();
        for (from, to) in [(&near, &far), (&far, &near)] {
            let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut from, &mut to));
        }
        open.extend([near, far]);
    }
    // An end that has gone already cannot be shut any more.
    open.iter().for_each(|stream| drop(stream.shutdown(Shutdown::Both)));
}

/// A sender that tries again loses nothing while what listens at the listener is restarted.
#[test]
fn numbered_spans_come_back_over_a_restart_of_the_endpoint() {
    let standin = StandIn::start(Fault::None);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    let behind = standin.otlp_grpc;
    std::thread::spawn(move || {
        relay(&listener, behind, Instant::now() + Duration::from_millis(400));
        drop(listener);
        std::thread::sleep(Duration::from_millis(400));
        relay(&TcpListener::bind(at).unwrap(), behind, Instant::now() + Duration::from_secs(60));
    });
    let reader = reader(standin.http);
    let prover = OneProver { reader: &reader, logs: &Logged::default(), within: Duration::from_secs(10) };
    let endpoint = endpoint(dial(Grpc, at.port(), None));
    let (tally, failure) = prover.count(&endpoint, Numbered { count: 400, rate: Some(400) }).unwrap();
    assert!(failure.is_none(), "{failure:?}");
    assert_eq!((tally.accepted, tally.returned), (400, 400));
}

/// A server that answers every request so.
pub fn answering(answer: Vec<u8>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, answer) = (stream.unwrap(), answer.clone());
            std::thread::spawn(move || {
                let mut request = [0; 4096];
                while stream.read(&mut request).is_ok_and(|length| length > 0) {
                    if answer.is_empty() {
                        std::thread::sleep(Duration::from_secs(30));
                    }
                    if stream.write_all(&answer).is_err() {
                        return;
                    }
                }
            });
        }
    });
    port
}

pub fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

#[test]
fn an_api_that_answers_something_else() {
    let standin = StandIn::start(Fault::None);
    let bomb = format!("{{\"trace\":{}", "[".repeat(100_000));
    let huge = format!("{{\"trace\":{{}},\"x\":\"{}\"}}", "x".repeat(8 << 20));
    let answers = [
        answer("404 Not Found", "", "404 page not found"),
        answer("429 Too Many Requests", "", "slow down"),
        answer("500 Internal Server Error", "", "something\u{1b}[31m broke\nbadly"),
        answer("302 Found", "location: http://127.0.0.1:1/elsewhere\r\n", ""),
        answer("200 OK", "", "<html>hello</html>"),
        answer("200 OK", "", &bomb),
        answer("200 OK", "", &huge),
        b"220 mail.example ESMTP\r\n".to_vec(),
    ];
    let mut said = String::new();
    for answer in answers {
        let port = answering(answer);
        let proof = prove(&standin, port);
        said.push_str(&message(&proof, &[(standin.otlp_grpc, "ENDPOINT"), (port, "API")]));
    }
    assert_data_eq!(said, file!["messages/an-api-that-answers-something-else.txt"]);
}

#[test]
fn an_api_that_never_answers() {
    let standin = StandIn::start(Fault::None);
    let port = answering(Vec::new());
    let start = Instant::now();
    let proof = prove(&standin, port);
    assert_data_eq!(
        message(&proof, &[(standin.otlp_grpc, "ENDPOINT"), (port, "API")]),
        file!["messages/an-api-that-never-answers.txt"]
    );
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
}

#[test]
fn an_endpoint_that_answers_something_else() {
    let standin = StandIn::start(Fault::None);
    let answers = [
        answer("429 Too Many Requests", "", "slow down"),
        answer("500 Internal Server Error", "", "no"),
        answer("302 Found", "location: http://127.0.0.1:1/elsewhere\r\n", ""),
        answer("200 OK", "", "<html>hello</html>"),
        answer("401 Unauthorized", "", "who are you"),
        b"220 mail.example ESMTP\r\n".to_vec(),
    ];
    let mut said = String::new();
    for answer in answers {
        let port = answering(answer);
        let reader = reader(standin.http);
        let prover =
            OneProver { reader: &reader, logs: &Logged::default(), within: Duration::from_millis(500) };
        for dial in [dial(HttpProtobuf, port, None), dial(Grpc, port, None)] {
            said.push_str(&message(&prover.prove(&endpoint(dial)), &[(port, "ENDPOINT")]));
        }
    }
    assert_data_eq!(said, file!["messages/a-listener-that-answers-something-else.txt"]);
}

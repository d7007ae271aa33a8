//! Secrets that a proof sends, said again by whoever got them (`tests/secrets/echoes.toml`): nothing that is
//! printed holds one, in whatever form and wherever in an answer it came back.

use super::hostile::{answer, answering};
use super::lab::{Logged, OneProver, dial, endpoint, nothing_to_read};
use crate::documents::faults;
use crate::support::repository;
use std::fs;
use std::time::Duration;
use tracewright::model::dataflow::OtlpProtocol::{self, Grpc, HttpProtobuf};
use tracewright::prove::{Dial, Endpoint, Reader};
use tracewright::report::document::{DescribedDocument, ProofDocument, printed as json};
use tracewright::report::proof::{ProofOutcome, text};

/// What every value begins with, and no message has.
const BEGINNING: &str = "Zq7x";

struct Echo {
    name: String,
    header: String,
    value: String,
    echoed: String,
}

fn echoes() -> Vec<Echo> {
    let table: toml::Table =
        fs::read_to_string(repository().join("tests/secrets/echoes.toml")).unwrap().parse().unwrap();
    let text = |row: &toml::Value, key: &str| row[key].as_str().unwrap().to_owned();
    let row = |row: &toml::Value| Echo {
        name: text(row, "name"),
        header: text(row, "header"),
        value: text(row, "value"),
        echoed: text(row, "echoed"),
    };
    table["echo"].as_array().unwrap().iter().map(row).collect()
}

/// Everything that is printed of a proof whose endpoint, or whose Tempo, answers so.
fn printed(endpoint: &Endpoint, api: u16) -> String {
    let reader = Reader { api: format!("http://127.0.0.1:{api}"), ..nothing_to_read(0) };
    let prover = OneProver { reader: &reader, logs: &Logged::default(), within: Duration::from_millis(300) };
    let outcomes = [(endpoint.clone(), ProofOutcome::from(prover.prove(endpoint)))];
    let document = json(&ProofDocument::of(&outcomes));
    assert_eq!(faults(DescribedDocument::Prove, &document), Vec::<String>::new(), "{document}");
    text(&outcomes) + &document
}

fn sends(echo: &Echo, protocol: OtlpProtocol, port: u16) -> Endpoint {
    let headers = vec![(echo.header.clone(), echo.value.clone())];
    endpoint(Dial { headers, ..dial(protocol, port, None) })
}

#[test]
fn what_was_sent_in_secret_is_not_shown_when_it_comes_back() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for echo in echoes() {
        let said = &echo.echoed;
        let in_line = said.replace(['\r', '\n'], " ");
        let answers = [
            (HttpProtobuf, answer("500 Internal Server Error", "", &format!("who is `{said}`?"))),
            (HttpProtobuf, answer("429 Too Many Requests", "", &format!("{{\"token\":\"{said}\"}}"))),
            (HttpProtobuf, answer("302 Found", &format!("location: http://h/?x={in_line}\r\n"), "")),
            (Grpc, answer(&format!("401 {in_line}"), "", said)),
        ];
        for (protocol, answer) in answers {
            let shown = printed(&sends(&echo, protocol, answering(answer)), 1);
            count += 1;
            if shown.contains(said.as_str()) || shown.contains(BEGINNING) {
                wrong.push(format!("{}, {protocol}:\n{shown}", echo.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    println!("promise: secrets that come back are not shown | {count} | cargo");
}

/// User and password of a URL are sent as a header, and stand in the URL itself.
#[test]
fn what_stands_before_the_host_of_a_url_is_not_shown() {
    for answered in ["Zq7xPl:nt9", "Zq7xPl%3Ant9", "bWU6WnE3eFBsOm50OQ=="] {
        let port = answering(answer("500 Internal Server Error", "", answered));
        let mut endpoint = endpoint(dial(HttpProtobuf, port, None));
        endpoint.dial.url = endpoint.dial.url.replace("http://", "http://me:Zq7xPl%3Ant9@");
        let shown = printed(&endpoint, 1);
        assert!(!shown.contains(BEGINNING) && !shown.contains(answered), "{shown}");
    }
}

/// What is no secret is still told.
#[test]
fn an_answer_without_a_secret_is_shown_as_it_is() {
    let echo = Echo {
        name: String::new(),
        header: "authorization".to_owned(),
        value: "Bearer Zq7xPlant9".to_owned(),
        echoed: String::new(),
    };
    let said = "slow down: 100% of 4+5 (a\\u0041b), http://h/%20x";
    let shown = printed(&sends(&echo, HttpProtobuf, answering(answer("429 No", "", said))), 1);
    assert!(shown.contains(said), "{shown}");
}

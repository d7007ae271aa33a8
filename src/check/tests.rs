//! What the mutants cannot show: what the stack wants, certificates that webpki and Go judge differently, and what
//! must stay unsaid.

use super::{ConditionState, check};
use crate::diagnostic::{Mark, SourceName};
use crate::model::certificate::{Algorithm, CertificateRole, CertificateSpec, ServerName};
use crate::model::dataflow::{
    Bind, CertificateFile, Client, ClientHost, ClientTls, FileReference, Joint, Listener, NotRead, Program,
    ProgramKind, Protocol, ReadVersion, Sends, ServerTls, ServerTlsMode, Suggestion, Takes, Topology, Trust,
    UnknownKey,
};
use crate::model::names::{CertificateName, Port, TargetPath};
use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

const TEMPO: usize = 0;
const COLLECTOR: usize = 1;

fn mark() -> Mark {
    Mark { source: SourceName("f".to_owned()), span: 0..0 }
}

fn file(path: &str) -> FileReference {
    FileReference { path: TargetPath::new(path), at: mark() }
}

fn program(kind: ProgramKind, path: &str) -> Program {
    Program {
        kind,
        file: TargetPath::new(path),
        version: ReadVersion::None,
        excerpt: false,
        starts_here: true,
        site: 0,
    }
}

fn listener(program: usize, setting: &str, address: &str, port: u16) -> Listener {
    Listener {
        program,
        setting: setting.to_owned(),
        protocol: Protocol::OtlpGrpc,
        bind: Bind::Address(address.parse().unwrap()),
        port: Port::known(port),
        tls: ServerTls::plaintext(),
        takes: Takes::default(),
        at: mark(),
    }
}

fn client(setting: &str, host: &str, port: u16) -> Client {
    Client {
        program: COLLECTOR,
        setting: setting.to_owned(),
        protocol: Protocol::OtlpGrpc,
        host: host.parse().map_or_else(|_| ClientHost::Name(host.to_owned()), ClientHost::Address),
        port: Port::known(port),
        wrong_path: None,
        tls: ClientTls::plaintext(),
        sends: Sends::default(),
        means: vec![ProgramKind::Tempo, ProgramKind::Collector],
        at: mark(),
    }
}

/// A Tempo that is served at an address, and a collector that dials one.
fn stack(served: (&str, u16), dialled: (&str, u16)) -> Topology {
    Topology {
        programs: vec![program(ProgramKind::Tempo, "/tempo"), program(ProgramKind::Collector, "/collector")],
        listeners: vec![listener(TEMPO, "distributor.receivers.otlp.protocols.grpc", served.0, served.1)],
        clients: vec![client("exporters.otlp_grpc/tempo", dialled.0, dialled.1)],
        ..Topology::default()
    }
}

/// The same with TLS on the edge; `/ca` is trusted, `/leaf` and `/key` are presented.
fn with_tls(leaf: CertificateFile, key: CertificateFile, ca: CertificateFile) -> Topology {
    let mut topology = stack(("127.0.0.1", 14317), ("127.0.0.1", 14317));
    let tls = &mut topology.listeners[0].tls;
    (tls.mode, tls.certificate, tls.key) = (ServerTlsMode::Tls, Some(file("/leaf")), Some(file("/key")));
    topology.clients[0].tls =
        ClientTls { enabled: true, trust: Trust::File(file("/ca")), ..ClientTls::plaintext() };
    let files = [("/leaf", leaf), ("/key", key), ("/ca", ca)];
    topology.certificates = files.into_iter().map(|(path, file)| (TargetPath::new(path), file)).collect();
    topology
}

fn spec(name: &str, role: CertificateRole) -> CertificateFile {
    CertificateFile::Spec(CertificateSpec {
        name: CertificateName::new(name),
        organization: "test".to_owned(),
        common_name: format!("test {name}"),
        role,
        lifetime: Duration::from_secs(1),
        renew_before: Duration::from_secs(1),
        algorithm: Algorithm::EcdsaP256,
    })
}

fn leaf_spec(names: &[&str], server: bool) -> CertificateFile {
    let names = names.iter().map(|name| ServerName::of(name)).collect();
    spec("tempo", CertificateRole::Leaf { names, server, client: true })
}

fn key_spec(name: &str) -> CertificateFile {
    CertificateFile::Key(Some(CertificateName::new(name)))
}

/// `CODE` of every finding, `open: REASON` of everything undecided, `holds` or `broken` of every edge.
fn said(topology: &Topology) -> Vec<String> {
    let verdict = check(topology, SystemTime::UNIX_EPOCH + Duration::from_secs(1_793_491_200));
    let findings = verdict.findings.iter().map(|finding| finding.code.to_string());
    let open = verdict.not_checked.iter().map(|open| format!("open: {}", open.reason));
    let edges = verdict.edges.iter().map(|edge| match edge.state() {
        ConditionState::Met => "holds".to_owned(),
        ConditionState::NotKnown => "not known".to_owned(),
        ConditionState::Broken => "broken".to_owned(),
    });
    findings.chain(open).chain(edges).collect()
}

#[test]
fn a_port_that_nobody_opens_is_an_error_only_where_the_peer_is_here_and_unmet() {
    let wrong = stack(("127.0.0.1", 14317), ("127.0.0.1", 4327));
    assert_eq!(said(&wrong), ["no-listener", "broken"]);

    let mut second_backend = stack(("127.0.0.1", 14317), ("127.0.0.1", 14317));
    second_backend.clients.push(client("exporters.otlp_grpc/other", "127.0.0.1", 9999));
    assert_eq!(said(&second_backend), ["open: dials a port of this host that no file here opens", "holds"]);

    let mut alone = stack(("127.0.0.1", 14317), ("127.0.0.1", 14317));
    alone.listeners.clear();
    alone.programs[TEMPO].kind = ProgramKind::Grafana;
    assert_eq!(said(&alone), ["open: dials a port of this host that no file here opens"]);

    let mut unread = wrong.clone();
    let place = "/tempo distributor.receivers.otlp".to_owned();
    unread.not_read.push(NotRead { place, reason: "a variable".to_owned() });
    assert_eq!(said(&unread), ["open: the program it means was not read completely", "open: a variable"]);

    let far = stack(("127.0.0.1", 14317), ("tempo.example", 14317));
    assert_eq!(said(&far), ["open: dials another host, whose files are not here"]);
}

#[test]
fn addresses_are_matched_as_go_binds_and_dials_them() {
    for (served, dialled, expected) in [
        ("0.0.0.0", "127.0.0.1", "holds"),
        ("0.0.0.0", "::1", "holds"),
        ("::", "127.0.0.1", "holds"),
        ("127.0.0.1", "localhost", "holds"),
        ("127.0.0.1", "", "holds"),
        ("::1", "", "holds"),
        ("127.0.0.1", "0.0.0.0", "holds"),
        ("10.0.0.5", "10.0.0.5", "holds"),
        ("::ffff:127.0.0.1", "127.0.0.1", "holds"),
        ("127.0.0.2", "127.0.0.1", "broken"),
        ("10.0.0.5", "127.0.0.1", "broken"),
        ("::1", "127.0.0.1", "broken"),
        ("::1", "localhost", "open: whether localhost is also ::1 is decided by the host's own files"),
        ("127.0.0.1", "10.0.0.5", "open: dials another host, whose files are not here"),
        ("0.0.0.0", "10.0.0.5", "open: dials another host, whose files are not here"),
    ] {
        let said = said(&stack((served, 14317), (dialled, 14317)));
        assert!(said.contains(&expected.to_owned()), "{dialled} to {served}: {said:?}");
    }
}

#[test]
fn specs_are_judged_by_what_they_will_say() {
    let ca = || spec("ca", CertificateRole::Ca);
    let good = with_tls(leaf_spec(&["127.0.0.1"], true), key_spec("tempo"), ca());
    assert_eq!(said(&good), ["holds"]);
    let nameless = with_tls(leaf_spec(&["tempo.internal"], true), key_spec("tempo"), ca());
    assert_eq!(said(&nameless), ["san-missing", "broken"]);
    let for_clients = with_tls(leaf_spec(&["127.0.0.1"], false), key_spec("tempo"), ca());
    assert_eq!(said(&for_clients), ["eku-mismatch", "broken"]);
    let leaf_as_ca =
        with_tls(leaf_spec(&["127.0.0.1"], true), key_spec("tempo"), leaf_spec(&["127.0.0.1"], true));
    assert_eq!(said(&leaf_as_ca), ["ca-mismatch", "broken"]);
    let foreign_key = with_tls(leaf_spec(&["127.0.0.1"], true), key_spec("main"), ca());
    assert_eq!(said(&foreign_key), ["half-tls", "broken"]);
    let file = CertificateFile::Chain(vec![self_signed().0]);
    let mixed = with_tls(leaf_spec(&["127.0.0.1"], true), key_spec("tempo"), file);
    assert_eq!(said(&mixed), ["open: one certificate is issued at apply, the other is a file", "not known"]);
}

/// A self-signed certificate that calls itself a CA, as `openssl req -x509` makes it.
fn self_signed() -> (Vec<u8>, rcgen::KeyPair) {
    let mut parameters = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let key = rcgen::KeyPair::generate().unwrap();
    (parameters.self_signed(&key).unwrap().der().to_vec(), key)
}

#[test]
fn a_self_signed_certificate_that_is_trusted_itself_holds_as_in_go() {
    let chain = |der: &[u8]| CertificateFile::Chain(vec![der.to_vec()]);
    let ((one, _), (other, _)) = (self_signed(), self_signed());
    let key = || CertificateFile::Key(None);
    assert_eq!(said(&with_tls(chain(&one), key(), chain(&one))), ["holds"]);
    let verdict = said(&with_tls(chain(&one), key(), chain(&other)));
    assert!(verdict.contains(&"ca-mismatch".to_owned()), "{verdict:?}");
}

#[test]
fn what_cannot_be_decided_is_open_and_never_wrong() {
    let ca = || spec("ca", CertificateRole::Ca);
    let good = || with_tls(leaf_spec(&["127.0.0.1"], true), key_spec("tempo"), ca());
    for (trust, reason, state) in [
        (Trust::System, "open: trusts the host's own store of CAs, which is not read", "not known"),
        (Trust::Unknown, "open: whom it trusts is decided in its code", "not known"),
        (Trust::Anybody, "open: verification is switched off: it accepts any certificate", "holds"),
    ] {
        let mut topology = good();
        topology.clients[0].tls.trust = trust;
        assert_eq!(said(&topology), [reason, state]);
    }
    let mut elsewhere = good();
    elsewhere.certificates.clear();
    assert_eq!(
        said(&elsewhere),
        [
            "open: the certificate at the other end is not among these files: it must name `127.0.0.1`",
            "not known"
        ]
    );

    let mut demanding = good();
    demanding.listeners[0].tls.demands_client_certificate = true;
    assert_eq!(said(&demanding), ["tls-mismatch", "broken"]);
    demanding.clients[0].tls.trust = Trust::Unknown;
    assert_eq!(said(&demanding), ["open: whom it trusts is decided in its code", "not known"]);
}

#[test]
fn a_collector_sends_in_a_circle_where_a_pipeline_leads_back_to_itself() {
    let one = |name: &str| BTreeSet::from([name.to_owned()]);
    let mut topology = stack(("127.0.0.1", 14317), ("127.0.0.1", 4317));
    topology.listeners.push(listener(COLLECTOR, "receivers.otlp.protocols.grpc", "127.0.0.1", 4317));
    topology.listeners[1].takes.pipelines = one("traces/in");
    topology.clients[0].sends.pipelines = one("traces/in");
    assert_eq!(said(&topology), ["exporter-loop", "broken"]);
    topology.clients[0].sends.pipelines = one("traces/out");
    assert_eq!(said(&topology), ["holds"], "from one pipeline to the next");
    topology.joints.push(Joint { program: COLLECTOR, from: "traces/in".into(), to: "traces/out".into() });
    assert_eq!(said(&topology), ["exporter-loop", "broken"], "the connector leads back");
    topology.listeners[1].takes.pipelines = one("metrics/in");
    assert_eq!(said(&topology), ["holds"], "traces are not received as metrics");
}

#[test]
fn no_condition_hides_another_one() {
    let mut topology = stack(("127.0.0.1", 14317), ("127.0.0.1", 14317));
    topology.clients[0].tls.enabled = true;
    topology.clients[0].protocol = Protocol::OtlpHttp;
    assert_eq!(said(&topology), ["protocol-mismatch", "tls-mismatch", "broken"]);
    let mut contested = stack(("127.0.0.1", 14317), ("127.0.0.1", 14317));
    contested.clients[0].tls.enabled = true;
    contested.listeners.push(listener(COLLECTOR, "receivers.otlp.protocols.grpc", "0.0.0.0", 14317));
    let verdict = said(&contested);
    for said in ["port-taken", "tls-mismatch", "broken"] {
        assert!(verdict.contains(&said.to_owned()), "{verdict:?}");
    }
}

#[test]
fn an_unknown_key_is_a_warning_where_the_version_is_a_guess() {
    use crate::diagnostic::Severity::{Error, Warning};
    let line = || "2.10".to_owned();
    for (version, severity) in [
        (ReadVersion::Given(line()), Error),
        (ReadVersion::Inferred(line()), Error),
        (ReadVersion::Assumed(line()), Warning),
    ] {
        let mut topology = stack(("127.0.0.1", 14317), ("127.0.0.1", 14317));
        topology.programs[TEMPO].version = version;
        let suggestion = Some(Suggestion::Near("compactor".to_owned()));
        topology.unknown_keys.push(UnknownKey {
            program: TEMPO,
            path: "compactorr".to_owned(),
            suggestion,
            at: mark(),
        });
        let verdict = check(&topology, SystemTime::UNIX_EPOCH);
        let finding = verdict.findings.iter().next().unwrap();
        assert_eq!((finding.code.0, finding.severity), ("unknown-key", severity));
        assert!(finding.help.iter().any(|help| &**help == "did you mean `compactor`?"));
    }
}

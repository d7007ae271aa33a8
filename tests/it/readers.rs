//! Directories of finished files, laid out like a root, against the topology that is read from them.
//!
//! A case is `tests/readers/NAME/`: everything below `root/` is a file of the host, `topology.txt`
//! is the whole expected picture. `SNAPSHOTS=overwrite` writes it.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read their data and stop at once")]

mod summary;

use proptest::prelude::*;
use snapbox::{Data, assert_data_eq};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use summary::summary;
use tracewright::model::certificate::ServerName;
use tracewright::model::dataflow::CertificateFile;
use tracewright::model::names::TargetPath;
use tracewright::pki::private_key::public_key_digest;
use tracewright::pki::read::{CertificateFacts, KeyType, Usages, read_pem};
use tracewright::topology::{Examined, FileSet, discover, read};

#[test]
fn every_directory_is_read_as_written() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readers");
    let mut cases: Vec<PathBuf> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|case| case.join("root").is_dir());
    cases.sort();
    assert!(!cases.is_empty());
    for case in cases {
        let contents = load(&case.join("root"));
        let files = FileSet {
            files: contents.iter().map(|(path, bytes)| (path.clone(), Examined::Bytes(bytes))).collect(),
            complete: true,
            ..FileSet::default()
        };
        let picture = summary(&read(&files), &contents);
        assert_data_eq!(picture, Data::read_from(&case.join("topology.txt"), None).raw());
    }
}

/// Small files in one text, each case with what is read from it: `# TITLE`, `> PATH` and `| LINE` are
/// the case, the lines below are the answer. `= collector 0.111` gives a version.
#[test]
fn every_table_holds() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readers/tables");
    let mut tables: Vec<PathBuf> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    tables.sort();
    for table in tables {
        let text = std::fs::read_to_string(&table).unwrap();
        let mut out = String::new();
        for case in text.split_inclusive('\n').fold(Vec::<String>::new(), |mut cases, line| {
            if line.starts_with("# ") || cases.is_empty() {
                cases.push(String::new());
            }
            cases.last_mut().unwrap().push_str(line);
            cases
        }) {
            out += &answered(&case);
        }
        assert_data_eq!(out, Data::read_from(&table, None).raw());
    }
}

fn answered(case: &str) -> String {
    let mut out = String::new();
    let mut contents = Contents::new();
    let mut files = FileSet { complete: true, ..FileSet::default() };
    let mut path = None;
    for line in case.lines() {
        if let Some(version) = line.strip_prefix("= collector ") {
            files.collector_version = Some(version.to_owned());
        } else if let Some(version) = line.strip_prefix("= tempo ") {
            files.tempo_version = Some(version.to_owned());
        } else if line == "= incomplete" {
            files.complete = false;
        } else if let Some(name) = line.strip_prefix("> ") {
            path = Some(TargetPath::new(name));
        } else if let Some(text) = line.strip_prefix('|') {
            let content = contents.entry(path.clone().unwrap()).or_default();
            content.extend_from_slice(text.strip_prefix(' ').unwrap_or(text).as_bytes());
            content.push(b'\n');
        } else if !line.starts_with('#') {
            continue;
        }
        out += line;
        out.push('\n');
    }
    files.files = contents.iter().map(|(path, bytes)| (path.clone(), Examined::Bytes(bytes))).collect();
    let topology = read(&files);
    out += &summary(&topology, &contents);
    out.push('\n');
    out
}

/// Files found in a tree: by place, named by units, named by those in turn; and none that only looks
/// alike.
#[test]
fn discovery_follows_what_files_name() {
    let contents: Contents = [
        ("/etc/systemd/system/gateway.service", "[Service]\nExecStart=/usr/local/bin/otelcol --config /srv/gateway.yaml\nEnvironmentFile=/srv/gateway.conf"),
        ("/etc/systemd/system/gateway.service.d/a.conf", "[Service]\nEnvironment=X=1"),
        ("/etc/systemd/system/other.service", "[Service]\nExecStart=/usr/bin/other"),
        ("/etc/systemd/system/other.service.d/a.conf", "[Service]\nEnvironment=X=1"),
        ("/srv/gateway.yaml", "receivers: {otlp: {protocols: {grpc: {tls: {cert_file: /srv/tls/s.crt, key_file: /srv/tls/s.key}}}}}\nservice: {pipelines: {traces: {receivers: [otlp]}}}"),
        ("/srv/gateway.conf", "A=b"),
        ("/srv/tls/s.crt", "not a certificate"),
        ("/srv/other.yaml", "a: b"),
        ("/home/dev/shop/.env", "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4317"),
        ("/home/dev/shop/node_modules/x/.env", "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4317"),
        ("/home/dev/a/b/c/d/e/.env", "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4317"),
        ("/home/dev/.config/otelcol/config.yml", "{}"),
        ("/etc/grafana/provisioning/datasources/x.yaml", "datasources: []"),
    ]
    .into_iter()
    .map(|(path, text)| (TargetPath::new(path), text.as_bytes().to_vec()))
    .collect();
    let found = discover(&contents);
    let files: Vec<&str> = found.files.keys().map(TargetPath::as_str).collect();
    assert_eq!(
        files,
        [
            "/etc/grafana/provisioning/datasources/x.yaml",
            "/etc/systemd/system/gateway.service",
            "/etc/systemd/system/gateway.service.d/a.conf",
            "/home/dev/.config/otelcol/config.yml",
            "/home/dev/shop/.env",
            "/srv/gateway.conf",
            "/srv/gateway.yaml",
            "/srv/tls/s.crt",
        ]
    );
    assert_eq!(found.programs, 4);
    assert_eq!(found.not_read, []);
    assert_eq!(discover(&Contents::new()).programs, 0);
}

/// A private key has the digest of the certificate it belongs to, in each form it is written in.
#[test]
fn keys_belong_to_their_certificates() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readers/certificates");
    let load = |name: &str| std::fs::read(directory.join(name)).unwrap();
    let facts = |name: &str| match read_pem(&load(name)) {
        CertificateFile::Chain(chain) => CertificateFacts::of_der(&chain[0]).unwrap(),
        other => panic!("{name}: {other:?}"),
    };
    for (certificate, keys) in
        [("ec.crt", ["ec-sec1.key", "ec-pkcs8.key"]), ("rsa.crt", ["rsa-pkcs1.key", "rsa-pkcs8.key"])]
    {
        for key in keys {
            assert_eq!(public_key_digest(&load(key)), Some(facts(certificate).public_key.0), "{key}");
            assert_eq!(read_pem(&load(key)), CertificateFile::Key(None));
        }
    }
    assert_eq!(public_key_digest(&load("ed25519.key")), None);
    let ec = facts("ec.crt");
    assert_eq!(ec.names, ["tempo.internal", "127.0.0.1", "::1"].map(ServerName::of));
    assert_eq!(ec.usages, Some(Usages { server: true, client: false }));
    assert_eq!((ec.key, ec.is_ca), (KeyType::EcdsaP256, false));
    assert_eq!(ec.not_after - ec.not_before, 36_500 * 86_400);
    assert_eq!(facts("rsa.crt").key, KeyType::Rsa(2048));
    assert_eq!(facts("ed25519.crt").key, KeyType::Ed25519);
}

proptest! {
    /// Whatever stands in the files: no panic, and every mark lies in its text.
    #[test]
    fn anything_can_be_read(texts in proptest::collection::vec(hostile_text(), 6)) {
        let paths = [
            "/etc/otelcol/config.yaml", "/etc/tempo/config.yml", "/home/dev/.env",
            "/etc/grafana/provisioning/datasources/a.yaml", "/etc/systemd/system/otelcol.service",
            "/etc/systemd/system/tempo.service.d/a.conf",
        ];
        let contents: Contents =
            paths.iter().map(|path| TargetPath::new(*path)).zip(texts.into_iter().map(String::into_bytes)).collect();
        let found = discover(&contents);
        let topology = read(&found.file_set());
        summary(&topology, &contents);
    }
}

/// Words that matter to the readers, and what breaks texts.
const WORDS: &[&str] = &[
    "receivers",
    "otlp",
    "protocols",
    "grpc",
    "http",
    "endpoint",
    "exporters",
    "otlphttp",
    "service",
    "pipelines",
    "traces",
    "extensions",
    "tls",
    "ca_file",
    "server",
    "distributor",
    "storage",
    "trace",
    "querier",
    "target",
    "127.0.0.1:4317",
    "[::1]:1",
    ":",
    ": ",
    ",",
    "{",
    "}",
    "[",
    "]",
    "\n",
    "\n ",
    "\n  ",
    "- ",
    "&a ",
    "*a",
    "<<: ",
    "${env:X}",
    "${",
    "$$",
    "'",
    "\"",
    "\\",
    "#",
    " ",
    "ü",
    "→",
    "\u{feff}",
    "\r\n",
    "---",
    "!!str ",
    "|",
    ">",
    "~",
    "https://",
    "/v1/traces",
    "OTEL_EXPORTER_OTLP_ENDPOINT=",
    "OTEL_EXPORTER_OTLP_PROTOCOL=grpc",
    "export ",
    "# >>> tracewright a/b >>>",
    "# <<< tracewright a/b <<<",
    "[Service]",
    "ExecStart=",
    "/usr/bin/otelcol",
    "--config=",
    "/etc/otelcol/config.yaml",
    "EnvironmentFile=-",
    "%h",
    "%",
    "datasources",
    "type: tempo",
    "url: ",
];

/// Texts out of the words that matter to the readers, and out of anything.
fn hostile_text() -> impl Strategy<Value = String> {
    let good = [
        include_str!("../readers/internal-tls/root/etc/tempo/config.yml"),
        include_str!("../readers/incident/root/home/dev/.config/otelcol/config.yaml"),
    ];
    let word = proptest::sample::select(WORDS.to_vec());
    prop_oneof![
        proptest::collection::vec(word.clone(), 0..60).prop_map(|words| words.concat()),
        (proptest::sample::select(good.to_vec()), 0..1000_usize, 0..40_usize, word).prop_map(
            |(good, at, length, word)| {
                let at = at.min(good.len());
                format!("{}{word}{}", &good[..at], &good[(at + length).min(good.len())..])
            }
        ),
        "\\PC{0,80}",
    ]
}

type Contents = BTreeMap<TargetPath, Vec<u8>>;

fn load(root: &Path) -> Contents {
    walkdir::WalkDir::new(root)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            (TargetPath::new(format!("/{path}")), std::fs::read(entry.path()).unwrap())
        })
        .collect()
}

//! A collector's way out: compression, timeout, headers; and the rules that all headers share.

use super::super::{CollectorCompression, Export, HeaderValue, SecretReference, ServiceSettings};
use crate::diagnostic::{Code, Finding, Findings, KeyPart};
use crate::text::sounds_secret;
use crate::toml::{RawTable, nearest};
use std::collections::BTreeMap;
use std::time::Duration;

const COMPRESSIONS: &[(&str, CollectorCompression)] = &[
    ("none", CollectorCompression::None),
    ("gzip", CollectorCompression::Gzip),
    ("snappy", CollectorCompression::Snappy),
    ("zstd", CollectorCompression::Zstd),
];

/// The settings of a collector's exporter.
pub(super) fn export(
    table: &RawTable,
    service: Option<&ServiceSettings>,
    faults: &mut Findings,
) -> Option<Export> {
    let before = faults.len();
    let mut all = BTreeMap::new();
    for (name, value) in headers(table, faults) {
        all.insert(name, HeaderValue::Plain(value));
    }
    for (name, text) in table.map("secret_headers") {
        let place = (table.path_of("secret_headers").join(name), KeyPart::Key);
        if let Some(wrong) = wrong_name(name) {
            faults.push(wrong.at(place.clone(), ""));
        }
        let plain = all.keys().find(|plain: &&String| plain.eq_ignore_ascii_case(name));
        if let Some(plain) = plain {
            let title = format!("header `{name}` stands in `headers` and in `secret_headers`");
            let first = (table.path_of("headers").join(plain), KeyPart::Key);
            faults.push(
                Finding::error(Code("duplicate-key"), title)
                    .at(place, "")
                    .also(first, "")
                    .help("keep one of them"),
            );
        }
        let reference = reference(text);
        undeclared(table, name, &reference, service, faults);
        all.insert(name.to_owned(), HeaderValue::Secret(reference));
    }
    let errors = faults.iter().skip(before).any(|found| found.severity == crate::diagnostic::Severity::Error);
    (!errors).then(|| Export {
        compression: table.word("compression", COMPRESSIONS),
        timeout: table.duration("timeout").unwrap_or(Duration::from_secs(10)),
        headers: all,
    })
}

fn reference(text: &str) -> SecretReference {
    match text.split_once(':') {
        Some(("env", name)) => SecretReference::Environment(name.to_owned()),
        Some(("credential", name)) => SecretReference::Credential(name.to_owned()),
        Some((_, path)) => SecretReference::File(path.to_owned()),
        None => unreachable!("the shape of a secret was judged when it was read"),
    }
}

/// `credential:NAME` names an entry of `service.credentials`.
fn undeclared(
    table: &RawTable,
    header: &str,
    reference: &SecretReference,
    service: Option<&ServiceSettings>,
    faults: &mut Findings,
) {
    let (SecretReference::Credential(name), Some(service)) = (reference, service) else { return };
    if !service.credentials.contains_key(name) {
        let place = (table.path_of("secret_headers").join(header), KeyPart::Value);
        let title = format!("credential `{name}` does not exist");
        let found = Finding::error(Code("reference-unknown"), title).at(place, "");
        faults.push(match nearest(name, service.credentials.keys().map(String::as_str)) {
            Some(near) => found.help(format!("did you mean `credential:{near}`?")),
            None => {
                found.help(format!("service = {{ credentials = {{ {name} = \"/etc/otelcol/{name}\" }} }}"))
            }
        });
    }
}

/// `headers` of a component, judged as HTTP and gRPC take them.
pub(super) fn headers(table: &RawTable, faults: &mut Findings) -> BTreeMap<String, String> {
    let entries = table.map("headers");
    for (name, value) in &entries {
        let path = table.path_of("headers").join(name);
        if let Some(wrong) = wrong_name(name) {
            faults.push(wrong.at((path.clone(), KeyPart::Key), ""));
        }
        if !value.is_ascii() {
            let title = format!("header `{name}` holds characters beyond ASCII");
            let found = Finding::error(Code("header-text"), title).at((path.clone(), KeyPart::Value), "");
            faults.push(found.help("clients fail or crash on them: write ASCII"));
        }
        if sounds_secret(name) {
            let title =
                format!("header `{name}` looks like a secret, and its value stands in clear in the files");
            let found = Finding::warning(Code("header-secret"), title).at((path, KeyPart::Key), "");
            faults.push(if table.declares_rendered("secret_headers") {
                found.help(format!("instead: `secret_headers = {{ {name} = \"env:NAME\" }}`"))
            } else {
                found.help("send to a collector, and write `secret_headers` there")
            });
        }
    }
    entries.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// A header's name is a token of HTTP; HTTP/2 and every SDK want it in lower case.
fn wrong_name(name: &str) -> Option<Finding> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let found = |title: String| Finding::error(Code("header-text"), title);
    if !name.bytes().all(token) {
        let title = format!("`{name}` is not the name of a header");
        return Some(found(title).help("letters, digits and `-`, in lower case"));
    }
    let lower = name.to_ascii_lowercase();
    (lower != name)
        .then(|| found("a header's name is written in lower case".into()).help(format!("`{lower}`")))
}

//! A collector's way out: compression, timeout, headers; and the rules that all headers share.

use super::super::{
    BatchPlace, Export, HeaderValue, PrometheusReceiver, RouteTarget, Routes, SecretReference,
    ServiceSettings,
};
use crate::diagnostic::{Code, Finding, Findings, KeyPart};
use crate::text::sounds_secret;
use crate::toml::{CollectorTable, KeyField, nearest};
use std::collections::BTreeMap;
use std::time::Duration;

/// Headers as they are written: name -> value or reference.
type Headers = KeyField<BTreeMap<String, String>>;

/// Remote write gives up a request, all attempts together, after its timeout: 5 s of its own lose what comes while
/// Prometheus is restarted (seen with 0.159 and Prometheus 2.42 and 3.16).
const REMOTE_WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// The settings of a collector's exporter.
pub(super) fn export(
    table: &CollectorTable,
    service: Option<&ServiceSettings>,
    faults: &mut Findings,
) -> Option<Export> {
    let before = faults.len();
    let mut all = BTreeMap::new();
    let secret = &table.secret_headers;
    for (name, value) in headers(&table.headers, Some(secret), faults) {
        all.insert(name, HeaderValue::Plain(value));
    }
    for (name, text) in secret.get().into_iter().flatten() {
        let place = (secret.path().join(name), KeyPart::Key);
        if let Some(wrong) = wrong_name(name) {
            faults.push(wrong.at(place.clone(), ""));
        }
        let plain = all.keys().find(|plain: &&String| plain.eq_ignore_ascii_case(name));
        if let Some(plain) = plain {
            let title = format!("header `{name}` stands in `headers` and in `secret_headers`");
            let first = (table.headers.path().join(plain), KeyPart::Key);
            faults.push(
                Finding::error(Code("duplicate-key"), title)
                    .at(place, "")
                    .also(first, "")
                    .help("keep one of them"),
            );
        }
        let reference = reference(text);
        undeclared(secret, name, &reference, service, faults);
        all.insert(name.to_owned(), HeaderValue::Secret(reference));
    }
    let errors = faults.iter().skip(before).any(|found| found.severity == crate::diagnostic::Severity::Error);
    (!errors).then(|| Export {
        compression: table.compression.get().copied(),
        timeout: table.timeout.or(Duration::from_secs(10)),
        remote_write_timeout: table.timeout.get().copied().unwrap_or(REMOTE_WRITE_TIMEOUT),
        headers: all,
    })
}

/// Headers that are secrets, on several ways: whoever is at the end of each would learn them.
pub(super) fn shared(written: &[&Headers], routes: &Routes, faults: &mut Findings) {
    let [first, second, ..] = routes.0.as_slice() else { return };
    for key in written {
        let all = key.get().into_iter().flatten().map(|(name, _)| name);
        // Every value of `secret_headers` is a secret, whatever its name says.
        for name in all.filter(|name| key.name() == "secret_headers" || sounds_secret(name)) {
            let to = match routes.0.len() {
                2 => format!("`{}` and `{}`", first.to, second.to),
                _ => format!("`{}`, `{}` and others", first.to, second.to),
            };
            let title = format!("`{name}` would be sent to {to} alike");
            let found = Finding::error(Code("secret-shared"), title)
                .at((key.path().join(name), KeyPart::Key), "")
                .also((first.key.clone(), KeyPart::Value), "")
                .also((second.key.clone(), KeyPart::Value), "");
            faults.push(found.help("a collector of its own for the target that it is meant for"));
        }
    }
}

/// What is written of a way out that remote write, the only way, does not go by.
pub(super) fn unread(table: &CollectorTable, routes: &Routes, faults: &mut Findings) {
    let remote_write = RouteTarget::Prometheus(PrometheusReceiver::RemoteWrite);
    if routes.0.is_empty() || routes.0.iter().any(|route| route.to != remote_write) {
        return;
    }
    let batched = table.batch.place.or(BatchPlace::Exporter) == BatchPlace::Processor;
    let keys = [
        (table.compression.is_written(), table.compression.key(), "compression"),
        (table.queue.bytes.is_written(), table.queue.bytes.key(), "bytes"),
        (table.queue.when_full.is_written(), table.queue.when_full.key(), "when_full"),
        (table.batch.at.is_written() && !batched, table.batch.at.key(), "batch"),
    ];
    for (_, place, name) in keys.into_iter().filter(|(written, ..)| *written) {
        let title = format!("remote write does not go by `{name}`");
        let found = Finding::warning(Code("key-unused"), title).at(place, "");
        faults.push(match name {
            "batch" => found.help("`place = \"processor\"` batches before it"),
            _ => found.help(format!("leave `{name}` out")),
        });
    }
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
    headers: &Headers,
    header: &str,
    reference: &SecretReference,
    service: Option<&ServiceSettings>,
    faults: &mut Findings,
) {
    let (SecretReference::Credential(name), Some(service)) = (reference, service) else { return };
    if !service.credentials.contains_key(name) {
        let place = (headers.path().join(header), KeyPart::Value);
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

/// `headers` of a component, judged as HTTP and gRPC take them; beside it the key for those that are secret,
/// where the component has it.
pub(super) fn headers(
    headers: &Headers,
    secret: Option<&Headers>,
    faults: &mut Findings,
) -> BTreeMap<String, String> {
    let entries = headers.get().cloned().unwrap_or_default();
    for (name, value) in &entries {
        let path = headers.path().join(name);
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
            faults.push(match secret {
                Some(key) => found.help(format!("instead: `{} = {{ {name} = \"env:NAME\" }}`", key.name())),
                None => found.help("send to a collector, and write `secret_headers` there"),
            });
        }
    }
    entries
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

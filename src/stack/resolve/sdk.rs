//! What an application's SDK can read of what the stack wants to tell it. Where a release is not said, only
//! what every release reads the same way is judged.

use super::super::{Sdk, TlsSettings};
use super::version::line;
use crate::diagnostic::{Code, Finding, Findings, Place};
use crate::model::dataflow::OtlpProtocol;
use crate::model::release::sdk::{AGENTS, SdkLanguage, SdkLine, Support, TimeoutUnit};
use crate::text::is_plain;
use crate::toml::{AppCompression, AppTable, KeyField};

/// `sdk` of an application, judged against its other keys and the protocol that it sends by.
pub(super) fn sdk(app: &AppTable, protocol: Option<OtlpProtocol>, faults: &mut Findings) -> Option<Sdk> {
    let table = &app.sdk;
    let language = table.language.or(SdkLanguage::Other);
    let tls_settings = table.tls_settings.get().copied();
    let version = version(app, language, faults)?;
    if language == SdkLanguage::Rust && tls_settings == Some(TlsSettings::Environment) {
        let found = Finding::error(
            Code("sdk-unsupported"),
            "no Rust release reads a certificate from the environment",
        );
        faults.push(
            found
                .at(table.tls_settings.value(), "")
                .help("tls_settings = \"code\"")
                .help("tls_settings = \"system\""),
        );
    }
    if language == SdkLanguage::DotNet {
        let title = "nobody measured what .NET reads: its lines are those of the specification";
        let found = Finding::warning(Code("sdk-unread"), title).at(table.language.value(), "");
        faults.push(found.help(
            "the program reads them with `UseOtlpExporter`; look for its traces by the name of the service",
        ));
    }
    let sdk = Sdk { language, version, tls_settings };
    if let Some(protocol) = protocol {
        let told = Told { app, sdk: &sdk, protocol };
        told.timeout(faults);
        told.headers(faults);
        told.compression(faults);
        told.json(faults);
    }
    Some(sdk)
}

/// The release line, from the number of the SDK or of the Java agent. `None` outside: it is not known.
fn version(app: &AppTable, language: SdkLanguage, faults: &mut Findings) -> Option<Option<SdkLine>> {
    let table = &app.sdk;
    let unused = |title: &str, key: &KeyField<String>, help: &str| {
        Finding::error(Code("key-unused"), title).at(key.key(), "").help(help)
    };
    match (table.version.text(), table.agent.text()) {
        (_, Some(_)) if language != SdkLanguage::Java => {
            let found = unused("only Java has an agent", &table.agent, "leave `agent` out");
            faults.push(found.help("language = \"java\""));
            None
        }
        (Some(_), Some(_)) => {
            let found = unused("the agent brings its SDK", &table.version, "leave `version` out");
            faults.push(found.also(table.agent.key(), ""));
            None
        }
        (None, Some(text)) => match SdkLanguage::of_agent(line(text)) {
            Some(line) => Some(Some(line)),
            None => {
                let found =
                    Finding::error(Code("version-unknown"), format!("Java agent {text} is not known"));
                let (first, last) = AGENTS;
                let known = format!("known: {} to {}", spell(first), spell(last));
                faults.push(found.at(table.agent.value(), "").help(known));
                None
            }
        },
        (Some(_), None) if language.known().is_none() => {
            faults.push(unused("no release of this SDK is known", &table.version, "leave `version` out"));
            None
        }
        (Some(text), None) => match language.line(line(text)) {
            Some(line) => Some(Some(line)),
            None => {
                faults.push(unknown(language, text, &table.version));
                None
            }
        },
        (None, None) => Some(None),
    }
}

/// A release that nobody looked at, with the nearest one of the same major that somebody did.
fn unknown(language: SdkLanguage, text: &str, key: &KeyField<String>) -> Finding {
    let name = language.name();
    let found = Finding::error(Code("version-unknown"), format!("{name} SDK {text} is not known"));
    let found = found.at(key.value(), format!("the release of {}", language.package()));
    let Some((first, last)) = language.known() else { return found };
    let found = found.help(format!("known: {} to {}", spell(first), spell(last)));
    let nearest = line(text).clamp(first, last);
    if nearest.0 == line(text).0 { found.help(format!("version = \"{}\"", spell(nearest))) } else { found }
}

/// As it is written: `2.10`.
fn spell((major, minor): SdkLine) -> String {
    format!("{major}.{minor}")
}

/// What one application's program is told, and by which way it sends.
struct Told<'a> {
    app: &'a AppTable,
    sdk: &'a Sdk,
    protocol: OtlpProtocol,
}

impl Told<'_> {
    fn over(&self) -> &'static str {
        match self.protocol {
            OtlpProtocol::Grpc => "over gRPC",
            OtlpProtocol::HttpProtobuf | OtlpProtocol::HttpJson => "over HTTP",
        }
    }

    /// The release to update to, if this one is known to lack it.
    fn lacks(&self, support: Support) -> Option<String> {
        (support.of(self.sdk.version) == Some(false)).then(|| match support {
            Support::Since(first) => format!(", or update the program to {}", spell(first)),
            Support::Always | Support::Never => String::new(),
        })
    }

    fn found(&self, key: Place, title: String) -> Finding {
        let found = Finding::error(Code("sdk-unsupported"), title).at(key, "");
        match [&self.app.sdk.version, &self.app.sdk.agent].into_iter().find(|key| key.is_written()) {
            Some(version) => found.also(version.value(), ""),
            None => found,
        }
    }

    /// The unit of the variable differs between SDKs, and between releases of the Rust one.
    fn timeout(&self, faults: &mut Findings) {
        let Some(timeout) = self.app.timeout.get() else { return };
        let name = self.sdk.language.name();
        let found =
            |title: &str| Finding::error(Code("sdk-unsupported"), title).at(self.app.timeout.key(), "");
        let since = self.sdk.language.milliseconds_since();
        let before = since.map(|first| format!(" before {}", spell(first))).unwrap_or_default();
        let say = "say it for Rust: `sdk = { language = \"rust\", version = ... }`";
        let wrong = match self.sdk.language.timeout(self.protocol, self.sdk.version) {
            None if self.sdk.language == SdkLanguage::Other => {
                found("SDKs count a timeout in seconds or in milliseconds: say which SDK it is")
                    .help("leave `timeout` out")
                    .help("say it, for example: `sdk = { language = \"java\" }`")
            }
            None => {
                let title =
                    format!("{name} counts a timeout in seconds or in milliseconds: say which release it is");
                found(&title).help(say)
            }
            Some(TimeoutUnit::NotRead) => {
                let title = format!("{name} reads no timeout {}{before}", self.over());
                found(&title).help("leave `timeout` out")
            }
            Some(TimeoutUnit::Seconds) if timeout.subsec_millis() > 0 => {
                let seconds = timeout.as_secs() + 1;
                found(&format!("{name} counts a timeout in whole seconds{before}"))
                    .help(format!("timeout = \"{seconds}s\""))
            }
            Some(TimeoutUnit::Seconds | TimeoutUnit::Milliseconds) => return,
        };
        let sdk = &self.app.sdk;
        faults.push(if sdk.at.is_written() { wrong.also(sdk.at.value(), "") } else { wrong });
    }

    /// Headers that are not read, or arrive as they were encoded.
    fn headers(&self, faults: &mut Findings) {
        let Some(headers) = self.app.headers.get() else { return };
        let key = || self.app.headers.key();
        if let Some(update) = self.lacks(self.sdk.language.headers(self.protocol)) {
            let title = format!("{} reads no headers {}", self.sdk.spoken(), self.over());
            faults.push(self.found(key(), title).help(format!("leave `headers` out{update}")));
            return;
        }
        let Some(update) = self.lacks(self.sdk.language.decoded_headers(self.protocol)) else { return };
        for (name, _) in headers.iter().filter(|(_, value)| !is_plain(value)) {
            let title = format!("{} sends the value of header `{name}` percent-encoded", self.sdk.spoken());
            let help = format!("use only letters, digits and `-._~:/`{update}");
            faults.push(self.found(key(), title).help(help));
        }
    }

    fn compression(&self, faults: &mut Findings) {
        if self.app.compression.get() != Some(&AppCompression::Gzip)
            || self.lacks(self.sdk.language.gzip(self.protocol)).is_none()
        {
            return;
        }
        let does = match self.protocol {
            OtlpProtocol::Grpc => "logs an error at each export",
            OtlpProtocol::HttpProtobuf | OtlpProtocol::HttpJson => "does not compress over HTTP",
        };
        let found = self.found(self.app.compression.key(), format!("{} {does}", self.sdk.spoken()));
        faults.push(found.help("leave `compression` out"));
    }

    /// JSON, which most SDKs take for no protocol at all.
    fn json(&self, faults: &mut Findings) {
        if self.protocol != OtlpProtocol::HttpJson {
            return;
        }
        let support = self.sdk.language.json();
        let since = match (support, self.sdk.version) {
            (Support::Since(first), None) => {
                let title = format!(
                    "{} sends JSON from {} on: say which release it is",
                    self.sdk.language.name(),
                    spell(first)
                );
                faults
                    .push(self.found(self.app.protocol.value(), title).help("protocol = \"http/protobuf\""));
                return;
            }
            (Support::Since(first), Some(line)) if line < first => Some(first),
            (Support::Never, _) => None,
            _ => return,
        };
        let does = match self.sdk.language {
            SdkLanguage::Java | SdkLanguage::Python => {
                "starts without telemetry where it is told to send JSON"
            }
            SdkLanguage::Rust | SdkLanguage::Go => "is not told by its environment to send JSON",
            _ => "sends no JSON",
        };
        let title = format!("{} {does}", self.sdk.spoken());
        let found = self.found(self.app.protocol.value(), title).help("protocol = \"http/protobuf\"");
        faults.push(match since {
            Some(first) => found.help(format!("update the program to {}", spell(first))),
            None => found,
        });
    }
}

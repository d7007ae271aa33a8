//! What an application's SDK can read of what the stack what the stack wants to tell it.
//!
//! Rust releases were measured (0.21, 0.24, 0.27, 0.30, 0.33) or read in source (the others); where
//! a release is not said, only what every release reads the same way is judged.

use super::super::{Sdk, SdkLanguage, TlsSettings};
use super::version::line;
use crate::diagnostic::{Code, Finding, Findings, Place};
use crate::model::dataflow::OtlpProtocol;
use crate::toml::{AppCompression, AppTable, KeyField};

/// Rust releases whose behaviour is known: minors of release line 0.
const RUST_MINORS: std::ops::RangeInclusive<u16> = 21..=33;

/// `sdk` of an application, judged against its other keys.
pub(super) fn sdk(app: &AppTable, faults: &mut Findings) -> Option<Sdk> {
    let table = &app.sdk;
    let language = table.language.or(SdkLanguage::Other);
    let tls_settings = table.tls_settings.get().copied();
    let version = match (table.version.text(), language) {
        (Some(text), SdkLanguage::Rust) => Some(rust_version(text, &table.version, faults)?),
        (Some(_), SdkLanguage::Other) => {
            let found = Finding::error(Code("key-unused"), "a version says nothing of an unknown SDK");
            faults.push(
                found.at(table.version.key(), "").help("leave `version` out").help("language = \"rust\""),
            );
            return None;
        }
        (None, _) => None,
    };
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
    timeout(app, (language, version.map(|(_, minor)| minor)), faults);
    if let (SdkLanguage::Rust, Some((_, minor))) = (language, version) {
        rust(app, minor, faults);
    }
    Some(Sdk { language, version, tls_settings })
}

fn rust_version(text: &str, key: &KeyField<String>, faults: &mut Findings) -> Option<(u16, u16)> {
    let (major, minor) = line(text);
    let minor = u16::try_from(minor).ok().filter(|minor| major == 0 && RUST_MINORS.contains(minor));
    if minor.is_none() {
        let (first, last) = (RUST_MINORS.start(), RUST_MINORS.end());
        let found = Finding::error(Code("version-unknown"), format!("Rust SDK {text} is not known"));
        let found = found.at(key.value(), "the release of the crate `opentelemetry_sdk`");
        let found = found.help(format!("known: 0.{first} to 0.{last}"));
        faults.push(match u16::try_from(line(text).1) {
            Ok(minor) if major == 0 => found.help(format!("version = \"0.{}\"", minor.clamp(*first, *last))),
            _ => found,
        });
    }
    Some((0, minor?))
}

/// The unit of the variable differs between SDKs, and between releases of the Rust one.
fn timeout(app: &AppTable, (language, minor): (SdkLanguage, Option<u16>), faults: &mut Findings) {
    let Some(timeout) = app.timeout.get() else { return };
    let grpc = app.protocol.get() == Some(&OtlpProtocol::Grpc);
    let found = |title: &str| Finding::error(Code("sdk-unsupported"), title).at(app.timeout.key(), "");
    let sdk = "say it for Rust: `sdk = { language = \"rust\", version = ... }`";
    let wrong = match (language, minor) {
        (SdkLanguage::Other, _) => {
            found("SDKs count a timeout in seconds or in milliseconds: say which SDK it is")
                .help("leave `timeout` out")
                .help(sdk)
        }
        (SdkLanguage::Rust, None) => {
            found("Rust counts a timeout in seconds or in milliseconds: say which release it is").help(sdk)
        }
        (SdkLanguage::Rust, Some(minor)) if minor < 29 && !grpc => {
            found("Rust reads no timeout over HTTP before 0.29").help("leave `timeout` out")
        }
        (SdkLanguage::Rust, Some(minor)) if minor < 29 && timeout.subsec_millis() > 0 => {
            let seconds = timeout.as_secs() + 1;
            found("Rust counts a timeout in whole seconds before 0.29")
                .help(format!("timeout = \"{seconds}s\""))
        }
        (SdkLanguage::Rust, Some(_)) => return,
    };
    faults.push(if app.sdk.at.is_written() { wrong.also(app.sdk.at.value(), "") } else { wrong });
}

/// What a Rust release does not read.
fn rust(app: &AppTable, minor: u16, faults: &mut Findings) {
    let grpc = app.protocol.get() == Some(&OtlpProtocol::Grpc);
    let version = app.sdk.version.value();
    let found = |key: Place, title: String| {
        Finding::error(Code("sdk-unsupported"), title).at(key, "").also(version.clone(), "")
    };
    if app.headers.is_written() && grpc && minor == 21 {
        let title = "Rust 0.21 reads no headers over gRPC".to_owned();
        faults
            .push(found(app.headers.key(), title).help("leave `headers` out, or update the program to 0.22"));
    }
    if app.headers.is_written() && !grpc && minor < 23 {
        let encoded = app.headers.get().into_iter().flatten().filter(|(_, value)| needs_encoding(value));
        for (name, _) in encoded {
            let title = format!("Rust 0.{minor} sends the value of header `{name}` percent-encoded");
            faults.push(
                found(app.headers.key(), title)
                    .help("use only letters, digits and `-._~`, or update the program to 0.23"),
            );
        }
    }
    if app.compression.get() == Some(&AppCompression::Gzip) {
        let why = match (minor, grpc) {
            (21, true) => "logs an error at each export",
            (..31, false) => "does not compress over HTTP",
            _ => return,
        };
        let found = found(app.compression.key(), format!("Rust 0.{minor} {why}"));
        faults.push(found.help("leave `compression` out"));
    }
}

/// Whether a header's value must be percent-encoded in an environment variable.
fn needs_encoding(value: &str) -> bool {
    !value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

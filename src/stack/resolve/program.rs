//! What an application is told beside its way out: attributes, sampling, the signals that are left off, further
//! lines. What its SDK cannot read of it, or would misread, is a finding.

use super::super::{ProgramLines, Sdk};
use crate::diagnostic::{Code, Finding, Findings, KeyPart, KeyPath, Place};
use crate::model::dataflow::Signal;
use crate::model::env::EnvFormat;
use crate::model::release::sdk::SdkLanguage;
use crate::text::{percent_encode, sounds_secret};
use crate::toml::AppTable;
use std::collections::BTreeMap;

/// The lines of an application, all faults told.
pub(super) fn lines(
    table: &AppTable,
    (sdk, dialect): (&Sdk, EnvFormat),
    faults: &mut Findings,
) -> ProgramLines {
    let sampling = table.sampling.probability.get().cloned();
    let others_off = table.other_signals.or(false);
    if others_off && sdk.language == SdkLanguage::Rust {
        let title = "a Rust program sends what it was built to send, and reads no `OTEL_METRICS_EXPORTER`";
        let found = Finding::error(Code("sdk-unsupported"), title).at(table.other_signals.key(), "");
        faults.push(found.also(table.sdk.language.value(), "").help("leave `other_signals` out"));
    }
    if others_off && sdk.language == SdkLanguage::Go {
        let title = "Go reads `OTEL_METRICS_EXPORTER` and `OTEL_LOGS_EXPORTER` through `autoexport` alone";
        let found = Finding::warning(Code("sdk-unread"), title).at(table.other_signals.key(), "");
        faults.push(found.help("leave `other_signals` out where the program makes its exporters itself"));
    }
    let attributes = attributes(table, sdk, faults);
    let extra = extra(table, (sdk, dialect), faults);
    ProgramLines { sampling, others_off, attributes, extra }
}

/// `resource_attributes`, as the variable holds them.
fn attributes(table: &AppTable, sdk: &Sdk, faults: &mut Findings) -> BTreeMap<String, String> {
    let key = &table.resource_attributes;
    let mut all = BTreeMap::new();
    for (name, value) in key.get().into_iter().flatten() {
        let path = key.path().join(name);
        if name == "service.name" {
            let title = "`service_name` says what `service.name` is";
            let found = Finding::error(Code("duplicate-key"), title).at((path, KeyPart::Key), "");
            faults.push(found.help(format!("leave it out, and write `service_name = \"{value}\"` beside")));
            continue;
        }
        let sound = |letter: char| letter.is_ascii_alphanumeric() || "._/-".contains(letter);
        if name.is_empty() || !name.chars().all(sound) {
            let title = format!("`{name}` is no name of an attribute that every SDK reads");
            let found = Finding::error(Code("attribute-text"), title).at((path, KeyPart::Key), "");
            faults.push(found.help("its name holds letters, digits and `._/-`"));
            continue;
        }
        match spelled(value, sdk) {
            Ok(text) => drop(all.insert(name.clone(), text)),
            Err(wrong) => {
                let title = format!("attribute `{name}`: {}", wrong.why);
                let found = Finding::error(Code("attribute-text"), title).at((path, KeyPart::Value), "");
                let found = match table.sdk.at.is_written() {
                    true => found.also(table.sdk.at.value(), ""),
                    false => found,
                };
                faults.push(found.help(wrong.help));
            }
        }
    }
    all
}

/// Why a value does not reach a program as it is, and what to do.
struct Misread {
    why: String,
    help: &'static str,
}

/// The value in the variable: percent-encoded where its SDK decodes it, raw where it does not.
fn spelled(value: &str, sdk: &Sdk) -> Result<String, Misread> {
    let encoded = percent_encode(value);
    let name = sdk.language.name();
    match sdk.language.decodes_attributes() {
        Some(true) => match sdk.language.longest_attribute() {
            Some(most) if encoded.len() > most => Err(Misread {
                why: format!("{name} loses all attributes to one above {most} characters, encoded"),
                help: "write a shorter value",
            }),
            _ => Ok(encoded),
        },
        _ if encoded == value => Ok(encoded),
        None => Err(Misread {
            why: "SDKs read an encoded value in two ways".to_owned(),
            help: "use only letters, digits and `-._~:/`, or say which SDK it is, for example: `sdk = { language = \"java\" }`",
        }),
        Some(false) => {
            let equals = value.contains('=') && sdk.language.raw_equals().of(sdk.version) != Some(true);
            if value.contains(',') || value.trim() != value || equals {
                let help = if equals && !value.contains(',') {
                    "write a value without `=`, or say `version`, from 0.30 on, in `sdk`"
                } else {
                    "write a value without `,` and without a space at its ends"
                };
                return Err(Misread {
                    why: format!("{name} decodes no value, and this one would be cut"),
                    help,
                });
            }
            Ok(value.to_owned())
        }
    }
}

/// Lines that the stack writes by itself, and the key that says them.
const OWN: &[(&str, &str)] =
    &[("OTEL_SERVICE_NAME", "service_name"), ("OTEL_RESOURCE_ATTRIBUTES", "resource_attributes")];

/// The same, of exporters: what stands behind `OTEL_EXPORTER_OTLP_`, and behind the signal.
const OF_EXPORTERS: &[(&str, &str)] = &[
    ("ENDPOINT", "send_to"),
    ("PROTOCOL", "protocol"),
    ("HEADERS", "headers"),
    ("COMPRESSION", "compression"),
    ("TIMEOUT", "timeout"),
    ("CERTIFICATE", "sdk.tls_settings"),
];

/// The key that says a line.
fn named(lines: &'static [(&str, &str)], name: &str) -> Option<&'static str> {
    lines.iter().find(|(line, _)| *line == name).map(|(_, key)| *key)
}

/// `extra`, line by line.
fn extra(
    table: &AppTable,
    (sdk, dialect): (&Sdk, EnvFormat),
    faults: &mut Findings,
) -> BTreeMap<String, String> {
    let key = &table.extra;
    for (name, value) in key.get().into_iter().flatten() {
        let line = Line { table, sdk, dialect, name, value, path: key.path().join(name) };
        let wrong = line.misspelled().or_else(|| line.own()).or_else(|| line.fights());
        match wrong {
            Some(wrong) => faults.push(wrong),
            None => line.warnings(faults),
        }
    }
    key.get().cloned().unwrap_or_default()
}

/// One further line.
struct Line<'a> {
    table: &'a AppTable,
    sdk: &'a Sdk,
    dialect: EnvFormat,
    name: &'a str,
    value: &'a str,
    path: KeyPath,
}

impl Line<'_> {
    fn key(&self) -> Place {
        (self.path.clone(), KeyPart::Key).into()
    }

    /// A name that an environment has, and that the reader of the file takes.
    fn misspelled(&self) -> Option<Finding> {
        let name = self.name;
        let sound = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && !name.starts_with(|first: char| first.is_ascii_digit())
            && !name.is_empty();
        let (title, help) = if !sound {
            (format!("`{name}` is no name of a variable"), "its name holds letters, digits and `_`")
        } else if self.dialect == EnvFormat::Injector && !name.starts_with("OTEL_") {
            let title = format!("the injector takes `OTEL_*` alone, and not `{name}`");
            (title, "set it where the program is started")
        } else {
            return None;
        };
        Some(Finding::error(Code("variable-name"), title).at(self.key(), "").help(help))
    }

    /// A line that a key of the stack says.
    fn own(&self) -> Option<Finding> {
        let general = self.name.strip_prefix("OTEL_EXPORTER_OTLP_");
        let own = match general {
            Some(rest) => named(OF_EXPORTERS, self.of_a_signal(rest).unwrap_or(rest)),
            None => named(OWN, self.name),
        };
        let sampler = self.name.starts_with("OTEL_TRACES_SAMPLER") && self.table.sampling.at.is_written();
        let unsent = Signal::SENT.into_iter().filter(|signal| !self.sent().contains(signal));
        let silenced = self.table.other_signals.or(false)
            && unsent.into_iter().any(|signal| signal.exporter_variable() == self.name);
        let key = match (own, sampler, silenced) {
            (Some(key), ..) => key,
            (_, true, _) => "sampling",
            (.., true) => "other_signals",
            _ if self.name == "OTEL_CONFIG_FILE" => "config_file",
            _ => return None,
        };
        let title = format!("`{key}` says what `{}` is", self.name);
        let found = Finding::error(Code("duplicate-key"), title).at(self.key(), "");
        Some(found.help(format!("write `{key}`, and leave this line out")))
    }

    /// The setting of a signal that the stack writes: `ENDPOINT` of `METRICS_ENDPOINT`.
    fn of_a_signal<'n>(&self, name: &'n str) -> Option<&'n str> {
        let prefix = |signal: &Signal| format!("{}_", signal.to_string().to_uppercase());
        self.sent().iter().find_map(|signal| name.strip_prefix(&prefix(signal)))
    }

    /// What the program sends.
    fn sent(&self) -> &[Signal] {
        self.table.signals.get().map_or(&[Signal::Traces], Vec::as_slice)
    }

    /// A line that changes the way out against what the stack says of it.
    fn fights(&self) -> Option<Finding> {
        let general = self.name.strip_prefix("OTEL_EXPORTER_OTLP_")?;
        let why = match self.of_a_signal(general).unwrap_or(general) {
            "INSECURE" => "beats the scheme of the endpoint in Go and Python",
            "CLIENT_KEY" | "CLIENT_CERTIFICATE" => "makes Go dial TLS where the listener has none",
            _ => return None,
        };
        let title = format!("`{}` {why}", self.name);
        let found = Finding::error(Code("env-conflict"), title).at(self.key(), "");
        Some(found.help("leave it out: whether there is TLS follows from the listener"))
    }

    fn warnings(&self, faults: &mut Findings) {
        let language = self.sdk.language;
        let support = match self.name {
            "OTEL_TRACES_EXPORTER" | "OTEL_METRICS_EXPORTER" | "OTEL_LOGS_EXPORTER" => {
                Some(language.exporter_variables())
            }
            "OTEL_SDK_DISABLED" => Some(language.sdk_disabled()),
            _ => None,
        };
        if support.is_some_and(|support| support.of(self.sdk.version) == Some(false)) {
            let title = format!("{} does not read `{}`", self.sdk.spoken(), self.name);
            let found = Finding::warning(Code("sdk-unread"), title).at(self.key(), "");
            faults.push(found.help("leave it out, and say it in the program"));
        }
        if sounds_secret(self.name) || self.value.split(['=', ',']).any(|part| sounds_secret(part.trim())) {
            let title =
                format!("`{}` looks like a secret, and its value stands in clear in the files", self.name);
            let found = Finding::warning(Code("header-secret"), title).at(self.key(), "");
            faults.push(found.help("set it where the program is started"));
        }
    }
}

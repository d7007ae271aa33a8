//! The ways out at the client end of an edge: lines that can be typed, each in the words of the program whose file it
//! goes into. Which way is the right one is judged in `check/`; here is how it is written.

use crate::diagnostic::{Help, SourceName, TextChange};
use crate::model::dataflow::{Client, Signal};
use crate::model::names::{Port, TargetPath};

/// The setting of a client, in its file.
#[derive(Clone, Debug)]
pub struct ClientEnd<'a> {
    /// The file, by the name under which it is shown.
    pub file: SourceName,
    /// The client.
    pub client: &'a Client,
}

/// The listener that a client is to dial.
#[derive(Clone, Copy, Debug)]
pub struct DialTarget<'a> {
    /// `http` or `https`, as it serves.
    pub scheme: &'static str,
    /// The name or address under which the client finds it.
    pub host: &'a str,
    /// The port on which the client finds it.
    pub port: Port,
    /// The path of its own on which it takes OTLP.
    pub path: Option<&'a str>,
}

/// How a program is told whom it dials, and on which terms.
pub trait ClientAdvice: Sync {
    /// Point it at a listener.
    fn dial(&self, end: &ClientEnd<'_>, to: &DialTarget<'_>) -> Help;

    /// Dial TLS to a listener, and trust these CAs.
    fn tls_on(&self, end: &ClientEnd<'_>, to: &DialTarget<'_>, ca: &TargetPath) -> Help;

    /// Dial plaintext.
    fn tls_off(&self, end: &ClientEnd<'_>) -> Help;

    /// Turn on the TLS whose files are named already.
    fn switch(&self, end: &ClientEnd<'_>) -> Help;

    /// Show a certificate.
    fn certificate(&self, end: &ClientEnd<'_>) -> Help;

    /// Ask the server for a name that its certificate bears.
    fn server_name(&self, end: &ClientEnd<'_>, name: &str) -> Help;

    /// Name a tenant.
    fn tenant(&self, end: &ClientEnd<'_>) -> Help {
        format!("under `{}`: `headers: {{ x-scope-orgid: TENANT }}`", end.setting()).into()
    }

    /// Show credentials.
    fn credentials(&self, end: &ClientEnd<'_>) -> Help {
        format!("under `{}`: `auth: {{ authenticator: ... }}`", end.setting()).into()
    }

    /// A signal that the listener does not take, whose receiver has this name.
    fn unserved(&self, end: &ClientEnd<'_>, signal: Signal, _receiver: &str) -> Help {
        format!("take `{}` out of the pipelines of {signal}", end.setting()).into()
    }
}

impl ClientEnd<'_> {
    /// Its setting: `exporters.otlp_grpc/tempo`.
    pub fn setting(&self) -> &str {
        &self.client.setting
    }

    /// A key below its setting.
    pub fn under(&self, key: &str, value: &str) -> Help {
        Help::under(self.file.clone(), self.setting(), key, value)
    }
}

impl DialTarget<'_> {
    /// Host and port, as an endpoint in YAML.
    pub fn endpoint(&self) -> String {
        endpoint(self.host, self.port)
    }

    /// `https://tempo.example:4318`.
    pub fn url(&self) -> String {
        format!("{}://{}:{}", self.scheme, self.host, self.port)
    }
}

/// An address and port as an endpoint in YAML: IPv6 needs brackets, and brackets need quotes.
pub fn endpoint(host: &str, port: Port) -> String {
    if host.starts_with('[') { format!("\"{host}:{port}\"") } else { format!("{host}:{port}") }
}

/// A line of an environment file. Variables of a Compose file or of a unit are written otherwise there, by a person.
pub fn variable(file: SourceName, key: &str, value: &str) -> Help {
    let help = Help::from(format!("`{key}={value}`"));
    let elsewhere = [".yaml", ".yml", ".service", ".conf"].iter().any(|suffix| file.0.ends_with(suffix));
    if elsewhere {
        return help;
    }
    help.edit(file, TextChange::SetVariable { key: key.to_owned(), value: value.to_owned() })
}

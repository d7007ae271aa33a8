//! From environment variables to a tracer: the service's name, where spans go, by which protocol, with
//! which TLS. Nothing here is specific to this application; copy it into yours.
//!
//! The SDK reads most variables itself (name, endpoint, headers, timeout, compression, sampler). What it
//! does not read is read here: the protocol, because it is chosen between two exporters that are both
//! compiled in, and the three TLS files, which no release of the Rust SDK reads.

use opentelemetry_otlp::tonic_types::transport::{Certificate, ClientTlsConfig, Identity};
use opentelemetry_otlp::{SpanExporter, WithHttpConfig, WithTonicConfig};
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::{env, fs};

type Error = Box<dyn std::error::Error + Send + Sync>;

/// A provider that exports in batches. Call it inside of a tokio runtime (gRPC needs one) but not from
/// an `async fn` (the HTTP client blocks).
///
/// # Errors
/// A variable holds what it must not, or names a file that cannot be read.
pub fn provider() -> Result<SdkTracerProvider, Error> {
    let tls = Tls::from_environment()?;
    let exporter = match variable("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL").as_deref() {
        Some("grpc") => SpanExporter::builder().with_tonic().with_tls_config(tls.for_grpc()).build()?,
        Some("http/protobuf") | None => {
            SpanExporter::builder().with_http().with_http_client(tls.for_http()?).build()?
        }
        Some(other) => {
            return Err(format!("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL={other} is not compiled in").into());
        }
    };
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).build())
}

/// What the three TLS variables say; the files as PEM.
struct Tls {
    trust: Trust,
    /// Our own certificate and its key, for a server that asks for one.
    client: Option<(Vec<u8>, Vec<u8>)>,
}

/// Who must have issued the server's certificate.
enum Trust {
    /// The endpoint is plaintext: there is none, and no trust store needs to be on this machine.
    Nobody,
    /// Whoever this machine trusts.
    Machine,
    /// This CA and no other.
    Ca(Vec<u8>),
}

impl Tls {
    fn from_environment() -> Result<Self, Error> {
        let encrypted =
            variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").is_some_and(|url| url.starts_with("https:"));
        let trust = match pem("OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE")? {
            Some(pem) => Trust::Ca(pem),
            None if encrypted => Trust::Machine,
            None => Trust::Nobody,
        };
        let certificate = pem("OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE")?;
        let key = pem("OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY")?;
        if certificate.is_some() != key.is_some() {
            return Err("a client certificate needs its key, and a key its certificate".into());
        }
        Ok(Self { trust, client: certificate.zip(key) })
    }

    fn for_grpc(&self) -> ClientTlsConfig {
        let config = ClientTlsConfig::new();
        let config = match &self.trust {
            Trust::Nobody => config,
            Trust::Machine => config.with_native_roots(),
            Trust::Ca(pem) => config.ca_certificate(Certificate::from_pem(pem)),
        };
        match &self.client {
            Some((certificate, key)) => config.identity(Identity::from_pem(certificate, key)),
            None => config,
        }
    }

    fn for_http(&self) -> Result<reqwest::blocking::Client, Error> {
        let client = reqwest::blocking::Client::builder();
        let client = match &self.trust {
            Trust::Nobody => client.tls_certs_only([]),
            Trust::Machine => client,
            Trust::Ca(pem) => client.tls_certs_only(reqwest::Certificate::from_pem_bundle(pem)?),
        };
        let client = match &self.client {
            Some((certificate, key)) => {
                client.identity(reqwest::Identity::from_pem(&[key.as_slice(), certificate].concat())?)
            }
            None => client,
        };
        Ok(client.build()?)
    }
}

/// The file that a variable names; `None` where it is not set.
fn pem(name: &str) -> Result<Option<Vec<u8>>, Error> {
    let Some(path) = variable(name) else { return Ok(None) };
    fs::read(&path).map(Some).map_err(|error| format!("{name}: {path}: {error}").into())
}

/// An empty variable counts as one that is not set, as the specification says.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

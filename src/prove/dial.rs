//! One connection: TCP, and TLS where the scheme asks for it, with typed faults.
//!
//! The stages are kept apart (name, TCP, handshake) so that a cause follows from *where* it
//! failed and from rustls' own error values, not from a library's words.

use super::route::{ClientCertificate, Tls, TrustedCa};
use http::Uri;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a TCP connection and a handshake may take together.
const CONNECT: Duration = Duration::from_secs(5);

/// A connection of either kind.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// Why no connection came about.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum DialFault {
    /// A setting of ours cannot be used: the proof could not be tried.
    #[error("{0}")]
    Settings(String),
    /// The host name has no address.
    #[error("`{host}` has no address: {reason}")]
    NoAddress { host: String, reason: String },
    /// The peer's host says that nobody listens.
    #[error("connection refused")]
    Refused,
    /// No answer to the TCP connection, or none within the handshake.
    #[error("no answer within {} s", CONNECT.as_secs())]
    Silent,
    /// Any other fault of the network.
    #[error("{0}")]
    Network(String),
    /// The handshake failed by a rule of TLS.
    #[error("{0}")]
    Tls(rustls::Error),
    /// The peer ended the connection instead of answering the handshake.
    #[error("the connection was closed during the TLS handshake: {0}")]
    Closed(String),
}

/// Where to dial, taken from a URL.
#[derive(Clone, Debug)]
pub(super) struct DialAddress {
    /// Host without brackets.
    pub(super) host: String,
    /// Port, the scheme's own where none is written.
    pub(super) port: u16,
    /// Whether the scheme is `https`.
    pub(super) tls: bool,
}

impl DialAddress {
    /// The host and port of a URL with the scheme `http` or `https`.
    pub(super) fn of(url: &Uri) -> Result<Self, DialFault> {
        let tls = match url.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(DialFault::Settings(format!("`{url}` has neither the scheme http nor https"))),
        };
        let host = url.host().ok_or_else(|| DialFault::Settings(format!("`{url}` names no host")))?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        Ok(Self { host, port: url.port_u16().unwrap_or(if tls { 443 } else { 80 }), tls })
    }
}

/// A TCP connection to the address.
pub(super) async fn tcp(address: &DialAddress) -> Result<TcpStream, DialFault> {
    let connecting = TcpStream::connect((address.host.as_str(), address.port));
    let stream = match timeout(CONNECT, connecting).await {
        Err(_) => return Err(DialFault::Silent),
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Err(tcp_fault(&address.host, &error)),
    };
    stream.set_nodelay(true).map_err(|error| DialFault::Network(error.to_string()))?;
    Ok(stream)
}

fn tcp_fault(host: &str, error: &io::Error) -> DialFault {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => DialFault::Refused,
        // What the resolver of the C library says has no kind and no number of its own.
        _ if error.raw_os_error().is_none() => {
            DialFault::NoAddress { host: host.to_owned(), reason: error.to_string() }
        }
        _ => DialFault::Network(error.to_string()),
    }
}

/// Connects, and shakes hands where the address asks for TLS; `protocol` is the word offered to
/// the server (`h2`, `http/1.1`).
pub(super) async fn dial(
    address: &DialAddress,
    tls: &Tls,
    protocol: &str,
) -> Result<Box<dyn Stream>, DialFault> {
    if !address.tls {
        return Ok(Box::new(tcp(address).await?));
    }
    let config = client_config(tls, protocol)?;
    let name = tls.server_name.as_deref().unwrap_or(&address.host);
    let name = ServerName::try_from(name.to_owned())
        .map_err(|_| DialFault::Settings(format!("`{name}` is no name or address a certificate can have")))?;
    let stream = tcp(address).await?;
    let handshake = tokio_rustls::TlsConnector::from(config).connect(name, stream);
    match timeout(CONNECT, handshake).await {
        Err(_) => Err(DialFault::Silent),
        Ok(Ok(stream)) => Ok(Box::new(stream)),
        Ok(Err(error)) => Err(handshake_fault(&error)),
    }
}

fn handshake_fault(error: &io::Error) -> DialFault {
    rustls_error(error)
        .map_or_else(|| DialFault::Closed(error.to_string()), |tls| DialFault::Tls(tls.clone()))
}

/// The TLS fault inside an error of a connection, if that is what it was.
pub(super) fn rustls_error<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            return Some(tls);
        }
        // An io::Error shows the source of what it wraps, not what it wraps.
        next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

fn client_config(tls: &Tls, protocol: &str) -> Result<Arc<ClientConfig>, DialFault> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(DialFault::Tls)?
        .with_root_certificates(roots(&tls.ca)?);
    let mut config = match &tls.client {
        None => builder.with_no_client_auth(),
        Some(client) => {
            let (chain, key) = identity(client)?;
            builder.with_client_auth_cert(chain, key).map_err(|error| {
                DialFault::Settings(format!("`{}` cannot be used: {error}", client.certificate.display()))
            })?
        }
    };
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    Ok(Arc::new(config))
}

fn roots(ca: &TrustedCa) -> Result<RootCertStore, DialFault> {
    let mut store = RootCertStore::empty();
    match ca {
        TrustedCa::File(path) => {
            for certificate in certificates(path)? {
                store.add(certificate).map_err(|error| unusable(path, &error))?;
            }
        }
        // A trust store may hold a few certificates nobody can read: the others count.
        TrustedCa::System => {
            store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    Ok(store)
}

fn identity(
    client: &ClientCertificate,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), DialFault> {
    let key = PrivateKeyDer::from_pem_file(&client.key).map_err(|error| unusable(&client.key, &error))?;
    Ok((certificates(&client.certificate)?, key))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, DialFault> {
    let found = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unusable(path, &error))?;
    if found.is_empty() {
        return Err(DialFault::Settings(format!("`{}` holds no certificate", path.display())));
    }
    Ok(found)
}

fn unusable(path: &Path, error: &dyn std::fmt::Display) -> DialFault {
    DialFault::Settings(format!("`{}` cannot be used: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_urls() {
        let parts = |url: &str| {
            DialAddress::of(&url.parse().unwrap()).map(|address| (address.host, address.port, address.tls))
        };
        assert_eq!(parts("http://127.0.0.1:4318").unwrap(), ("127.0.0.1".to_owned(), 4318, false));
        assert_eq!(parts("https://[::1]:4317/v1/traces").unwrap(), ("::1".to_owned(), 4317, true));
        assert_eq!(parts("https://tempo.internal").unwrap(), ("tempo.internal".to_owned(), 443, true));
        assert!(matches!(parts("127.0.0.1:4317"), Err(DialFault::Settings(_))));
        assert!(matches!(parts("ftp://host"), Err(DialFault::Settings(_))));
    }
}

//! A look at a socket: what is spoken there, asked without any of our settings.
//!
//! Servers say little of a bad handshake or a foreign protocol, and what a client library makes of
//! it depends on timing. So after a failed exchange the peer is asked twice, once in plaintext and
//! once with TLS, and its first bytes tell.

use super::dial::{DialAddress, DialFault, dial, rustls_error, tcp};
use super::route::Tls;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

/// How long the first bytes are waited for.
const FIRST_BYTES: Duration = Duration::from_secs(1);
/// HTTP/2's preface and an empty SETTINGS frame.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00";

/// What is spoken at an address.
#[derive(Clone, Debug)]
pub(super) enum Peer {
    /// It cannot be connected to.
    Unreachable(DialFault),
    /// Plaintext HTTP/2, as gRPC servers speak.
    Http2,
    /// Plaintext HTTP/1, with the first line it answered.
    Http1(String),
    /// TLS, and what is spoken inside it.
    Tls(PeerInside),
    /// None of these.
    Unknown,
}

/// What was seen inside of TLS.
#[derive(Clone, Debug)]
pub(super) enum PeerInside {
    /// The handshake failed, or an alert came after it.
    Fault(rustls::Error),
    /// An answer to the first frame of HTTP/2.
    Http2,
    /// An end, or nothing.
    Silence,
}

/// Looks at an address; `tls` is what the client would use there.
pub(super) async fn look(address: &DialAddress, tls: &Tls) -> Peer {
    let plain = match tcp(address).await {
        Err(fault) => return Peer::Unreachable(fault),
        Ok(stream) => first_bytes(stream, PREFACE).await.unwrap_or_default(),
    };
    if is_http2(&plain) {
        Peer::Http2
    } else if plain.starts_with(b"HTTP/1.") {
        let text = String::from_utf8_lossy(&plain);
        Peer::Http1(super::words::line(text.lines().next().unwrap_or_default()))
    } else {
        shake_hands(address, tls).await
    }
}

/// Whether it begins with a SETTINGS frame of stream 0, as every HTTP/2 server does.
fn is_http2(bytes: &[u8]) -> bool {
    matches!(bytes, [_, _, _, 4, _, 0, 0, 0, 0, ..])
}

async fn shake_hands(address: &DialAddress, tls: &Tls) -> Peer {
    let address = DialAddress { tls: true, ..address.clone() };
    match dial(&address, tls, "h2").await {
        // A server that misses a client certificate says so only after the client is done.
        Ok(stream) => Peer::Tls(match first_bytes(stream, PREFACE).await {
            Ok(bytes) if is_http2(&bytes) => PeerInside::Http2,
            Ok(_) => PeerInside::Silence,
            Err(error) => rustls_error(&error).cloned().map_or(PeerInside::Silence, PeerInside::Fault),
        }),
        Err(DialFault::Tls(rustls::Error::InvalidMessage(_)) | DialFault::Closed(_)) => Peer::Unknown,
        Err(DialFault::Tls(error)) => Peer::Tls(PeerInside::Fault(error)),
        Err(fault) => Peer::Unreachable(fault),
    }
}

async fn first_bytes(
    mut stream: impl AsyncReadExt + AsyncWriteExt + Unpin,
    greeting: &[u8],
) -> std::io::Result<Vec<u8>> {
    let mut bytes = vec![0; 512];
    // The read tells more than a write that fails because the peer is already gone.
    let written = stream.write_all(greeting).await;
    match timeout(FIRST_BYTES, stream.read(&mut bytes)).await {
        Err(_) => Ok(Vec::new()),
        Ok(Ok(length)) => {
            bytes.truncate(length);
            if length == 0 { written.map(|()| bytes) } else { Ok(bytes) }
        }
        Ok(Err(error)) => Err(error),
    }
}

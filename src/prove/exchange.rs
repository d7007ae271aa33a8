//! Requests and answers on one connection, HTTP/1.1 or HTTP/2, all of them bounded.
//!
//! Redirects are never followed, answers are cut at a limit, every exchange has its deadline.

use super::dial::{DialAddress, DialFault, dial, rustls_error};
use super::route::Tls;
use http::{HeaderMap, Request, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::time::Duration;
use tokio::time::timeout;

/// Which HTTP a connection speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HttpVersion {
    Http1,
    Http2,
}

/// Why there is no whole answer.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum ExchangeFault {
    /// No connection.
    #[error(transparent)]
    Dial(#[from] DialFault),
    /// The peer ended TLS after the handshake: so do servers that miss a client certificate.
    #[error("{0}")]
    Tls(rustls::Error),
    /// What came back is not the HTTP that was spoken, or nothing came back.
    #[error("{0}")]
    Broken(String),
    /// No whole answer within the deadline.
    #[error("no answer within {}", super::words::duration(*.0))]
    Silent(Duration),
}

/// An answer, headers and trailers together, its body cut at the limit.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Box<HeaderMap>,
    pub(super) body: Vec<u8>,
    /// Whether the body went on beyond the limit.
    pub(super) cut: bool,
}

impl Answer {
    /// A header or trailer as text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The start of the body as one line, for evidence.
    pub(super) fn excerpt(&self) -> String {
        super::words::line(&String::from_utf8_lossy(&self.body))
    }
}

/// An open connection.
pub(super) struct Connection {
    sender: Sender,
}

enum Sender {
    Http1(http1::SendRequest<Full<Bytes>>),
    Http2(http2::SendRequest<Full<Bytes>>),
}

impl Connection {
    /// Connects to the URL's host. Runs inside a runtime: the connection is driven by a task there.
    pub(super) async fn open(url: &Uri, tls: &Tls, version: HttpVersion) -> Result<Self, ExchangeFault> {
        let address = DialAddress::of(url)?;
        let word = match version {
            HttpVersion::Http1 => "http/1.1",
            HttpVersion::Http2 => "h2",
        };
        let stream = TokioIo::new(dial(&address, tls, word).await?);
        let sender = match version {
            HttpVersion::Http1 => {
                let (sender, connection) =
                    http1::Builder::new().max_buf_size(64 << 10).handshake(stream).await.map_err(broken)?;
                // Its end, good or bad, also ends the exchange that waits on it.
                tokio::spawn(async move { connection.await.ok() });
                Sender::Http1(sender)
            }
            HttpVersion::Http2 => {
                let mut builder = http2::Builder::new(TokioExecutor::new());
                builder.max_header_list_size(64 << 10);
                let (sender, connection) = builder.handshake(stream).await.map_err(broken)?;
                tokio::spawn(async move { connection.await.ok() });
                Sender::Http2(sender)
            }
        };
        Ok(Self { sender })
    }

    /// Whether another request may be sent on it.
    pub(super) fn is_open(&self) -> bool {
        match &self.sender {
            Sender::Http1(sender) => !sender.is_closed(),
            Sender::Http2(sender) => !sender.is_closed(),
        }
    }

    /// Sends one request and reads its answer up to `limit` bytes.
    pub(super) async fn exchange(
        &mut self,
        request: Request<Full<Bytes>>,
        limit: usize,
        within: Duration,
    ) -> Result<Answer, ExchangeFault> {
        match timeout(within, self.exchange_unbounded(request, limit)).await {
            Ok(result) => result,
            Err(_) => Err(ExchangeFault::Silent(within)),
        }
    }

    async fn exchange_unbounded(
        &mut self,
        request: Request<Full<Bytes>>,
        limit: usize,
    ) -> Result<Answer, ExchangeFault> {
        let response = match &mut self.sender {
            Sender::Http1(sender) => {
                sender.ready().await.map_err(broken)?;
                sender.send_request(request).await
            }
            Sender::Http2(sender) => {
                sender.ready().await.map_err(broken)?;
                sender.send_request(request).await
            }
        };
        let (head, body) = response.map_err(broken)?.into_parts();
        let mut answer = Answer {
            status: head.status.as_u16(),
            headers: Box::new(head.headers),
            body: Vec::new(),
            cut: false,
        };
        read_body(body, &mut answer, limit).await?;
        Ok(answer)
    }
}

async fn read_body(mut body: Incoming, answer: &mut Answer, limit: usize) -> Result<(), ExchangeFault> {
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(broken)?;
        match frame.into_data() {
            Ok(data) => {
                let room = limit - answer.body.len();
                answer.body.extend_from_slice(&data[..data.len().min(room)]);
                if data.len() > room {
                    answer.cut = true;
                    return Ok(());
                }
            }
            Err(frame) => {
                if let Ok(trailers) = frame.into_trailers() {
                    answer.headers.extend(trailers);
                }
            }
        }
    }
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "so that map_err takes it as it is")]
fn broken(error: hyper::Error) -> ExchangeFault {
    match rustls_error(&error) {
        Some(tls) => ExchangeFault::Tls(tls.clone()),
        None => ExchangeFault::Broken(super::words::chain(&error)),
    }
}

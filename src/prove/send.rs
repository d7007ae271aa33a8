//! Sending OTLP as an application or an exporter would, over gRPC or HTTP. Whoever takes JSON takes protobuf on the
//! same path, by the type of the content, so that what is proven of one is proven of the other.

use super::exchange::{Answer, Connection, ExchangeFault, HttpVersion};
use super::route::{Dial, Store};
use crate::model::dataflow::OtlpProtocol;
use http::{HeaderName, HeaderValue, Request, Uri};
use http_body_util::Full;
use hyper::body::Bytes;
use prost::Message;
use std::time::Duration;

/// How long one request may take: the default of the SDKs.
const SEND: Duration = Duration::from_secs(10);
/// How much of an answer is kept. A good one has a few bytes.
const LIMIT: usize = 16 << 10;
/// The method of gRPC.
fn method(store: Store) -> &'static str {
    match store {
        Store::Tempo => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        Store::Prometheus => "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
        Store::Loki => "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
    }
}

/// What became of a request.
#[derive(Clone, Debug)]
pub(super) enum Sent {
    /// Taken, all of it.
    Accepted,
    /// Answered in its own protocol, but not taken.
    Rejected(Rejection),
    /// Answered in another way than this protocol answers.
    Foreign(Answer),
    /// Not answered.
    Failed(ExchangeFault),
}

/// A refusal by the peer, in the words of either protocol.
#[derive(Clone, Debug)]
pub(super) struct Rejection {
    /// gRPC's status code, or HTTP's.
    pub(super) code: u16,
    /// What the peer says about it.
    pub(super) message: String,
}

/// A client of one listener, which connects when it first sends.
pub(super) struct ItemSender<'d> {
    store: Store,
    dial: &'d Dial,
    connection: Option<Connection>,
}

impl<'d> ItemSender<'d> {
    /// A client that dials as told.
    pub(super) fn new(store: Store, dial: &'d Dial) -> Self {
        Self { store, dial, connection: None }
    }

    /// Sends one encoded request of OTLP.
    pub(super) async fn send(&mut self, message: Vec<u8>) -> Sent {
        match self.try_send(Bytes::from(message)).await {
            Ok(answer) => match self.dial.protocol {
                OtlpProtocol::Grpc => judge_grpc(self.store, answer),
                OtlpProtocol::HttpProtobuf | OtlpProtocol::HttpJson => judge_http(self.store, answer),
            },
            Err(fault) => Sent::Failed(fault),
        }
    }

    async fn try_send(&mut self, message: Bytes) -> Result<Answer, ExchangeFault> {
        let url: Uri =
            self.dial.url.parse().map_err(|_| settings(format!("`{}` is no URL", self.dial.url)))?;
        if let Some(mut kept) = self.connection.take().filter(Connection::is_open) {
            // The peer may have ended a connection that was idle: then a new one decides.
            match kept.exchange(self.request(&url, &message)?, LIMIT, SEND).await {
                Ok(answer) => return Ok(self.keep(kept, answer)),
                Err(silent @ ExchangeFault::Silent(_)) => return Err(silent),
                Err(_) => {}
            }
        }
        let version = match self.dial.protocol {
            OtlpProtocol::Grpc => HttpVersion::Http2,
            OtlpProtocol::HttpProtobuf | OtlpProtocol::HttpJson => HttpVersion::Http1,
        };
        let request = self.request(&url, &message)?;
        let mut connection = Connection::open(&url, &self.dial.tls, version).await?;
        let answer = connection.exchange(request, LIMIT, SEND).await?;
        Ok(self.keep(connection, answer))
    }

    fn request(&self, url: &Uri, message: &[u8]) -> Result<Request<Full<Bytes>>, ExchangeFault> {
        let authority = url.authority().map_or("", http::uri::Authority::as_str);
        let (builder, body) = match self.dial.protocol {
            OtlpProtocol::Grpc => {
                let scheme = url.scheme_str().unwrap_or("http");
                let builder = Request::post(format!("{scheme}://{authority}{}", method(self.store)));
                let builder = builder.header("content-type", "application/grpc").header("te", "trailers");
                (builder, framed(message))
            }
            OtlpProtocol::HttpProtobuf | OtlpProtocol::HttpJson => {
                let builder = Request::post(url.path_and_query().map_or("/", |path| path.as_str()));
                let builder = builder.header("host", authority);
                (builder.header("content-type", "application/x-protobuf"), message.to_vec())
            }
        };
        with_headers(builder, body, self.dial)
    }

    /// Keeps a connection whose answer was read to its end.
    fn keep(&mut self, connection: Connection, answer: Answer) -> Answer {
        self.connection = Some(connection).filter(|_| !answer.cut);
        answer
    }
}

fn settings(reason: String) -> ExchangeFault {
    ExchangeFault::Dial(super::dial::DialFault::Settings(reason))
}

fn with_headers(
    builder: http::request::Builder,
    body: Vec<u8>,
    dial: &Dial,
) -> Result<Request<Full<Bytes>>, ExchangeFault> {
    let mut request = builder
        .header("user-agent", "tracewright")
        .body(Full::new(Bytes::from(body)))
        .map_err(|error| settings(format!("`{}` cannot be posted to: {error}", dial.url)))?;
    for (name, value) in &dial.headers {
        // The value may be a secret: a message about it never shows it.
        let unusable = |_| settings(format!("header `{name}` cannot be sent"));
        let name = HeaderName::from_bytes(name.to_ascii_lowercase().as_bytes());
        let name = name.map_err(|_| settings("a header has no valid name".to_owned()))?;
        request.headers_mut().append(name, HeaderValue::from_str(value).map_err(unusable)?);
    }
    Ok(request)
}

/// A message as gRPC frames it: not compressed, its length, its bytes.
fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).expect("a proof is far below 4 GiB");
    let mut body = vec![0];
    body.extend_from_slice(&length.to_be_bytes());
    body.extend_from_slice(message);
    body
}

fn judge_grpc(store: Store, answer: Answer) -> Sent {
    let Some(code) = answer.header("grpc-status").and_then(|code| code.parse().ok()) else {
        return Sent::Foreign(answer);
    };
    if code != 0 {
        let message = super::words::line(&percent_decoded(answer.header("grpc-message").unwrap_or_default()));
        return Sent::Rejected(Rejection { code, message });
    }
    partial(store, answer.body.get(5..).unwrap_or_default())
}

fn judge_http(store: Store, answer: Answer) -> Sent {
    let ours = answer.header("content-type").is_some_and(|kind| kind.starts_with("application/x-protobuf"));
    match answer.status {
        200 if ours => partial(store, &answer.body),
        // So Prometheus (200) and Loki (204) take what is sent to themselves.
        200 | 204 if answer.body.is_empty() && store != Store::Tempo => Sent::Accepted,
        200..=299 => Sent::Foreign(answer),
        // A refusal in protobuf is OTLP's own; other bodies come from servers, proxies and muxes.
        code if ours => Sent::Rejected(Rejection { code, message: rejected_message(&answer.body) }),
        // So does Loki's, which calls it something else: no text begins so.
        code if matches!(answer.body.first(), Some(0x08 | 0x12)) => {
            Sent::Rejected(Rejection { code, message: rejected_message(&answer.body) })
        }
        code @ (429 | 503) => Sent::Rejected(Rejection { code, message: answer.excerpt() }),
        _ => Sent::Foreign(answer),
    }
}

/// `google.rpc.Status`, which OTLP puts into the body of a refusal over HTTP.
#[derive(Clone, PartialEq, Message)]
struct RpcStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
}

fn rejected_message(body: &[u8]) -> String {
    RpcStatus::decode(body).map_or_else(|_| String::new(), |status| super::words::line(&status.message))
}

/// Success may still say that some were left out. The answers of all three signals have one form.
fn partial(store: Store, body: &[u8]) -> Sent {
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
    match ExportTraceServiceResponse::decode(body) {
        Ok(ExportTraceServiceResponse { partial_success: Some(partial) }) if partial.rejected_spans > 0 => {
            let (count, items) = (partial.rejected_spans, store.items());
            let message = format!("{count} {items} rejected: {}", partial.error_message);
            Sent::Rejected(Rejection { code: 0, message: super::words::line(&message) })
        }
        _ => Sent::Accepted,
    }
}

/// gRPC writes what is not plain ASCII in a message as `%XX`.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let code = (first == b'%')
            .then(|| tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok()))
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(code.unwrap_or(first));
        rest = if code.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderMap;
    use opentelemetry_proto::tonic::collector::trace::v1::{
        ExportTracePartialSuccess, ExportTraceServiceResponse,
    };
    use proptest::prelude::*;

    fn answer(status: u16, headers: &[(&'static str, &str)], body: &[u8]) -> Answer {
        let pairs = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()));
        let headers = Box::new(pairs.collect::<HeaderMap>());
        Answer { status, headers, body: body.to_vec(), cut: false }
    }

    fn partly_refused() -> Vec<u8> {
        let partial = ExportTracePartialSuccess { rejected_spans: 2, error_message: "too old".to_owned() };
        ExportTraceServiceResponse { partial_success: Some(partial) }.encode_to_vec()
    }

    /// What an answer is taken for, with the words of a refusal.
    fn taken_for(sent: Sent) -> String {
        match sent {
            Sent::Accepted => "accepted".to_owned(),
            Sent::Rejected(Rejection { code, message }) => format!("{code} {message}"),
            Sent::Foreign(answer) => format!("foreign {}", answer.status),
            Sent::Failed(fault) => fault.to_string(),
        }
    }

    #[test]
    fn answers_over_grpc() {
        let of = |headers: &[(&'static str, &str)], body: &[u8]| {
            taken_for(judge_grpc(Store::Tempo, answer(200, headers, body)))
        };
        assert_eq!(of(&[("grpc-status", "0")], &[0; 5]), "accepted");
        assert_eq!(of(&[("grpc-status", "0")], &[]), "accepted");
        let partly = framed(&partly_refused());
        assert_eq!(of(&[("grpc-status", "0")], &partly), "0 2 spans rejected: too old");
        let refused = [("grpc-status", "14"), ("grpc-message", "no%20org id 100% %C3%A4")];
        assert_eq!(of(&refused, &[]), "14 no org id 100% ä");
        assert_eq!(of(&[], b"<html>"), "foreign 200");
    }

    #[test]
    fn answers_over_http() {
        let ours = [("content-type", "application/x-protobuf")];
        let of = |status, headers: &[(&'static str, &str)], body: &[u8]| {
            taken_for(judge_http(Store::Tempo, answer(status, headers, body)))
        };
        assert_eq!(of(200, &ours, &[]), "accepted");
        assert_eq!(of(200, &ours, &partly_refused()), "0 2 spans rejected: too old");
        let status = RpcStatus { code: 13, message: "sending queue is full".to_owned() }.encode_to_vec();
        assert_eq!(of(503, &ours, &status), "503 sending queue is full");
        assert_eq!(of(503, &[], b"busy"), "503 busy");
        assert_eq!(of(404, &[], b"404 page not found"), "foreign 404");
        assert_eq!(of(200, &[], b"<html>"), "foreign 200");
    }

    proptest! {
        #[test]
        fn any_answer_is_judged(status in 100_u16..600, body in proptest::collection::vec(any::<u8>(), 0..200)) {
            for kind in ["application/x-protobuf", "application/grpc"] {
                let with = answer(status, &[("content-type", kind), ("grpc-status", "0")], &body);
                judge_http(Store::Loki, with.clone());
                judge_grpc(Store::Loki, with);
            }
        }
    }
}

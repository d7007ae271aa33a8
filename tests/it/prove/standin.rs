//! A stand-in for Tempo: takes OTLP over gRPC and HTTP, shows traces by id, `/ready` and
//! `/metrics` as Tempo 2.10.8 words them. It judges nothing about TLS inside of Tempo. It can also
//! do what a prover must never take for success.

use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

const UNREADY: &str = "Ingester not ready: ingester check ready failed: waiting for 15s after being ready\n";

/// What the stand-in does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    /// Takes everything and keeps nothing.
    Forgets,
    /// Keeps nothing it took so far, and counts from 0: a restart without its disk.
    RestartsEmpty,
    /// Loses the span of this number.
    Loses(u32),
    /// Keeps everything and shows nothing.
    Hides,
    /// Keeps nothing and says that it is not ready, in the words of Tempo 2.10.8.
    Unready,
    /// Gives another service name back.
    Renames,
}

#[derive(Default)]
struct State {
    traces: BTreeMap<String, Vec<Json>>,
    received: usize,
}

/// A running stand-in; it ends with the process.
pub struct StandIn {
    pub http: u16,
    pub otlp_grpc: u16,
    pub otlp_http: u16,
}

impl StandIn {
    /// Starts it on free ports.
    pub fn start(fault: Fault) -> Self {
        let (ready, started) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                // It has counted before.
                let state = Arc::new(Mutex::new(State { received: 9, ..State::default() }));
                for grpc in [false, true, false] {
                    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                    ready.send(listener.local_addr().unwrap().port()).unwrap();
                    tokio::spawn(serve((listener, grpc, None), state.clone(), fault));
                }
                std::future::pending::<()>().await;
            });
        });
        let port = || started.recv().unwrap();
        Self { http: port(), otlp_grpc: port(), otlp_http: port() }
    }
}

/// A listener of a stand-in that runs by itself.
pub struct Open {
    pub at: SocketAddr,
    pub grpc: bool,
    pub tls: Option<TlsAcceptor>,
}

/// Opens these listeners and serves until the process ends.
pub fn serve_at(endpoints: Vec<Open>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let state = Arc::new(Mutex::new(State::default()));
        for Open { at, grpc, tls } in endpoints {
            let listener = TcpListener::bind(at).await.unwrap_or_else(|fault| panic!("{at}: {fault}"));
            tokio::spawn(serve((listener, grpc, tls), state.clone(), Fault::None));
        }
        std::future::pending::<()>().await;
    });
}

async fn serve(
    (listener, grpc, tls): (TcpListener, bool, Option<TlsAcceptor>),
    state: Arc<Mutex<State>>,
    fault: Fault,
) {
    while let Ok((stream, _)) = listener.accept().await {
        let (state, tls) = (state.clone(), tls.clone());
        tokio::spawn(async move {
            match tls {
                None => connected(stream, grpc, state, fault).await,
                Some(tls) => {
                    if let Ok(stream) = tls.accept(stream).await {
                        connected(stream, grpc, state, fault).await;
                    }
                }
            }
        });
    }
}

async fn connected(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    grpc: bool,
    state: Arc<Mutex<State>>,
    fault: Fault,
) {
    let service = service_fn(move |request| answer(request, state.clone(), fault));
    let stream = TokioIo::new(stream);
    // A client that goes away ends its connection, which is no fault.
    if grpc {
        let server = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
        server.serve_connection(stream, service).await.ok();
    } else {
        hyper::server::conn::http1::Builder::new().serve_connection(stream, service).await.ok();
    }
}

async fn answer(
    request: Request<Incoming>,
    state: Arc<Mutex<State>>,
    fault: Fault,
) -> Result<Response<Reply>, Infallible> {
    let path = request.uri().path().to_owned();
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let mut state = state.lock().unwrap();
    Ok(match path.as_str() {
        "/opentelemetry.proto.collector.trace.v1.TraceService/Export" => {
            receive(&mut state, &body[5..], fault);
            let head = Response::builder().header("content-type", "application/grpc");
            head.body(Reply::grpc()).unwrap()
        }
        "/v1/traces" => {
            receive(&mut state, &body, fault);
            let head = Response::builder().header("content-type", "application/x-protobuf");
            head.body(Reply::text("")).unwrap()
        }
        "/ready" if fault == Fault::Unready => {
            Response::builder().status(503).body(Reply::text(UNREADY)).unwrap()
        }
        "/ready" => Response::new(Reply::text("ready\n")),
        "/metrics" => Response::new(Reply::text(&metrics(&state))),
        path => match path.split_once("api/v2/traces/") {
            Some((_, id)) => Response::new(Reply::text(&trace(&mut state, id, fault).to_string())),
            None => Response::builder().status(404).body(Reply::text("404 page not found\n")).unwrap(),
        },
    })
}

fn receive(state: &mut State, message: &[u8], fault: Fault) {
    let message = ExportTraceServiceRequest::decode(message).unwrap();
    for group in message.resource_spans {
        let resource = group.resource.unwrap().attributes;
        for scope in group.scope_spans {
            state.received += scope.spans.len();
            for span in scope.spans.iter().filter(|_| !matches!(fault, Fault::Forgets | Fault::Unready)) {
                let id = span.trace_id.iter().map(|byte| format!("{byte:02x}")).collect();
                let shown = json!({
                    "resource": {"attributes": attributes(&resource, fault)},
                    "scopeSpans": [{"scope": {"name": "proof"}, "spans": [shown(span)]}],
                });
                if !loses(span, fault) {
                    state.traces.entry(id).or_default().push(shown);
                }
            }
        }
    }
}

fn loses(span: &Span, fault: Fault) -> bool {
    matches!(fault, Fault::Loses(number) if span.name == format!("proof {number}"))
}

fn shown(span: &Span) -> Json {
    json!({"name": span.name, "attributes": attributes(&span.attributes, Fault::None)})
}

fn attributes(attributes: &[KeyValue], fault: Fault) -> Json {
    let shown = attributes.iter().map(|attribute| {
        let value = match attribute.value.as_ref().unwrap().value.as_ref().unwrap() {
            Value::StringValue(_) if fault == Fault::Renames => json!({"stringValue": "other"}),
            Value::StringValue(text) => json!({"stringValue": text}),
            Value::BoolValue(yes) => json!({"boolValue": yes}),
            Value::IntValue(number) => json!({"intValue": number.to_string()}),
            other => panic!("a proof has no {other:?}"),
        };
        json!({"key": attribute.key, "value": value})
    });
    shown.collect()
}

fn trace(state: &mut State, id: &str, fault: Fault) -> Json {
    if fault == Fault::RestartsEmpty {
        *state = State::default();
    }
    match state.traces.get(id).filter(|_| fault != Fault::Hides) {
        Some(spans) => json!({"trace": {"resourceSpans": spans}, "metrics": {"inspectedBytes": "520"}}),
        None => json!({"trace": {}, "metrics": {}}),
    }
}

fn metrics(state: &State) -> String {
    let labels = "receiver=\"otlp/otlp_receiver\",transport=\"grpc\"";
    format!(
        "# TYPE tempo_receiver_accepted_spans counter\n\
         tempo_receiver_accepted_spans{{{labels}}} {}\n\
         tempo_receiver_refused_spans{{{labels}}} 0\n\
         tempo_ingester_bytes_received_total{{tenant=\"single-tenant\"}} {}\n\
         tempo_query_frontend_connected_clients 20\n",
        state.received,
        state.traces.values().map(Vec::len).sum::<usize>() * 150,
    )
}

/// A body of one piece, with gRPC's trailers or without.
struct Reply {
    body: Full<Bytes>,
    trailers: Option<http::HeaderMap>,
}

impl Reply {
    fn text(text: &str) -> Self {
        Self { body: Full::new(Bytes::from(text.to_owned())), trailers: None }
    }

    fn grpc() -> Self {
        let mut trailers = http::HeaderMap::new();
        trailers.insert("grpc-status", http::HeaderValue::from_static("0"));
        Self { body: Full::new(Bytes::from_static(&[0; 5])), trailers: Some(trailers) }
    }
}

impl Body for Reply {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Ready(None) => {
                Poll::Ready(self.trailers.take().map(|trailers| Ok(Frame::trailers(trailers))))
            }
            other => other,
        }
    }
}

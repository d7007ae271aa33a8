//! A shop of two pages that traces what it does.
//!
//!     shop [ENV_FILE]
//!
//! `/health` makes one span, `/order` a trace of three; both answer with the id of their trace. Where
//! the spans go is said by the environment alone, or by an environment file ([`telemetry`]); `SHOP_PORT`
//! is the only variable of our own. Ctrl-C and SIGTERM flush what is not sent yet.

mod telemetry;

use opentelemetry::trace::{Span, SpanKind, TraceContextExt, Tracer};
use opentelemetry::{Context, KeyValue, global};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{sleep, timeout};
use tracing_subscriber::filter::LevelFilter;

type Error = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Error> {
    if let Some(path) = std::env::args_os().nth(1) {
        dotenvy::from_path(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    // The SDK tells of failed exports through `tracing`: without this line nobody would hear of them.
    tracing_subscriber::fmt().with_max_level(LevelFilter::WARN).with_writer(std::io::stderr).init();
    rustls::crypto::ring::default_provider().install_default().expect("nobody installed one before");

    let runtime = tokio::runtime::Runtime::new()?;
    let provider = {
        let _inside = runtime.enter();
        telemetry::provider()?
    };
    global::set_tracer_provider(provider.clone());
    let served = runtime.block_on(serve());
    // The runtime still runs: gRPC needs it for the last batch.
    provider.shutdown()?;
    served
}

async fn serve() -> Result<(), Error> {
    let port = std::env::var("SHOP_PORT").map_or(Ok(3010), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("shop: http://{}/health and /order", listener.local_addr()?);
    let mut terminated = signal(SignalKind::terminate())?;
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let (stream, _) = accepted?;
                tokio::spawn(async move {
                    // A client that is slow or gone is no concern of the others.
                    let _answered = timeout(Duration::from_secs(5), answer(stream)).await;
                });
            }
            _ = terminated.recv() => return Ok(()),
            _ = tokio::signal::ctrl_c() => return Ok(()),
        }
    }
}

/// One request a connection: enough for a health check.
async fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    let mut lines = BufReader::new(&mut stream).lines();
    let request = lines.next_line().await?.unwrap_or_default();
    while lines.next_line().await?.is_some_and(|header| !header.is_empty()) {}
    let (status, body) = match request.split(' ').nth(1) {
        Some("/health") => ("200 OK", health()),
        Some("/order") => ("200 OK", order().await),
        _ => ("404 Not Found", "no such page".to_owned()),
    };
    let length = body.len() + 1;
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all(format!("{head}{body}\n").as_bytes()).await
}

fn health() -> String {
    let mut span = server_span("GET /health");
    let id = span.span_context().trace_id();
    span.end();
    format!(r#"{{"status":"ok","trace_id":"{id}"}}"#)
}

/// The request, and below it what it waits for.
async fn order() -> String {
    let request = Context::new().with_span(server_span("GET /order"));
    for (name, kind) in [("reserve stock", SpanKind::Internal), ("charge card", SpanKind::Client)] {
        let tracer = global::tracer("shop");
        let mut step = tracer.span_builder(name).with_kind(kind).start_with_context(&tracer, &request);
        sleep(Duration::from_millis(3)).await;
        step.end();
    }
    let id = request.span().span_context().trace_id();
    request.span().end();
    format!(r#"{{"status":"ordered","trace_id":"{id}"}}"#)
}

fn server_span(name: &'static str) -> global::BoxedSpan {
    let tracer = global::tracer("shop");
    let attributes = [KeyValue::new("http.request.method", "GET")];
    tracer.span_builder(name).with_kind(SpanKind::Server).with_attributes(attributes).start(&tracer)
}

//! Reading from Tempo's HTTP API: a trace by its id, by the listener of the querier or as Grafana does.
//!
//! The querier's own listener answers a trace, or the true cause of a failure, at once; the public one
//! goes through the query frontend, which never answers while no querier is connected to it (seen
//! on Tempo 2.10.8 and 3.0.3). After a read there Tempo does not stop by SIGTERM for 30 s, so it is
//! used once, last.

use super::exchange::{Answer, Connection, ExchangeFault, HttpVersion};
use super::route::TempoReader;
use super::trace::{ReadTrace, TraceAnswer};
use http::{HeaderValue, Request, Uri};
use http_body_util::Full;
use hyper::body::Bytes;
use std::time::Duration;

/// How much of one trace is read; the largest proof trace has about 60 KB.
const TRACE_LIMIT: usize = 2 << 20;

/// Which of the two listeners is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// `/querier/api/v2/traces/ID`.
    Querier,
    /// `/api/v2/traces/ID`, through the query frontend.
    Frontend,
}

/// The outcome of one read.
#[derive(Debug)]
pub(super) enum Read {
    /// A trace, maybe an empty one.
    Trace(ReadTrace),
    /// Another status than 200; 404 is how older versions know no trace.
    Answered(Answer),
    /// 200, and something that is no trace.
    Garbage(Answer),
    /// No whole answer.
    Failed(ExchangeFault),
}

/// A client of Tempo's API, which keeps its connection.
pub(super) struct Api<'r> {
    reader: &'r TempoReader,
    connection: Option<Connection>,
}

impl<'r> Api<'r> {
    /// A client that dials as told.
    pub(super) fn new(reader: &'r TempoReader) -> Self {
        Self { reader, connection: None }
    }

    /// The path of a read, for evidence too.
    pub(super) fn path(by: By, id: &str) -> String {
        match by {
            By::Querier => format!("/querier/api/v2/traces/{id}"),
            By::Frontend => format!("/api/v2/traces/{id}"),
        }
    }

    /// Reads a trace by its id in hexadecimal digits.
    pub(super) async fn trace(&mut self, by: By, id: &str, within: Duration) -> Read {
        match self.get(&Self::path(by, id), TRACE_LIMIT, within).await {
            Err(fault) => Read::Failed(fault),
            Ok(answer) if answer.status != 200 => Read::Answered(answer),
            Ok(answer) => match serde_json::from_slice::<TraceAnswer>(&answer.body) {
                Ok(read) if !answer.cut => Read::Trace(read.trace),
                _ => Read::Garbage(answer),
            },
        }
    }

    /// Gets a path of the API with the reader's tenant.
    pub(super) async fn get(
        &mut self,
        path: &str,
        limit: usize,
        within: Duration,
    ) -> Result<Answer, ExchangeFault> {
        let url: Uri = self.reader.api.parse().map_err(|_| no_url(&self.reader.api))?;
        if let Some(mut kept) = self.connection.take().filter(Connection::is_open) {
            match kept.exchange(self.request(&url, path)?, limit, within).await {
                Ok(answer) => return Ok(self.keep(kept, answer)),
                Err(silent @ ExchangeFault::Silent(_)) => return Err(silent),
                // The peer may have ended a connection that was idle: then a new one decides.
                Err(_) => {}
            }
        }
        let mut connection = Connection::open(&url, &self.reader.tls, HttpVersion::Http1).await?;
        let answer = connection.exchange(self.request(&url, path)?, limit, within).await?;
        Ok(self.keep(connection, answer))
    }

    /// Keeps a connection whose answer was read to its end.
    fn keep(&mut self, connection: Connection, answer: Answer) -> Answer {
        self.connection = Some(connection).filter(|_| !answer.cut);
        answer
    }

    fn request(&self, url: &Uri, path: &str) -> Result<Request<Full<Bytes>>, ExchangeFault> {
        let mut request = Request::get(path)
            .header("host", url.authority().map_or("", http::uri::Authority::as_str))
            .header("accept", "application/json")
            .body(Full::new(Bytes::new()))
            .map_err(|_| no_url(path))?;
        if let Some(tenant) = &self.reader.tenant {
            let tenant = HeaderValue::from_str(tenant).map_err(|_| no_url(tenant))?;
            request.headers_mut().insert("x-scope-orgid", tenant);
        }
        Ok(request)
    }
}

fn no_url(text: &str) -> ExchangeFault {
    ExchangeFault::Dial(super::dial::DialFault::Settings(format!("`{text}` cannot be asked for")))
}

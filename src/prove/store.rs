//! Reading from a store's HTTP API: what a proof sent, by its id.
//!
//! Of Tempo by the listener of the querier or as Grafana does. The querier's own listener answers a trace, or the true cause of a failure, at once; the public one
//! goes through the query frontend, which never answers while no querier is connected to it (seen
//! on Tempo 2.10.8 and 3.0.3). After a read there Tempo does not stop by SIGTERM for 30 s, so it is
//! used once, last.

use super::exchange::{Answer, Connection, ExchangeFault, HttpVersion};
use super::items::{ProofItems, SeenItems};
use super::payload;
use super::route::Reader;
use http::{HeaderValue, Request, Uri};
use http_body_util::Full;
use hyper::body::Bytes;
use std::time::Duration;

/// How much of one answer is read; the largest proof trace has about 60 KB.
const LIMIT: usize = 2 << 20;

/// How it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// By the way that answers at once: of Tempo `/querier/api/v2/traces/ID`.
    Id,
    /// Of Tempo `/api/v2/traces/ID`, through the query frontend, as Grafana does.
    Frontend,
}

/// The outcome of one read.
#[derive(Debug)]
pub(super) enum Read {
    /// What it has of the items, maybe nothing.
    Items(SeenItems),
    /// Another status than 200; 404 is how older versions of Tempo know no trace.
    Answered(Answer),
    /// 200, and something that is no answer of this kind.
    Garbage(Answer),
    /// No whole answer.
    Failed(ExchangeFault),
}

/// A client of a store's API, which keeps its connection.
pub(super) struct Api<'r> {
    reader: &'r Reader,
    connection: Option<Connection>,
}

impl<'r> Api<'r> {
    /// A client that dials as told.
    pub(super) fn new(reader: &'r Reader) -> Self {
        Self { reader, connection: None }
    }

    /// The path of a read, for evidence too.
    pub(super) fn path(by: By, path: &str) -> &str {
        match by {
            By::Id => path,
            By::Frontend => path.strip_prefix("/querier").unwrap_or(path),
        }
    }

    /// Reads what it has of these items.
    pub(super) async fn items(&mut self, by: By, items: &ProofItems<'_>, within: Duration) -> Read {
        match self.get(Self::path(by, &payload::path(items)), LIMIT, within).await {
            Err(fault) => Read::Failed(fault),
            Ok(answer) if answer.status != 200 => Read::Answered(answer),
            Ok(answer) => match payload::judge(items, &answer.body) {
                Some(seen) if !answer.cut => Read::Items(seen),
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

//! One page of an engine: readiness, health, metrics.
//!
//! For callers that wait for engines to come up; a proof itself goes through `attempt`.

use super::block_on;
use super::counters::Counters;
use super::exchange::{Connection, HttpVersion};
use super::route::Tls;
use super::words::LINE;
use crate::text::redact_cut;
use http::{Request, Uri};
use http_body_util::Full;
use hyper::body::Bytes;
use std::collections::BTreeMap;
use std::time::Duration;

/// How much of a page is read; Tempo's metrics have 160 KB.
const LIMIT: usize = 4 << 20;

/// A page as it was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchedPage {
    /// The HTTP status.
    pub status: u16,
    /// Its text, cut at 4 MiB.
    pub body: String,
}

/// Asks for one page over HTTP/1.1, `within` the time given for the answer; redirects are not
/// followed.
///
/// # Errors
/// One line that says why there is no answer.
pub fn fetch(url: &str, tls: &Tls, within: Duration) -> Result<FetchedPage, String> {
    let uri: Uri = url.parse().map_err(|error| format!("`{url}` is no URL: {error}"))?;
    let authority = uri.authority().ok_or_else(|| format!("`{url}` names no host"))?;
    let path = uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let request = Request::get(path)
        .header("host", authority.as_str())
        .body(Full::new(Bytes::new()))
        .map_err(|error| error.to_string())?;
    let answer = block_on(async {
        let mut connection = Connection::open(&uri, tls, HttpVersion::Http1).await?;
        connection.exchange(request, LIMIT, within).await
    })?;
    let answer = answer.map_err(|fault| redact_cut(&fault.to_string(), LINE))?;
    Ok(FetchedPage { status: answer.status, body: String::from_utf8_lossy(&answer.body).into_owned() })
}

/// The counters that a proof looks at, as a page of metrics shows them: name and sum over all labels.
pub fn watched(metrics: &str) -> BTreeMap<&'static str, f64> {
    Counters::read(metrics).sums()
}

/// The series in which an engine says its own release, and the label that holds it: Tempo's, the collector's.
const RELEASES: [(&str, &str); 2] =
    [("tempo_build_info{", "version=\""), ("target_info{", "service_version=\"")];

/// The release that an engine names on its page of metrics, as it is written there.
pub fn said_release(metrics: &str) -> Option<&str> {
    metrics.lines().find_map(|line| {
        let (_, label) = RELEASES.into_iter().find(|(series, _)| line.starts_with(series))?;
        let from = line.match_indices(label).find(|(at, _)| line[..*at].ends_with(['{', ',']))?.0;
        line[from + label.len()..].split_once('"').map(|(release, _)| release)
    })
}

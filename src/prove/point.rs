//! The points of a proof: one series that the id names, a gauge whose values are the numbers.
//!
//! The name and the label have neither dot nor unit, so no translation of Prometheus changes them (seen on 3.16 with
//! all four strategies). Each number has a moment of its own, a millisecond apart: one that is sent again is the same
//! sample, and one that is overtaken is refused as a real one would be.

use super::attributes::{resource, scope, text};
use super::items::{ProofItems, SeenItems, nanoseconds};
use crate::text::percent_encode;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::metrics::v1::{
    Gauge, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, metric::Data, number_data_point,
};
use prost::Message;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

/// The metric.
const NAME: &str = "tracewright_proof";
/// Its label that holds the id.
const ID: &str = "tracewright_id";
/// How far back of the last point is read.
const RANGE: &str = "1h";

/// The points of `part`, encoded as OTLP.
pub(super) fn encode(series: &ProofItems<'_>, part: Range<u32>) -> Vec<u8> {
    let data_points = part.map(|number| point(series, number)).collect();
    let metric =
        Metric { name: NAME.to_owned(), data: Some(Data::Gauge(Gauge { data_points })), ..Metric::default() };
    let scoped = ScopeMetrics { scope: Some(scope()), metrics: vec![metric], ..ScopeMetrics::default() };
    let all = ResourceMetrics {
        resource: Some(resource(series)),
        scope_metrics: vec![scoped],
        ..ResourceMetrics::default()
    };
    ExportMetricsServiceRequest { resource_metrics: vec![all] }.encode_to_vec()
}

fn point(series: &ProofItems<'_>, number: u32) -> NumberDataPoint {
    NumberDataPoint {
        attributes: vec![text(ID, &series.hex())],
        time_unix_nano: nanoseconds(moment(series, number)),
        value: Some(number_data_point::Value::AsInt(number.into())),
        ..NumberDataPoint::default()
    }
}

/// The moment of a number, since 1970.
fn moment(series: &ProofItems<'_>, number: u32) -> Duration {
    series.began() + Duration::from_millis(number.into())
}

/// The query for all samples of the series: at its last moment, of the range before it.
pub(super) fn path(series: &ProofItems<'_>) -> String {
    let query = format!("{NAME}{{{ID}=\"{}\"}}[{RANGE}]", series.hex());
    let until = moment(series, series.numbers.end) + Duration::from_secs(1);
    format!("/api/v1/query?query={}&time={}", percent_encode(&query), until.as_secs_f64())
}

/// Judges what was answered.
pub(super) fn judge(series: &ProofItems<'_>, body: &[u8]) -> Option<SeenItems> {
    let read = serde_json::from_slice::<Answer>(body).ok()?.data.result;
    let mut seen = SeenItems::default();
    for Series { metric, values } in read {
        match metric.get("job") {
            Some(job) if job == series.service() => {}
            Some(job) => {
                let change = format!("`service.name` `{}` came back as job `{job}`", series.service());
                seen.altered.get_or_insert(change);
            }
            None => drop(seen.altered.get_or_insert("`service.name` did not come back".to_owned())),
        }
        for (_, value) in values {
            let number = value.parse().ok().filter(|number| series.numbers.contains(number));
            match number {
                Some(number) => drop(seen.numbers.insert(number)),
                None => drop(seen.altered.get_or_insert(format!("a point came back with value {value}"))),
            }
        }
    }
    Some(seen)
}

/// The answer of `/api/v1/query`, as far as it is looked at.
#[derive(Debug, Deserialize)]
struct Answer {
    data: AnswerData,
}

#[derive(Debug, Deserialize)]
struct AnswerData {
    result: Vec<Series>,
}

#[derive(Debug, Deserialize)]
struct Series {
    metric: BTreeMap<String, String>,
    values: Vec<(f64, String)>,
}

#[cfg(test)]
mod tests {
    use super::super::items::ProofRun;
    use super::super::route::Store;
    use super::*;
    use std::time::UNIX_EPOCH;

    fn judged(body: &str) -> Option<SeenItems> {
        let run = ProofRun::new([7; 8], "shop", UNIX_EPOCH + Duration::from_secs(1000));
        judge(&run.items(Store::Prometheus, 0..3), body.as_bytes())
    }

    #[test]
    fn what_prometheus_answers_is_read() {
        let answer = |result: &str| {
            format!("{{\"status\":\"success\",\"data\":{{\"resultType\":\"matrix\",\"result\":[{result}]}}}}")
        };
        assert!(judged(&answer("")).unwrap().is_empty());
        let two = r#"{"metric":{"job":"shop-proof"},"values":[[1000,"0"],[1000.002,"2"]]}"#;
        let seen = judged(&answer(two)).unwrap();
        assert_eq!(seen.numbers.into_iter().collect::<Vec<_>>(), [0, 2]);
        assert_eq!(seen.altered, None);
        let other = r#"{"metric":{"job":"other"},"values":[[1000,"7"]]}"#;
        let seen = judged(&answer(other)).unwrap();
        assert!(seen.numbers.is_empty());
        assert_eq!(seen.altered.unwrap(), "`service.name` `shop-proof` came back as job `other`");
        assert!(judged("<html>").is_none());
    }

    #[test]
    fn the_query_asks_for_one_series_until_its_last_moment() {
        let run = ProofRun::new([7; 8], "shop", UNIX_EPOCH + Duration::from_secs(1000));
        assert_eq!(
            path(&run.items(Store::Prometheus, 0..3)),
            "/api/v1/query?query=tracewright_proof%7Btracewright_id%3D%220707070707070707070707070707\
             0001%22%7D%5B1h%5D&time=1001.003"
        );
    }
}

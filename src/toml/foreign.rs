//! Words of Tempo, the collector, Grafana and the SDKs, and what each is called in `stack.toml`.

use super::kind::Table;
use super::language::{
    AppTable, BatchTable, CollectorTable, GrafanaTable, QueueTable, RetryTable, StorageTable, TempoTable,
};
use super::schema::Schema;
use crate::diagnostic::KeyPath;

/// What a foreign word is called here.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ours {
    /// A key of the same table, which takes the same value.
    Key(&'static str),
    /// Something that is written another way.
    Words(&'static str),
}

use Ours::{Key, Words};

/// A key of a table; one that there is not does not compile, below.
const fn key(table: &Schema, name: &'static str) -> Ours {
    Key(table.named(name))
}

const LISTENERS: &str = "each listener has its own: `http = { bind = \"any\", port = ... }`";
const ENGINE_ONLY: &str = "the stack writes that itself: leave it out";
const SENDS: &str = "where it sends is `send_to`: \"tempo\" or \"collector.NAME\"";
const FROM_SEND_TO: &str = "the endpoint follows from `send_to`: \"tempo\" or \"collector.NAME\"";
const TWO_LISTENERS: &str = "its listeners are `receive = { grpc = ..., http = ... }`, a port each";
const STORE: &str = "traces are kept by `[tempo]`";
const COLLECTOR: &str = "a collector is `[collector.NAME]`";
const APPLICATION: &str = "an application is `[app.NAME]`";

/// Table, words, what they are called there. The table is the kind of component and what is below its name.
const FOREIGN: &[(&str, &[&str], Ours)] = &[
    ("", &["jaeger", "zipkin", "storage", "backend"], Words(STORE)),
    (
        "",
        &["otel", "otelcol", "opentelemetry", "agent", "gateway", "receivers", "exporters"],
        Words(COLLECTOR),
    ),
    ("", &["application", "applications", "service", "services"], Words(APPLICATION)),
    ("tempo", &["block_retention", "retention_period"], key(TempoTable::SCHEMA, "retention")),
    ("tempo", &["compactor", "compaction"], Words("how long traces are kept is `retention`")),
    ("tempo", &["server"], Words("its API is `http`, its own gRPC `internal`")),
    ("tempo", &["http_listen_port", "api_port"], key(TempoTable::SCHEMA, "http")),
    ("tempo", &["grpc_listen_port"], key(TempoTable::SCHEMA, "internal")),
    ("tempo", &["port"], Words("the port of its API is `http`, those of OTLP stand in `receive`")),
    ("tempo", &["distributor", "receivers", "receiver", "otlp"], Words(TWO_LISTENERS)),
    ("tempo", &["ingester", "querier", "query_frontend", "overrides", "frontend"], Words(ENGINE_ONLY)),
    ("tempo", &["listen", "bind", "address", "endpoint"], Words(LISTENERS)),
    ("tempo", &["usage_stats_enabled", "reporting_enabled"], key(TempoTable::SCHEMA, "usage_report")),
    ("tempo.storage", &["path", "local_path", "dir", "directory"], key(StorageTable::SCHEMA, "local")),
    ("tempo.storage", &["trace", "backend"], Words("a directory of this host is `local`")),
    ("collector", &["exporters", "exporter", "export", "endpoint", "url"], Words(SENDS)),
    ("collector", &["receivers", "receiver", "otlp", "port"], Words(TWO_LISTENERS)),
    ("collector", &["listen", "bind", "address"], Words(LISTENERS)),
    ("collector", &["processors"], Words("what it does is `batch` and `service.memory_limit`")),
    ("collector", &["extensions"], Words("its own listeners are `health` and `metrics`")),
    ("collector", &["pipelines"], Words("the pipeline follows from `receive` and `send_to`")),
    ("collector", &["health_check", "healthcheck"], key(CollectorTable::SCHEMA, "health")),
    ("collector", &["telemetry"], Words("its own metrics are `metrics`")),
    ("collector", &["memory_limiter"], Words("the limit is `service.memory_limit`")),
    ("collector", &["send_batch_size"], Words("the size of a batch is `batch.size`")),
    ("collector", &["sending_queue"], key(CollectorTable::SCHEMA, "queue")),
    ("collector", &["retry_on_failure"], key(CollectorTable::SCHEMA, "retry")),
    ("collector.receive", &["otlp", "protocols"], Words("`grpc` and `http` stand in `receive` themselves")),
    ("collector.batch", &["send_batch_size"], key(BatchTable::SCHEMA, "size")),
    ("collector.batch", &["send_batch_max_size"], key(BatchTable::SCHEMA, "max_size")),
    ("collector.queue", &["queue_size", "size"], key(QueueTable::SCHEMA, "requests")),
    ("collector.queue", &["num_consumers", "sizer"], Words(ENGINE_ONLY)),
    ("collector.retry", &["initial_interval"], key(RetryTable::SCHEMA, "first")),
    ("collector.retry", &["max_interval"], key(RetryTable::SCHEMA, "longest")),
    ("collector.retry", &["max_elapsed_time"], key(RetryTable::SCHEMA, "give_up")),
    ("app", &["endpoint", "url", "otel_exporter_otlp_endpoint"], Words(FROM_SEND_TO)),
    ("app", &["otel_exporter_otlp_traces_endpoint"], Words(FROM_SEND_TO)),
    ("app", &["otel_service_name", "name"], key(AppTable::SCHEMA, "service_name")),
    ("app", &["otel_exporter_otlp_protocol"], key(AppTable::SCHEMA, "protocol")),
    ("app", &["otel_exporter_otlp_timeout"], Words("the time it waits is `timeout`")),
    ("app", &["otel_exporter_otlp_compression"], key(AppTable::SCHEMA, "compression")),
    ("app", &["otel_exporter_otlp_headers"], Words("headers are a table: `headers = { ... }`")),
    (
        "app",
        &["otel_exporter_otlp_certificate"],
        Words("the stack issues what its listeners need: leave it out"),
    ),
    ("app", &["env", "environment", "dotenv"], Words("the file that gets its variables is `env_file`")),
    ("app", &["attributes", "otel_resource_attributes"], key(AppTable::SCHEMA, "resource_attributes")),
    ("app", &["otel_traces_sampler", "sampler"], key(AppTable::SCHEMA, "sampling")),
    ("app", &["otel_metrics_exporter", "otel_logs_exporter"], key(AppTable::SCHEMA, "other_signals")),
    ("app", &["language"], Words("the SDK is `sdk = { language = ... }`")),
    ("grafana", &["url", "endpoint"], Words("it reads from the Tempo of this stack: leave it out")),
    ("grafana", &["name"], key(GrafanaTable::SCHEMA, "datasource")),
];

/// What a word of another program is called in a table of the stack.
pub(super) fn ours(table: &KeyPath, word: &str) -> Option<Ours> {
    let kind = kind_of(table);
    let word = word.to_lowercase().replace('-', "_");
    let row = FOREIGN.iter().find(|(at, words, _)| *at == kind && words.contains(&&*word));
    row.map(|(.., ours)| *ours)
}

/// `collector.batch` of `collector.main.batch`.
fn kind_of(table: &KeyPath) -> String {
    let named = matches!(table.0.first().map(String::as_str), Some("collector" | "app" | "host"));
    let parts = table.0.iter().enumerate().filter(|(index, _)| !(named && *index == 1));
    parts.map(|(_, part)| part.as_str()).collect::<Vec<_>>().join(".")
}

/// Names by which the languages of SDKs go elsewhere.
const LANGUAGES: &[(&[&str], &str)] = &[
    (&["javascript", "typescript", "js", "ts", "nodejs", "node.js"], "node"),
    (&["golang"], "go"),
    (&["c#", "csharp", ".net", "net", "f#", "fsharp"], "dotnet"),
    (&["kotlin", "scala", "jvm", "groovy", "clojure"], "java"),
    (&["py", "python3"], "python"),
    (&["deno", "bun", "ruby", "php", "c++", "cpp", "c", "elixir", "erlang", "swift"], "other"),
    (&["rs", "rustlang"], "rust"),
];

/// What another name of a value is called here.
pub(super) fn our_value(key: &str, word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    let row = LANGUAGES.iter().find(|(words, _)| key == "language" && words.contains(&&*word));
    row.map(|(_, ours)| *ours)
}

#[cfg(test)]
mod tests {
    use super::super::language::RawStack;
    use super::super::schema::ValueKind;
    use super::*;

    /// The table of a kind: `collector.batch`.
    fn table(kind: &str) -> &'static Schema {
        kind.split('.').filter(|part| !part.is_empty()).fold(RawStack::SCHEMA, |schema, part| {
            match schema.key(part).unwrap_or_else(|| panic!("no table {kind}")).kind {
                ValueKind::Table(below) | ValueKind::Named(below, _) => below,
                other => panic!("{kind} is {other:?}"),
            }
        })
    }

    /// What stands between backquotes.
    fn quoted(text: &str) -> impl Iterator<Item = &str> {
        text.split('`').skip(1).step_by(2)
    }

    /// The keys that a piece of TOML or a path names: `receive`, `grpc` and `http` of
    /// `receive = { grpc = ..., http = ... }`.
    fn keys_of(piece: &str) -> Vec<&str> {
        let is_key = |word: &&str| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        let assigned =
            piece.split(['{', ',']).filter_map(|part| part.split_once('=')).map(|(key, _)| key.trim());
        let path = piece.split('.').filter(|_| !piece.contains(['=', '[']));
        assigned.chain(path).filter(|key| !key.is_empty()).filter(is_key).collect()
    }

    fn is_key_of(schema: &'static Schema, name: &str) -> bool {
        schema
            .keys
            .iter()
            .any(|key| key.name == name || key.kind.table().is_some_and(|below| is_key_of(below, name)))
    }

    #[test]
    fn every_row_names_a_key_of_its_table_and_hides_none() {
        for (kind, words, ours) in FOREIGN {
            let table = table(kind);
            match ours {
                Key(key) => assert!(table.key(key).is_some(), "{kind}: {key}"),
                Words(said) => {
                    for key in quoted(said).flat_map(keys_of) {
                        assert!(is_key_of(RawStack::SCHEMA, key), "{kind}: {key} of `{said}`");
                    }
                }
            }
            for word in *words {
                assert!(table.key(word).is_none(), "{kind}: {word} is a key of ours");
            }
        }
        assert!(FOREIGN.iter().map(|(_, words, _)| words.len()).sum::<usize>() >= 40);
        let keys = FOREIGN.iter().filter_map(|(.., ours)| match ours {
            Words(said) => Some(quoted(said).flat_map(keys_of).count()),
            Key(_) => None,
        });
        assert!(keys.sum::<usize>() >= 30, "few keys are named in words");
    }
}

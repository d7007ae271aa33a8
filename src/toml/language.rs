//! The language, schema 1, as data: every key of every table, and which of them this version
//! writes out. A key that is missing here does not exist; a key that is here is never ignored.

use super::schema::{
    Key, KeyRefusal, Schema, SizeRule, ValueKind, Word, key, later, later_word, never, word,
};

const MIB: SizeRule = SizeRule { whole_mib: true, zero: false };
const BYTES: SizeRule = SizeRule { whole_mib: false, zero: false };
const BYTES_OR_NONE: SizeRule = SizeRule { whole_mib: false, zero: true };
const MIB_OR_NONE: SizeRule = SizeRule { whole_mib: true, zero: true };
/// Twice the largest still fits what the engines count in.
const COUNT: ValueKind = ValueKind::Whole(1, 1_000_000_000);
const UNKNOWN_WORD: &str = "value-unknown";
const FLAG: ValueKind = ValueKind::Flag(None);

/// There is nothing to type instead: the key is left out.
const LEAVE_OUT: &str = "";

/// The whole file.
pub static ROOT: Schema = Schema {
    keys: &[
        key("schema", ValueKind::Whole(1, u32::MAX as u64), "schema = 1"),
        key("name", ValueKind::Name, "name = \"shop\"").required(),
        key("tls", ValueKind::Choice(UNKNOWN_WORD, PRESETS), "tls = \"edge\""),
        later("templates", LEAVE_OUT),
        key("host", ValueKind::Named(&HOST, "a host"), "[host.main]"),
        key("certificates", ValueKind::Table(&CERTIFICATES), "[certificates]"),
        later("certificate", "let the stack issue its own: leave `[certificate.NAME]` out"),
        key("collector", ValueKind::Named(&COLLECTOR, "a collector"), "[collector.main]"),
        key("tempo", ValueKind::Table(&TEMPO), "[tempo]"),
        key("app", ValueKind::Named(&APP, "an application"), "[app.shop]"),
        key("grafana", ValueKind::Table(&GRAFANA), "[grafana]"),
        later("prometheus", LEAVE_OUT),
        later("include", LEAVE_OUT),
        later("loki", LEAVE_OUT),
        later("mimir", LEAVE_OUT),
        later("alloy", LEAVE_OUT),
    ],
};

const PRESETS: &[Word] = &[
    word("off"),
    word("edge"),
    later_word("full", "tls = \"edge\""),
    later_word("mutual", "tls = \"edge\""),
];

static HOST: Schema = Schema {
    keys: &[
        key("address", ValueKind::Text, "address = \"tempo.lan\"").required(),
        key("listen", ValueKind::Bind, "listen = \"any\""),
        key("names", ValueKind::List(&ValueKind::Text), "names = [\"tempo.example\"]"),
    ],
};

static CERTIFICATES: Schema = Schema {
    keys: &[
        key("folder", ValueKind::Path, "folder = \"/root/authority\""),
        key("organization", ValueKind::Text, "organization = \"Example Ltd\""),
        key("authority_lifetime", ValueKind::Duration, "authority_lifetime = \"3650d\""),
        key("lifetime", ValueKind::Duration, "lifetime = \"397d\""),
        key("renew_before", ValueKind::Duration, "renew_before = \"132d\""),
        key("algorithm", ValueKind::Choice(UNKNOWN_WORD, ALGORITHMS), "algorithm = \"ecdsa-p256\""),
        key("minimum_version", ValueKind::Choice(UNKNOWN_WORD, TLS_VERSIONS), "minimum_version = \"1.2\""),
        key("reload", ValueKind::Duration, "reload = \"5m\""),
    ],
};

const ALGORITHMS: &[Word] = &[word("ecdsa-p256"), word("ecdsa-p384")];
const TLS_VERSIONS: &[Word] = &[word("1.2"), word("1.3")];

// What every listener has; `max_message` and `allowed_origins` come on top for some.
const PORT: Key = key("port", ValueKind::Port, "port = 4317");
const BIND: Key = key("bind", ValueKind::Bind, "bind = \"any\"");
const TLS: Key = key("tls", FLAG, "tls = true");
const MUTUAL: Key = later("mutual", "tls = true");
const DIAL: Key = key("dial", ValueKind::Dial, "dial = \"tempo.lan:4317\"");
const ENABLED: Key = key("enabled", FLAG, "enabled = false");
// gRPC counts in MiB, HTTP in bytes.
const GRPC_MESSAGE: Key = key("max_message", ValueKind::Size(MIB), "max_message = \"16MiB\"");
const HTTP_MESSAGE: Key = key("max_message", ValueKind::Size(BYTES), "max_message = \"16MiB\"");

static LISTENER: Schema = Schema { keys: &[PORT, BIND, TLS, MUTUAL, DIAL, ENABLED] };
static GRPC_LISTENER: Schema = Schema { keys: &[PORT, BIND, TLS, MUTUAL, DIAL, ENABLED, GRPC_MESSAGE] };
static HTTP_LISTENER: Schema = Schema { keys: &[PORT, BIND, TLS, MUTUAL, DIAL, ENABLED, HTTP_MESSAGE] };
static COLLECTOR_HTTP_LISTENER: Schema = Schema {
    keys: &[PORT, BIND, TLS, MUTUAL, DIAL, ENABLED, HTTP_MESSAGE, later("allowed_origins", LEAVE_OUT)],
};

static COLLECTOR_RECEIVE: Schema = Schema {
    keys: &[
        key("grpc", ValueKind::Listener(&GRPC_LISTENER), "grpc = 4317"),
        key("http", ValueKind::Listener(&COLLECTOR_HTTP_LISTENER), "http = 4318"),
    ],
};

static TEMPO_RECEIVE: Schema = Schema {
    keys: &[
        key("grpc", ValueKind::Listener(&GRPC_LISTENER), "grpc = 14317"),
        key("http", ValueKind::Listener(&HTTP_LISTENER), "http = 14318"),
    ],
};

// What a component of any kind may have.
const DIALECT: Key = later("dialect", LEAVE_OUT);
const MANAGED: Key = later("managed", LEAVE_OUT);
const CERTIFICATE: Key = later("certificate", "let the stack issue its own: leave `certificate` out");
const EXTRA: Key = later("extra", LEAVE_OUT);
const ON_HOST: Key = key("host", ValueKind::Name, "host = \"main\"");
const ON_HOSTS: Key = key("hosts", ValueKind::Hosts, "hosts = [\"main\"]");
const PATHS: Key = key("paths", ValueKind::Table(&PATH_KEIES), "paths = { data = \"/srv/traces\" }");
const CERTIFICATE_PATH: Key =
    key("paths", ValueKind::Table(&CERTIFICATE_PATHS), "paths = { certificates = \"/etc/shop/tls\" }");
const NEIGHBOUR: Key = key("service", ValueKind::Table(&NEIGHBOUR_SERVICE), "service = { user = \"shop\" }");

static PATH_KEIES: Schema = Schema {
    keys: &[
        key("config", ValueKind::Path, "config = \"/etc/otelcol/config.yaml\""),
        key("data", ValueKind::Path, "data = \"/srv/traces\""),
        key("certificates", ValueKind::Path, "certificates = \"/etc/otelcol/tls\""),
    ],
};

static CERTIFICATE_PATHS: Schema =
    Schema { keys: &[key("certificates", ValueKind::Path, "certificates = \"/etc/shop/tls\"")] };

// The way out, the same for applications and collectors.
const SEND_TO: Key = key("send_to", ValueKind::Reference, "send_to = \"tempo\"");
const TIMEOUT: Key = key("timeout", ValueKind::Duration, "timeout = \"10s\"");
const HEADERS: Key = key("headers", ValueKind::Map(&ValueKind::Header), "headers = { x-team = \"shop\" }");
const TENANT: Key = later("tenant", LEAVE_OUT);
const BALANCE: Key = later("balance", LEAVE_OUT);
const RESOURCE_ATTRIBUTES: Key = later("resource_attributes", LEAVE_OUT);
const UNKNOWN_PROTOCOL: &str = "protocol-text";

static SERVICE: Schema = Schema {
    keys: &[
        SCOPE,
        USER,
        GROUP,
        HOME,
        UNIT,
        key("packaged", FLAG, "packaged = true"),
        BINARY,
        HARDENING,
        key("memory_limit", ValueKind::Size(MIB_OR_NONE), "memory_limit = \"512MiB\""),
        STOP_TIMEOUT,
        ENVIRONMENT_FILES,
        CREDENTIALS,
        EXTRA,
    ],
};

static TEMPO_SERVICE: Schema = Schema {
    keys: &[
        key("scope", ValueKind::Choice(UNKNOWN_WORD, TEMPO_SCOPES), "scope = \"system\""),
        USER,
        GROUP,
        HOME,
        UNIT,
        key("packaged", ValueKind::Flag(Some((false, "packaged = true"))), "packaged = true"),
        BINARY,
        HARDENING,
        key("memory_limit", ValueKind::Size(BYTES_OR_NONE), "memory_limit = \"4GiB\""),
        STOP_TIMEOUT,
        ENVIRONMENT_FILES,
        CREDENTIALS,
        EXTRA,
    ],
};

static NEIGHBOUR_SERVICE: Schema = Schema { keys: &[SCOPE, USER, GROUP, HOME, UNIT] };

const SCOPE: Key = key("scope", ValueKind::Choice(UNKNOWN_WORD, SCOPES), "scope = \"user\"");
const USER: Key = key("user", ValueKind::Text, "user = \"otel\"");
const GROUP: Key = key("group", ValueKind::Text, "group = \"otel\"");
const HOME: Key = key("home", ValueKind::Path, "home = \"/home/pde\"");
const UNIT: Key = key("unit", ValueKind::Text, "unit = \"otelcol.service\"");
const BINARY: Key = key("binary", ValueKind::Path, "binary = \"/usr/bin/otelcol\"");
const HARDENING: Key =
    key("hardening", ValueKind::Choice(UNKNOWN_WORD, HARDENINGS), "hardening = \"strict\"");
const STOP_TIMEOUT: Key = key("stop_timeout", ValueKind::Duration, "stop_timeout = \"30s\"");
const ENVIRONMENT_FILES: Key = key(
    "environment_files",
    ValueKind::List(&ValueKind::Path),
    "environment_files = [\"/etc/otelcol/secrets.env\"]",
);
const CREDENTIALS: Key =
    key("credentials", ValueKind::Map(&ValueKind::Path), "credentials = { token = \"/etc/otelcol/token\" }");
const SCOPES: &[Word] = &[word("system"), word("user")];
const TEMPO_SCOPES: &[Word] = &[word("system"), later_word("user", "scope = \"system\"")];
const HARDENINGS: &[Word] = &[word("strict"), word("off")];

static COLLECTOR: Schema = Schema {
    keys: &[
        key("version", ValueKind::Version, "version = \"0.159\"").required(),
        DIALECT,
        MANAGED,
        ON_HOST,
        ON_HOSTS,
        CERTIFICATE,
        key("service", ValueKind::Table(&SERVICE), "service = { scope = \"user\", user = \"otel\" }"),
        PATHS,
        RESOURCE_ATTRIBUTES,
        EXTRA,
        SEND_TO,
        key("protocol", ValueKind::Choice(UNKNOWN_PROTOCOL, COLLECTOR_PROTOCOLS), "protocol = \"grpc\""),
        key("compression", ValueKind::Choice(UNKNOWN_WORD, COLLECTOR_COMPRESSIONS), "compression = \"gzip\""),
        TIMEOUT,
        HEADERS,
        key(
            "secret_headers",
            ValueKind::Map(&ValueKind::Secret),
            "secret_headers = { authorization = \"env:TEMPO_TOKEN\" }",
        ),
        TENANT,
        BALANCE,
        key("distribution", ValueKind::Choice(UNKNOWN_WORD, DISTRIBUTIONS), "distribution = \"core\""),
        later("components", "distribution = \"contrib\""),
        key("receive", ValueKind::Table(&COLLECTOR_RECEIVE), "receive = { grpc = 4317, http = 4318 }"),
        key("metrics", ValueKind::Listener(&LISTENER), "metrics = 8888"),
        key("health", ValueKind::Listener(&LISTENER), "health = 13133"),
        later("zpages", LEAVE_OUT),
        later("pprof", LEAVE_OUT),
        key("batch", ValueKind::Table(&BATCH), "batch = { size = 2048, timeout = \"1s\" }"),
        key("queue", ValueKind::Table(&QUEUE), "queue = { requests = 1000 }"),
        key("retry", ValueKind::Table(&RETRY), "retry = { give_up = \"5m\" }"),
        later("sampling", LEAVE_OUT),
        key("debug", ValueKind::Choice(UNKNOWN_WORD, DEBUGS), "debug = \"basic\""),
        later("pipeline", LEAVE_OUT),
    ],
};

const COLLECTOR_PROTOCOLS: &[Word] = &[word("grpc"), word("http/protobuf")];
const COLLECTOR_COMPRESSIONS: &[Word] = &[word("none"), word("gzip"), word("snappy"), word("zstd")];
const DISTRIBUTIONS: &[Word] = &[
    word("core"),
    word("contrib"),
    later_word("k8s", "distribution = \"contrib\""),
    later_word("otlp", "distribution = \"core\""),
    later_word("custom", "distribution = \"contrib\""),
];
const DEBUGS: &[Word] = &[word("off"), word("basic"), word("normal"), word("detailed")];

static BATCH: Schema = Schema {
    keys: &[
        ENABLED,
        key("size", COUNT, "size = 2048"),
        key("max_size", COUNT, "max_size = 4096"),
        key("timeout", ValueKind::Duration, "timeout = \"1s\""),
        key("place", ValueKind::Choice(UNKNOWN_WORD, BATCH_PLACES), "place = \"exporter\""),
    ],
};

const BATCH_PLACES: &[Word] = &[word("exporter"), word("processor")];

static QUEUE: Schema = Schema {
    keys: &[
        ENABLED,
        key("persistent", ValueKind::Flag(Some((true, "persistent = false"))), "persistent = false"),
        key("requests", COUNT, "requests = 1000"),
        key("bytes", ValueKind::Size(BYTES), "bytes = \"64MiB\""),
        key("when_full", ValueKind::Choice(UNKNOWN_WORD, WHEN_FULL), "when_full = \"wait\""),
    ],
};

const WHEN_FULL: &[Word] = &[word("refuse"), word("wait")];

static RETRY: Schema = Schema {
    keys: &[
        ENABLED,
        key("first", ValueKind::Duration, "first = \"5s\""),
        key("longest", ValueKind::Duration, "longest = \"30s\""),
        key("give_up", ValueKind::DurationOrNever, "give_up = \"5m\""),
    ],
};

static TEMPO: Schema = Schema {
    keys: &[
        key("version", ValueKind::Version, "version = \"3.0\"").required(),
        DIALECT,
        MANAGED,
        ON_HOST,
        CERTIFICATE,
        key("service", ValueKind::Table(&TEMPO_SERVICE), "service = { memory_limit = \"4GiB\" }"),
        PATHS,
        EXTRA,
        key("receive", ValueKind::Table(&TEMPO_RECEIVE), "receive = { grpc = 14317 }"),
        key("http", ValueKind::Listener(&LISTENER), "http = 3200"),
        key("internal", ValueKind::Listener(&LISTENER), "internal = { tls = true }"),
        later("health", "ask `/ready` on `http` instead: leave `health` out"),
        key("storage", ValueKind::Table(&STORAGE), "storage = { local = \"/var/lib/tempo\" }"),
        key("retention", ValueKind::Duration, "retention = \"336h\"").unadvised(),
        later("limits", LEAVE_OUT),
        later("metrics_generator", LEAVE_OUT),
        key("usage_report", FLAG, "usage_report = false"),
        key("mode", ValueKind::Choice(UNKNOWN_WORD, MODES), "mode = \"single\""),
        later("tenant", LEAVE_OUT),
        later("target", "mode = \"single\""),
        later("kafka", "mode = \"single\""),
        later("gossip", "mode = \"single\""),
    ],
};

const MODES: &[Word] = &[word("single"), later_word("microservices", "mode = \"single\"")];

const LOCAL_INSTEAD: &str = "storage = { local = \"/var/lib/tempo\" }";

static STORAGE: Schema = Schema {
    keys: &[
        key("local", ValueKind::Path, "local = \"/var/lib/tempo\""),
        later("s3", LOCAL_INSTEAD),
        later("gcs", LOCAL_INSTEAD),
        later("azure", LOCAL_INSTEAD),
    ],
};

static APP: Schema = Schema {
    keys: &[
        ON_HOST,
        ON_HOSTS,
        CERTIFICATE,
        NEIGHBOUR,
        CERTIFICATE_PATH,
        EXTRA,
        SEND_TO,
        key("protocol", ValueKind::Choice(UNKNOWN_PROTOCOL, APP_PROTOCOLS), "protocol = \"http/protobuf\""),
        key("compression", ValueKind::Choice(UNKNOWN_WORD, APP_COMPRESSIONS), "compression = \"gzip\""),
        TIMEOUT,
        HEADERS,
        never("secret_headers", &SECRET_IN_ENVIRONMENT),
        TENANT,
        BALANCE,
        key("env_file", ValueKind::Path, "env_file = \"/srv/shop/.env\""),
        key("env_dialect", ValueKind::Choice(UNKNOWN_WORD, ENV_DIALECTS), "env_dialect = \"dotenv\""),
        key("service_name", ValueKind::Text, "service_name = \"shop\""),
        key("sdk", ValueKind::Table(&SDK), "sdk = { language = \"rust\", version = \"0.31\" }"),
        key("signals", ValueKind::Choice(UNKNOWN_WORD, SIGNALS), "signals = \"traces\""),
        later("sampling", LEAVE_OUT),
        RESOURCE_ATTRIBUTES,
        later("container", LEAVE_OUT),
        key("health_url", ValueKind::Text, "health_url = \"http://127.0.0.1:3010/health\""),
    ],
};

static SECRET_IN_ENVIRONMENT: KeyRefusal = KeyRefusal {
    code: "secret-unsupported",
    title: "an application's environment file would hold the secret in clear",
    help: "send to a collector, and write `secret_headers` there",
};

const APP_PROTOCOLS: &[Word] =
    &[word("grpc"), word("http/protobuf"), later_word("http/json", "protocol = \"http/protobuf\"")];
const APP_COMPRESSIONS: &[Word] = &[word("none"), word("gzip")];
const ENV_DIALECTS: &[Word] = &[word("dotenv"), word("systemd"), word("shell"), word("docker")];
const ONLY_TRACES: &str = "signals = \"traces\"";
const SIGNALS: &[Word] = &[
    word("traces"),
    later_word("traces-only", ONLY_TRACES),
    later_word("all", ONLY_TRACES),
    later_word("metrics", ONLY_TRACES),
    later_word("logs", ONLY_TRACES),
];

static SDK: Schema = Schema {
    keys: &[
        key("language", ValueKind::Choice(UNKNOWN_WORD, LANGUAGES), "language = \"other\"").required(),
        key("version", ValueKind::Version, "version = \"0.31\""),
        later("agent", "language = \"other\""),
        key("tls_settings", ValueKind::Choice(UNKNOWN_WORD, TLS_SETTINGS), "tls_settings = \"code\""),
    ],
};

const AS_OTHER: &str = "language = \"other\"";
const LANGUAGES: &[Word] = &[
    word("rust"),
    word("other"),
    later_word("java", AS_OTHER),
    later_word("python", AS_OTHER),
    later_word("node", AS_OTHER),
    later_word("go", AS_OTHER),
    later_word("dotnet", AS_OTHER),
];
const TLS_SETTINGS: &[Word] = &[word("environment"), word("system"), word("code")];

static GRAFANA: Schema = Schema {
    keys: &[
        ON_HOST,
        CERTIFICATE,
        NEIGHBOUR,
        CERTIFICATE_PATH,
        EXTRA,
        key("provisioning", ValueKind::Path, "provisioning = \"/etc/grafana/provisioning\""),
        key("datasource", ValueKind::Text, "datasource = \"Tempo\""),
        key("uid", ValueKind::Text, "uid = \"tempo\""),
        later("streaming", LEAVE_OUT),
        later("dashboards", LEAVE_OUT),
        later("prometheus_uid", LEAVE_OUT),
    ],
};

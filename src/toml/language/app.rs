//! `[app.NAME]`.

use super::service::{AppServiceTable, CertificatePathTable};
use crate::model::dataflow::{OtlpProtocol, Signal};
use crate::model::env::EnvFormat;
use crate::model::release::sdk::SdkLanguage;
use crate::toml::declare::*;
use crate::toml::kind::{
    Choice, Duration, Entries, Fraction, Header, Hosts, Later, List, Name, Path, SendTo, Spoken, Text,
    Version,
};
use crate::toml::schema::KeyRefusal;

table! {
    /// An application that exports spans with an OpenTelemetry SDK. Its settings are written to a marked
    /// block of its environment file; `explain app.NAME` shows them.
    pub struct AppTable {
        /// The host it runs on.
        host: Name = r#""main""#, derived("the only host");
        /// The hosts it runs on.
        hosts: Hosts = r#"["main"]"#, derived("the only host");
        /// A certificate that somebody else issues.
        certificate: Later = "let the stack issue its own: leave `certificate` out";
        /// Who runs it.
        service: AppServiceTable = r#"{ user = "shop" }"#;
        /// Where its files are.
        paths: CertificatePathTable = r#"{ certificates = "/etc/shop/tls" }"#;
        /// Further lines of its block, for the program alone: what the SDK is told of its way out has keys here.
        extra: Entries<Text> = r#"{ OTEL_BSP_MAX_QUEUE_SIZE = "8192" }"#, renders("a line each");
        /// Where it sends.
        send_to: SendTo = r#""tempo""#, derived("the only collector, without one `\"tempo\"`"),
            renders("`OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, and `OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE` where the target has TLS; the same for each of its `signals`");
        /// What the program was built or told to speak. Required where a program fixes it: Rust, Go, others.
        protocol: Choice<AppProtocols> = r#""http/protobuf""#, derived("Java, Python, Node: HTTP if the target listens so, else gRPC"),
            renders("`OTEL_EXPORTER_OTLP_TRACES_PROTOCOL`, and the scheme and path of the endpoint");
        /// How what it sends is compressed.
        compression: Choice<AppCompressions> = r#""gzip""#, default(r#""none""#),
            renders("`OTEL_EXPORTER_OTLP_TRACES_COMPRESSION`, for `\"gzip\"` alone");
        /// How long one request may take.
        timeout: Duration = r#""10s""#, derived("that of its SDK"), renders("`OTEL_EXPORTER_OTLP_TRACES_TIMEOUT`, in the unit of its SDK");
        /// Headers of every request, shown in plans.
        headers: Entries<Header> = r#"{ x-team = "shop" }"#, renders("`OTEL_EXPORTER_OTLP_TRACES_HEADERS`");
        /// Headers of every request whose values are secrets: not of an application.
        secret_headers: Later, never(&SECRET_IN_ENVIRONMENT);
        /// The tenant it sends for.
        tenant: Later;
        /// Several targets, in turn.
        balance: Later;
        /// The file that gets the block.
        env_file: Path = r#""/srv/shop/.env""#, renders("a marked block; the rest of the file is left as it is");
        /// Who reads that file, and so how values are quoted.
        env_dialect: Choice<EnvDialects> = r#""dotenv""#, default(r#""dotenv""#), renders("the quotes in the block");
        /// Its name in traces.
        service_name: Text = r#""shop""#, derived("its name in the stack"), renders("`OTEL_SERVICE_NAME`");
        /// Its SDK, which decides what can be said to it.
        sdk: SdkTable = r#"{ language = "rust", version = "0.31" }"#, derived("`{ language = \"other\" }`");
        /// What it sends.
        signals: List<Choice<Signals>> = r#"["traces", "metrics", "logs"]"#, default(r#"["traces"]"#),
            renders("`OTEL_EXPORTER_OTLP_SIGNAL_PROTOCOL`, `..._ENDPOINT` and the lines beside them, for each signal");
        /// What becomes of the signals that it does not send here. SDKs that configure themselves (Python, Node,
        /// Java) send metrics and logs to the default ports of this host, and fail there at each interval.
        other_signals: Choice<OtherSignalsWords> = r#""off""#, default(r#""leave""#), renders("`OTEL_METRICS_EXPORTER=none` and `OTEL_LOGS_EXPORTER=none`, for `\"off\"`");
        /// Which of the traces that begin in it are sent.
        sampling: AppSamplingTable = "{ probability = 0.25 }", derived("all of them");
        /// Attributes put on everything that it sends; its name is `service_name`.
        resource_attributes: Entries<Text> = r#"{ "deployment.environment.name" = "staging" }"#, renders("`OTEL_RESOURCE_ATTRIBUTES`, percent-encoded where its SDK decodes");
        /// The network of its own that it runs in, as a container does: a listener of its host is then reached under
        /// another name, and opened for it.
        container: AppContainerTable = r#"{ host_address = "host.docker.internal", certificates = "/certs" }"#;
        /// A file of settings for its SDK, by which it passes over all its variables.
        config_file: Later;
        /// Fetched after a restart, to see the application back.
        health_url: Text = r#""http://127.0.0.1:3010/health""#;
    }
}

impl Spoken for AppTable {
    const SPOKEN: &'static str = "an application";
}

static SECRET_IN_ENVIRONMENT: KeyRefusal = KeyRefusal {
    code: "secret-unsupported",
    title: "an application's environment file would hold the secret in clear",
    help: "send to a collector, and write `secret_headers` there",
};

words! {
    /// `protocol`.
    pub struct AppProtocols: OtlpProtocol, unknown "protocol-text" {
        /// OTLP over gRPC
        "grpc" => OtlpProtocol::Grpc;
        /// OTLP over HTTP, in protobuf
        "http/protobuf" => OtlpProtocol::HttpProtobuf;
        /// OTLP over HTTP, in JSON
        "http/json" => OtlpProtocol::HttpJson;
    }
}

/// Compression of an application's requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppCompression {
    /// `none`: said by leaving the line out.
    None,
    /// `gzip`.
    Gzip,
}

words! {
    /// `compression`.
    pub struct AppCompressions: AppCompression {
        /// as it is
        "none" => AppCompression::None;
        /// where the SDK can
        "gzip" => AppCompression::Gzip;
    }
}

words! {
    /// `env_dialect`.
    pub struct EnvDialects: EnvFormat {
        /// a library of the program, or `env_file:` of Compose
        "dotenv" => EnvFormat::Dotenv;
        /// `EnvironmentFile=` of a unit
        "systemd" => EnvFormat::Systemd;
        /// a shell that sources it
        "shell" => EnvFormat::Shell;
        /// `docker run --env-file`, which knows no quotes
        "docker" => EnvFormat::Docker;
        /// the injector of the OpenTelemetry packages, for every program of the host; `OTEL_*` alone
        "injector" => EnvFormat::Injector;
    }
}

table! {
    /// Which traces of an application are sent. Whoever is called goes by what its caller decided.
    pub struct AppSamplingTable {
        /// The part of the traces that begin in it.
        probability: Fraction = "0.25", required(), renders("`OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG`");
    }
}

words! {
    /// `other_signals`; whether they are switched off.
    pub struct OtherSignalsWords: bool {
        /// as the program has them
        "leave" => false;
        /// told to send nothing
        "off" => true;
    }
}

table! {
    /// A container as its application sees it. The stack does not start it.
    pub struct AppContainerTable {
        /// The name or the address by which it reaches the host that it runs on.
        host_address: Text = r#""host.docker.internal""#, required(), renders("the host of the endpoint, and a name in the certificate");
        /// Where the directory of its certificates (`paths.certificates`) is mounted in it.
        certificates: Path = r#""/certs""#, renders("`OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE`");
    }
}

words! {
    /// `signals`.
    pub struct Signals: Signal {
        /// spans
        "traces" => Signal::Traces;
        /// points of measurements
        "metrics" => Signal::Metrics;
        /// records
        "logs" => Signal::Logs;
        /// everything
        "all", instead r#"signals = ["traces", "metrics", "logs"]"#;
    }
}

table! {
    /// The SDK of an application.
    pub struct SdkTable {
        /// Its language.
        language: Choice<Languages> = r#""other""#, required();
        /// Its release: Rust 0.21 to 0.33 (the crate `opentelemetry_sdk`), Java 1.31 to 1.67, Python 1.20 to 1.45,
        /// Node 1.30 to 3.1 (or the 0.57 to 0.301 of `sdk-node`), Go 1.21 to 1.47. Without one, only what every
        /// release reads the same way is judged.
        version: Version = r#""0.31""#, renders("the unit of `OTEL_EXPORTER_OTLP_TRACES_TIMEOUT`");
        /// The release of the Java agent, 2.10 to 2.33, instead of that of the SDK which it brings.
        agent: Version = r#""2.33""#;
        /// How the program learns which CA to trust.
        tls_settings: Choice<TlsSettingsWords> = r#""code""#, renders("`OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE`, but for `\"system\"`");
    }
}

words! {
    /// `language`.
    pub struct Languages: SdkLanguage {
        /// the crate `opentelemetry_sdk`
        "rust" => SdkLanguage::Rust;
        /// the agent or the SDK for Java
        "java" => SdkLanguage::Java;
        /// `opentelemetry-sdk`
        "python" => SdkLanguage::Python;
        /// `@opentelemetry/sdk-*`
        "node" => SdkLanguage::Node;
        /// `go.opentelemetry.io/otel`
        "go" => SdkLanguage::Go;
        /// the package `OpenTelemetry`
        "dotnet" => SdkLanguage::DotNet;
        /// any other
        "other" => SdkLanguage::Other;
    }
}

/// Who tells a program which CA to trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsSettings {
    /// The SDK reads the standard variables.
    Environment,
    /// The host's trust store.
    System,
    /// The program reads the standard variables itself.
    Code,
}

words! {
    /// `tls_settings`.
    pub struct TlsSettingsWords: TlsSettings {
        /// its SDK reads the standard variables
        "environment" => TlsSettings::Environment;
        /// the trust store of the host has it
        "system" => TlsSettings::System;
        /// the program reads the standard variables itself
        "code" => TlsSettings::Code;
    }
}

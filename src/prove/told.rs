//! What is said of a cause: its title, and what to do about it. No I/O here.

use super::cause::{FailureCause, Limit, Mismatch};
use super::route::Store;

impl FailureCause {
    /// One line, lower case, with the concrete name.
    pub fn title(&self, peer: &str, store: Store) -> String {
        let (name, items) = (store.name(), store.items());
        match self {
            Self::Edge(mismatch) => mismatch.title(peer),
            Self::Internal(Mismatch::PlaintextToTls) => {
                format!("Tempo's internal clients dial {peer} in plaintext while it serves TLS")
            }
            Self::Internal(mismatch) => {
                format!("Tempo's internal clients cannot use {peer}: {}", mismatch.title(peer))
            }
            Self::TenantMissing => format!("{peer} has tenants and the request names none"),
            Self::Limit(limit) => limit.title(peer, items),
            Self::NotAllowed => format!("{peer} does not let the sender in"),
            Self::NotOtlp => format!("{peer} takes no OTLP {} at this path or service", store.signal()),
            Self::ReceiverOff => format!("{peer} takes no {} here: its receiver is off", store.signal()),
            Self::OutOfOrder => format!("{peer} refuses the {items}: they are out of order"),
            Self::Age => format!("{peer} refuses the {items}: by their time they are too old or too new"),
            Self::MetadataOff => format!("{peer} takes no records with attributes or the id of a trace"),
            Self::UnexpectedAnswer => format!("{peer} answers something unexpected"),
            Self::QueueFull => format!("the sending queue of {peer} is full"),
            Self::ExporterRetrying => format!("{peer} cannot deliver and keeps trying"),
            Self::ExporterDropped => format!("{peer} gave the {items} up"),
            Self::NotForwarded => format!("{peer} took the {items} and has passed none on"),
            Self::ForwardedElsewhere => format!("{peer} took the {items} and {name} received none"),
            Self::ReceivedNotStored => format!("{name} received the {items} and did not store them"),
            Self::NotYetReadable => format!("{name} stored the {items} and does not show them yet"),
            Self::OtherTenant => format!("{peer} is read as another tenant than it is written to"),
            Self::Lost => format!("{} did not come back, and no counter tells why", store.proof()),
            Self::NotReady => format!("{name} is not ready"),
            Self::FrontendSilent => "reads through Tempo's query frontend get no answer".to_owned(),
            Self::Missing(numbers) => {
                format!("{} did not come back", super::words::numbered(items, numbers))
            }
            Self::Altered => format!("the {items} came back changed"),
        }
    }

    /// What to do: one entry a way out. None where the evidence says all there is to say.
    pub fn help(&self, store: Store) -> Vec<&'static str> {
        match self {
            Self::Edge(mismatch) => mismatch.help(),
            Self::Internal(Mismatch::PlaintextToTls) => vec![
                "remove `server.grpc_tls_config` from Tempo's configuration",
                "or give every internal client TLS: `querier.frontend_worker` and, on 2.10, `ingester_client` and \
                 `metrics_generator_client`, on 3.0, `live_store_client` and `backend_scheduler_client`, each with \
                 `grpc_client_config: {tls_enabled: true, tls_ca_path: ...}`",
            ],
            Self::Internal(_) => vec!["make the internal clients of Tempo fit its `server` block"],
            Self::TenantMissing => vec![tenant_help(store)],
            Self::Limit(limit) => vec![limit.help(store)],
            Self::NotAllowed => vec!["compare the sender's headers with what the receiver demands"],
            Self::NotOtlp => vec![path_help(store)],
            Self::ReceiverOff => vec![
                "start Prometheus with `--web.enable-otlp-receiver` for OTLP, with `--web.enable-remote-write-receiver` \
                 for remote write",
            ],
            Self::OutOfOrder => vec![
                "set `storage.tsdb.out_of_order_time_window: 30m` in the configuration of Prometheus",
                "or let the exporter send in order: `sending_queue.num_consumers: 1`",
            ],
            Self::Age => {
                vec!["compare the clocks of sender and receiver; look for data that was kept for long"]
            }
            Self::MetadataOff => {
                vec!["set `limits_config.allow_structured_metadata: true` in Loki, with schema v13"]
            }
            Self::QueueFull | Self::ExporterRetrying | Self::ExporterDropped => {
                vec!["the collector's log names the error: `Exporting failed`"]
            }
            Self::NotForwarded => {
                vec![
                    "a batch or tail sampler may hold them longer than was waited; else look at its pipeline",
                ]
            }
            Self::ForwardedElsewhere => vec![elsewhere_help(store)],
            Self::Lost => vec![lost_help(store)],
            Self::NotYetReadable => vec!["wait longer, then prove again"],
            Self::OtherTenant => vec!["name one tenant on the write edge and on the read edge"],
            Self::Altered => vec!["look for processors that change or remove attributes"],
            Self::UnexpectedAnswer => vec!["look at what listens there, and at what stands between"],
            Self::NotReady => vec![ready_help(store)],
            Self::ReceivedNotStored | Self::FrontendSilent | Self::Missing(_) => vec![log_help(store)],
        }
    }
}

fn tenant_help(store: Store) -> &'static str {
    match store {
        Store::Loki => "name the tenant on every edge to Loki: the header `X-Scope-OrgID`",
        Store::Tempo => "name the tenant on every edge to Tempo: the header `X-Scope-OrgID`",
        Store::Prometheus => "name the tenant on every edge to Prometheus: the header `X-Scope-OrgID`",
    }
}

fn path_help(store: Store) -> &'static str {
    match store {
        Store::Tempo => "dial the listener of an OTLP receiver; over HTTP its path ends in one `/v1/traces`",
        Store::Prometheus => {
            "dial the listener of an OTLP receiver in a pipeline for metrics, over HTTP at one `/v1/metrics`; \
             Prometheus takes them at `/api/v1/otlp/v1/metrics`"
        }
        Store::Loki => {
            "dial the listener of an OTLP receiver in a pipeline for logs, over HTTP at one `/v1/logs`; \
             Loki takes them at `/otlp/v1/logs`"
        }
    }
}

fn elsewhere_help(store: Store) -> &'static str {
    match store {
        Store::Tempo => "compare the endpoint that is dialled with Tempo's receiver",
        Store::Prometheus => "compare the endpoint that is dialled with Prometheus' own address",
        Store::Loki => "compare the endpoint that is dialled with Loki's own address",
    }
}

fn lost_help(store: Store) -> &'static str {
    match store {
        Store::Tempo => "open the metrics of the collector and of Tempo to the prover",
        Store::Prometheus => "open the metrics of the collector and of Prometheus to the prover",
        Store::Loki => "open the metrics of the collector and of Loki to the prover",
    }
}

fn ready_help(store: Store) -> &'static str {
    match store {
        Store::Tempo => "wait until `/ready` answers 200; Tempo's log says what keeps it",
        Store::Prometheus => "wait until `/-/ready` answers 200; Prometheus' log says what keeps it",
        Store::Loki => "wait until `/ready` answers 200; Loki's log says what keeps it",
    }
}

fn log_help(store: Store) -> &'static str {
    match store {
        Store::Tempo => "Tempo's log has the rest",
        Store::Prometheus => "Prometheus' log has the rest",
        Store::Loki => "Loki's log has the rest",
    }
}

impl Mismatch {
    fn title(self, peer: &str) -> String {
        match self {
            Self::NobodyListens => format!("nobody listens on {peer}"),
            Self::NoAnswer => format!("{peer} does not answer"),
            Self::Protocol => format!("{peer} does not speak the protocol that is sent to it"),
            Self::TlsToPlaintext => format!("{peer} is dialled with TLS and serves plaintext"),
            Self::PlaintextToTls => format!("{peer} is dialled in plaintext and serves TLS"),
            Self::UnknownCa => {
                format!("the certificate of {peer} comes from a CA that is not trusted")
            }
            Self::WrongName => format!("the certificate of {peer} is not for the name that is dialled"),
            Self::Expired => format!("the certificate of {peer} has expired"),
            Self::NotYetValid => format!("the certificate of {peer} is not yet valid"),
            Self::CertificateUnfit => format!("the certificate of {peer} cannot be used"),
            Self::ClientCertificateMissing => {
                format!("{peer} demands a client certificate and none was shown")
            }
            Self::ClientCertificateRefused => format!("{peer} turned the client certificate away"),
        }
    }

    fn help(self) -> Vec<&'static str> {
        match self {
            Self::NobodyListens => vec!["start what should listen there, or dial its real port"],
            Self::NoAnswer => {
                vec!["compare the dialled host with the address that is listened on; look for a firewall"]
            }
            Self::Protocol => {
                vec!["dial the port of the other protocol, or change the protocol of the sender"]
            }
            Self::TlsToPlaintext => vec!["dial `http://`, or give the listener a certificate and key"],
            Self::PlaintextToTls => {
                vec!["dial `https://` with the listener's CA, or take TLS off the listener"]
            }
            Self::UnknownCa => vec!["give the client the CA that issued the listener's certificate"],
            Self::WrongName => vec!["issue the certificate for the name or address that is dialled"],
            Self::Expired | Self::NotYetValid => {
                vec!["issue a new certificate; compare the clocks of both ends"]
            }
            Self::CertificateUnfit => vec!["issue a leaf certificate for server use"],
            Self::ClientCertificateMissing => vec!["give the client a client certificate and its key"],
            Self::ClientCertificateRefused => {
                vec![
                    "issue the client certificate for client use, by the CA that the listener checks against",
                ]
            }
        }
    }
}

impl Limit {
    fn title(self, peer: &str, items: &str) -> String {
        match self {
            Self::MessageSize => format!("{peer} refuses a message of this size"),
            Self::Rate => format!("{peer} refuses the {items}: the rate limit is reached"),
            Self::TraceSize => format!("{peer} discards the spans: the trace is too large"),
            Self::LiveTraces => format!("{peer} discards the spans: too many traces are alive"),
            Self::Memory => format!("{peer} refuses the {items}: its memory limit is reached"),
        }
    }

    fn help(self, store: Store) -> &'static str {
        match self {
            Self::Rate if store == Store::Loki => {
                "raise `limits_config.ingestion_rate_mb` and `ingestion_burst_size_mb`, or send less"
            }
            Self::MessageSize => {
                "send smaller batches, or raise the receiver's `max_recv_msg_size_mib` (over HTTP `max_request_body_size`)"
            }
            Self::Rate if store == Store::Prometheus => {
                "raise the limit where the points are refused, or send less"
            }
            Self::Rate => "raise `ingestion.rate_limit_bytes` and `burst_size_bytes`, or send less",
            Self::TraceSize => {
                "raise `limits.trace_size` in `[tempo]`; in a file by hand `overrides.defaults.global.max_bytes_per_trace`"
            }
            Self::LiveTraces => "raise `ingestion.max_traces_per_user`",
            Self::Memory => "raise the collector's `memory_limiter`, or look at why its queue is full",
        }
    }
}

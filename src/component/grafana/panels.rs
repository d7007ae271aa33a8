//! The table of all panels: which counters answer which question, and what a stack must have for them.
//!
//! Sources of the counters: runs of collectors 0.144, 0.159 and 0.165 and of Tempo 2.10.8, 3.0.3 and 3.1.0 in good and
//! in broken stacks. `tests/run.d/dashboards` asks every query of a Prometheus that scrapes them.

/// One dashboard.
pub(super) struct Board {
    /// The name of its file, and with the stack's name before it its uid: 8 to 40 characters.
    pub(super) name: &'static str,
    /// What it is about; the stack's name stands before it.
    pub(super) title: &'static str,
    /// Its panels, in reading order.
    pub(super) panels: &'static [Panel],
}

/// A question about a stack, and the queries that answer it.
pub(super) struct Panel {
    /// The question, in short.
    pub(super) title: &'static str,
    /// How the answer is read: what is good, what is not, and where to look then.
    pub(super) says: &'static str,
    /// What must be there, else the panel is not.
    pub(super) of: Of,
    /// Grafana's name of the unit.
    pub(super) unit: &'static str,
    /// The queries, one line or bundle of lines each.
    pub(super) queries: &'static [Query],
}

/// A query of Prometheus.
pub(super) struct Query {
    /// Its text. `JOBS` stands for the selector of the jobs that are meant, `ITEMS` for what a signal consists of: such
    /// a query is asked once for each signal that the collectors carry.
    pub(super) text: &'static str,
    /// The name of a line. `ITEMS` as above.
    pub(super) legend: &'static str,
    /// What is shown of a counter that is not there before it counted anything.
    pub(super) before: Option<Before>,
}

/// What answers for those who have not counted yet.
pub(super) struct Before {
    /// The label that says who has.
    pub(super) by: &'static str,
    /// The query: a zero for everybody.
    pub(super) text: &'static str,
}

/// What of a stack a panel is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// Everything that is scraped.
    Scraped,
    /// Collectors that are scraped.
    Collectors,
    /// Those of them that queue what they send.
    Queues,
    /// Those of them whose memory is limited.
    Limiters,
    /// A Tempo that is scraped.
    Tempo,
    /// The same before 3.0.
    Ingester,
    /// The same from 3.0 on.
    LiveStore,
    /// The metrics generator of a Tempo that is scraped.
    Generator,
    /// What a processor of the metrics generator writes; Tempo itself need not be scraped.
    Written(&'static str),
}

/// All dashboards.
pub(super) const BOARDS: &[Board] = &[
    Board { name: "health", title: "health", panels: HEALTH },
    Board { name: "dropped", title: "refused and dropped", panels: DROPPED },
    Board { name: "service", title: "requests by service", panels: SERVICES },
];

/// A job that is scraped and has not counted.
const NOBODY: Option<Before> = Some(Before { by: "job", text: "0 * max by (job) (up{JOBS})" });

const fn always(text: &'static str, legend: &'static str) -> Query {
    Query { text, legend, before: None }
}

/// A counter that appears with the first thing it counts.
const fn rare(text: &'static str, legend: &'static str) -> Query {
    Query { text, legend, before: NOBODY }
}

const HEALTH: &[Panel] = &[
    Panel {
        title: "Answers",
        says: "1: Prometheus fetches its metrics. 0: it does not run, or its metrics are not reached.",
        of: Of::Scraped,
        unit: "short",
        queries: &[always("max by (job) (up{JOBS})", "{{job}}")],
    },
    Panel {
        title: "Collectors: taken in",
        says: "What applications and other collectors sent and was taken. Nothing here: look at the senders.",
        of: Of::Collectors,
        unit: "cps",
        queries: &[always(
            "sum by (job, receiver, transport) (rate(otelcol_receiver_accepted_ITEMS{JOBS}[$__rate_interval]))",
            "{{job}} {{transport}} ITEMS",
        )],
    },
    Panel {
        title: "Collectors: handed on",
        says: "What the next one took. Less than was taken in, while the queue grows: the next one does not answer, \
               or refuses; the collector's log says why.",
        of: Of::Collectors,
        unit: "cps",
        queries: &[rare(
            "sum by (job, exporter) (rate(otelcol_exporter_sent_ITEMS{JOBS}[$__rate_interval]))",
            "{{job}} {{exporter}} ITEMS",
        )],
    },
    Panel {
        title: "Collectors: queue in use",
        says: "The share of the queue that waits to be sent. While something is sent again and again, this is the only \
               counter that moves. At 100 % what comes is dropped.",
        of: Of::Queues,
        unit: "percentunit",
        queries: &[always(
            "max by (job, exporter, data_type) (otelcol_exporter_queue_size{JOBS} / otelcol_exporter_queue_capacity{JOBS})",
            "{{job}} {{exporter}} {{data_type}}",
        )],
    },
    Panel {
        title: "Collectors: memory",
        says: "Resident memory. Near the limit of the memory limiter everything that comes is refused.",
        of: Of::Collectors,
        unit: "bytes",
        queries: &[always("max by (job) (otelcol_process_memory_rss{JOBS})", "{{job}}")],
    },
    Panel {
        title: "Tempo: spans taken in",
        says: "What its receivers took.",
        of: Of::Tempo,
        unit: "cps",
        queries: &[always(
            "sum by (job, transport) (rate(tempo_receiver_accepted_spans{JOBS}[$__rate_interval]))",
            "{{job}} {{transport}}",
        )],
    },
    Panel {
        title: "Tempo: queriers connected",
        says: "0: no query is answered. Its own clients do not reach its own gRPC, most often because one side \
               speaks TLS and the other does not.",
        of: Of::Tempo,
        unit: "short",
        queries: &[always("max by (job) (tempo_query_frontend_connected_clients{JOBS})", "{{job}}")],
    },
    Panel {
        title: "Tempo: traces begun",
        says: "Traces that its ingester holds. Spans that are taken in and no trace that is begun: the ingester is not \
               reached.",
        of: Of::Ingester,
        unit: "cps",
        queries: &[always(
            "sum by (job) (rate(tempo_ingester_traces_created_total{JOBS}[$__rate_interval]))",
            "{{job}}",
        )],
    },
    Panel {
        title: "Tempo: traces begun",
        says: "Traces that its live store holds. Spans that are taken in and no trace that is begun: look at its log.",
        of: Of::LiveStore,
        unit: "cps",
        queries: &[always(
            "sum by (job) (rate(tempo_live_store_traces_created_total{JOBS}[$__rate_interval]))",
            "{{job}}",
        )],
    },
    Panel {
        title: "Tempo: scheduler asked for work",
        says: "Grows slowly where all is well. 0: its worker does not reach the scheduler, and blocks are neither \
               compacted nor deleted.",
        of: Of::LiveStore,
        unit: "cps",
        queries: &[rare(
            "sum by (job) (rate(tempo_backend_scheduler_jobs_not_found_total{JOBS}[$__rate_interval]))",
            "{{job}}",
        )],
    },
    Panel {
        title: "Tempo: metrics made of spans",
        says: "Spans that the metrics generator took, and samples that it wrote to Prometheus.",
        of: Of::Generator,
        unit: "cps",
        queries: &[
            rare(
                "sum by (job) (rate(tempo_metrics_generator_spans_received_total{JOBS}[$__rate_interval]))",
                "{{job}} spans",
            ),
            rare(
                "sum by (job) (rate(prometheus_remote_storage_samples_total{JOBS}[$__rate_interval]))",
                "{{job}} samples",
            ),
        ],
    },
];

const DROPPED: &[Panel] = &[
    Panel {
        title: "Collectors: refused",
        says: "Given back to whoever sent it, who may try again: the queue is full, or the memory limiter refuses.",
        of: Of::Collectors,
        unit: "cps",
        queries: &[always(
            "sum by (job, receiver, transport) (rate(otelcol_receiver_refused_ITEMS{JOBS}[$__rate_interval]))",
            "{{job}} {{transport}} ITEMS",
        )],
    },
    Panel {
        title: "Collectors: refused, memory",
        says: "What the memory limiter refused of it: more waits to be sent than `service.memory_limit` leaves room for.",
        of: Of::Limiters,
        unit: "cps",
        queries: &[rare(
            // Before 0.145 it is `otelcol_processor_refused_`.
            "sum by (job) (rate({__name__=~\"otelcol_processor_(memory_limiter_)?refused_ITEMS\", JOBS}\
             [$__rate_interval]))",
            "{{job}} ITEMS",
        )],
    },
    Panel {
        title: "Collectors: dropped, the queue was full",
        says: "What comes faster than it is handed on. Behind a batch processor the sender was told that all is well.",
        of: Of::Queues,
        unit: "cps",
        queries: &[rare(
            "sum by (job, exporter) (rate(otelcol_exporter_enqueue_failed_ITEMS{JOBS}[$__rate_interval]))",
            "{{job}} {{exporter}} ITEMS",
        )],
    },
    Panel {
        title: "Collectors: dropped, given up",
        says: "The next one refused it for good, or did not take it for as long as it is tried. The collector's log \
               has the answer: `Exporting failed. Dropping data.`",
        of: Of::Collectors,
        unit: "cps",
        queries: &[rare(
            "sum by (job, exporter) (rate(otelcol_exporter_send_failed_ITEMS{JOBS}[$__rate_interval]))",
            "{{job}} {{exporter}} ITEMS",
        )],
    },
    Panel {
        title: "Tempo: spans refused",
        says: "Given back to the collector, which sends them again. Each attempt counts.",
        of: Of::Tempo,
        unit: "cps",
        queries: &[always(
            "sum by (job, transport) (rate(tempo_receiver_refused_spans{JOBS}[$__rate_interval]))",
            "{{job}} {{transport}}",
        )],
    },
    Panel {
        title: "Tempo: spans discarded, by reason",
        says: "Taken and not kept: a trace that is too large, too many traces at once, too much in a second. The \
               collector counts them as sent.",
        of: Of::Tempo,
        unit: "cps",
        queries: &[rare(
            "sum by (job, reason) (rate(tempo_discarded_spans_total{JOBS}[$__rate_interval]))",
            "{{job}} {{reason}}",
        )],
    },
    Panel {
        title: "Tempo: attributes cut",
        says: "Values longer than Tempo keeps (`limits.attribute_size`).",
        of: Of::Tempo,
        unit: "cps",
        queries: &[rare(
            "sum by (job) (rate(tempo_distributor_attributes_truncated_total{JOBS}[$__rate_interval]))",
            "{{job}}",
        )],
    },
    Panel {
        title: "Tempo: not handed to the ingester",
        says: "Each is a batch that is refused. Its clients do not reach its own gRPC.",
        of: Of::Ingester,
        unit: "cps",
        queries: &[rare(
            "sum by (job) (rate(tempo_distributor_ingester_append_failures_total{JOBS}[$__rate_interval]))",
            "{{job}}",
        )],
    },
    Panel {
        title: "Tempo: blocks not written",
        says: "The directory of its blocks, or the store behind it, cannot be written. Fresh traces are still found.",
        of: Of::Ingester,
        unit: "cps",
        queries: &[always(
            "sum by (job) (rate(tempo_ingester_failed_flushes_total{JOBS}[$__rate_interval]))",
            "{{job}}",
        )],
    },
    Panel {
        title: "Tempo: blocks not written",
        says: "The directory of its blocks, or the store behind it, cannot be written. Fresh traces are still found.",
        of: Of::LiveStore,
        unit: "cps",
        queries: &[always(
            "sum by (job) (rate(tempo_live_store_local_failed_flushes_total{JOBS}[$__rate_interval]))",
            "{{job}}",
        )],
    },
    Panel {
        title: "Metrics of spans: not made or not taken",
        says: "Spans that came too late for the metrics generator, and samples that Prometheus did not take.",
        of: Of::Generator,
        unit: "cps",
        queries: &[
            rare(
                "sum by (job, reason) (rate(tempo_metrics_generator_spans_discarded_total{JOBS}[$__rate_interval]))",
                "{{job}} {{reason}}",
            ),
            rare(
                "sum by (job) (rate(prometheus_remote_storage_samples_failed_total{JOBS}[$__rate_interval]))",
                "{{job}} samples",
            ),
        ],
    },
];

const SERVICES: &[Panel] = &[
    Panel {
        title: "Requests",
        says: "Requests a second that a service answered.",
        of: Of::Written("span-metrics"),
        unit: "reqps",
        queries: &[always(
            "sum by (service) (rate(traces_spanmetrics_calls_total{span_kind=\"SPAN_KIND_SERVER\"}[$__rate_interval]))",
            "{{service}}",
        )],
    },
    Panel {
        title: "Errors",
        says: "The share of them that ended in an error.",
        of: Of::Written("span-metrics"),
        unit: "percentunit",
        queries: &[Query {
            text: "sum by (service) (rate(traces_spanmetrics_calls_total{span_kind=\"SPAN_KIND_SERVER\", \
                   status_code=\"STATUS_CODE_ERROR\"}[$__rate_interval])) / sum by (service) \
                   (rate(traces_spanmetrics_calls_total{span_kind=\"SPAN_KIND_SERVER\"}[$__rate_interval]))",
            legend: "{{service}}",
            before: Some(Before {
                by: "service",
                text: "0 * sum by (service) (rate(traces_spanmetrics_calls_total{span_kind=\"SPAN_KIND_SERVER\"}\
                       [$__rate_interval]))",
            }),
        }],
    },
    Panel {
        title: "Duration, half of the requests",
        says: "One half is answered within this time.",
        of: Of::Written("span-metrics"),
        unit: "s",
        queries: &[always(
            "histogram_quantile(0.5, sum by (service, le) \
             (rate(traces_spanmetrics_latency_bucket{span_kind=\"SPAN_KIND_SERVER\"}[$__rate_interval])))",
            "{{service}}",
        )],
    },
    Panel {
        title: "Duration, 95 of 100 requests",
        says: "All but the slowest 5 of 100 are answered within this time.",
        of: Of::Written("span-metrics"),
        unit: "s",
        queries: &[always(
            "histogram_quantile(0.95, sum by (service, le) \
             (rate(traces_spanmetrics_latency_bucket{span_kind=\"SPAN_KIND_SERVER\"}[$__rate_interval])))",
            "{{service}}",
        )],
    },
    Panel {
        title: "Who calls whom",
        says: "Requests a second from one service to another.",
        of: Of::Written("service-graphs"),
        unit: "reqps",
        queries: &[always(
            "sum by (client, server) (rate(traces_service_graph_request_total[$__rate_interval]))",
            "{{client}} to {{server}}",
        )],
    },
    Panel {
        title: "Who calls whom, errors",
        says: "The share of them that failed.",
        of: Of::Written("service-graphs"),
        unit: "percentunit",
        queries: &[Query {
            text: "sum by (client, server) (rate(traces_service_graph_request_failed_total[$__rate_interval])) \
                   / sum by (client, server) (rate(traces_service_graph_request_total[$__rate_interval]))",
            legend: "{{client}} to {{server}}",
            before: Some(Before {
                by: "client, server",
                text: "0 * sum by (client, server) (rate(traces_service_graph_request_total[$__rate_interval]))",
            }),
        }],
    },
];

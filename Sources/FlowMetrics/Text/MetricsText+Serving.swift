extension MetricsText {
    /// What the API's server counts and holds.
    ///
    /// - Parameter missed: flows that followers missed.
    mutating func append(_ serving: ServingReading, _ missed: UInt64) {
        gauge("apus_api_connections", "Connections to the API that are open.", serving.connections)
        counter("apus_api_connections_total", "Connections to the API that were let in.", serving.accepted)
        counter("apus_api_requests_total", "Requests to the API.", serving.requests)
        counters(
            "apus_api_refused_total", "Connections and requests to the API that were refused, by reason.",
            serving.refused.map { ([("reason", $0.reason)], $0.count) })
        histograms(
            "apus_query_duration_seconds", "From a request to the end of its answer's making.",
            serving.queries.map { ([("path", $0.path)], $0.durations) })
        gauges(
            "apus_followers", "Streams that follow, by form.",
            serving.followers.map { ([("form", $0.form)], $0.count) })
        counter("apus_follower_missed_flows_total", "Flows that followers missed as they were too slow.", missed)
        gauges(
            "apus_tls_certificate_expiry_timestamp_seconds",
            "When the first certificate of a file expires, in seconds since 1970.",
            serving.certificates.map { ([("file", $0.file)], UInt64(max(0, $0.expirySeconds))) })
        append(serving.calls)
        counters(
            "hubble_metrics_http_handler_requests_total", "Scrapes by status.",
            serving.scrapes.map { ([("code", $0.code)], $0.durations.counts.reduce(0, +)) })
        histograms(
            "hubble_metrics_http_handler_request_duration_seconds", "Making of a scrape's text.",
            serving.scrapes.map { ([("code", $0.code)], $0.durations) })
        gauges(
            "hubble_dynamic_exporter_exporters_total", "Exporters by status; there are none yet.",
            ["active", "inactive"].map { ([("status", $0)], 0) })
    }

    private mutating func append(_ calls: [CallReading]) {
        func labels(_ call: CallReading) -> Labels {
            [("grpc_type", call.type), ("grpc_service", call.service), ("grpc_method", call.method)]
        }
        counters("grpc_server_started_total", "Calls of gRPC that began.", calls.map { (labels($0), $0.started) })
        counters(
            "grpc_server_handled_total", "Calls of gRPC that ended, by code.",
            calls.flatMap { call in call.handled.map { (labels(call) + [("grpc_code", $0.code)], $0.count) } })
        counters(
            "grpc_server_msg_received_total", "Messages of gRPC that came.", calls.map { (labels($0), $0.received) })
        counters("grpc_server_msg_sent_total", "Messages of gRPC that went.", calls.map { (labels($0), $0.sent) })
    }

    /// How full metrics of flows are, and how their configuration fares.
    package mutating func append(
        _ families: [FamilyReading], memoryBytes: Int, _ configuration: ConfigurationReading
    ) {
        gauges(
            "apus_metrics_series", "Series of a metric of flows, without those of the overflow.",
            families.map { ([("metric", $0.name)], UInt64($0.series)) })
        gauges(
            "apus_metrics_series_limit", "Series that a metric of flows may have.",
            families.map { ([("metric", $0.name)], UInt64($0.limit)) })
        counters(
            "apus_metrics_overflow_total", "What was counted under _overflow as the limit was reached.",
            families.map { ([("metric", $0.name)], $0.overflowed) })
        counters(
            "apus_metrics_expired_series_total", "Series that were taken out, by reason.",
            families.flatMap { family in
                [("idle", family.expiredIdle), ("deleted", family.expiredDeleted)].map {
                    ([("metric", family.name), ("reason", $0.0)], $0.1)
                }
            })
        gauge("apus_metrics_memory_bytes", "Memory of the series of metrics of flows.", UInt64(memoryBytes))
        counters(
            "apus_metrics_reloads_total", "Configurations of metrics that were read while running, by outcome.",
            [("applied", configuration.applied), ("refused", configuration.refused)].map { ([("outcome", $0.0)], $0.1) }
        )
        gauge(
            "apus_metrics_config_applied_timestamp_seconds",
            "When the configuration of metrics in force was applied, since 1970.",
            seconds: configuration.appliedSeconds)
    }
}

import ClientTools
import Foundation
import Testing

/// Real Prometheus on the demo: scrapes, dashboards' queries, and that counters are true.
@Suite(.enabled(if: Apus.obstacle == nil, Comment(rawValue: Apus.obstacle ?? "")), .serialized)
struct PrometheusTests {
    private static let dashboards = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "dashboards").path()

    private func startDemo(_ duration: String, _ arguments: [String] = []) throws -> (Child, address: String) {
        let demo = try Child(
            Apus.path, ["demo", "--duration", duration, "--output", "jsonpb", "--listen", "127.0.0.1:0"] + arguments)
        let errors = try #require(demo.waitForErrors(containing: "API on http"), "the demo starts: \(demo.errors)")
        return (demo, String(try #require(errors.firstMatch(of: /API on https?:\/\/(\S+)/)).1))
    }

    @Test(
        "Prometheus scrapes the demo over HTTP/1.1 and over TLS with a token; each query of the dashboards has an answer or a reason"
    )
    func dashboards() async throws {
        let directory = try TemporaryDirectory()
        let made = try await TestCertificates()
        let server = try await made.issue("server")
        let token = try Child(Apus.path, ["token", "new", "--name", "prometheus", "--role", "metrics"])
        #expect(token.waitForEnd() == 0)
        try token.output.write(toFile: directory.path + "/token", atomically: true, encoding: .utf8)
        try "tokens:\n\(token.errors)".write(
            toFile: directory.path + "/tokens.yaml", atomically: true, encoding: .utf8)
        let (plain, plainAddress) = try startDemo("60s", ["--rate", "100"])
        let (secure, secureAddress) = try startDemo(
            "60s",
            [
                "--tls-cert", server.certificate, "--tls-key", server.key, "--tokens",
                directory.path + "/tokens.yaml",
            ])
        let prometheus = try Prometheus(
            directory.path,
            scrapes: """
                - {job_name: apus, static_configs: [{targets: ["\(plainAddress)"]}]}
                - job_name: apus-tls
                  scheme: https
                  tls_config: {ca_file: \(made.authority)}
                  authorization: {credentials_file: \(directory.path)/token}
                  static_configs: [{targets: ["\(secureAddress)"], labels: {cluster: blue}}]
                """, rules: ["recording", "alerts"].map { "\(Self.dashboards)/prometheus/\($0).yaml" })
        defer { prometheus.stop() }
        try prometheus.waitUntil("count(up == 1) == 2")
        // A follower and a query each, so that their metrics have something to tell.
        let follower = try Child(
            try #require(Tool.path("curl")), ["-s", "--max-time", "30", "http://\(plainAddress)/v1/flows?follow=true"])
        _ = try Tool.run("curl", ["-s", "--max-time", "10", "http://\(plainAddress)/v1/drops"])
        try prometheus.waitUntil("min(rate(apus_flows_total[15s])) > 0 and min(count_over_time(up[1h])) > 18")
        try eachQueryAnswers(prometheus)
        #expect(try prometheus.query("apus_followers{form=\"ndjson\",job=\"apus\"}") == ["1"])
        #expect(try prometheus.query("count(apus_tls_certificate_expiry_timestamp_seconds)") == ["1"])
        #expect(try prometheus.brokenRules() == [])
        follower.kill(SIGTERM)
        for demo in [plain, secure] {
            demo.kill(SIGINT)
            #expect(demo.waitForEnd() == 0, "\(demo.errors)")
        }
    }

    private func eachQueryAnswers(_ prometheus: Prometheus) throws {
        struct Query: Decodable { var dashboard: String, panel: String, refId: String, expr: String }
        let printed = try Tool.run("python3", ["\(Self.dashboards)/queries.py"])
        #expect(printed.status == 0)
        let queries = try printed.output.split(separator: "\n").map {
            try JSONDecoder().decode(Query.self, from: Data($0.utf8))
        }
        #expect(queries.count > 100)
        let reasons = try JSONDecoder().decode(
            [String: String].self, from: Data(contentsOf: URL(filePath: "\(Self.dashboards)/no-data.json")))
        var empty: Set<String> = []
        for query in queries where try prometheus.query(query.expr).isEmpty {
            empty.insert("\(query.dashboard) / \(query.panel) / \(query.refId)")
        }
        #expect(empty == Set(reasons.keys))
    }

    @Test("Rules of Prometheus are sound, and each alert fires when it should and only then")
    func rules() throws {
        for name in ["recording", "alerts"] {
            let check = try Tool.run("promtool", ["check", "rules", "\(Self.dashboards)/prometheus/\(name).yaml"])
            #expect(check.status == 0, "\(check.output)")
        }
        let tests = try Tool.run("promtool", ["test", "rules", "\(Self.dashboards)/prometheus/alerts.test.yaml"])
        #expect(tests.status == 0 && tests.output.contains("SUCCESS"), "\(tests.output)")
    }

    @Test("The sums of counters are what history holds of the same flows, metric by metric")
    func truth() throws {
        let directory = try TemporaryDirectory()
        let (demo, address) = try startDemo("15s", ["--rate", "200", "--data-dir", directory.path])
        Thread.sleep(forTimeInterval: 9)
        let text = try Tool.run("curl", ["-s", "--max-time", "10", "http://\(address)/metrics"]).output
        #expect(demo.waitForEnd() == 0, "\(demo.errors)")
        let samples = try MetricSamples(text)
        // Metrics count flows in their order, so a scrape has the first ones, and all metrics have the same.
        let counted = samples.sum("hubble_flows_processed_total")
        #expect(counted > 1_000 && samples.sum("apus_metrics_missed_flows_total") == 0)
        for question in Self.questions {
            let sql = """
                with counted as (select * from flows order by sequence limit \(Int(counted)))
                \(question.sql)
                """
            let answer = try Child(
                Apus.path, ["sql", "--data-dir", directory.path, "--output", "ndjson", sql])
            #expect(answer.waitForEnd() == 0, "\(answer.errors)")
            let held = try question.held(answer.output)
            let told = samples.sums(question.metric, by: question.labels)
            #expect(!held.isEmpty, "\(question.metric)")
            #expect(told == held, "\(question.metric)")
        }
        try checkEstimate(directory.path, samples)
    }

    /// Of the store's flows, with what is configured by default and with less room than there are pods.
    private func checkEstimate(_ store: String, _ samples: MetricSamples) throws {
        struct Estimate: Decodable {
            struct Family: Decodable { var name: String, series: Int, labels: [Label] }
            struct Label: Decodable { var name: String, values: Int }
            var flows: Int, families: [Family]
        }
        let estimate = try Child(Apus.path, ["metrics", "estimate", "--data-dir", store, "--output", "json"])
        #expect(estimate.waitForEnd() == 0, "\(estimate.errors)")
        let told = try JSONDecoder().decode(Estimate.self, from: Data(estimate.output.utf8))
        #expect(Double(told.flows) >= samples.sum("hubble_flows_processed_total"))
        let drops = try #require(told.families.first { $0.name == "hubble_drop_total" })
        #expect(drops.series >= samples.samples.count { $0.name == "hubble_drop_total" })
        #expect(drops.labels.first { $0.name == "reason" }?.values ?? 0 >= 2)
        try "seriesLimit: 3\nmetrics: [{name: drop, contextOptions: [{name: sourceContext, values: [pod, ip]}]}]".write(
            toFile: store + "/metrics.yaml", atomically: true, encoding: .utf8)
        let over = try Child(
            Apus.path, ["metrics", "estimate", "--data-dir", store, "--metrics-config", store + "/metrics.yaml"])
        #expect(over.waitForEnd() == 0 && over.output.contains("1 beyond the limit of 3 series"), "\(over.output)")
    }

    private static let questions = [
        MetricQuestion(
            "hubble_flows_processed_total",
            ["verdict", "protocol", "source_namespace", "destination_namespace", "type"],
            """
            verdict, protocol, ifnull(source_namespace, '') source_namespace,
            ifnull(destination_namespace, '') destination_namespace,
            case type when 'trace' then 'Trace' when 'policy-verdict' then 'PolicyVerdict' else 'Drop' end type
            """),
        MetricQuestion(
            "hubble_drop_total",
            [
                "reason", "protocol", "source_namespace", "destination_namespace", "source_workload",
                "destination_workload",
            ],
            """
            drop_reason reason, protocol, ifnull(source_namespace, '') source_namespace,
            ifnull(destination_namespace, '') destination_namespace, ifnull(source_workload, '') source_workload,
            ifnull(destination_workload, '') destination_workload
            """, "verdict = 'DROPPED'"),
        MetricQuestion(
            "hubble_tcp_flags_total", ["flag", "family"],
            """
            case when tcp_flags like 'FIN%' then 'FIN' when tcp_flags like 'SYN%ACK%' then 'SYN-ACK'
            when tcp_flags like 'SYN%' then 'SYN' else 'RST' end flag, 'IPv' || ip_version family
            """,
            "verdict = 'FORWARDED' and protocol = 'TCP' and (tcp_flags like 'FIN%' or tcp_flags like 'SYN%' or tcp_flags like 'RST%')"
        ),
        MetricQuestion(
            "hubble_port_distribution_total", ["protocol", "port", "destination_namespace"],
            """
            protocol, ifnull(destination_port, 0) || '' port, ifnull(destination_namespace, '') destination_namespace
            """, "verdict = 'FORWARDED' and is_reply = 0"),
        MetricQuestion(
            "hubble_icmp_total", ["family"], "'IPv' || ip_version family", "protocol like 'ICMP%'"),
        MetricQuestion(
            "hubble_policy_verdicts_total", ["direction", "match", "action"],
            "lower(direction) direction, lower(policy_match) \"match\", lower(verdict) action",
            "type = 'policy-verdict' and source_identity <> 1"),
        MetricQuestion(
            "hubble_flows_to_world_total", ["protocol", "verdict", "source_workload"],
            "protocol, verdict, ifnull(source_workload, '') source_workload",
            """
            destination_labels like '%reserved:world%' and ifnull(is_reply, 0) = 0
            and (verdict <> 'DROPPED' or drop_reason = 'POLICY_DENIED')
            """),
        MetricQuestion(
            "apus_traffic_bytes_total", ["verdict", "source_workload", "destination_workload"],
            """
            verdict, ifnull(source_workload, '') source_workload, ifnull(destination_workload, '') destination_workload
            """, sum: "bytes"),
        MetricQuestion(
            "apus_traffic_packets_total", ["verdict", "direction"],
            "verdict, ifnull(lower(direction), 'unknown') direction", sum: "packets"),
        MetricQuestion(
            "apus_policy_drop_total", ["verdict", "cause", "policy", "direction"],
            """
            verdict, case is_default_deny when 1 then 'default-deny' else 'deny-rule' end cause,
            replace(replace(ifnull(selected_by, rule_namespace || '/' || rule_name), 'CiliumNetworkPolicy ', ''), ', ', ',') policy,
            lower(direction) direction
            """, "drop_reason in ('POLICY_DENIED', 'POLICY_DENY') and type <> 'kernel-drop'"),
        MetricQuestion(
            "apus_kernel_drop_total", ["reason"], "kernel_drop_reason reason", "type = 'kernel-drop'"),
    ]

    @Test("What is exposed is what schema/metrics.md describes, and the text passes promtool's check")
    func described() throws {
        let page = try String(
            contentsOfFile: "\(Self.dashboards)/../schema/metrics.md", encoding: .utf8)
        let described = MetricDescription.all(in: page)
        #expect(described.count > 70)
        let (demo, address) = try startDemo("40s", ["--rate", "100"])
        Thread.sleep(forTimeInterval: 6)
        let text = try Tool.run("curl", ["-s", "--max-time", "10", "http://\(address)/metrics"]).output
        let openMetrics = try Tool.run(
            "curl",
            [
                "-s", "--max-time", "10", "-i", "-H",
                "accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5",
                "http://\(address)/metrics",
            ]
        ).output
        demo.kill(SIGINT)
        #expect(demo.waitForEnd() == 0)
        // Hubble's own name of a gauge is the one thing that its linter does not like.
        let check = try Child(try #require(Tool.path("promtool")), ["check", "metrics"], input: text)
        #expect(check.waitForEnd() == 3)
        #expect(
            check.errors
                == "hubble_dynamic_exporter_exporters_total non-counter metrics should not have \"_total\" suffix\n")
        #expect(openMetrics.contains("content-type: application/openmetrics-text; version=1.0.0; charset=utf-8"))
        #expect(openMetrics.hasSuffix("# EOF\n") && openMetrics.contains(" # {flow_uuid=\""))
        let exposed = try MetricDescription.exposed(text)
        let absent: Set = [
            "apus_cilium_records_total", "apus_tls_certificate_expiry_timestamp_seconds", "hubble_dns_queries_total",
            "hubble_dns_responses_total", "hubble_dns_response_types_total", "hubble_http_requests_total",
            "hubble_http_responses_total", "hubble_http_request_duration_seconds",
        ]
        for (name, description) in described where !absent.contains(name) {
            let found = exposed[name]
            #expect(found?.type == description.type, "\(name)")
            #expect(found?.labels == description.labels, "\(name): \(found?.labels ?? [])")
        }
        #expect(Set(exposed.keys).subtracting(described.keys) == [])
    }
}

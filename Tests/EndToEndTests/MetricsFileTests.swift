import FlowFilter
import FlowMetrics
import Foundation
import Testing

@testable import apus

/// The configuration of metrics in YAML.
@Suite struct MetricsFileTests {
    private let file = MetricsFile(path: "metrics.yaml", origin: .unknown)

    @Test("Hubble's configuration is read, and what Apus adds to it")
    func read() throws {
        let settings = try file.parse(
            """
            seriesLimit: 500
            idle: 0
            deletedAfter: 5m
            metrics:
            - name: drop
              contextOptions:
              - {name: sourceContext, values: [pod, ip]}
              - {name: labelsContext, values: [source_app, traffic_direction]}
              includeFilters:
              - {source_pod: [shop/], verdict: [DROPPED]}
              - {destination_port: ["53"]}
              excludeFilters:
              - {protocol: [ICMPv4]}
            - {name: flows-to-world, contextOptions: [{name: any-drop, values: ["true"]}]}
            - {name: flow, where: namespace = shop or port = 53}
            """)
        #expect((settings.seriesLimit, settings.idleSeconds, settings.deletedSeconds) == (500, 0, 300))
        #expect(settings.metrics.map(\.metric) == [.drop, .flowsToWorld, .flow])
        #expect(settings.metrics[0].source.plain == [.pod, .ip] && settings.metrics[0].source.labels == [.app])
        #expect(settings.metrics[0].filter.allow.count == 2 && settings.metrics[0].filter.deny.count == 1)
        #expect(settings.metrics[0].tellsDirection && settings.metrics[1].options == [.anyDrop])
        #expect(settings.metrics[2].filter.allow.count == 2)
    }

    @Test(
        "What is wrong is refused with its place and what is accepted",
        arguments: [
            ("metrics: [{name: drops}]", ":1:18: \"drops\" is no metric; did you mean drop?"),
            (
                "metrics:\n- {name: drop, contextOption: []}",
                ":2:16: unknown field \"contextOption\"; accepted are name,"
            ),
            ("metrics: [{}]", ":1:11: name is required"),
            ("seriesLimit: 0", "must be a whole number from 1 to 1000000"),
            ("idle: soon", ":1:7: \"soon\" is no time; accepted are 0, 30s"),
            ("metrics: [{name: drop, contextOptions: [{name: sourceContext, values: [pods]}]}]", "did you mean pod?"),
            ("metrics: [{name: drop, includeFilters: [{verdicts: [DROPPED]}]}]", "\"verdicts\" is no field"),
            ("metrics: [{name: drop, where: 'verdict = SUNK'}]", "SUNK"),
            ("metrics: [{name: drop, where: a, includeFilters: [{verdict: [DROPPED]}]}]", "choose one"),
            ("metrics: [{name: drop}, {name: drop}]", "drop stands here twice"),
        ])
    func refused(text: String, expected: String) {
        let error = #expect(throws: CommandFailure.self) { _ = try file.parse(text) }
        #expect(
            error.map { "\($0)".hasPrefix("metrics.yaml:") && "\($0)".contains(expected) } == true,
            "\(error?.description ?? "")")
    }

    @Test(
        "A server puts another configuration in force, keeps the last one when the next is wrong, and serves metrics apart",
        .enabled(if: Apus.obstacle == nil, Comment(rawValue: Apus.obstacle ?? "")))
    func reload() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/metrics.yaml"
        func configure(_ text: String) throws { try text.write(toFile: path, atomically: true, encoding: .utf8) }
        try configure("metrics: [{name: flow}]")
        let server = try Child(
            Apus.path,
            [
                "serve", "--data-dir", directory.path + "/store", "--no-kernel-drops", "--listen",
                "unix:" + directory.path + "/apus.sock", "--metrics-listen", "127.0.0.1:0", "--metrics-config", path,
            ])
        let log = try #require(server.waitForErrors(containing: "metrics are served on"), "\(server.errors)")
        let address = try #require(log.firstMatch(of: /metrics are served on (\S+)/)).1
        func ask(_ target: String) throws -> String {
            try Tool.run("curl", ["-s", "--max-time", "10", "http://\(address)\(target)"]).output
        }
        #expect(try ask("/metrics").contains("apus_metrics_series{metric=\"hubble_flows_processed_total\"} 0"))
        #expect(try ask("/v1/status").contains("this listener serves metrics only"))
        try configure("metrics: [{name: drop}]")
        #expect(server.waitForErrors(containing: "metrics in force: drop") != nil, "\(server.errors)")
        try configure("metrics: [{name: drips}]")
        #expect(server.waitForErrors(containing: "the last configuration of metrics stays in force") != nil)
        let metrics = try ask("/metrics")
        #expect(metrics.contains("apus_metrics_series{metric=\"hubble_drop_total\"} 0"))
        #expect(!metrics.contains("hubble_flows_processed_total"))
        #expect(metrics.contains("apus_metrics_reloads_total{outcome=\"applied\"} 1\n"))
        #expect(metrics.contains("apus_metrics_reloads_total{outcome=\"refused\"} 1\n"))
        server.kill(SIGTERM)
        #expect(server.waitForEnd() == 0, "\(server.errors)")
        let refused = try Child(Apus.path, ["serve", "--metrics", "drops"])
        #expect(refused.waitForEnd() == 2 && refused.errors.contains("did you mean drop?"), "\(refused.errors)")
    }
}

import FlowMetrics
import Testing

/// Hubble's syntax of metrics.
@Suite struct SettingsTests {
    @Test("All of Hubble's options are read")
    func options() throws {
        let settings = try MetricsSettings(
            flag:
                "dns:query;ignoreAAAA  flows-to-world:any-drop;port;syn-only;labelsContext=source_app,traffic_direction\ttcp:SOURCECONTEXT=pod|dns;exemplars=false http"
        )
        #expect(settings.metrics.map(\.metric) == [.dns, .flowsToWorld, .tcp, .http])
        #expect(settings.metrics[0].options == [.query, .ignoreAAAA])
        #expect(settings.metrics[1].options == [.anyDrop, .port, .synOnly])
        #expect(settings.metrics[1].source.labels == [.app] && settings.metrics[1].tellsDirection)
        #expect(settings.metrics[2].source.plain == [.pod, .dns] && settings.metrics[2].options.isEmpty)
        #expect(try MetricsSettings(flag: "").metrics.isEmpty)
    }

    @Test(
        "What is not accepted is refused with what is wrong and what would be accepted",
        arguments: [
            ("drops", "\"drops\" is no metric; did you mean drop? accepted: flow, drop, tcp"),
            ("drop:sourceContex=pod", "drop: \"sourceContex\" is no option of drop; did you mean sourceContext?"),
            ("drop:sourceContext=pods", "drop: sourceContext: \"pods\" is no context; did you mean pod?"),
            ("drop:sourceContext=", "\"\" is no context"), ("drop:sourceContext", "sourceContext: lists no context"),
            ("drop:labelsContext=source_ipp", "labelsContext: \"source_ipp\" is no label; did you mean source_ip?"),
            ("drop:query", "\"query\" is no option of drop"),
            ("dns:query=maybe", "\"maybe\" is neither true nor false"),
            ("drop flow drop", "drop stands here twice"),
            ("http httpV2", "http and httpV2 make series of the same names"),
            ("sctp", "\"sctp\" is no metric"), (":x", "\"x\" is no metric"),
        ])
    func refused(flag: String, expected: String) throws {
        let error = #expect(throws: MetricProblem.self) { _ = try MetricsSettings(flag: flag) }
        let text = "\(try #require(error))".replacing("; accepted", with: " accepted").replacing(
            "? accepted", with: "? accepted")
        #expect(text.contains(expected.replacing("; accepted", with: " accepted")), "\(text)")
    }

    @Test("The recommended set has each metric once, the older form of http apart")
    func recommended() {
        let metrics = MetricsSettings.recommended.metrics.map(\.metric)
        #expect(Set(metrics) == Set(FlowMetric.allCases).subtracting([.http]) && metrics.count == Set(metrics).count)
    }
}

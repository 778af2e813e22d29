package import FlowFilter

/// One metric of flows, as it is configured.
package struct MetricSettings: Hashable, Sendable {
    package var metric: FlowMetric
    package var source = SideContext(.source)
    package var destination = SideContext(.destination)
    /// `labelsContext` lists `traffic_direction`.
    package var tellsDirection = false
    package var options: Set<MetricOption> = []
    /// Only these flows count.
    package var filter = FilterSpec()

    package init(_ metric: FlowMetric) { self.metric = metric }
}

/// All metrics of flows that are exposed.
package struct MetricsSettings: Hashable, Sendable {
    package var metrics: [MetricSettings]
    /// Series that each family may have; what would need more is counted under `_overflow`.
    package var seriesLimit = 10_000
    /// A series that counts nothing for so long goes, in seconds; 0: none goes.
    package var idleSeconds = 3_600
    /// Series of a pod that is deleted go after so long, in seconds.
    package var deletedSeconds = 60

    package static let seriesLimits = 1...1_000_000
    package static let seconds = 0...31_536_000

    package init(metrics: [MetricSettings]) { self.metrics = metrics }

    /// How often it is to be looked for series that go.
    package var sweepSeconds: Int {
        let times = [idleSeconds == 0 ? Self.longestSweepSeconds : idleSeconds, deletedSeconds]
        return max(1, times.reduce(Self.longestSweepSeconds, min))
    }

    private static let longestSweepSeconds = 10

    /// What is exposed where nothing is configured: told apart by namespaces and workloads, which are few.
    package static let recommended = MetricsSettings(
        metrics: [
            .of(.flow, namespaces), .of(.drop, workloads, [.exemplars]), .of(.tcp, namespaces), .of(.icmp, namespaces),
            .of(.portDistribution, ["destination_namespace"]), .of(.policy, namespaces),
            .of(.flowsToWorld, ["source_namespace", "source_workload"]), .of(.dns, namespaces),
            .of(.httpV2, workloads, [.exemplars]), .of(.traffic, workloads), .of(.policyDrop, workloads),
            .of(.kernelDrop, namespaces),
        ])

    private static let namespaces = ["source_namespace", "destination_namespace"]
    private static let workloads = [
        "source_namespace", "source_workload", "destination_namespace", "destination_workload",
    ]
}

extension MetricSettings {
    fileprivate static func of(
        _ metric: FlowMetric, _ labels: [String], _ options: Set<MetricOption> = []
    ) -> MetricSettings {
        var settings = MetricSettings(metric)
        settings.options = options
        do throws(MetricProblem) { try settings.set("labelsContext", labels) } catch { preconditionFailure("\(error)") }
        return settings
    }
}

/// A setting of metrics that is not accepted.
package struct MetricProblem: Error, Hashable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

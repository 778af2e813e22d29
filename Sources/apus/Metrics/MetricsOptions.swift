import ArgumentParser
import FlowAPI
import FlowFilter
import FlowMetrics

/// Which metrics of flows there are.
struct MetricsOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Metrics of flows in Hubble's syntax, apart by spaces, as 'drop:sourceContext=pod|ip tcp'; '' for none. \
            If left out: a set told apart by namespaces and workloads.
            """, valueName: "list"))
    var metrics: String?

    @Option(
        help: ArgumentHelp("The same and more in YAML, watched for changes; see schema/metrics.md.", valueName: "file"))
    var metricsConfig: String?

    func validate() throws {
        guard metrics == nil || metricsConfig == nil else {
            throw ValidationError("--metrics and --metrics-config exclude each other")
        }
        if let metrics {
            do throws(MetricProblem) { _ = try MetricsSettings(flag: metrics) } catch {
                throw ValidationError("--metrics: \(error)")
            }
        }
    }

    func file(_ nodeName: String) -> MetricsFile? {
        metricsConfig.map { MetricsFile(path: $0, origin: FlowOrigin(nodeName: nodeName) { _ in nil }) }
    }

    /// - Parameter nodeName: as flows have it.
    func settings(_ nodeName: String) throws -> MetricsSettings {
        if let file = file(nodeName) { return try file.read() }
        return try metrics.map { try MetricsSettings(flag: $0) } ?? .recommended
    }
}

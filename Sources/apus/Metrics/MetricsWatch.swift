import FlowMetrics
import Logging

/// Puts the configuration of metrics in force again when its file changes, whole or not at all.
struct MetricsWatch {
    private let watch: FileWatch

    init(_ file: MetricsFile, _ metrics: FlowMetrics, _ state: MetricsConfigurationState, _ logger: Logger) {
        watch = FileWatch(file.path, threadName: "apus-metrics-f") { text in
            do {
                metrics.apply(try file.parse(text))
                state.applied()
                logger.info(
                    "metrics in force: \(metrics.settings.metrics.map(\.metric.rawValue).joined(separator: ", "))")
            } catch {
                state.refused()
                logger.error("\(error); the last configuration of metrics stays in force")
            }
        }
    }

    func start() throws { try watch.start() }

    func stop() { watch.stop() }
}

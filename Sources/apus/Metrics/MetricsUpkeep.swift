import FlowMetrics
import Logging
import Manifests

/// Takes out series that are not needed any more, and tells of flows that metrics missed and of limits that are reached.
struct MetricsUpkeep {
    let pipeline: Pipeline
    let controlPlane: ControlPlane
    let logger: Logger

    /// Runs until the task is cancelled.
    func run() async {
        var missed: UInt64 = 0
        var full: Set<String> = []
        var pods = controlPlane.pods
        while !Task.isCancelled {
            let seconds = pipeline.metrics.settings.sweepSeconds
            try? await Task.sleep(for: .seconds(seconds))
            if pods.revision != controlPlane.metadata.revision { pods = controlPlane.pods }
            pipeline.metrics.sweep(every: seconds, pods: pods.names)
            missed = tellMissed(since: missed)
            tellFull(&full)
        }
    }

    private func tellMissed(since before: UInt64) -> UInt64 {
        let missed = pipeline.meters.missedByMetrics
        if missed > before {
            logger.warning(
                "\(missed - before) flows are not in the metrics of flows: they came too late to them; raise --flow-ring-flows"
            )
        }
        return missed
    }

    /// Each once, until it is below the limit again.
    private func tellFull(_ told: inout Set<String>) {
        let full = pipeline.metrics.readings().families.filter { $0.series >= $0.limit }
        for family in full where !told.contains(family.name) {
            logger.warning(
                "\(family.name) has reached its limit of \(family.limit) series: what is new is counted under _overflow; fewer labels or a higher seriesLimit help"
            )
        }
        told = Set(full.map(\.name))
    }
}

extension ControlPlane {
    /// All pods that manifests name, as `namespace/name`, and the revision that names them.
    var pods: (revision: UInt64, names: Set<String>) {
        let metadata = metadata
        let pods = metadata.manifests.documents.filter { $0.kind == "Pod" }
        return (metadata.revision, Set(pods.map { "\($0.namespace ?? "default")/\($0.name)" }))
    }
}

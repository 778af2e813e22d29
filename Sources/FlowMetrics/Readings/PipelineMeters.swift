internal import Synchronization
internal import SystemRuntime

/// What the stages measure while flows go through them, once a batch.
package final class PipelineMeters: Sendable {
    /// Nanoseconds from the kernel's event to the ring, of the first flow of each batch.
    package let delay = Histogram(.delay)
    /// Flows of a batch.
    package let enrichmentBatch = Histogram(.batch)
    package let historyBatch = Histogram(.batch)
    package let metricsBatch = Histogram(.batch)
    private let late = Atomic<UInt64>(0)
    private let missed = Atomic<UInt64>(0)

    package init() {}

    /// Sides of flows whose name came late and was put in.
    package var lateNames: UInt64 {
        get { late.load(ordering: .relaxed) }
        set { late.store(newValue, ordering: .relaxed) }
    }

    /// Flows that metrics do not count, as the ring was overwritten before they came to them.
    package var missedByMetrics: UInt64 { missed.load(ordering: .relaxed) }

    package func missByMetrics(_ count: UInt64) { missed.wrappingAdd(count, ordering: .relaxed) }
}

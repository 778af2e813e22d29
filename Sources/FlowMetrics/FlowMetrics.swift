package import FlowCatalog
package import FlowModel
import Synchronization

/// The metrics of flows that one thread counts and others read.
///
/// The lock is held for a batch of flows, for counting what is in the tallies or for a piece of a scrape's text, so that
/// neither waits long for the other.
package final class FlowMetrics: Sendable {
    private struct State {
        var registry: MetricRegistry
        var scrapes = 0
    }

    private let state: Mutex<State>

    package init(_ settings: MetricsSettings = .recommended, catalog: FlowCatalog) {
        state = Mutex(State(registry: MetricRegistry(settings, catalog: catalog)))
    }

    package func add(_ flows: Span<Flow>) { state.withLock { $0.registry.add(flows) } }

    package func add(_ record: LayerSevenFlow) { state.withLock { $0.registry.add(record) } }

    package var settings: MetricsSettings { state.withLock { $0.registry.settings } }

    package func apply(_ settings: MetricsSettings) { state.withLock { $0.registry.apply(settings) } }

    /// Flows counted so far.
    package var flows: UInt64 { state.withLock { $0.registry.flows } }

    package var forwarded: UInt64 {
        state.withLock { state in
            state.registry.flush()
            return state.registry.forwarded
        }
    }
    package var dropped: UInt64 {
        state.withLock { state in
            state.registry.flush()
            return state.registry.dropped
        }
    }

    /// See `MetricRegistry.sweep`. While a scrape is under way nothing goes, or a series that comes again could stand in
    /// its text twice.
    package func sweep(every seconds: Int, pods: Set<String>?) {
        state.withLock { if $0.scrapes == 0 { $0.registry.sweep(every: seconds, pods: pods) } }
    }

    /// Appends all series. Allocates nothing but the text.
    ///
    /// - Parameter identify: makes the text of a flow's UUID from its sequence.
    package func write(to text: inout MetricsText, identify: (UInt64) -> String) {
        state.withLock { state in
            state.scrapes += 1
            state.registry.flush()
        }
        var cursor = MetricsCursor(at: text.bytes.count)
        while state.withLock({ $0.registry.write(to: &text, from: &cursor, identify: identify) }) {}
        state.withLock { $0.scrapes -= 1 }
    }

    package func readings() -> (families: [FamilyReading], memoryBytes: Int) {
        state.withLock { state in
            state.registry.flush()
            return (state.registry.readings(), state.registry.memoryBytes)
        }
    }
}

/// How full a family of metrics of flows is.
package struct FamilyReading: Sendable {
    package var name: String
    package var series: Int
    package var limit: Int
    /// Counted under the overflow.
    package var overflowed: UInt64
    package var expiredIdle: UInt64
    package var expiredDeleted: UInt64
}

extension MetricRegistry {
    /// One a table: families of the same table have the same series.
    func readings() -> [FamilyReading] {
        metrics.flatMap { metric in
            zip(metric.layouts, metric.tables).map { layout, table in
                FamilyReading(
                    name: layout.families[0].family.name, series: table.count, limit: table.limit,
                    overflowed: table.overflowed, expiredIdle: table.expiredIdle, expiredDeleted: table.expiredDeleted)
            }
        }
    }
}

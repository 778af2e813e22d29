package import FlowModel
import Synchronization

/// The newest tally, for whoever asks. The thread that makes flows publishes a copy now and then, so counting needs no
/// atomics and a scrape no lock that the data plane waits for longer than a copy takes.
package final class FlowMetrics: Sendable {
    private let tally = Mutex(FlowTally())

    package init() {}

    package func publish(_ newest: FlowTally) { tally.withLock { $0 = newest } }

    package func current() -> FlowTally { tally.withLock { $0 } }
}

/// What `/metrics` shows beside the flows themselves. All counters count from the start of the process.
package struct PipelineReading: Sendable {
    /// Events that the BPF programs wanted to send.
    package var producedEvents: UInt64 = 0
    package var lost: [LossPlace: UInt64] = [:]
    /// nil: Cilium's events are not read.
    package var cilium: CiliumReading?
    package var ringFlows: UInt64 = 0
    package var ringCapacity: UInt64 = 0
    /// nil: no history is kept.
    package var history: HistoryReading?
    /// nil: there is no API.
    package var serving: ServingReading?
    package var endpoints: Int = 0
    package var connections = ConnectionsReading()
    package var policy = PolicyReading()
    package var residentBytes: UInt64 = 0
    package var processorSeconds: Double = 0
    package var startTimeSeconds: Double = 0
    package var version = ""

    /// Connections that the kernel's programs track.
    package struct ConnectionsReading: Sendable {
        package var tracked: UInt64 = 0
        package var capacity: UInt64 = 0
        package var expired: UInt64 = 0
        package var sweeps: UInt64 = 0
        package var sweepNanoseconds: UInt64 = 0
        package init() {}
    }

    /// What the kernel holds of policies.
    package struct PolicyReading: Sendable {
        package var policies: UInt64 = 0
        package var revision: UInt64 = 0
        package var entries: UInt64 = 0
        package var capacity: UInt64 = 0
        /// Attempts to put manifests in force that failed: what was in force stayed.
        package var failures: UInt64 = 0
        package init() {}
    }

    /// What became of the records that Cilium's programs wrote.
    package struct CiliumReading: Sendable {
        package var flows: UInt64
        package var skipped: UInt64
        package var malformed: UInt64
        package init(flows: UInt64, skipped: UInt64, malformed: UInt64) {
            self.flows = flows
            self.skipped = skipped
            self.malformed = malformed
        }
    }

    package struct HistoryReading: Sendable {
        package var storedFlows: UInt64
        package var bytes: UInt64
        package init(storedFlows: UInt64, bytes: UInt64) {
            self.storedFlows = storedFlows
            self.bytes = bytes
        }
    }

    package init() {}
}

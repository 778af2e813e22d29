package import FlowModel

/// What a server tells of itself beside the flows. All counters count from the start of the process.
package struct PipelineReading: Sendable {
    /// Events that the BPF programs wanted to send.
    package var producedEvents: UInt64 = 0
    /// Flows put into the ring.
    package var flows: UInt64 = 0
    package var lateNames: UInt64 = 0
    package var missedByMetrics: UInt64 = 0
    package var lost: [LossPlace: UInt64] = [:]
    /// nil: Cilium's events are not read.
    package var cilium: CiliumReading?
    /// Bytes of the kernel's buffer of events, as the capture thread found it last.
    package var kernelBuffer = Fill()
    package var mostInKernelBuffer: UInt64 = 0
    package var eventRing = Fill()
    package var flowRing = Fill()
    /// nil: no history is kept.
    package var history: HistoryReading?
    /// nil: there is no API.
    package var serving: ServingReading?
    package var endpoints: Int = 0
    package var connections = ConnectionsReading()
    package var policy = PolicyReading()
    package var maps: [(name: String, fill: Fill)] = []
    /// Empty where the kernel does not count.
    package var programs: [(name: String, runs: UInt64, nanoseconds: UInt64)] = []
    package var process = ProcessReading()
    package var version = ""

    /// How much of something bounded is taken.
    package struct Fill: Sendable {
        package var used: UInt64 = 0
        package var capacity: UInt64 = 0
        package init(_ used: UInt64 = 0, of capacity: UInt64 = 0) { (self.used, self.capacity) = (used, capacity) }
    }

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
        package var storedFlows: UInt64 = 0
        package var pendingFlows: UInt64 = 0
        package var lagSeconds: Double = 0
        package var bytes = Fill()
        /// Since 1970; nil: nothing is held.
        package var oldestSeconds: Double?
        package init() {}
    }

    package struct ProcessReading: Sendable {
        package var residentBytes: UInt64 = 0
        package var virtualBytes: UInt64 = 0
        package var processorSeconds: Double = 0
        package var startTimeSeconds: Double = 0
        package var openFiles: UInt64 = 0
        package var mostFiles: UInt64 = 0
        package init() {}
    }

    package init() {}
}

/// What the API's server counts and holds.
package struct ServingReading: Sendable {
    /// Connections that are open.
    package var connections: UInt64 = 0
    /// Connections let in, and requests they made.
    package var accepted: UInt64 = 0
    package var requests: UInt64 = 0
    /// Connections and requests that got no answer to what they asked, by the reason. All reasons, those of 0 too.
    package var refused: [(reason: String, count: UInt64)] = []
    /// Files of certificates, and when the first in each expires, in seconds since 1970.
    package var certificates: [(file: String, expirySeconds: Int64)] = []
    /// By form, those of 0 too.
    package var followers: [(form: String, count: UInt64)] = []
    package var queries: [(path: String, durations: Histogram)] = []
    /// By status, of scrapes.
    package var scrapes: [(code: String, durations: Histogram)] = []
    package var calls: [CallReading] = []

    package init() {}
}

/// Calls of one method of gRPC.
package struct CallReading: Sendable {
    package var type: String
    package var service: String
    package var method: String
    package var started: UInt64 = 0
    package var received: UInt64 = 0
    package var sent: UInt64 = 0
    /// By code.
    package var handled: [(code: String, count: UInt64)] = []

    package init(type: String, service: String, method: String) {
        (self.type, self.service, self.method) = (type, service, method)
    }
}

/// How metrics' own configuration fares.
package struct ConfigurationReading: Sendable {
    package var applied: UInt64 = 0
    package var refused: UInt64 = 0
    /// Since 1970.
    package var appliedSeconds: Double = 0
    package init() {}
}

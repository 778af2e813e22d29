/// What `/v1/status` answers and `apus status` shows: Hubble's `ServerStatusResponse`, and what Apus adds.
///
/// 64-bit numbers are strings in JSON, as everywhere in Hubble's protocol.
package struct StatusReport: Codable, Sendable {
    /// Flows in the ring in memory.
    package var num_flows: String
    package var max_flows: String
    /// Flows made since the start.
    package var seen_flows: String
    package var uptime_ns: String
    package var version: String
    /// Flows a second over the last minute.
    package var flows_rate: Double
    package var apus: Details

    package struct Details: Codable, Sendable {
        package var node_name: String
        /// Events that the BPF programs produced.
        package var captured: String
        /// Flows lost, by place; a place that lost nothing is 0.
        package var lost: [String: String]
        /// nil: Cilium's events are not read.
        package var cilium: CiliumRecords?
        /// Sides of flows whose name came late and was put in.
        package var late_names: String
        package var endpoints: Int
        package var policies: Int
        package var refused_manifests: Int
        /// nil: no history is kept.
        package var history: History?

        package init(
            nodeName: String, captured: UInt64, lost: [String: String], cilium: CiliumRecords? = nil, lateNames: UInt64,
            endpoints: Int, policies: Int, refusedManifests: Int, history: History?
        ) {
            node_name = nodeName
            self.captured = String(captured)
            self.lost = lost
            self.cilium = cilium
            late_names = String(lateNames)
            self.endpoints = endpoints
            self.policies = policies
            refused_manifests = refusedManifests
            self.history = history
        }
    }

    /// What became of the records that Cilium's programs wrote.
    package struct CiliumRecords: Codable, Sendable {
        package var flows: String
        /// Known, but no flows of their own.
        package var skipped: String
        package var malformed: String

        package init(flows: UInt64, skipped: UInt64, malformed: UInt64) {
            self.flows = String(flows)
            self.skipped = String(skipped)
            self.malformed = String(malformed)
        }
    }

    package struct History: Codable, Sendable {
        package var directory: String
        /// Flows stored since the start.
        package var stored: String
        package var bytes: String
        package var last_error: String?

        package init(directory: String, stored: UInt64, bytes: UInt64, lastError: String?) {
            self.directory = directory
            self.stored = String(stored)
            self.bytes = String(bytes)
            last_error = lastError
        }
    }

    package init(
        flows: UInt64, capacity: UInt64, seen: UInt64, uptimeNanoseconds: UInt64, version: String,
        flowsPerSecond: Double,
        details: Details
    ) {
        num_flows = String(flows)
        max_flows = String(capacity)
        seen_flows = String(seen)
        uptime_ns = String(uptimeNanoseconds)
        self.version = version
        flows_rate = flowsPerSecond
        apus = details
    }
}

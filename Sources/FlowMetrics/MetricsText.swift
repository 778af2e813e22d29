internal import FlowModel

/// Prometheus' text format, version 0.0.4.
package struct MetricsText {
    private var text = ""

    /// - Parameter names: `FlowCatalog.names`, for the kernel's drop reasons.
    package static func render(_ tally: FlowTally, _ pipeline: PipelineReading, names: [String]) -> String {
        var text = MetricsText()
        text.appendFlows(tally)
        text.appendDrops(tally)
        text.appendKernelDrops(tally, names: names)
        text.appendLosses(pipeline)
        text.appendLateNames(tally)
        text.appendPipeline(pipeline)
        if let serving = pipeline.serving { text.appendServing(serving) }
        text.appendProcess(pipeline)
        return text.text
    }

    // MARK: Families

    private mutating func appendFlows(_ tally: FlowTally) {
        header("hubble_flows_processed_total", "counter", "Flows by protocol, event type and verdict.")
        for type in Self.types {
            for verdict in 0..<FlowTally.verdictCount {
                for ipProtocol in 0..<FlowTally.protocolCount {
                    let count = type.kinds.reduce(0) {
                        $0 + tally.count(kind: $1, verdict: verdict, ipProtocol: ipProtocol)
                    }
                    guard count > 0 else { continue }
                    let labels = [
                        ("protocol", Self.protocolName(ipProtocol)), ("type", type.name), ("subtype", type.subtype),
                        ("verdict", Verdict.names[verdict]),
                    ]
                    sample("hubble_flows_processed_total", labels, count)
                }
            }
        }
    }

    private mutating func appendDrops(_ tally: FlowTally) {
        header("hubble_drop_total", "counter", "Dropped flows by Hubble's drop reason and protocol.")
        for reason in 0..<FlowTally.reasonCount {
            for ipProtocol in 0..<FlowTally.protocolCount {
                let count = tally.count(dropReason: reason, ipProtocol: ipProtocol)
                guard count > 0 else { continue }
                let name = DropReason(rawValue: UInt16(reason)).name ?? "\(reason)"
                sample("hubble_drop_total", [("reason", name), ("protocol", Self.protocolName(ipProtocol))], count)
            }
        }
    }

    private mutating func appendKernelDrops(_ tally: FlowTally, names: [String]) {
        header("apus_kernel_drop_total", "counter", "Packets that the kernel dropped, by its own reason.")
        for (index, count) in tally.byKernelReason.enumerated() where count > 0 && index < names.count {
            sample("apus_kernel_drop_total", [("reason", names[index])], count)
        }
    }

    private mutating func appendLosses(_ pipeline: PipelineReading) {
        header("apus_lost_flows_total", "counter", "Flows lost, by the place where they were lost.")
        for place in LossPlace.allCases {
            sample("apus_lost_flows_total", [("place", place.rawValue)], pipeline.lost[place] ?? 0)
        }
    }

    private mutating func appendLateNames(_ tally: FlowTally) {
        header("apus_late_names_total", "counter", "Sides of flows whose name came late and was put in.")
        sample("apus_late_names_total", [], tally.lateNames)
    }

    private mutating func appendPipeline(_ pipeline: PipelineReading) {
        header("apus_kernel_events_total", "counter", "Events that the BPF programs produced, lost ones included.")
        sample("apus_kernel_events_total", [], pipeline.producedEvents)
        if let cilium = pipeline.cilium {
            header("apus_cilium_records_total", "counter", "Records of Cilium's programs, by what became of them.")
            sample("apus_cilium_records_total", [("outcome", "flow")], cilium.flows)
            sample("apus_cilium_records_total", [("outcome", "skipped")], cilium.skipped)
            sample("apus_cilium_records_total", [("outcome", "malformed")], cilium.malformed)
        }
        header("apus_flow_ring_flows", "gauge", "Flows that the ring in memory holds.")
        sample("apus_flow_ring_flows", [], pipeline.ringFlows)
        header("apus_flow_ring_capacity_flows", "gauge", "Flows that the ring in memory can hold.")
        sample("apus_flow_ring_capacity_flows", [], pipeline.ringCapacity)
        header("apus_directory_endpoints", "gauge", "Endpoints that the directory knows.")
        sample("apus_directory_endpoints", [], UInt64(pipeline.endpoints))
        appendConnections(pipeline.connections)
        appendPolicy(pipeline.policy)
        guard let history = pipeline.history else { return }
        header("apus_history_stored_flows_total", "counter", "Flows written to the history store.")
        sample("apus_history_stored_flows_total", [], history.storedFlows)
        header("apus_history_size_bytes", "gauge", "Size of the history store on disk.")
        sample("apus_history_size_bytes", [], history.bytes)
    }

    private mutating func appendConnections(_ connections: PipelineReading.ConnectionsReading) {
        header("apus_connections", "gauge", "Connections that the kernel tracks, as of the last sweep.")
        sample("apus_connections", [], connections.tracked)
        header("apus_connections_capacity", "gauge", "Connections that the kernel can track.")
        sample("apus_connections_capacity", [], connections.capacity)
        header("apus_connections_expired_total", "counter", "Connections that sweeps took out after their timeout.")
        sample("apus_connections_expired_total", [], connections.expired)
        header("apus_connection_sweeps_total", "counter", "Sweeps of the connections that the kernel tracks.")
        sample("apus_connection_sweeps_total", [], connections.sweeps)
        header("apus_connection_sweep_seconds_total", "counter", "Time that these sweeps took.")
        text += "apus_connection_sweep_seconds_total \(Double(connections.sweepNanoseconds) / 1e9)\n"
    }

    private mutating func appendPolicy(_ policy: PipelineReading.PolicyReading) {
        header("apus_policies", "gauge", "Policies in force.")
        sample("apus_policies", [], policy.policies)
        header("apus_policy_revision", "gauge", "Rises with each other set of policies that is put in force.")
        sample("apus_policy_revision", [], policy.revision)
        header("apus_policy_map_entries", "gauge", "Entries of the kernel's policy map that are taken.")
        sample("apus_policy_map_entries", [], policy.entries)
        header("apus_policy_map_capacity_entries", "gauge", "Entries that the kernel's policy map can hold.")
        sample("apus_policy_map_capacity_entries", [], policy.capacity)
        header(
            "apus_policy_failures_total", "counter",
            "Changes that could not be put in force, as when a map is full: what was in force stayed.")
        sample("apus_policy_failures_total", [], policy.failures)
    }

    private mutating func appendProcess(_ pipeline: PipelineReading) {
        header("apus_build_info", "gauge", "Constant 1; the label tells the version.")
        sample("apus_build_info", [("version", pipeline.version)], 1)
        header("process_cpu_seconds_total", "counter", "Processor time used, in seconds.")
        text += "process_cpu_seconds_total \(pipeline.processorSeconds)\n"
        header("process_resident_memory_bytes", "gauge", "Resident memory, in bytes.")
        sample("process_resident_memory_bytes", [], pipeline.residentBytes)
        header("process_start_time_seconds", "gauge", "Start of the process, in seconds since 1970.")
        text += "process_start_time_seconds \(pipeline.startTimeSeconds)\n"
    }

    // MARK: Lines

    mutating func header(_ name: String, _ type: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    mutating func sample(_ name: String, _ labels: [(String, String)], _ value: UInt64) {
        text += name
        if !labels.isEmpty {
            text += "{" + labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",") + "}"
        }
        text += " \(value)\n"
    }

    private static func escaped(_ value: String) -> String {
        var result = ""
        for character in value {
            switch character {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.append(character)
            }
        }
        return result
    }

    private static func protocolName(_ index: Int) -> String {
        index < FlowTally.protocols.count ? FlowTally.protocols[index].layer4Name ?? "Unknown L4" : "Unknown L4"
    }

    /// Hubble's event types, with the kinds of flow (as indices of `FlowTally.kinds`) that it counts under each.
    private static let types: [(name: String, subtype: String, kinds: [Int])] = [
        ("Drop", "", [0, 3]), ("Trace", "to-endpoint", [1]), ("PolicyVerdict", "", [2]),
    ]
}

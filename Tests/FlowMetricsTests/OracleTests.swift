import FlowCatalog
import FlowMetrics
import FlowModel
import SyntheticTraffic
import Testing

/// All metrics at once over synthetic traffic, against counts by dictionaries of label texts.
@Suite struct OracleTests {
    private static let cluster = SyntheticCluster(pods: 60)
    private static let directory = SyntheticDirectory(cluster)
    private static let flows = directory.flows(cluster, count: 20_000)

    @Test("Counts by contexts are those that a plain count of the flows gives")
    func counts() throws {
        let settings = try MetricsSettings(
            flag: """
                drop:sourceContext=pod|reserved-identity;destinationContext=pod|reserved-identity|ip \
                port-distribution:labelsContext=source_namespace,destination_workload,traffic_direction \
                traffic:sourceContext=namespace;destinationContext=ip
                """)
        let metrics = FlowMetrics(settings, catalog: Self.directory.catalog)
        for start in stride(from: 0, to: Self.flows.count, by: 777) {
            let batch = Array(Self.flows[start..<min(start + 777, Self.flows.count)])
            metrics.add(batch.span)
        }
        var expected: [String: UInt64] = [:]
        for flow in Self.flows { Self.count(flow, &expected) }
        var counted: [String: UInt64] = [:]
        for sample in metrics.samples() {
            let end = try #require(sample.lastIndex(of: " "))
            counted[String(sample[..<end])] = UInt64(sample[sample.index(after: end)...])
        }
        #expect(counted.count > 100)
        #expect(counted == expected)
    }

    private static func count(_ flow: Flow, _ counts: inout [String: UInt64]) {
        let endpoints = directory.catalog.endpoints
        let (source, destination) = (endpoints[flow.sourceEndpoint]!, endpoints[flow.destinationEndpoint]!)
        let layer4 = flow.ipProtocol.layer4Name!
        func name(_ endpoint: Endpoint, _ address: IPAddress, orAddress: Bool) -> String {
            if !endpoint.podName.isEmpty { return "\(endpoint.namespace)/\(endpoint.podName)" }
            return endpoint.labels.first { $0.hasPrefix("reserved:") } ?? (orAddress ? "\(address)" : "")
        }
        if flow.verdict == .dropped {
            let sides =
                "source=\"\(name(source, flow.source, orAddress: false))\",destination=\"\(name(destination, flow.destination, orAddress: true))\""
            counts[
                "hubble_drop_total{\(sides),protocol=\"\(layer4)\",reason=\"\(flow.dropReason.name!)\"}", default: 0] +=
                1
        }
        let direction = flow.direction == .egress ? "egress" : flow.direction == .ingress ? "ingress" : "unknown"
        if flow.verdict == .forwarded, flow.attributes.contains(.replyKnown), !flow.attributes.contains(.isReply) {
            let labels =
                "source_namespace=\"\(source.namespace)\",destination_workload=\"\(destination.workloads.first?.name ?? "")\",traffic_direction=\"\(direction)\""
            counts[
                "hubble_port_distribution_total{\(labels),protocol=\"\(layer4)\",port=\"\(flow.destinationPort)\"}",
                default: 0] += 1
        }
        let labels =
            "{source=\"\(source.namespace)\",destination=\"\(flow.destination)\",direction=\"\(direction)\",verdict=\"\(flow.verdict.name)\"}"
        counts["apus_traffic_bytes_total\(labels)", default: 0] += flow.bytes
        counts["apus_traffic_packets_total\(labels)", default: 0] += UInt64(flow.packets)
    }
}

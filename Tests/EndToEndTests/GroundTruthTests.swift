import FlowModel
import Foundation
import Lab
import Testing

/// Flows against what packet captures in the pods saw: packet for packet, none missing, none invented.
@Suite(.enabled(if: Apus.obstacle == nil, Comment(rawValue: Apus.obstacle ?? "")), .serialized)
struct GroundTruthTests {
    /// What both sides know of a packet.
    private struct Tuple: Hashable, CustomStringConvertible {
        var source: String
        var destination: String
        var ipProtocol: String
        var ports: [Int]
        var description: String { "\(ipProtocol) \(source) \(ports) \(destination)" }

        init(_ packet: PacketCapture.Packet) {
            source = packet.source.description
            destination = packet.destination.description
            ipProtocol = packet.ipProtocol.layer4Name ?? "\(packet.ipProtocol.rawValue)"
            switch packet.ipProtocol {
            case .tcp, .udp: ports = [Int(packet.sourcePort), Int(packet.destinationPort)]
            default: ports = [Int(packet.icmpType)]
            }
        }

        init?(_ flow: FlowLine.Flow) {
            guard let ip = flow.IP, let l4 = flow.l4 else { return nil }
            (source, destination) = (ip.source, ip.destination)
            if let ports = l4.TCP ?? l4.UDP {
                ipProtocol = l4.TCP != nil ? "TCP" : "UDP"
                self.ports = [ports.source_port ?? 0, ports.destination_port ?? 0]
            } else {
                ipProtocol = l4.ICMPv4 != nil ? "ICMPv4" : "ICMPv6"
                ports = [(l4.ICMPv4 ?? l4.ICMPv6)?.type ?? 0]
            }
        }
    }

    private static func count(_ tuples: some Sequence<Tuple>) -> [Tuple: Int] {
        tuples.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }

    /// Neighbour discovery and group management pass without an event; so does what is not from host to host.
    private static func isTraffic(_ packet: PacketCapture.Packet) -> Bool {
        let isLinkUpkeep = packet.ipProtocol == .icmpv6 && (130...143).contains(packet.icmpType)
        return !isLinkUpkeep && !packet.destination.description.hasPrefix("ff02:")
            && !packet.source.description.hasPrefix("fe80:")
    }

    @Test(
        "Every packet is one trace or one drop, every denied SYN one drop, every connection one verdict in each direction"
    )
    func packetForPacket() async throws {
        let served = try ServedLab(["--aggregation", "none", "--no-kernel-drops"])
        let lab = served.lab
        let hosts = lab.pods + [lab.world]
        let captures = try hosts.map { try PacketCapture($0, directory: served.directory.path) }
        let traffic = try LabTraffic(.demo(lab), exchangesPerSecond: 80)
        try await Task.sleep(for: .seconds(4))
        traffic.stop()
        try await Task.sleep(for: .milliseconds(700))

        var seen: [String: [PacketCapture.Packet]] = [:]
        for (host, capture) in zip(hosts, captures) {
            seen[host.name] = try capture.packets().filter(Self.isTraffic)
        }
        let flows = try served.stop()
        try #require(flows.count > 1_000)

        let podAddresses = Set(lab.pods.flatMap(\.addresses).map(\.description))
        let sent = hosts.flatMap { host in seen[host.name]!.filter { host.addresses.contains($0.source) } }
        let received = lab.pods.flatMap { pod in seen[pod.name]!.filter { pod.addresses.contains($0.destination) } }
        let drops = Self.count(flows.filter(\.isDrop).compactMap(Tuple.init))
        let traces = Self.count(flows.filter(\.isTrace).compactMap(Tuple.init))

        // What came in at a pod is what was traced, packet for packet.
        #expect(Self.count(received.map { Tuple($0) }) == traces)

        // What was sent to a pod, or by one that may not, is a trace or a drop.
        let accounted = drops.merging(traces, uniquingKeysWith: +)
        for (tuple, count) in Self.count(sent.map { Tuple($0) }) where podAddresses.contains(tuple.destination) {
            #expect(accounted[tuple] == count, "\(tuple)")
        }
        for tuple in accounted.keys { #expect(sent.contains { Tuple($0) == tuple }, "invented: \(tuple)") }

        try checkConnections(sent, drops: drops, flows)
    }

    private func checkConnections(
        _ sent: [PacketCapture.Packet], drops: [Tuple: Int], _ flows: [FlowLine.Flow]
    ) throws {
        let openings = sent.filter {
            $0.ipProtocol == .tcp && $0.tcpFlags.contains(.syn) && !$0.tcpFlags.contains(.ack)
        }
        let attempts = Self.count(openings.map { Tuple($0) })
        let answered = Set(
            sent.filter { $0.ipProtocol == .tcp && $0.tcpFlags.isSuperset(of: [.syn, .ack]) }.map { packet in
                Tuple(
                    PacketCapture.Packet(
                        source: packet.destination, destination: packet.source, ipProtocol: .tcp,
                        sourcePort: packet.destinationPort, destinationPort: packet.sourcePort))
            })
        let tcpDrops = drops.filter { $0.key.ipProtocol == "TCP" }
        try #require(tcpDrops.count > 20 && answered.count > 50)

        // Each SYN that policy denied, first or retransmitted, is one drop, and nothing else is.
        for (tuple, count) in tcpDrops {
            #expect(attempts[tuple] == count, "\(tuple)")
            #expect(!answered.contains(tuple))
        }

        let verdicts = flows.filter { $0.isPolicyVerdict && $0.l4?.TCP != nil }
        let ingress = Self.count(verdicts.filter { $0.traffic_direction == "INGRESS" }.compactMap(Tuple.init))
        let egress = Self.count(verdicts.filter { $0.traffic_direction == "EGRESS" }.compactMap(Tuple.init))
        let podAddresses = Set(flows.filter { $0.source?.pod_name != nil }.compactMap { $0.IP?.source })
        for tuple in attempts.keys {
            let isDropped = drops[tuple] != nil
            if podAddresses.contains(tuple.destination) {
                #expect(ingress[tuple] == (isDropped ? nil : 1), "\(tuple) inbound")
            }
            let egressDrops = flows.filter { $0.isDrop && $0.traffic_direction == "EGRESS" && Tuple($0) == tuple }.count
            if podAddresses.contains(tuple.source) {
                #expect(egress[tuple] == (egressDrops > 0 ? nil : 1), "\(tuple) outbound")
            }
        }
        for tuple in Set(ingress.keys).union(egress.keys) { #expect(attempts[tuple] != nil, "invented: \(tuple)") }
    }
}

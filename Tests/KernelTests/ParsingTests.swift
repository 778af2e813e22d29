import BPFRuntime
import DatapathABI
import FlowModel
import Testing

@testable import Datapath

@Suite(
    "Headers",
    // Loads BPF programs: needs root, or CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN, and a kernel with BTF.
    .enabled(if: missingKernelSupport == nil, "\(missingKernelSupport ?? "")"))
struct ParsingTests {
    static let hopByHop: [UInt8] = [0, 1, 4, 0, 0, 0]

    @Test("Ports are found behind IPv4 options")
    func options() throws {
        var bench = try Bench([.rule(1, .ingress, .tcp, port: 80, bits: 24)])
        let packet = Packets.ip(
            Bench.peer, Bench.local, 6, Packets.tcp(5, 80, .syn), options: [1, 1, 1, 1, 1, 1, 1, 0])
        #expect(try bench.passes(.ingress, packet))
        #expect(bench.events().first?.destination_port == 80)
    }

    @Test("Ports are found behind a chain of IPv6 extension headers, whose last protocol the event tells")
    func extensions() throws {
        var bench = try Bench([.rule(1, .ingress, peer: 2000, .udp, port: 53, bits: 24)])
        // hop-by-hop → destination options (16 bytes) → first fragment → UDP
        let chain: [UInt8] =
            [60, 0, 1, 4, 0, 0, 0, 0] + [44, 1, 1, 4, 0, 0, 0, 0, 1, 4, 0, 0, 0, 0, 0, 0] + [17, 0, 0, 1, 0, 0, 0, 9]
        #expect(try bench.passes(.ingress, Packets.ip("fd00::8", "fd00::7", 0, chain + Packets.udp(9, 53))))
        let event = try #require(bench.events().first)
        #expect(event.`protocol` == 17 && event.destination_port == 53 && event.source_port == 9)
        #expect(event.has(APUS_FLAG_IPV6) && event.has(APUS_FLAG_L4) && !event.has(APUS_FLAG_FRAGMENT))
        #expect(event.source.address == IPAddress("fd00::8") && event.packet_bytes == 40 + 32 + 8)
    }

    @Test("A packet is read the same whether or not its interface is known to be Ethernet's")
    func readBothWays() throws {
        let packets = [
            Packets.ip(Bench.peer, Bench.local, 6, Packets.tcp(5, 80, .syn)),
            Packets.ip(Bench.peer, Bench.local, 6, Packets.tcp(6, 80, .syn), options: [1, 1, 1, 0]),
            Packets.ip("fd00::8", "fd00::7", 0, [17, 0, 1, 4, 0, 0, 0, 0] + Packets.udp(9, 53)),
            Packets.ip(Bench.peer, Bench.local, 1, Packets.icmp(8)),
            Packets.ip(Bench.peer, Bench.local, 17, [0, 9, 0]),
        ]
        let told = try [true, false].map { isEthernet in
            var bench = try Bench(isEthernet: isEthernet)
            for packet in packets { _ = try bench.run(.ingress, packet) }
            return bench.events().map { event in
                "\(event.source.address) \(event.destination.address) \(event.`protocol`) \(event.source_port) "
                    + "\(event.destination_port) \(event.tcp_flags) \(event.icmp_type) \(event.reason) \(event.bytes)"
            }
        }
        #expect(told[0].count == packets.count && told[0] == told[1])
    }

    @Test("A later fragment has no ports: only a rule without ports can allow it", arguments: [4, 6])
    func fragments(version: Int) throws {
        var bench = try Bench([.rule(1, .ingress, .udp, port: 53, bits: 24)])
        let packet =
            version == 4
            ? Packets.ip(Bench.peer, Bench.local, 17, [0, 9, 0, 53, 0, 8, 0, 0], fragmentOffset: 100)
            : Packets.ip("fd00::8", "fd00::7", 44, [17, 0, 3, 0x20, 0, 0, 0, 9] + [0, 9, 0, 53, 0, 8, 0, 0])
        #expect(try !bench.passes(.ingress, packet))
        let drop = try #require(bench.events().first)
        #expect(drop.reason == APUS_DROP_FRAGMENT_UNSUPPORTED.rawValue && drop.destination_port == 0)
        #expect(drop.has(APUS_FLAG_FRAGMENT) && !drop.has(APUS_FLAG_L4) && drop.`protocol` == 17)
        try bench.apply([.rule(1, .ingress, .udp, bits: 8)])
        #expect(try bench.passes(.ingress, packet))
    }

    @Test(
        "Neighbour and multicast listener discovery pass without an event",
        arguments: [130, 131, 132, 133, 134, 135, 136, 137, 143] as [UInt8])
    func linkUpkeep(type: UInt8) throws {
        var bench = try Bench()
        #expect(try bench.passes(.egress, bench.sent(.icmpv6, Packets.icmp(type), to: "ff02::1")))
        #expect(try bench.passes(.ingress, bench.received(.icmpv6, Packets.icmp(type), from: "fe80::1")))
        #expect(bench.events().isEmpty)
        #expect(try !bench.passes(.egress, bench.sent(.icmpv6, Packets.icmp(138), to: "ff02::1")))
    }

    @Test(
        "A malformed header is dropped as an invalid packet where policy is enforced; else it passes",
        arguments: malformed)
    func invalid(name: String, packet: [UInt8]) throws {
        for mode in [EnforcementMode.none, .audit] {
            var bench = try Bench(ingress: .enforce, egress: mode)
            #expect(try bench.passes(.egress, packet), "\(name)")
            #expect(bench.events().isEmpty)
        }
        var bench = try Bench(ingress: .none, egress: .enforce)
        #expect(try !bench.passes(.egress, packet), "\(name)")
        let drop = try #require(bench.events().first)
        #expect(drop.kind == apus_event.drop && drop.reason == APUS_DROP_INVALID_PACKET.rawValue, "\(name)")
    }

    static let malformed: [(String, [UInt8])] = [
        (
            "IPv4 options beyond the packet",
            [0x4f] + Packets.ip(Bench.local, Bench.peer, 17, Packets.udp(1, 2)).dropFirst()
        ),
        (
            "header length of 16 bytes",
            [0x44] + Packets.ip(Bench.local, Bench.peer, 6, Packets.tcp(1, 2, .syn)).dropFirst()
        ),
        (
            "total length beyond the packet",
            replacing(2, with: 9, in: Packets.ip(Bench.local, Bench.peer, 17, Packets.udp(1, 2)))
        ),
        (
            "total length within the header",
            replacing(3, with: 8, in: Packets.ip(Bench.local, Bench.peer, 17, Packets.udp(1, 2)))
        ),
        ("total length of 0", replacing(3, with: 0, in: Packets.ip(Bench.local, Bench.peer, 17, Packets.udp(1, 2)))),
        ("TCP header cut short", Packets.ip(Bench.local, Bench.peer, 6, Array(Packets.tcp(1, 2, .syn).prefix(10)))),
        ("UDP header cut short", Packets.ip(Bench.local, Bench.peer, 17, [0, 1, 0, 2])),
        ("extension header cut short", Packets.ip("fd00::7", "fd00::8", 0, [6, 0])),
        ("extension headers without end", Packets.ip("fd00::7", "fd00::8", 60, endless)),
        (
            "payload beyond the packet",
            replacing(4, with: 9, in: Packets.ip("fd00::7", "fd00::8", 17, Packets.udp(1, 2)))
        ),
    ]

    static let endless = [UInt8]([[UInt8]](repeating: [60, 0, 1, 4, 0, 0, 0, 0], count: 12).joined())

    static func replacing(_ index: Int, with value: UInt8, in packet: [UInt8]) -> [UInt8] {
        var packet = packet
        packet[index] = value
        return packet
    }

    @Test("A protocol without ports is judged by its number")
    func otherProtocol() throws {
        var bench = try Bench([.rule(1, .egress, IPProtocol(rawValue: 47), bits: 8)])
        #expect(try bench.passes(.egress, bench.sent(IPProtocol(rawValue: 47), [1, 2])))
        #expect(bench.events().first?.has(APUS_FLAG_L4) == false)
        #expect(try !bench.passes(.egress, bench.sent(IPProtocol(rawValue: 50), [1, 2])))
    }

    @Test("SCTP has ports")
    func sctp() throws {
        var bench = try Bench([.rule(1, .egress, .sctp, port: 3868, bits: 24)])
        #expect(try bench.passes(.egress, bench.sent(.sctp, Packets.udp(7, 3868))))
        #expect(bench.events().first?.destination_port == 3868)
    }
}

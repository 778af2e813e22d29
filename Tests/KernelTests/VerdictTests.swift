import BPFRuntime
import DatapathABI
import FlowModel
import Testing

@testable import Datapath

@Suite(
    "Verdicts on packets",
    // Loads BPF programs: needs root, or CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN, and a kernel with BTF.
    .enabled(if: missingKernelSupport == nil, "\(missingKernelSupport ?? "")"))
struct VerdictTests {
    @Test("A packet that a rule allows passes, and one verdict event and one trace tell of it")
    func allow() throws {
        var bench = try Bench([.rule(42, .ingress, peer: 2000, .tcp, port: 80, bits: 24)])
        #expect(try bench.passes(.ingress, bench.received(.tcp, Packets.tcp(5000, 80, .syn))))
        let events = bench.events()
        #expect(events.map(\.kind) == [apus_event.verdict, apus_event.trace])
        let verdict = try #require(events.first)
        #expect(verdict.source.address == IPAddress(Bench.peer))
        #expect(verdict.destination.address == IPAddress(Bench.local))
        #expect(verdict.source_port == 5000 && verdict.destination_port == 80)
        #expect(verdict.source_identity == 2000 && verdict.destination_identity == 1000)
        #expect(verdict.rule == 42 && verdict.reason == 0 && verdict.endpoint == Bench.endpoint)
        #expect(verdict.match_type == UInt8(APUS_MATCH_L3_L4.rawValue))
        #expect(verdict.bytes == 40 && verdict.packets == 1 && verdict.packet_bytes == 40)
        #expect(verdict.has(APUS_FLAG_L4) && !verdict.has(APUS_FLAG_EGRESS) && !verdict.has(APUS_FLAG_IPV6))
        #expect(events[1].trace_reason == UInt8(APUS_TRACE_NEW.rawValue) && events[1].rule == 42)
    }

    @Test("A packet that no rule allows is dropped, marked as ours, and told by a drop event only")
    func defaultDeny() throws {
        var bench = try Bench()
        let run = try bench.run(.egress, bench.sent(.udp, Packets.udp(1000, 53), to: "8.8.8.8"))
        #expect(run.result == 2 && run.mark == 0x4150_5553)
        let events = bench.events()
        let drop = try #require(events.first)
        #expect(events.count == 1 && drop.kind == apus_event.drop)
        #expect(drop.reason == APUS_DROP_POLICY_DENIED.rawValue && drop.rule == 0 && drop.match_type == 0)
        #expect(drop.destination_identity == Identity.world.rawValue && drop.source_identity == 1000)
        #expect(drop.has(APUS_FLAG_EGRESS))
    }

    @Test("A deny rule wins over an allow for any peer and over a longer match")
    func deny() throws {
        var bench = try Bench([
            .rule(1, .ingress, .tcp, port: 80, bits: 24), .rule(2, .ingress, peer: 2000, deny: true),
        ])
        #expect(try !bench.passes(.ingress, bench.received(.tcp, Packets.tcp(5000, 80, .syn))))
        let drop = try #require(bench.events().first)
        #expect(drop.reason == APUS_DROP_POLICY_DENY.rawValue && drop.rule == 2)
        #expect(drop.match_type == UInt8(APUS_MATCH_L3_ONLY.rawValue))
        #expect(try bench.passes(.ingress, bench.received(.tcp, Packets.tcp(5000, 80, .syn), from: "9.9.9.9")))
    }

    @Test(
        "Of two allows the longer match decides, and the exact peer decides a tie",
        arguments: [
            // (bits of the exact peer's entry, bits of any peer's entry, deciding rule, match type)
            (0, 24, 2, APUS_MATCH_L4_ONLY), (24, 0, 1, APUS_MATCH_L3_L4), (8, 8, 1, APUS_MATCH_L3_PROTO),
            (0, 8, 2, APUS_MATCH_PROTO_ONLY), (0, 0, 1, APUS_MATCH_L3_ONLY), (16, 20, 2, APUS_MATCH_L4_ONLY),
        ] as [(Int, Int, UInt32, apus_match_type)])
    func precedence(exact: Int, any: Int, rule: UInt32, match: apus_match_type) throws {
        var bench = try Bench([
            .rule(1, .ingress, peer: 2000, .tcp, port: 8080, bits: exact),
            .rule(2, .ingress, .tcp, port: 8080, bits: any),
        ])
        #expect(try bench.passes(.ingress, bench.received(.tcp, Packets.tcp(5000, 8080, .syn))))
        let verdict = try #require(bench.events().first)
        #expect(verdict.rule == rule && verdict.match_type == UInt8(match.rawValue))
    }

    @Test("A port range matches its ports and no others")
    func portRange() throws {
        let bench = try Bench([.rule(1, .ingress, .tcp, port: 8080, bits: 8 + 12)])  // 8080…8095
        #expect(try bench.passes(.ingress, bench.received(.tcp, Packets.tcp(1, 8095, .syn))))
        #expect(try !bench.passes(.ingress, bench.received(.tcp, Packets.tcp(1, 8096, .syn))))
        #expect(try !bench.passes(.ingress, bench.received(.udp, Packets.udp(1, 8080))))
    }

    @Test("In audit mode a denied packet passes, and its verdict event says what would have dropped it")
    func audit() throws {
        var bench = try Bench([.rule(9, .ingress, peer: 2000, deny: true)], ingress: .audit)
        #expect(try bench.passes(.ingress, bench.received(.tcp, Packets.tcp(5000, 80, .syn))))
        let events = bench.events()
        let verdict = try #require(events.first)
        #expect(verdict.kind == apus_event.verdict && verdict.has(APUS_FLAG_AUDIT))
        #expect(verdict.reason == APUS_DROP_POLICY_DENY.rawValue && verdict.rule == 9)
        #expect(events.last?.kind == apus_event.trace && events.last?.has(APUS_FLAG_AUDIT) == false)
    }

    @Test("Without enforcement everything passes, by match type all and no rule")
    func notEnforced() throws {
        var bench = try Bench([.rule(9, .ingress, deny: true)], ingress: .none)
        #expect(try bench.passes(.ingress, bench.received(.udp, Packets.udp(1, 2))))
        let verdict = try #require(bench.events().first)
        #expect(verdict.match_type == UInt8(APUS_MATCH_ALL.rawValue) && verdict.rule == 0 && verdict.reason == 0)
    }

    @Test("An interface without an endpoint, and a frame that is not IP, pass without an event")
    func untouched() throws {
        var bench = try Bench()
        let arp = Packets.ethernet(0x0806, [UInt8](repeating: 0, count: 28))
        #expect(try bench.datapath.fromPod.run(packet: arp, interfaceIndex: Bench.loopback).result == -1)
        try bench.datapath.detach(interfaceIndex: Bench.loopback)
        #expect(try bench.passes(.ingress, bench.received(.tcp, Packets.tcp(1, 2, .syn))))
        #expect(bench.events().isEmpty)
    }

    @Test("An ICMP type is matched as the port is")
    func icmpType() throws {
        let bench = try Bench([.rule(1, .ingress, .icmp, port: 8, bits: 24)])
        #expect(try bench.passes(.ingress, bench.received(.icmp, Packets.icmp(8, id: 3))))
        #expect(try !bench.passes(.ingress, bench.received(.icmp, Packets.icmp(13))))
    }
}

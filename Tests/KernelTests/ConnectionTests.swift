import BPFRuntime
import DatapathABI
import FlowModel
import SystemRuntime
import Testing

@testable import Datapath

@Suite(
    "Connections",
    // Loads BPF programs: needs root, or CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN, and a kernel with BTF.
    .enabled(if: missingKernelSupport == nil, "\(missingKernelSupport ?? "")"))
struct ConnectionTests {
    static let egressRule = [PolicyMapEntry.rule(5, .egress, peer: 2000, .tcp, port: 443, bits: 24)]

    @Test("A reply passes without a rule of its own, and its trace has the connection's direction")
    func reply() throws {
        var bench = try Bench(Self.egressRule)
        #expect(try bench.passes(.egress, bench.sent(.tcp, Packets.tcp(5000, 443, .syn))))
        #expect(bench.events().map(\.kind) == [apus_event.verdict])
        #expect(try bench.passes(.ingress, bench.received(.tcp, Packets.tcp(443, 5000, [.syn, .ack]))))
        let events = bench.events()
        let trace = try #require(events.first)
        #expect(events.count == 1 && trace.kind == apus_event.trace)
        #expect(trace.trace_reason == UInt8(APUS_TRACE_REPLY.rawValue) && trace.rule == 5)
        #expect(trace.has(APUS_FLAG_EGRESS) && trace.has(APUS_FLAG_REPLY))
        #expect(trace.source_identity == 2000 && trace.destination_identity == 1000)
        #expect(trace.tcp_flags == 0x12)
    }

    @Test("A SYN in the reply direction begins a connection of its own and is judged")
    func synInReplyDirection() throws {
        let bench = try Bench(Self.egressRule)
        #expect(try bench.passes(.egress, bench.sent(.tcp, Packets.tcp(5000, 443, .syn))))
        #expect(try !bench.passes(.ingress, bench.received(.tcp, Packets.tcp(443, 5000, .syn))))
        #expect(try bench.passes(.ingress, bench.received(.tcp, Packets.tcp(443, 5000, [.syn, .ack]))))
    }

    @Test("A SYN on a closing connection is judged and told anew", arguments: [TCPFlags.rst, .fin])
    func reuse(close: TCPFlags) throws {
        var bench = try Bench(Self.egressRule)
        let syn = bench.sent(.tcp, Packets.tcp(5000, 443, .syn))
        #expect(try bench.passes(.egress, syn))
        #expect(try bench.passes(.egress, syn))  // a retransmission
        #expect(bench.events().count == 1)
        #expect(try bench.passes(.ingress, bench.received(.tcp, Packets.tcp(443, 5000, [close, .ack]))))
        _ = bench.events()
        #expect(try bench.passes(.egress, syn))
        #expect(bench.events().map(\.kind) == [apus_event.verdict])
    }

    @Test("A connection seen from its middle is judged as a new one")
    func midStream() throws {
        var bench = try Bench(Self.egressRule)
        #expect(try bench.passes(.egress, bench.sent(.tcp, Packets.tcp(5000, 443, .ack))))
        #expect(bench.events().map(\.kind) == [apus_event.verdict])
        #expect(try !bench.passes(.egress, bench.sent(.tcp, Packets.tcp(5000, 80, .ack))))
    }

    @Test("When policy changes, a connection that it denies now ends in both directions")
    func judgedAgain() throws {
        var bench = try Bench(Self.egressRule)
        let forward = bench.sent(.tcp, Packets.tcp(5000, 443, .ack))
        #expect(try bench.passes(.egress, forward))
        try bench.apply(Self.egressRule + [.rule(6, .egress, .udp, bits: 8)])
        #expect(try bench.passes(.egress, forward))
        try bench.apply([])
        #expect(try !bench.passes(.egress, forward))
        #expect(try !bench.passes(.ingress, bench.received(.tcp, Packets.tcp(443, 5000, .ack))))
        #expect(bench.events().map(\.kind) == [apus_event.verdict, apus_event.drop, apus_event.drop])
    }

    @Test("Echo request and reply are one connection; a request the other way is not its reply", arguments: [4, 6])
    func echo(version: Int) throws {
        let (kind, request, answer, peer) =
            version == 4 ? (IPProtocol.icmp, UInt8(8), UInt8(0), Bench.peer) : (.icmpv6, 128, 129, "fd00::8")
        var bench = try Bench([.rule(5, .egress, peer: 2000)])
        #expect(try bench.passes(.egress, bench.sent(kind, Packets.icmp(request, id: 77), to: peer)))
        #expect(try bench.passes(.ingress, bench.received(kind, Packets.icmp(answer, id: 77), from: peer)))
        #expect(try !bench.passes(.ingress, bench.received(kind, Packets.icmp(answer, id: 78), from: peer)))
        #expect(try !bench.passes(.ingress, bench.received(kind, Packets.icmp(request, id: 77), from: peer)))
        let events = bench.events()
        #expect(events.map(\.kind) == [apus_event.verdict, apus_event.trace, apus_event.drop, apus_event.drop])
        #expect(events[1].icmp_type == answer && events[1].has(APUS_FLAG_REPLY))
    }

    @Test("Pings in both directions with one id are two connections")
    func echoBothWays() throws {
        var bench = try Bench([.rule(5, .egress), .rule(6, .ingress)])
        #expect(try bench.passes(.egress, bench.sent(.icmp, Packets.icmp(8, id: 77))))
        #expect(try bench.passes(.ingress, bench.received(.icmp, Packets.icmp(8, id: 77))))
        #expect(try bench.passes(.ingress, bench.received(.icmp, Packets.icmp(0, id: 77))))
        let traces = bench.events().filter { $0.kind == apus_event.trace }
        #expect(traces.map { UInt32($0.trace_reason) } == [APUS_TRACE_NEW.rawValue, APUS_TRACE_REPLY.rawValue])
        #expect(traces.map(\.rule) == [6, 5])
    }

    @Test("An ICMP error about a connection passes as related; one about nothing is judged", arguments: [4, 6])
    func related(version: Int) throws {
        let peer = version == 4 ? Bench.peer : "fd00::8"
        let router = version == 4 ? "192.0.2.1" : "2001:db8::1"
        let (kind, unreachable) = version == 4 ? (IPProtocol.icmp, UInt8(3)) : (.icmpv6, 1)
        var bench = try Bench([.rule(5, .egress, peer: 2000, .udp, port: 53, bits: 24)])
        let query = bench.sent(.udp, Packets.udp(5000, 53, payload: 30), to: peer)
        #expect(try bench.passes(.egress, query))
        _ = bench.events()
        let quote = Array(query.prefix(version == 4 ? 28 : 48))
        #expect(
            try bench.passes(
                .ingress, bench.received(kind, Packets.icmp(unreachable, code: 3, rest: quote), from: router)))
        let events = bench.events()
        let trace = try #require(events.first)
        #expect(events.count == 1 && trace.trace_reason == UInt8(APUS_TRACE_RELATED.rawValue))
        #expect(trace.icmp_type == unreachable && trace.icmp_code == 3 && trace.rule == 5)
        let stranger = bench.sent(.udp, Packets.udp(5001, 53), to: peer)
        #expect(
            try !bench.passes(.ingress, bench.received(kind, Packets.icmp(unreachable, rest: stranger), from: router)))
    }

    @Test("Between events packets are counted, and flags not seen before make an event at once")
    func aggregation() throws {
        var bench = try Bench([.rule(1, .ingress)])
        func data(_ flags: TCPFlags) -> [UInt8] { bench.received(.tcp, Packets.tcp(5000, 80, flags, payload: 60)) }
        let (syn, ack, fin) = (data(.syn), data(.ack), data([.fin, .ack]))
        #expect(try bench.passes(.ingress, syn))
        #expect(try bench.passes(.ingress, ack))
        for _ in 0..<5 { #expect(try bench.passes(.ingress, ack)) }
        #expect(try bench.passes(.ingress, fin))
        let traces = bench.events().filter { $0.kind == apus_event.trace }
        #expect(traces.map(\.packets) == [1, 1, 6])
        #expect(traces.map(\.bytes) == [100, 100, 600])
        #expect(traces.map(\.tcp_flags) == [2, 16, 17] && traces.map(\.packet_bytes) == [100, 100, 100])
        #expect(traces.map { UInt32($0.trace_reason) } == [1, 2, 2])
    }

    @Test("A connection that goes on is reported again after the interval")
    func interval() throws {
        var bench = try Bench([.rule(1, .ingress)]) { $0.traceInterval = .milliseconds(20) }
        let packet = bench.received(.udp, Packets.udp(1, 2))
        for _ in 0..<3 { _ = try bench.run(.ingress, packet) }
        // On a busy machine the interval may have passed in between already.
        let early = bench.events().filter { $0.kind == apus_event.trace }.map(\.packets)
        NamedThread.sleep(nanoseconds: 40_000_000)
        _ = try bench.run(.ingress, packet)
        let late = bench.events().filter { $0.kind == apus_event.trace }.map(\.packets)
        #expect(early.first == 1 && late.count == 1)
        #expect((early + late).reduce(0, +) == 4)
    }

    @Test("Without aggregation each delivered packet is an event")
    func everyPacket() throws {
        var bench = try Bench([.rule(1, .ingress)]) { $0.traceAggregation = .none }
        let packet = bench.received(.udp, Packets.udp(1, 2))
        for _ in 0..<4 { _ = try bench.run(.ingress, packet) }
        #expect(bench.events().filter { $0.kind == apus_event.trace }.map(\.packets) == [1, 1, 1, 1])
    }

    @Test("When the ring is full each event that is not sent is counted, and every event is sent or counted")
    func lost() throws {
        var bench = try Bench { $0.ringBufferBytes = 65_536 }
        let packet = bench.received(.udp, Packets.udp(1, 2))
        for _ in 0..<600 { _ = try bench.run(.ingress, packet) }
        let counters = try bench.datapath.counters()
        #expect(counters.drop.produced == 600 && counters.drop.lost > 0)
        #expect(UInt64(bench.events().count) + counters.drop.lost == 600)
        _ = try bench.run(.ingress, packet)
        #expect(bench.events().count == 1)
    }

    @Test("A sweep takes out what is closed or was not answered for too long, and leaves the rest")
    func sweep() throws {
        let bench = try Bench(Self.egressRule + [.rule(6, .egress, .udp, bits: 8)])
        func state() throws -> ConnectionSweeps {
            try bench.datapath.sweeper.sweep()
            return bench.datapath.sweeper.sweeps
        }
        for port in 1...20 as ClosedRange<UInt16> {
            _ = try bench.passes(.egress, bench.sent(.tcp, Packets.tcp(port, 443, .syn)))
        }
        _ = try bench.passes(.egress, bench.sent(.udp, Packets.udp(1, 53)))
        #expect(try bench.passes(.ingress, bench.received(.tcp, Packets.tcp(443, 1, [.syn, .ack]))))
        #expect(try bench.passes(.ingress, bench.received(.tcp, Packets.tcp(443, 2, [.rst, .ack]))))
        let first = try state()
        #expect(first.connections == 21 && first.expired == 0 && first.sweeps == 1 && first.capacity == 1024)
        // The closed one goes after ten seconds.
        NamedThread.sleep(nanoseconds: 10_500_000_000)
        let second = try state()
        #expect(second.connections == 20 && second.expired == 1 && second.sweeps == 2)
        #expect(try bench.passes(.ingress, bench.received(.tcp, Packets.tcp(443, 1, .ack))))
    }
}

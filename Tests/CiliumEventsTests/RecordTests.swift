import CiliumEvents
import DatapathABI
import Testing

@Suite("Records of Cilium's datapath")
struct RecordTests {
    @Test("A drop of each version tells reason, sides and packet", arguments: [0, 1, 2, 3] as [UInt8])
    func drop(version: UInt8) {
        let (decoding, event) = decode(Records.drop(version: version, reason: 181, Packets.syn) + [0xff, 0xff, 0xff])
        #expect(decoding == .flow)
        #expect(event.version == UInt8(APUS_ABI_VERSION) && event.length == 128)
        #expect(event.type == UInt8(APUS_EVENT_DROP.rawValue) && event.reason == 181)
        #expect(event.time_ns == 123 && event.cpu == 3 && event.endpoint == 7 && event.ifindex == 12)
        #expect(event.source_identity == 1001 && event.destination_identity == 1002 && event.rule == 0)
        expectSyn(event)
    }

    @Test("A trace of each version tells reason, sides and packet", arguments: [0, 1, 2] as [UInt8])
    func trace(version: UInt8) {
        let (decoding, event) = decode(Records.trace(version: version, Packets.syn) + [0xff])
        #expect(decoding == .flow)
        #expect(event.type == UInt8(APUS_EVENT_TRACE.rawValue) && event.reason == 0)
        #expect(event.trace_reason == UInt8(APUS_TRACE_NEW.rawValue))
        #expect(event.source_identity == 1001 && event.destination_identity == 1002 && event.ifindex == 12)
        expectSyn(event)
    }

    private func expectSyn(_ event: apus_event) {
        #expect(event.sourceBytes == Packets.client && event.destinationBytes == Packets.server)
        #expect(event.source_port == 5000 && event.destination_port == 80 && event.protocol == 6)
        #expect(event.tcp_flags == UInt8(APUS_TCP_SYN.rawValue) && event.has(APUS_FLAG_L4))
        #expect(!event.has(APUS_FLAG_NO_IP) && event.ether_type == 0x0800)
        #expect(event.bytes == 40 && event.packet_bytes == 40 && event.packets == 1)
    }

    @Test("A drop leaves the endpoint unless the destination's endpoint is named")
    func dropDirection() {
        #expect(decode(Records.drop(version: 3, Packets.syn)).event.has(APUS_FLAG_EGRESS))
        #expect(!decode(Records.drop(version: 3, destinationEndpoint: 7, Packets.syn)).event.has(APUS_FLAG_EGRESS))
        #expect(!decode(Records.drop(version: 3, source: 0, Packets.syn)).event.has(APUS_FLAG_EGRESS))
    }

    @Test(
        "A trace's reason gets the number of Hubble's protocol",
        arguments: [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 0), (6, 6), (7, 7), (0x82, 3), (0x85, 0)]
            as [(UInt8, UInt8)])
    func traceReason(wire: UInt8, expected: UInt8) {
        let event = decode(Records.trace(version: 1, reason: wire, Packets.syn)).event
        #expect(event.trace_reason == expected)
        #expect(event.has(APUS_FLAG_REPLY) == (expected == 3))
    }

    @Test(
        "A trace's direction is the connection's, seen from the endpoint",
        arguments: [
            // (observation point, endpoint, reason, leaves)
            (0, 7, 0, false), (0, 7, 2, true), (5, 7, 1, true), (5, 7, 2, false), (3, 7, 0, true), (11, 0, 0, false),
            (5, 7, 5, false), (10, 7, 0, false),
        ] as [(UInt8, UInt16, UInt8, Bool)])
    func traceDirection(point: UInt8, endpoint: UInt16, reason: UInt8, leaves: Bool) {
        let event = decode(Records.trace(version: 2, point: point, source: endpoint, reason: reason, Packets.syn)).event
        #expect(event.has(APUS_FLAG_EGRESS) == leaves && event.reason == UInt32(point))
    }

    @Test("A translated source is told as the sender knows itself")
    func originalAddress() {
        let v4 = decode(Records.trace(version: 1, original: [10, 9, 8, 7], Packets.syn)).event
        #expect(v4.sourceBytes == [10, 9, 8, 7] && v4.has(APUS_FLAG_EGRESS))
        let original = [UInt8](repeating: 0xfd, count: 16)
        let packet = Packets.ethernet(0x86dd, Packets.ipv6(6, Packets.tcp(1, 2)))
        let v6 = decode(Records.trace(version: 2, flags: 1, original: original, packet)).event
        #expect(v6.sourceBytes == original && v6.destinationBytes == Packets.server6)
    }

    @Test("A verdict names the peer's side, the match and the audit", arguments: [0, 10_080] as [Int32])
    func verdict(verdict: Int32) {
        let ingress = decode(Records.verdict(verdict, flags: 1 | 2 << 3, Packets.syn))
        #expect(ingress.decoding == .flow && ingress.event.type == UInt8(APUS_EVENT_POLICY_VERDICT.rawValue))
        #expect(ingress.event.source_identity == 2002 && ingress.event.destination_identity == 0)
        #expect(ingress.event.match_type == 2 && !ingress.event.has(APUS_FLAG_AUDIT))
        #expect(!ingress.event.has(APUS_FLAG_EGRESS) && ingress.event.destination_port == 80)
        let egress = decode(Records.verdict(verdict, flags: 2 | 0x40, Packets.syn)).event
        #expect(egress.source_identity == 0 && egress.destination_identity == 2002)
        #expect(egress.has(APUS_FLAG_EGRESS) && egress.has(APUS_FLAG_AUDIT) && egress.match_type == 0)
    }

    @Test("A denied packet is told by its drop alone")
    func deniedVerdict() {
        #expect(decode(Records.verdict(-133, flags: 1, Packets.syn)).decoding == .skipped(.deniedVerdict))
    }

    @Test(
        "Records that tell no flow are known by their type",
        arguments: [
            (2, .debugMessage), (3, .debugCapture), (7, .socketTrace), (6, .unknownType), (129, .unknownType),
            (0, .unknownType),
        ] as [(UInt8, SkippedRecord)])
    func skipped(type: UInt8, kind: SkippedRecord) {
        #expect(decode([type] + [UInt8](repeating: 0, count: 47)).decoding == .skipped(kind))
    }

    @Test("A later version and a capture beyond the record are no flows")
    func malformed() {
        #expect(decode(Records.drop(version: 4, Packets.syn)).decoding == .malformed(.unknownVersion))
        #expect(decode(Records.trace(version: 3, Packets.syn)).decoding == .malformed(.unknownVersion))
        #expect(decode([]).decoding == .malformed(.tooShort))
        let cut = Array(Records.drop(version: 3, Packets.syn).dropLast())
        #expect(decode(cut).decoding == .malformed(.captureTooLong))
    }
}

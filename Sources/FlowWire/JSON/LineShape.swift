import FlowModel

/// What decides all text of a flow's line but times, addresses, ports, endpoints and counts: few values, which recur.
struct LineShape: Equatable {
    private var words: SIMD8<UInt64>

    init(_ flow: Flow) {
        let kinds = Self.pack(
            flow.kind.rawValue, flow.verdict.rawValue, flow.direction.rawValue, flow.observationPoint.rawValue,
            flow.traceReason.rawValue, flow.policyMatchType.rawValue, flow.attributes.rawValue,
            flow.unknownNames.source.rawValue | flow.unknownNames.destination.rawValue << 4)
        let ports: UInt8 = (flow.sourcePort == 0 ? 0 : 1) | (flow.destinationPort == 0 ? 0 : 2)
        let packet = Self.pack(
            flow.ipProtocol.rawValue, flow.tcpFlags.rawValue, flow.icmpType, flow.icmpCode, ports, 0, 0, 0)
        words = [
            kinds, packet | UInt64(flow.dropReason.rawValue) << 48,
            Self.pair(flow.interfaceIndex, flow.interfaceName), Self.pair(flow.sourceService, flow.destinationService),
            Self.pair(flow.rule, flow.kernelReason), Self.pair(flow.kernelFunction, flow.networkNamespace), 0, 0,
        ]
    }

    /// For a table of 2^`bits` slots.
    func slot(bits: UInt64) -> Int {
        let folded = (words &* Self.factors).wrappedSum()
        return Int(truncatingIfNeeded: folded >> (64 - bits))
    }

    /// Odd, so that no bit of a word is lost.
    private static let factors: SIMD8<UInt64> = [
        0x9e37_79b9_7f4a_7c15, 0xbf58_476d_1ce4_e5b9, 0x94d0_49bb_1331_11eb, 0xd6e8_feb8_6659_fd93,
        0xa076_1d64_78bd_642f, 0xe703_7ed1_a0b4_28db, 1, 1,
    ]

    private static func pair(_ low: UInt32, _ high: UInt32) -> UInt64 { UInt64(low) | UInt64(high) << 32 }

    private static func pack(
        _ b0: UInt8, _ b1: UInt8, _ b2: UInt8, _ b3: UInt8, _ b4: UInt8, _ b5: UInt8, _ b6: UInt8, _ b7: UInt8
    ) -> UInt64 {
        let low = UInt64(b0) | UInt64(b1) << 8 | UInt64(b2) << 16 | UInt64(b3) << 24
        return low | UInt64(b4) << 32 | UInt64(b5) << 40 | UInt64(b6) << 48 | UInt64(b7) << 56
    }
}

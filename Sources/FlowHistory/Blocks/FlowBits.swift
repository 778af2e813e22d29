import FlowModel

/// A flow's small fields in two words, the rows of a block's table of facts.
///
/// Shape: see `Lane.shape`. Marks: trace reason, policy match type, attributes, unknown names (a byte each, from the
/// lowest), drop reason (two), and in bit 48 that the source has the larger port.
enum FlowBits {
    static let icmpTypeShift: UInt64 = 16
    static let kindShift: UInt64 = 32
    static let verdictShift: UInt64 = 40
    static let directionShift: UInt64 = 48
    static let pointShift: UInt64 = 56
    static let attributesShift: UInt64 = 16
    static let dropReasonShift: UInt64 = 32
    static let sourceHasHighPort: UInt64 = 1 << 48

    static func kind(_ shape: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: shape >> kindShift) }
    static func verdict(_ shape: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: shape >> verdictShift) }

    /// Known to be one.
    static func isReply(_ marks: UInt64) -> Bool {
        let known = UInt64(FlowAttributes.knownReply.rawValue)
        return marks >> attributesShift & known == known
    }

    @inline(__always)
    static func shape(_ flow: Flow) -> UInt64 {
        let low =
            UInt64(flow.ipProtocol.rawValue) | UInt64(flow.tcpFlags.rawValue) << 8 | UInt64(flow.icmpType) << 16
            | UInt64(flow.icmpCode) << 24
        let high =
            UInt64(flow.kind.rawValue) | UInt64(flow.verdict.rawValue) << 8 | UInt64(flow.direction.rawValue) << 16
            | UInt64(flow.observationPoint.rawValue) << 24
        return low | high << 32
    }

    @inline(__always)
    static func setShape(_ value: UInt64, of flow: inout Flow) {
        func byte(_ index: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: value >> (index &* 8)) }
        flow.ipProtocol = IPProtocol(rawValue: byte(0))
        flow.tcpFlags = TCPFlags(rawValue: byte(1))
        flow.icmpType = byte(2)
        flow.icmpCode = byte(3)
        flow.kind = FlowKind(rawValue: byte(4))
        flow.verdict = Verdict(rawValue: byte(5))
        flow.direction = TrafficDirection(rawValue: byte(6))
        flow.observationPoint = ObservationPoint(rawValue: byte(7))
    }

    @inline(__always)
    static func marks(_ flow: Flow) -> UInt64 {
        let unknown = UInt64(flow.unknownNames.source.rawValue) | UInt64(flow.unknownNames.destination.rawValue) << 4
        let low =
            UInt64(flow.traceReason.rawValue) | UInt64(flow.policyMatchType.rawValue) << 8
            | UInt64(flow.attributes.rawValue) << attributesShift | unknown << 24
        let swapped = flow.sourcePort > flow.destinationPort ? sourceHasHighPort : 0
        return low | UInt64(flow.dropReason.rawValue) << dropReasonShift | swapped
    }

    @inline(__always)
    static func setMarks(_ value: UInt64, of flow: inout Flow) {
        func byte(_ index: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: value >> (index &* 8)) }
        flow.traceReason = TraceReason(rawValue: byte(0))
        flow.policyMatchType = PolicyMatchType(rawValue: byte(1))
        flow.attributes = FlowAttributes(rawValue: byte(2))
        flow.unknownNames.source = UnknownNames.Reason(rawValue: byte(3) & 0xf) ?? .none
        flow.unknownNames.destination = UnknownNames.Reason(rawValue: byte(3) >> 4) ?? .none
        flow.dropReason = DropReason(rawValue: UInt16(truncatingIfNeeded: value >> dropReasonShift))
    }
}

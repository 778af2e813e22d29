import FlowModel

/// The columns of a block. A lane is up to 64 bits of a flow; fields that go together share one, so that a dictionary
/// of the few combinations that occur stands for all of them.
///
/// The order and content of lanes is the block format: a change needs a new `BlockFormat.version`.
enum Lane: Int, CaseIterable {
    case sequence, time
    case sourceHigh, sourceLow, destinationHigh, destinationLow
    case bytes, packets
    /// Identity and endpoint of a side.
    case sourceEntity, destinationEntity
    /// Source and destination service.
    case services
    case rule
    /// Index and name.
    case interface
    /// Function and reason.
    case kernel
    case networkNamespace
    case sourcePort, destinationPort, cpu
    /// Protocol, TCP flags, ICMP type and code, kind, verdict, direction, observation point: a byte each, in this order
    /// from the lowest.
    case shape
    /// Trace reason, policy match type, attributes, unknown names (a byte each), drop reason (two).
    case marks

    static let count = allCases.count
}

enum ShapeLane {
    static func kind(_ value: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: value >> 32) }
    static func verdict(_ value: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: value >> 40) }
}

/// A flow as its lanes, side by side in one array: lane `l` of row `r` stands at `l * stride + r`.
enum FlowLanes {
    @inline(__always)
    static func write(_ flow: Flow, row: Int, stride: Int, to lanes: inout MutableSpan<UInt64>) {
        func pair(_ low: UInt32, _ high: UInt32) -> UInt64 { UInt64(low) | UInt64(high) << 32 }
        func put(_ lane: Lane, _ value: UInt64) { lanes[lane.rawValue &* stride &+ row] = value }
        put(.sequence, flow.sequence)
        put(.time, flow.timeNanoseconds)
        put(.sourceHigh, flow.source.high)
        put(.sourceLow, flow.source.low)
        put(.destinationHigh, flow.destination.high)
        put(.destinationLow, flow.destination.low)
        put(.bytes, flow.bytes)
        put(.packets, UInt64(flow.packets))
        put(.sourceEntity, pair(flow.sourceIdentity, flow.sourceEndpoint))
        put(.destinationEntity, pair(flow.destinationIdentity, flow.destinationEndpoint))
        put(.services, pair(flow.sourceService, flow.destinationService))
        put(.rule, UInt64(flow.rule))
        put(.interface, pair(flow.interfaceIndex, flow.interfaceName))
        put(.kernel, pair(flow.kernelFunction, flow.kernelReason))
        put(.networkNamespace, UInt64(flow.networkNamespace))
        put(.sourcePort, UInt64(flow.sourcePort))
        put(.destinationPort, UInt64(flow.destinationPort))
        put(.cpu, UInt64(flow.cpu))
        put(.shape, shape(flow))
        put(.marks, marks(flow))
    }

    @inline(__always)
    static func flow(row: Int, stride: Int, in lanes: Span<UInt64>) -> Flow {
        func get(_ lane: Lane) -> UInt64 { lanes[lane.rawValue &* stride &+ row] }
        func low(_ value: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: value) }
        func high(_ value: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: value >> 32) }
        var flow = Flow()
        flow.sequence = get(.sequence)
        flow.timeNanoseconds = get(.time)
        flow.source = IPAddress(high: get(.sourceHigh), low: get(.sourceLow))
        flow.destination = IPAddress(high: get(.destinationHigh), low: get(.destinationLow))
        flow.bytes = get(.bytes)
        flow.packets = low(get(.packets))
        flow.sourceIdentity = low(get(.sourceEntity))
        flow.sourceEndpoint = high(get(.sourceEntity))
        flow.destinationIdentity = low(get(.destinationEntity))
        flow.destinationEndpoint = high(get(.destinationEntity))
        flow.sourceService = low(get(.services))
        flow.destinationService = high(get(.services))
        flow.rule = low(get(.rule))
        flow.interfaceIndex = low(get(.interface))
        flow.interfaceName = high(get(.interface))
        flow.kernelFunction = low(get(.kernel))
        flow.kernelReason = high(get(.kernel))
        flow.networkNamespace = low(get(.networkNamespace))
        flow.sourcePort = UInt16(truncatingIfNeeded: get(.sourcePort))
        flow.destinationPort = UInt16(truncatingIfNeeded: get(.destinationPort))
        flow.cpu = UInt16(truncatingIfNeeded: get(.cpu))
        setShape(get(.shape), of: &flow)
        setMarks(get(.marks), of: &flow)
        return flow
    }

    @inline(__always)
    private static func shape(_ flow: Flow) -> UInt64 {
        let low =
            UInt64(flow.ipProtocol.rawValue) | UInt64(flow.tcpFlags.rawValue) << 8 | UInt64(flow.icmpType) << 16
            | UInt64(flow.icmpCode) << 24
        let high =
            UInt64(flow.kind.rawValue) | UInt64(flow.verdict.rawValue) << 8 | UInt64(flow.direction.rawValue) << 16
            | UInt64(flow.observationPoint.rawValue) << 24
        return low | high << 32
    }

    @inline(__always)
    private static func setShape(_ value: UInt64, of flow: inout Flow) {
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
    private static func marks(_ flow: Flow) -> UInt64 {
        let unknown = UInt64(flow.unknownNames.source.rawValue) | UInt64(flow.unknownNames.destination.rawValue) << 4
        return UInt64(flow.traceReason.rawValue) | UInt64(flow.policyMatchType.rawValue) << 8
            | UInt64(flow.attributes.rawValue) << 16 | unknown << 24 | UInt64(flow.dropReason.rawValue) << 32
    }

    @inline(__always)
    private static func setMarks(_ value: UInt64, of flow: inout Flow) {
        func byte(_ index: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: value >> (index &* 8)) }
        flow.traceReason = TraceReason(rawValue: byte(0))
        flow.policyMatchType = PolicyMatchType(rawValue: byte(1))
        flow.attributes = FlowAttributes(rawValue: byte(2))
        flow.unknownNames.source = UnknownNames.Reason(rawValue: byte(3) & 0xf) ?? .none
        flow.unknownNames.destination = UnknownNames.Reason(rawValue: byte(3) >> 4) ?? .none
        flow.dropReason = DropReason(rawValue: UInt16(truncatingIfNeeded: value >> 32))
    }
}

/// One observed flow event: what happened to a packet, or to several packets of one connection since the last event.
///
/// A value of exactly 128 bytes without references: copying it costs two cache lines and no reference count. Names are
/// indices into the append-only tables of `FlowCatalog`; index 0 always means "none or unknown".
package struct Flow: BitwiseCopyable, Sendable {
    /// Time of the event in the kernel, nanoseconds since 1970-01-01 UTC.
    package var timeNanoseconds: UInt64 = 0
    /// Position in this store's or server's one sequence of flows; rises by 1 per flow, also over restarts.
    package var sequence: UInt64 = 0
    package var source = IPAddress.unspecified
    package var destination = IPAddress.unspecified
    /// Layer 3 bytes that this event stands for.
    package var bytes: UInt64 = 0
    /// Packets that this event stands for.
    package var packets: UInt32 = 0
    /// Numeric security identity; 0 is unknown.
    package var sourceIdentity: UInt32 = 0
    package var destinationIdentity: UInt32 = 0
    /// Index into `FlowCatalog.endpoints`.
    package var sourceEndpoint: UInt32 = 0
    package var destinationEndpoint: UInt32 = 0
    /// Index into `FlowCatalog.services`.
    package var sourceService: UInt32 = 0
    package var destinationService: UInt32 = 0
    /// Index into `FlowCatalog.rules`; 0 with a policy drop is the default deny.
    package var rule: UInt32 = 0
    package var interfaceIndex: UInt32 = 0
    /// Index into `FlowCatalog.names`.
    package var interfaceName: UInt32 = 0
    /// Inode number of the network namespace in which the kernel dropped the packet; 0 otherwise.
    package var networkNamespace: UInt32 = 0
    /// Index into `FlowCatalog.names`: the kernel function that freed the packet.
    package var kernelFunction: UInt32 = 0
    /// Index into `FlowCatalog.names`: the running kernel's own drop reason (`NO_SOCKET`).
    package var kernelReason: UInt32 = 0
    /// Host order; 0 when the protocol has none.
    package var sourcePort: UInt16 = 0
    package var destinationPort: UInt16 = 0
    /// Hubble's drop reason; `.unknown` unless dropped (or audited).
    package var dropReason = DropReason.unknown
    package var cpu: UInt16 = 0
    package var ipProtocol = IPProtocol(rawValue: 0)
    package var tcpFlags = TCPFlags()
    package var icmpType: UInt8 = 0
    package var icmpCode: UInt8 = 0
    package var kind = FlowKind.unknown
    package var verdict = Verdict.unknown
    package var direction = TrafficDirection.unknown
    package var observationPoint = ObservationPoint.unknown
    package var traceReason = TraceReason.unknown
    package var policyMatchType = PolicyMatchType.none
    package var attributes = FlowAttributes()
    package var unknownNames = UnknownNames()

    package init() {}
}

/// What kind of kernel event a flow tells of. Values up to 129 are Hubble's event types.
package struct FlowKind: RawRepresentable, Hashable, BitwiseCopyable, Sendable {
    package let rawValue: UInt8
    @inlinable package init(rawValue: UInt8) { self.rawValue = rawValue }
    @inlinable package static func == (left: FlowKind, right: FlowKind) -> Bool { left.rawValue == right.rawValue }

    @inlinable package static var unknown: FlowKind { FlowKind(rawValue: 0) }
    @inlinable package static var drop: FlowKind { FlowKind(rawValue: 1) }
    @inlinable package static var trace: FlowKind { FlowKind(rawValue: 4) }
    @inlinable package static var policyVerdict: FlowKind { FlowKind(rawValue: 5) }
    /// A drop by the kernel itself, outside Apus' programs; printed with Hubble's event type 1.
    @inlinable package static var kernelDrop: FlowKind { FlowKind(rawValue: 200) }
}

/// A number of Hubble's protocol, any value of which may come from elsewhere, with names for those that are known.
package protocol NamedNumber: RawRepresentable, Hashable, BitwiseCopyable, Sendable where RawValue == UInt8 {
    /// By raw value.
    static var names: [String] { get }
    init(rawValue: UInt8)
}

extension NamedNumber {
    /// The number itself if it has no name.
    package var name: String { Self.names.indices.contains(Int(rawValue)) ? Self.names[Int(rawValue)] : "\(rawValue)" }

    package init?(name: String) {
        guard let index = Self.names.firstIndex(of: name) else { return nil }
        self.init(rawValue: UInt8(index))
    }
}

/// `flow.Verdict` of Hubble's protocol.
package struct Verdict: NamedNumber {
    package let rawValue: UInt8
    @inlinable package init(rawValue: UInt8) { self.rawValue = rawValue }
    @inlinable package static func == (left: Verdict, right: Verdict) -> Bool { left.rawValue == right.rawValue }

    @inlinable package static var unknown: Verdict { Verdict(rawValue: 0) }
    @inlinable package static var forwarded: Verdict { Verdict(rawValue: 1) }
    @inlinable package static var dropped: Verdict { Verdict(rawValue: 2) }
    @inlinable package static var error: Verdict { Verdict(rawValue: 3) }
    @inlinable package static var audit: Verdict { Verdict(rawValue: 4) }
    @inlinable package static var redirected: Verdict { Verdict(rawValue: 5) }
    @inlinable package static var traced: Verdict { Verdict(rawValue: 6) }
    @inlinable package static var translated: Verdict { Verdict(rawValue: 7) }

    /// Names in the order of the raw values, as Hubble prints them.
    package static let names = [
        "VERDICT_UNKNOWN", "FORWARDED", "DROPPED", "ERROR", "AUDIT", "REDIRECTED", "TRACED", "TRANSLATED",
    ]
}

/// `flow.TrafficDirection`: seen from the endpoint at whose interface the event was made.
package struct TrafficDirection: NamedNumber {
    package let rawValue: UInt8
    @inlinable package init(rawValue: UInt8) { self.rawValue = rawValue }
    @inlinable package static func == (left: TrafficDirection, right: TrafficDirection) -> Bool {
        left.rawValue == right.rawValue
    }

    @inlinable package static var unknown: TrafficDirection { TrafficDirection(rawValue: 0) }
    @inlinable package static var ingress: TrafficDirection { TrafficDirection(rawValue: 1) }
    @inlinable package static var egress: TrafficDirection { TrafficDirection(rawValue: 2) }

    package static let names = ["TRAFFIC_DIRECTION_UNKNOWN", "INGRESS", "EGRESS"]
}

/// `flow.TraceObservationPoint`: where in the datapath a trace was made. Apus' programs make `toEndpoint` only.
package struct ObservationPoint: RawRepresentable, Hashable, BitwiseCopyable, Sendable {
    package let rawValue: UInt8
    @inlinable package init(rawValue: UInt8) { self.rawValue = rawValue }
    @inlinable package static func == (left: ObservationPoint, right: ObservationPoint) -> Bool {
        left.rawValue == right.rawValue
    }

    @inlinable package static var unknown: ObservationPoint { ObservationPoint(rawValue: 0) }
    @inlinable package static var toEndpoint: ObservationPoint { ObservationPoint(rawValue: 101) }
}

/// `flow.TraceReason`: the packet's place in its connection.
package struct TraceReason: NamedNumber {
    package let rawValue: UInt8
    @inlinable package init(rawValue: UInt8) { self.rawValue = rawValue }
    @inlinable package static func == (left: TraceReason, right: TraceReason) -> Bool {
        left.rawValue == right.rawValue
    }

    @inlinable package static var unknown: TraceReason { TraceReason(rawValue: 0) }
    @inlinable package static var new: TraceReason { TraceReason(rawValue: 1) }
    @inlinable package static var established: TraceReason { TraceReason(rawValue: 2) }
    @inlinable package static var reply: TraceReason { TraceReason(rawValue: 3) }
    @inlinable package static var related: TraceReason { TraceReason(rawValue: 4) }

    package static let names = [
        "TRACE_REASON_UNKNOWN", "NEW", "ESTABLISHED", "REPLY", "RELATED", "REOPENED", "SRV6_ENCAP", "SRV6_DECAP",
        "ENCRYPT_OVERLAY",
    ]
    /// The packet's connection, and so its direction, was known where the trace was made.
    package var tellsConnection: Bool { (1...5).contains(rawValue) }
}

/// Hubble's `policy_match_type`: which parts of a policy-map key decided.
package struct PolicyMatchType: NamedNumber {
    package let rawValue: UInt8
    @inlinable package init(rawValue: UInt8) { self.rawValue = rawValue }
    @inlinable package static func == (left: PolicyMatchType, right: PolicyMatchType) -> Bool {
        left.rawValue == right.rawValue
    }

    @inlinable package static var none: PolicyMatchType { PolicyMatchType(rawValue: 0) }
    /// Names by raw value, as the compact output prints them.
    package static let names = ["none", "L3-Only", "L3-L4", "L4-Only", "all", "L3-Proto", "Proto-Only"]
}

/// Yes-or-no facts of a flow.
package struct FlowAttributes: OptionSet, BitwiseCopyable, Sendable {
    package let rawValue: UInt8
    @inlinable package init(rawValue: UInt8) { self.rawValue = rawValue }
    @inlinable package func contains(_ member: FlowAttributes) -> Bool { rawValue & member.rawValue == member.rawValue }
    /// Without the answer of `OptionSet`'s own, which nobody asks for.
    @inlinable package mutating func insert(_ member: FlowAttributes) {
        self = FlowAttributes(rawValue: rawValue | member.rawValue)
    }

    /// Whether the flow is a reply is known; `is_reply` is absent otherwise.
    @inlinable package static var replyKnown: FlowAttributes { FlowAttributes(rawValue: 1 << 0) }
    @inlinable package static var isReply: FlowAttributes { FlowAttributes(rawValue: 1 << 1) }
    /// The addresses are IPv6.
    @inlinable package static var ipv6: FlowAttributes { FlowAttributes(rawValue: 1 << 2) }
    /// The packet had an IP header: addresses are valid.
    @inlinable package static var ip: FlowAttributes { FlowAttributes(rawValue: 1 << 3) }
    /// Ports, TCP flags, ICMP type and code are valid.
    @inlinable package static var layer4: FlowAttributes { FlowAttributes(rawValue: 1 << 4) }
    @inlinable package static var fragment: FlowAttributes { FlowAttributes(rawValue: 1 << 5) }
}

/// Why a side has no pod name.
package struct UnknownNames: BitwiseCopyable, Sendable, Equatable {
    private var packed: UInt8 = 0

    package init() {}

    package enum Reason: UInt8, Sendable, CaseIterable {
        /// The name is known.
        case none = 0
        /// No manifest or watch names the address; it is outside the cluster as far as Apus knows.
        case addressNotInDirectory = 1
        /// The address is the host's, a node's or another reserved identity's: there is no pod.
        case reserved = 2
        /// The packet has no IP address.
        case noAddress = 3
    }

    package var source: Reason {
        get { Reason(rawValue: packed & 0xf) ?? .none }
        set { packed = packed & 0xf0 | newValue.rawValue }
    }
    package var destination: Reason {
        get { Reason(rawValue: packed >> 4) ?? .none }
        set { packed = packed & 0xf | newValue.rawValue << 4 }
    }
}

/// One observed flow event: what happened to a packet, or to several packets of one connection since the last event.
///
/// A value of exactly 128 bytes without references: copying it costs two cache lines and no reference count. Names are
/// indices into the append-only tables of `FlowCatalog`; index 0 always means "none or unknown".
///
/// What is used for each flow is `public`, not `package`: Swift 6.3 gives other modules the bodies of public `@inlinable`
/// functions only, and calls one function for each comparison of two bytes without them.
public struct Flow: BitwiseCopyable, Sendable {
    /// Time of the event in the kernel, nanoseconds since 1970-01-01 UTC.
    public var timeNanoseconds: UInt64 = 0
    /// Position in this store's or server's one sequence of flows; rises by 1 per flow, also over restarts; jumps
    /// after a server that was killed, so that none is ever given twice.
    public var sequence: UInt64 = 0
    public var source = IPAddress.unspecified
    public var destination = IPAddress.unspecified
    /// Layer 3 bytes that this event stands for.
    public var bytes: UInt64 = 0
    /// Who the sides are. A word each, so that a name that comes late is put into a published flow by one store.
    public var sourceName = SideName()
    public var destinationName = SideName()
    /// Packets that this event stands for.
    public var packets: UInt32 = 0
    /// Index into `FlowCatalog.services`.
    public var sourceService: UInt32 = 0
    public var destinationService: UInt32 = 0
    /// Index into `FlowCatalog.rules`; 0 with a policy drop is the default deny.
    public var rule: UInt32 = 0
    public var interfaceIndex: UInt32 = 0
    /// Index into `FlowCatalog.names`.
    public var interfaceName: UInt32 = 0
    /// Inode number of the network namespace in which the kernel dropped the packet; 0 otherwise.
    public var networkNamespace: UInt32 = 0
    /// Index into `FlowCatalog.names`: the kernel function that freed the packet.
    public var kernelFunction: UInt32 = 0
    /// Index into `FlowCatalog.names`: the running kernel's own drop reason (`NO_SOCKET`).
    public var kernelReason: UInt32 = 0
    /// Host order; 0 when the protocol has none.
    public var sourcePort: UInt16 = 0
    public var destinationPort: UInt16 = 0
    /// Hubble's drop reason; `.unknown` unless dropped (or audited).
    public var dropReason = DropReason.unknown
    public var cpu: UInt16 = 0
    public var ipProtocol = IPProtocol(rawValue: 0)
    public var tcpFlags = TCPFlags()
    public var icmpType: UInt8 = 0
    public var icmpCode: UInt8 = 0
    public var kind = FlowKind.unknown
    public var verdict = Verdict.unknown
    public var direction = TrafficDirection.unknown
    public var observationPoint = ObservationPoint.unknown
    public var traceReason = TraceReason.unknown
    public var policyMatchType = PolicyMatchType.none
    public var attributes = FlowAttributes()
    /// A size of whole words is copied by whole words.
    @usableFromInline var padding: UInt8 = 0

    @inlinable public init() {}
}

/// What kind of kernel event a flow tells of. Values up to 129 are Hubble's event types.
public struct FlowKind: RawRepresentable, Hashable, BitwiseCopyable, Sendable {
    public let rawValue: UInt8
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
    @inlinable public static func == (left: FlowKind, right: FlowKind) -> Bool { left.rawValue == right.rawValue }

    @inlinable public static var unknown: FlowKind { FlowKind(rawValue: 0) }
    @inlinable public static var drop: FlowKind { FlowKind(rawValue: 1) }
    @inlinable public static var trace: FlowKind { FlowKind(rawValue: 4) }
    @inlinable public static var policyVerdict: FlowKind { FlowKind(rawValue: 5) }
    /// Of Cilium's datapath and proxies only, and so never of Apus' own making.
    @inlinable public static var capture: FlowKind { FlowKind(rawValue: 3) }
    @inlinable public static var socketTrace: FlowKind { FlowKind(rawValue: 7) }
    @inlinable public static var layer7: FlowKind { FlowKind(rawValue: 129) }
    /// A drop by the kernel itself, outside Apus' programs; printed with Hubble's event type 1.
    @inlinable public static var kernelDrop: FlowKind { FlowKind(rawValue: 200) }
}

/// A number of Hubble's protocol, any value of which may come from elsewhere, with names for those that are known.
public protocol NamedNumber: RawRepresentable, Hashable, BitwiseCopyable, Sendable where RawValue == UInt8 {
    /// By raw value.
    static var names: [String] { get }
    init(rawValue: UInt8)
}

extension NamedNumber {
    /// The number itself if it has no name.
    public var name: String { Self.names.indices.contains(Int(rawValue)) ? Self.names[Int(rawValue)] : "\(rawValue)" }

    public init?(name: String) {
        guard let index = Self.names.firstIndex(of: name) else { return nil }
        self.init(rawValue: UInt8(index))
    }
}

/// `flow.Verdict` of Hubble's protocol.
public struct Verdict: NamedNumber {
    public let rawValue: UInt8
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
    @inlinable public static func == (left: Verdict, right: Verdict) -> Bool { left.rawValue == right.rawValue }

    @inlinable public static var unknown: Verdict { Verdict(rawValue: 0) }
    @inlinable public static var forwarded: Verdict { Verdict(rawValue: 1) }
    @inlinable public static var dropped: Verdict { Verdict(rawValue: 2) }
    @inlinable public static var error: Verdict { Verdict(rawValue: 3) }
    @inlinable public static var audit: Verdict { Verdict(rawValue: 4) }
    @inlinable public static var redirected: Verdict { Verdict(rawValue: 5) }
    @inlinable public static var traced: Verdict { Verdict(rawValue: 6) }
    @inlinable public static var translated: Verdict { Verdict(rawValue: 7) }

    /// Names in the order of the raw values, as Hubble prints them.
    public static let names = [
        "VERDICT_UNKNOWN", "FORWARDED", "DROPPED", "ERROR", "AUDIT", "REDIRECTED", "TRACED", "TRANSLATED",
    ]
}

/// `flow.TrafficDirection`: seen from the endpoint at whose interface the event was made.
public struct TrafficDirection: NamedNumber {
    public let rawValue: UInt8
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
    @inlinable public static func == (left: TrafficDirection, right: TrafficDirection) -> Bool {
        left.rawValue == right.rawValue
    }

    @inlinable public static var unknown: TrafficDirection { TrafficDirection(rawValue: 0) }
    @inlinable public static var ingress: TrafficDirection { TrafficDirection(rawValue: 1) }
    @inlinable public static var egress: TrafficDirection { TrafficDirection(rawValue: 2) }

    public static let names = ["TRAFFIC_DIRECTION_UNKNOWN", "INGRESS", "EGRESS"]
}

/// `flow.TraceObservationPoint`: where in the datapath a trace was made. Apus' programs make `toEndpoint` only.
public struct ObservationPoint: RawRepresentable, Hashable, BitwiseCopyable, Sendable {
    public let rawValue: UInt8
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
    @inlinable public static func == (left: ObservationPoint, right: ObservationPoint) -> Bool {
        left.rawValue == right.rawValue
    }

    @inlinable public static var unknown: ObservationPoint { ObservationPoint(rawValue: 0) }
    @inlinable public static var toEndpoint: ObservationPoint { ObservationPoint(rawValue: 101) }
}

/// `flow.TraceReason`: the packet's place in its connection.
public struct TraceReason: NamedNumber {
    public let rawValue: UInt8
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
    @inlinable public static func == (left: TraceReason, right: TraceReason) -> Bool {
        left.rawValue == right.rawValue
    }

    @inlinable public static var unknown: TraceReason { TraceReason(rawValue: 0) }
    @inlinable public static var new: TraceReason { TraceReason(rawValue: 1) }
    @inlinable public static var established: TraceReason { TraceReason(rawValue: 2) }
    @inlinable public static var reply: TraceReason { TraceReason(rawValue: 3) }
    @inlinable public static var related: TraceReason { TraceReason(rawValue: 4) }

    public static let names = [
        "TRACE_REASON_UNKNOWN", "NEW", "ESTABLISHED", "REPLY", "RELATED", "REOPENED", "SRV6_ENCAP", "SRV6_DECAP",
        "ENCRYPT_OVERLAY",
    ]
    /// The packet's connection, and so its direction, was known where the trace was made.
    @inlinable public var tellsConnection: Bool { rawValue &- 1 < 5 }
}

/// Hubble's `policy_match_type`: which parts of a policy-map key decided.
public struct PolicyMatchType: NamedNumber {
    public let rawValue: UInt8
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
    @inlinable public static func == (left: PolicyMatchType, right: PolicyMatchType) -> Bool {
        left.rawValue == right.rawValue
    }

    @inlinable public static var none: PolicyMatchType { PolicyMatchType(rawValue: 0) }
    /// Names by raw value, as the compact output prints them.
    public static let names = ["none", "L3-Only", "L3-L4", "L4-Only", "all", "L3-Proto", "Proto-Only"]
}

/// Yes-or-no facts of a flow.
public struct FlowAttributes: OptionSet, BitwiseCopyable, Sendable {
    public let rawValue: UInt8
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
    @inlinable public func contains(_ member: FlowAttributes) -> Bool { rawValue & member.rawValue == member.rawValue }
    /// Without the answer of `OptionSet`'s own, which nobody asks for.
    @inlinable public mutating func insert(_ member: FlowAttributes) {
        self = FlowAttributes(rawValue: rawValue | member.rawValue)
    }

    /// Whether the flow is a reply is known; `is_reply` is absent otherwise.
    @inlinable public static var replyKnown: FlowAttributes { FlowAttributes(rawValue: 1 << 0) }
    @inlinable public static var isReply: FlowAttributes { FlowAttributes(rawValue: 1 << 1) }
    @inlinable public static var knownReply: FlowAttributes { FlowAttributes(rawValue: 1 << 0 | 1 << 1) }
    /// The addresses are IPv6.
    @inlinable public static var ipv6: FlowAttributes { FlowAttributes(rawValue: 1 << 2) }
    /// The packet had an IP header: addresses are valid.
    @inlinable public static var ip: FlowAttributes { FlowAttributes(rawValue: 1 << 3) }
    /// Ports, TCP flags, ICMP type and code are valid.
    @inlinable public static var layer4: FlowAttributes { FlowAttributes(rawValue: 1 << 4) }
    @inlinable public static var fragment: FlowAttributes { FlowAttributes(rawValue: 1 << 5) }
    /// A record of layer 7. Apus captures none; files may tell of them.
    @inlinable public static var http: FlowAttributes { FlowAttributes(rawValue: 1 << 6) }
    @inlinable public static var dns: FlowAttributes { FlowAttributes(rawValue: 1 << 7) }
}

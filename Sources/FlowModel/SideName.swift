/// Who one side of a flow is, in one word: endpoint, identity, and why there is no pod name.
///
/// ```
///   63    60 59             32 31              0
///  ┌────────┬─────────────────┬─────────────────┐
///  │ reason │ endpoint's index│ identity        │
///  └────────┴─────────────────┴─────────────────┘
/// ```
public struct SideName: Hashable, BitwiseCopyable, Sendable {
    public var word: UInt64

    @inlinable public init(word: UInt64 = 0) { self.word = word }

    @inlinable public init(endpoint: UInt32, identity: UInt32, unknown: UnknownNames.Reason) {
        word = UInt64(unknown.rawValue) << 60 | UInt64(endpoint & Self.endpointMask) << 32 | UInt64(identity)
    }

    /// 28 bits: a catalog of so many endpoints would take more than 100 GB.
    @inlinable static var endpointMask: UInt32 { 0x0fff_ffff }

    /// Index into `FlowCatalog.endpoints`.
    @inlinable public var endpoint: UInt32 {
        get { UInt32(truncatingIfNeeded: word >> 32) & Self.endpointMask }
        set { self = SideName(endpoint: newValue, identity: identity, unknown: unknown) }
    }

    /// Numeric security identity; 0 is unknown.
    @inlinable public var identity: UInt32 {
        get { UInt32(truncatingIfNeeded: word) }
        set { word = word & ~0xffff_ffff | UInt64(newValue) }
    }

    @inlinable public var unknown: UnknownNames.Reason {
        get { UnknownNames.Reason(rawValue: UInt8(truncatingIfNeeded: word >> 60)) ?? .none }
        set { word = word & ~(0xf << 60) | UInt64(newValue.rawValue) << 60 }
    }
}

/// Why a side has no pod name.
public struct UnknownNames: BitwiseCopyable, Sendable, Equatable {
    public var source: Reason
    public var destination: Reason

    @inlinable public init(source: Reason = .none, destination: Reason = .none) {
        self.source = source
        self.destination = destination
    }

    public enum Reason: UInt8, BitwiseCopyable, Sendable, CaseIterable {
        /// The name is known.
        case none = 0
        /// No manifest or watch names the address; it is outside the cluster as far as Apus knows.
        case addressNotInDirectory = 1
        /// The address is the host's, a node's or another reserved identity's: there is no pod.
        case reserved = 2
        /// The packet has no IP address.
        case noAddress = 3
        /// The history's file that has the name is damaged there.
        case nameDamaged = 4
    }
}

extension Flow {
    /// Index into `FlowCatalog.endpoints`.
    @inlinable public var sourceEndpoint: UInt32 {
        get { sourceName.endpoint }
        set { sourceName.endpoint = newValue }
    }
    @inlinable public var destinationEndpoint: UInt32 {
        get { destinationName.endpoint }
        set { destinationName.endpoint = newValue }
    }

    /// Numeric security identity; 0 is unknown.
    @inlinable public var sourceIdentity: UInt32 {
        get { sourceName.identity }
        set { sourceName.identity = newValue }
    }
    @inlinable public var destinationIdentity: UInt32 {
        get { destinationName.identity }
        set { destinationName.identity = newValue }
    }

    @inlinable public var unknownNames: UnknownNames {
        get { UnknownNames(source: sourceName.unknown, destination: destinationName.unknown) }
        set {
            sourceName.unknown = newValue.source
            destinationName.unknown = newValue.destination
        }
    }
}

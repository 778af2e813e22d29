/// Numeric security identity: a number for a set of labels.
///
/// Below 256 are Cilium's reserved identities, up to 65,535 those of pods, from 16,777,216 (2^24) on those of address prefixes.
public struct Identity: RawRepresentable, Hashable, Comparable, BitwiseCopyable, Sendable {
    public let rawValue: UInt32
    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
    @inlinable public static func == (left: Identity, right: Identity) -> Bool { left.rawValue == right.rawValue }

    @inlinable public static var unknown: Identity { Identity(rawValue: 0) }
    @inlinable public static var host: Identity { Identity(rawValue: 1) }
    @inlinable public static var world: Identity { Identity(rawValue: 2) }
    @inlinable public static var unmanaged: Identity { Identity(rawValue: 3) }
    @inlinable public static var health: Identity { Identity(rawValue: 4) }
    @inlinable public static var initial: Identity { Identity(rawValue: 5) }
    @inlinable public static var remoteNode: Identity { Identity(rawValue: 6) }
    @inlinable public static var kubeAPIServer: Identity { Identity(rawValue: 7) }
    @inlinable public static var ingress: Identity { Identity(rawValue: 8) }
    @inlinable public static var worldIPv4: Identity { Identity(rawValue: 9) }
    @inlinable public static var worldIPv6: Identity { Identity(rawValue: 10) }

    public static let clusterRange: ClosedRange<UInt32> = 256...65_535
    public static let prefixRange: ClosedRange<UInt32> = 16_777_216...33_554_431

    /// Names of the reserved identities, by number.
    public static let reservedNames = [
        "unknown", "host", "world", "unmanaged", "health", "init", "remote-node", "kube-apiserver", "ingress",
        "world-ipv4", "world-ipv6",
    ]
    /// `world`, `host`…; nil for an identity that is not reserved.
    public var reservedName: String? {
        Self.reservedNames.indices.contains(Int(rawValue)) ? Self.reservedNames[Int(rawValue)] : nil
    }

    public static func < (left: Identity, right: Identity) -> Bool { left.rawValue < right.rawValue }
}

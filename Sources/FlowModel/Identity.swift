/// Numeric security identity: a number for a set of labels.
///
/// Below 256 are Cilium's reserved identities, up to 65,535 those of pods, from 16,777,216 (2^24) on those of address prefixes.
package struct Identity: RawRepresentable, Hashable, Comparable, BitwiseCopyable, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let unknown = Identity(rawValue: 0)
    package static let host = Identity(rawValue: 1)
    package static let world = Identity(rawValue: 2)
    package static let unmanaged = Identity(rawValue: 3)
    package static let health = Identity(rawValue: 4)
    package static let initial = Identity(rawValue: 5)
    package static let remoteNode = Identity(rawValue: 6)
    package static let kubeAPIServer = Identity(rawValue: 7)
    package static let ingress = Identity(rawValue: 8)
    package static let worldIPv4 = Identity(rawValue: 9)
    package static let worldIPv6 = Identity(rawValue: 10)

    package static let clusterRange: ClosedRange<UInt32> = 256...65_535
    package static let prefixRange: ClosedRange<UInt32> = 16_777_216...33_554_431

    /// Names of the reserved identities, by number.
    package static let reservedNames = [
        "unknown", "host", "world", "unmanaged", "health", "init", "remote-node", "kube-apiserver", "ingress",
        "world-ipv4", "world-ipv6",
    ]
    /// `world`, `host`…; nil for an identity that is not reserved.
    package var reservedName: String? {
        Self.reservedNames.indices.contains(Int(rawValue)) ? Self.reservedNames[Int(rawValue)] : nil
    }

    package static func < (left: Identity, right: Identity) -> Bool { left.rawValue < right.rawValue }
}

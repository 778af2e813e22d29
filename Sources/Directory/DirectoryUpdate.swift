package import FlowModel
package import Manifests

/// What follows from a set of manifests.
package struct DirectoryUpdate: Sendable {
    package let snapshot: DirectorySnapshot
    /// Pods of this node, by namespace and name.
    package let subjects: [LocalEndpoint]
    /// All identities that a peer can have, reserved ones first, by number.
    package let identities: [IdentityDescription]
    package let services: [ServiceObject]
    /// The kernel's address → identity map; what is not in it is the world.
    package let addresses: [PrefixIdentity]
    /// Objects that are not the directory's business, by kind.
    package let otherKinds: [String: Int]
    package let problems: [ManifestProblem]
}

/// A pod of this node.
package struct LocalEndpoint: Hashable, Sendable {
    /// 1…65,535; unique on this node.
    package let id: UInt32
    package let identity: Identity
    package let namespace: String
    package let podName: String
    /// `source:key=value`, sorted.
    package let labels: [String]
    /// Declared container ports that have a name.
    package let namedPorts: [ContainerPort]
    package let addresses: [IPAddress]
    package let workload: Workload?
}

/// What an identity number stands for.
package struct IdentityDescription: Hashable, Sendable {
    package let identity: Identity
    /// `source:key=value`, sorted.
    package let labels: [String]
    /// Nil unless the identity is that of an address prefix.
    package let prefix: IPPrefix?
    /// Named container ports of all pods that have the identity.
    package let namedPorts: [ContainerPort]
}

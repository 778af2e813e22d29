package import FlowModel
package import SystemRuntime

/// A pod of a laboratory, or the world outside: a network namespace with one interface, `eth0`.
package struct LabHost: Sendable {
    /// The pod's name; `world` for the world.
    package let name: String
    /// Kubernetes namespace; empty for the world.
    package let namespace: String
    package let labels: [String: String]
    package let ipv4: IPAddress
    package let ipv6: IPAddress
    /// The other end of `eth0`: its name and number in the node's network namespace.
    package let hostInterfaceName: String
    package let hostInterface: UInt32
    package let networkNamespace: NetworkNamespace

    /// IPv4 first.
    package var addresses: [IPAddress] { [ipv4, ipv6] }
    /// `shop/frontend-1`; `world`.
    package var qualifiedName: String { namespace.isEmpty ? name : "\(namespace)/\(name)" }
}

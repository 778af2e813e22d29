package import FlowModel

/// Which pods a laboratory has. Equal manifests give equal plans: names and addresses do not depend on time or chance.
package struct LabPlan: Hashable, Sendable {
    package struct ContainerPort: Hashable, Sendable {
        /// Empty if the port has no name.
        package var name: String
        package var number: UInt16
        package var ipProtocol: IPProtocol
    }

    /// The object whose controller made a pod.
    package struct Owner: Hashable, Sendable {
        package var kind: String
        package var name: String

        package init(kind: String, name: String) {
            self.kind = kind
            self.name = name
        }
    }

    package struct Pod: Hashable, Sendable {
        package var name: String
        package var namespace: String
        package var labels: [String: String]
        package var serviceAccount: String
        package var ports: [ContainerPort]
        /// Nil for a pod that stands for itself.
        package var owner: Owner?
        package var ipv4: IPAddress
        package var ipv6: IPAddress
    }

    /// In the order of the manifests.
    package var pods: [Pod]

    /// The name that the node has in manifests.
    package static let nodeName = "lab"
    /// Addresses of the node: its side of all pods, then its side of the world.
    package static let nodeAddresses = [nodeIPv4, nodeIPv6, uplinkIPv4, uplinkIPv6]
    package static let worldIPv4 = IPAddress("192.0.2.10")!
    package static let worldIPv6 = IPAddress("2001:db8::10")!

    static let nodeIPv4 = IPAddress("10.0.0.1")!
    static let nodeIPv6 = IPAddress("fd00:a905::1")!
    static let uplinkIPv4 = IPAddress("192.0.2.1")!
    static let uplinkIPv6 = IPAddress("2001:db8::1")!

    /// As many as one process can hold namespaces, links and servers for without raising limits.
    package static let maximumPodCount = 1000
}

extension LabPlan {
    /// Gives the pods their addresses: 10.0.0.10 and fd00:a905::a for the first, and upward.
    static func addresses(forPodAt index: Int) -> (ipv4: IPAddress, ipv6: IPAddress) {
        let number = UInt32(index) + 10
        let ipv4 = IPAddress(v4: 10 << 24 | number)
        return (ipv4, IPAddress(high: 0xfd00_a905_0000_0000, low: UInt64(number)))
    }
}

package import FlowModel

/// A cluster as manifests: pods with IPv4 and IPv6 addresses, of 50 applications in 10 namespaces, a service for each.
package struct SyntheticCluster: Sendable {
    package static let nodeName = "bench"
    package static let applications = 50
    package static let namespaces = 10

    package let pods: Int
    /// The first one is this node.
    private let nodes: Int

    package init(pods: Int = 1_000, nodes: Int = 1) { (self.pods, self.nodes) = (pods, nodes) }

    package func ipv4(_ pod: Int) -> IPAddress { IPAddress(v4: 0x0a40_0000 + UInt32(pod)) }
    package func ipv6(_ pod: Int) -> IPAddress { IPAddress(high: 0xfd00_0000_0000_0000, low: UInt64(pod) + 1) }

    /// Clients reach application `number` there, at TCP port 80.
    package func service(_ number: Int) -> IPAddress { IPAddress(v4: 0x0a60_0000 + UInt32(number) + 1) }

    package static func namespace(ofApplication number: Int) -> String { "team-\(number % namespaces)" }

    private func node(of pod: Int) -> String {
        pod % nodes == 0 ? Self.nodeName : "\(Self.nodeName)-\(pod % nodes)"
    }

    /// YAML, a document an object.
    package func manifests() -> String { podManifests() + serviceManifests() }

    private func podManifests() -> String {
        (0..<pods).map { manifest(ofPod: $0, application: $0 % Self.applications) }.joined()
    }

    /// - Parameter application: another one than at first is a change of the pod's labels.
    package func manifest(ofPod pod: Int, application: Int) -> String {
        """
        ---
        apiVersion: v1
        kind: Pod
        metadata:
          name: app-\(pod % Self.applications)-7f9c4b6d5-\(pod)
          namespace: \(Self.namespace(ofApplication: pod % Self.applications))
          labels: {app: app-\(application), tier: tier-\(application % 5), version: v\(application % 3)}
        spec: {nodeName: \(node(of: pod))}
        status: {podIPs: [{ip: \(ipv4(pod))}, {ip: "\(ipv6(pod))"}]}

        """
    }

    private func serviceManifests() -> String {
        (0..<Self.applications).map { number in
            """
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: app-\(number), namespace: \(Self.namespace(ofApplication: number))}
            spec: {clusterIP: \(service(number)), ports: [{port: 80, protocol: TCP}]}

            """
        }.joined()
    }

    /// CiliumNetworkPolicies, each for one application: who may reach its ports, and where it may go.
    package static func policies(_ count: Int) -> String {
        (0..<count).map { number in
            let application = number % applications
            return """
                ---
                apiVersion: cilium.io/v2
                kind: CiliumNetworkPolicy
                metadata: {name: policy-\(number), namespace: \(namespace(ofApplication: application))}
                spec:
                  endpointSelector: {matchLabels: {app: app-\(application)}}
                  ingress:
                  - fromEndpoints: [{matchLabels: {tier: tier-\(number % 5)}}, {matchLabels: {version: v\(number % 3)}}]
                    toPorts: [{ports: [{port: "\(8_000 + number)", protocol: TCP}, {port: "443"}]}]
                  - fromCIDR: [10.\(number % 200).0.0/16]
                  egress:
                  - toEndpoints: [{matchExpressions: [{key: app, operator: Exists}]}]
                    toPorts: [{ports: [{port: "53", protocol: UDP}]}]

                """
        }.joined()
    }
}

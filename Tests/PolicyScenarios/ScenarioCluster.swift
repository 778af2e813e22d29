package import FlowModel
import Manifests
package import Policy

/// A small cluster that policies are tried on: pods of three namespaces, nodes, and the world.
package struct ScenarioCluster: Sendable {
    /// Who can be at either end of a connection.
    package struct Party: Sendable {
        package let name: String
        package let peer: PolicyPeer
        package let addresses: [IPAddress]
        /// 0: no pod, so that no policy is about it.
        package let endpoint: UInt32

        package var subject: PolicySubject? {
            endpoint == 0
                ? nil : PolicySubject(endpoint: endpoint, labels: peer.labels, namedPorts: peer.namedPorts)
        }

        package func address(isIPv6: Bool) -> IPAddress { addresses.first { $0.isV4 != isIPv6 } ?? addresses[0] }
    }

    /// All but the world.
    package let parties: [Party]
    /// Address prefixes of the policies, each with an identity of its own.
    package let prefixes: [PolicyPeer]

    package init(_ policies: PolicySet, parties: [Party]? = nil) {
        self.parties = parties ?? Self.parties
        prefixes = policies.prefixes.enumerated().map { index, prefix in
            PolicyPeer(
                identity: Identity(rawValue: Identity.prefixRange.lowerBound + UInt32(index)),
                labels: ["cidr:\(prefix)", "reserved:world"], prefix: prefix)
        }
    }

    package var peers: [PolicyPeer] { parties.map(\.peer) + [Self.world] + prefixes }
    package var subjects: [PolicySubject] { parties.compactMap(\.subject) }

    /// What the kernel's map of addresses holds.
    package var addresses: [PrefixIdentity] {
        parties.flatMap { party in
            party.addresses.map { PrefixIdentity(prefix: .host($0), identity: party.peer.identity) }
        } + prefixes.map { PrefixIdentity(prefix: $0.prefix!, identity: $0.identity) }
    }

    package func party(_ name: String) -> Party? { parties.first { $0.name == name } }

    /// An address outside of the cluster: its identity is that of the longest prefix around it.
    package func outsider(_ address: IPAddress) -> Party {
        let around = prefixes.filter { $0.prefix!.contains(address) }
        let peer = around.max { $0.prefix!.bits < $1.prefix!.bits } ?? Self.world
        return Party(name: "\(address)", peer: peer, addresses: [address], endpoint: 0)
    }

    private static let world = PolicyPeer(identity: .world, labels: ["reserved:world"])

    private static let parties: [Party] = [
        pod(
            1, "web", "default", ["app=web"],
            [
                NamedPort(name: "http", ipProtocol: .tcp, number: 8080),
                NamedPort(name: "dns", ipProtocol: .udp, number: 53),
            ]),
        pod(
            2, "db", "default", ["app=db", "tier=data"],
            [
                NamedPort(name: "http", ipProtocol: .tcp, number: 80),
                NamedPort(name: "pg", ipProtocol: .tcp, number: 5432),
            ]),
        pod(3, "job", "default", ["app=job", "tier=batch"]),
        pod(4, "other", "other", ["app=web"], namespaceLabels: ["env=prod"]),
        pod(5, "cron", "ops", ["app=cron", "tier="], namespaceLabels: ["env=dev"]),
        reserved(.host, 254), reserved(.remoteNode, 253), reserved(.health, 252), reserved(.initial, 251),
        reserved(.kubeAPIServer, 250), reserved(.unmanaged, 249), reserved(.ingress, 248),
    ]

    private static func addresses(_ number: UInt32) -> [IPAddress] {
        [IPAddress(v4: 0x0a00_0000 + number), IPAddress(high: 0xfd00_0000_0000_0000, low: UInt64(number))]
    }

    package static func pod(
        _ number: UInt32, _ name: String, _ namespace: String, _ labels: [String], _ ports: [NamedPort] = [],
        namespaceLabels: [String] = []
    ) -> Party {
        let own = labels.map { "k8s:" + $0 }
        let ofNamespace = (namespaceLabels + ["kubernetes.io/metadata.name=\(namespace)"]).map {
            "k8s:io.cilium.k8s.namespace.labels." + $0
        }
        let all =
            own + ofNamespace + [
                "k8s:io.cilium.k8s.policy.cluster=default", "k8s:io.kubernetes.pod.namespace=\(namespace)",
            ]
        return Party(
            name: name,
            peer: PolicyPeer(identity: Identity(rawValue: 1_000 + number), labels: all.sorted(), namedPorts: ports),
            addresses: addresses(number), endpoint: number)
    }

    package static func reserved(_ identity: Identity, _ number: UInt32) -> Party {
        let name = identity.reservedName!
        return Party(
            name: name, peer: PolicyPeer(identity: identity, labels: ["reserved:\(name)"]),
            addresses: addresses(number), endpoint: 0)
    }
}

extension PolicySet {
    package init(scenario text: String) { self.init(ManifestSet.parse(text, file: "scenario.yaml")) }
}

extension ScenarioCluster {
    /// - Parameter peer: of policies whose pods are this cluster's first parties.
    package func party(of peer: RandomPolicies.Peer) -> Party {
        switch peer {
        case .pod(let index): parties[index]
        case .host: parties.first { $0.peer.identity == .host }!
        case .remoteNode: parties.first { $0.peer.identity == .remoteNode }!
        case .outside(let address): outsider(address)
        }
    }
}

import FlowModel

extension PeerSelection {
    static let entityNames = [
        "all", "world", "world-ipv4", "world-ipv6", "host", "remote-node", "kube-apiserver", "cluster", "cluster-mesh",
        "init", "health",
        "ingress", "unmanaged", "none",
    ]

    /// The peers that an entity of Cilium's stands for; nil for an unknown name.
    init?(entity: String, clusterName: String) {
        let reservedOfCluster = ["host", "remote-node", "init", "ingress", "health", "unmanaged", "kube-apiserver"]
        switch entity {
        case "all": self = .everyone
        case "none": self = .nobody
        case "world-ipv4": self.init(prefixes: [PrefixPeers(IPPrefix(IPAddress(v4: 0), bits: 96))])
        case "world-ipv6": self.init(prefixes: [PrefixPeers(IPPrefix(.unspecified, bits: 0))])
        case "world": self.init(reserved: ["world", "world-ipv4", "world-ipv6"])
        case "cluster":
            self.init(reserved: reservedOfCluster)
            selectors.append(LabelSelector(requirements: [.cluster(clusterName)]))
        case "cluster-mesh":
            self.init(reserved: reservedOfCluster)
            let anyCluster = LabelRequirement(source: "k8s", key: LabelRequirement.clusterKey, condition: .exists)
            selectors.append(LabelSelector(requirements: [anyCluster]))
        default:
            guard Self.entityNames.contains(entity) else { return nil }
            self.init(reserved: [entity])
        }
    }

    private init(reserved names: [String]) {
        self.init(selectors: names.map { LabelSelector(requirements: [.reserved($0)]) })
    }
}

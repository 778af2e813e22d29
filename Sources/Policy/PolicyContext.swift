import FlowModel
import Manifests

/// What policies are read against, beside their own text.
struct PolicyContext {
    let clusterName: String
    let services: [PolicyService]
    /// Names of addresses outside of the cluster.
    let addressNames: [IPAddress: [String]]

    init(_ manifests: ManifestSet, clusterName: String, addressNames: [IPAddress: [String]]) {
        self.clusterName = clusterName
        self.addressNames = addressNames
        services = PolicyService.all(manifests)
    }
}

/// A Service as `toServices` means it: the pods or the addresses behind it.
struct PolicyService: Hashable {
    let name: String
    let namespace: String
    let labels: [String: String]
    /// nil: its backends are addresses, given by EndpointSlices.
    let selector: [String: String]?
    var backends: [IPAddress] = []

    private static let sliceService = "kubernetes.io/service-name"

    /// What cannot be read of a Service or its slices, the directory reports; here it has no backends.
    static func all(_ manifests: ManifestSet) -> [PolicyService] {
        var services = manifests.documents.filter { $0.kind == "Service" && $0.apiVersion == "v1" }.map(
            PolicyService.init)
        for slice in manifests.documents where slice.kind == "EndpointSlice" {
            let labels = try? slice.node.field("metadata")?.field("labels")?.textMap()
            guard let name = labels?[sliceService],
                let index = services.firstIndex(where: {
                    $0.name == name && $0.namespace == slice.namespace ?? "default"
                })
            else { continue }
            services[index].backends += addresses(slice.node)
        }
        return services
    }

    private init(_ document: ManifestDocument) {
        name = document.name
        namespace = document.namespace ?? "default"
        labels = (try? document.node.field("metadata")?.field("labels")?.textMap()) ?? [:]
        let selector = (try? document.node.field("spec")?.field("selector")?.textMap()) ?? [:]
        self.selector = selector.isEmpty ? nil : selector
    }

    private static func addresses(_ slice: ManifestNode) -> [IPAddress] {
        let endpoints = (try? slice.field("endpoints")?.list()) ?? []
        return endpoints.flatMap { (try? $0.field("addresses")?.list()) ?? [] }
            .compactMap { try? $0.text() }.compactMap { IPAddress($0) }
    }

    /// Whom a rule that names the service means.
    func peers(clusterName: String) -> PeerSelection {
        guard let selector else { return PeerSelection(prefixes: backends.map { PrefixPeers(.host($0)) }) }
        let requirements = selector.sorted { $0.key < $1.key }.map { key, value in
            LabelRequirement(source: "k8s", key: key, condition: .oneOf([value]))
        }
        return PeerSelection(selectors: [
            LabelSelector(requirements: requirements + [.namespace(namespace), .cluster(clusterName)])
        ])
    }
}

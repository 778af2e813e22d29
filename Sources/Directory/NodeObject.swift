import FlowModel
import Manifests

/// A Kubernetes Node: its name and the addresses that its host answers to.
struct NodeObject {
    let name: String
    let addresses: [IPAddress]

    init(_ document: ManifestDocument) throws(FieldProblem) {
        name = document.name
        var addresses: [IPAddress] = []
        for item in try document.node.field("status")?.field("addresses")?.list() ?? [] {
            guard let type = try item.field("type")?.text(), type.hasSuffix("IP") else { continue }
            if let address = try item.field("address")?.address() { addresses.append(address) }
        }
        self.addresses = addresses
    }
}

import FlowCatalog
public import FlowModel
import Manifests

@testable import Directory

func manifests(_ text: String) -> ManifestSet { ManifestSet.parse(text, file: "test.yaml") }

/// A pod with an address; `extra` goes into spec.
func podYAML(
    _ name: String, namespace: String = "shop", labels: String = "app: web", address: String, extra: String = ""
) -> String {
    """
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: \(name), namespace: \(namespace), labels: {\(labels)}}
    spec: {\(extra)}
    status: {podIP: "\(address)"}

    """
}

extension IPAddress: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) {
        guard let address = IPAddress(text) else { preconditionFailure("not an address: \(text)") }
        self = address
    }
}

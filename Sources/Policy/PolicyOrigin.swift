import FlowModel
import Manifests

/// Who a policy is; what its rules are called in flows.
struct PolicyOrigin {
    let kind: String
    let name: String
    /// Empty for a policy of the whole cluster.
    let namespace: String
    let labels: [String]

    init(_ document: ManifestDocument, isClusterwide: Bool) throws(FieldProblem) {
        guard !document.name.isEmpty else { throw document.node.problem("metadata.name is required") }
        kind = document.kind
        name = document.name
        namespace = isClusterwide ? "" : document.namespace ?? "default"
        let prefix = "k8s:io.cilium.k8s.policy."
        var labels = ["\(prefix)derived-from=\(kind)", "\(prefix)name=\(name)"]
        if !isClusterwide { labels.append("\(prefix)namespace=\(namespace)") }
        if let uid = try document.node.field("metadata")?.field("uid")?.text() { labels.append("\(prefix)uid=\(uid)") }
        self.labels = labels
    }

    func rule(_ direction: TrafficDirection, isDeny: Bool, index: Int, labels userLabels: [String]) -> RuleReference {
        RuleReference(
            kind: kind, name: name, namespace: namespace, direction: direction, isDeny: isDeny, index: index,
            labels: (labels + userLabels).sorted())
    }
}

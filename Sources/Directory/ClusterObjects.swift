import Manifests

/// The objects that the directory understands, read once from the manifests, in the order of namespace and name.
struct ClusterObjects {
    private(set) var namespaceLabels: [String: [String: String]] = [:]
    private(set) var pods: [(document: ManifestDocument, pod: PodObject)] = []
    private(set) var services: [ServiceObject] = []
    private(set) var nodes: [NodeObject] = []
    /// Objects of other kinds, by kind.
    private(set) var otherKinds: [String: Int] = [:]
    private(set) var problems: [ManifestProblem] = []
    private var seen: [[String]: ManifestDocument] = [:]

    init(_ manifests: ManifestSet) {
        let documents = manifests.documents.sorted { left, right in
            let (leftKey, rightKey) = (Self.key(left), Self.key(right))
            if leftKey != rightKey { return leftKey.lexicographicallyPrecedes(rightKey) }
            return (left.file, left.line) < (right.file, right.line)
        }
        for document in documents {
            do throws(FieldProblem) {
                try add(document)
            } catch {
                problems.append(document.problem(error))
            }
        }
    }

    private static func key(_ document: ManifestDocument) -> [String] {
        [document.kind, document.namespace ?? "default", document.name]
    }

    private mutating func add(_ document: ManifestDocument) throws(FieldProblem) {
        guard document.apiVersion == "v1", ["Pod", "Service", "Node", "Namespace"].contains(document.kind) else {
            otherKinds[document.kind, default: 0] += 1
            return
        }
        guard !document.name.isEmpty else { throw document.node.problem("metadata.name is required") }
        if let first = seen[Self.key(document)] {
            throw document.node.problem("is given a second time; the one at \(first.file):\(first.line) counts")
        }
        seen[Self.key(document)] = document
        switch document.kind {
        case "Pod": pods.append((document, try PodObject(document)))
        case "Service": services.append(try ServiceObject(document))
        case "Node": nodes.append(try NodeObject(document))
        default:
            let labels = try document.node.field("metadata")?.field("labels")?.textMap()
            namespaceLabels[document.name] = labels ?? [:]
        }
    }
}

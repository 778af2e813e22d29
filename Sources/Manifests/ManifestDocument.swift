/// One Kubernetes object as it was written.
package struct ManifestDocument: Equatable, Sendable {
    package let apiVersion: String
    package let kind: String
    /// Empty if the object has none, which whoever reads the kind may refuse.
    package let name: String
    /// Nil if the object names none.
    package let namespace: String?
    private let packed: PackedNode
    private let place: ManifestPlace
    /// As it was named or found; for messages.
    package let file: String

    /// Line at which the object begins, from 1.
    package var line: Int { place.line }

    /// What was written; unpacked at each call.
    package var node: ManifestNode { packed.unpacked }

    /// `Pod shop/frontend-1`.
    package var title: String {
        let path = [namespace, name].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: "/")
        return path.isEmpty ? kind : "\(kind) \(path)"
    }

    package func problem(_ problem: FieldProblem) -> ManifestProblem {
        ManifestProblem(
            file: file, place: problem.place, object: title, field: node.path(to: problem.place),
            message: problem.message)
    }

    package func problem(_ message: String) -> ManifestProblem {
        ManifestProblem(file: file, place: place, object: title, message: message)
    }
}

extension ManifestDocument {
    /// The objects that a YAML document holds: one, or the items of a list.
    static func documents(in node: ManifestNode, file: String) throws(FieldProblem) -> [ManifestDocument] {
        let document = try ManifestDocument(node: node, file: file)
        guard document.kind == "List" || (document.kind.hasSuffix("List") && document.name.isEmpty) else {
            return [document]
        }
        guard let items = try node.field("items") else { return [] }
        var documents: [ManifestDocument] = []
        for item in try items.list() { documents += try Self.documents(in: item, file: file) }
        return documents
    }

    private init(node: ManifestNode, file: String) throws(FieldProblem) {
        guard let apiVersion = try node.field("apiVersion")?.text(), let kind = try node.field("kind")?.text() else {
            throw node.problem("is not a Kubernetes object: apiVersion and kind are required")
        }
        let metadata = try node.field("metadata")
        self.apiVersion = apiVersion
        self.kind = kind
        self.name = try metadata?.field("name")?.text() ?? ""
        self.namespace = try metadata?.field("namespace")?.text()
        packed = PackedNode(node)
        place = node.place
        self.file = file
    }
}

/// What another set of manifests says otherwise.
package struct ManifestDifference: Sendable {
    /// Objects that are gone, and the old state of those that changed.
    package var removed: [ManifestDocument] = []
    /// Objects that are new, and the new state of those that changed.
    package var added: [ManifestDocument] = []

    package var isOfPodsOnly: Bool {
        (removed + added).allSatisfy { $0.apiVersion == "v1" && $0.kind == "Pod" }
    }
}

private struct ObjectKey: Hashable {
    let kind: String
    let namespace: String
    let name: String

    init(_ document: ManifestDocument) {
        (kind, namespace, name) = (document.kind, document.namespace ?? "default", document.name)
    }
}

extension ManifestSet {
    /// Nil if it cannot be told object by object: one is there twice, or other things could not be read than before.
    package func difference(from last: ManifestSet) -> ManifestDifference? {
        guard problems == last.problems else { return nil }
        var rest: [ObjectKey: ManifestDocument] = [:]
        rest.reserveCapacity(last.documents.count)
        for document in last.documents {
            guard rest.updateValue(document, forKey: ObjectKey(document)) == nil else { return nil }
        }
        var difference = ManifestDifference()
        var seen: Set<ObjectKey> = []
        seen.reserveCapacity(documents.count)
        for document in documents {
            let key = ObjectKey(document)
            guard seen.insert(key).inserted else { return nil }
            let old = rest.removeValue(forKey: key)
            guard old != document else { continue }
            difference.added.append(document)
            if let old { difference.removed.append(old) }
        }
        difference.removed += rest.values
        return difference
    }
}

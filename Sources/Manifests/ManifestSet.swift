/// All objects that a load found, and what it could not read.
package struct ManifestSet: Sendable {
    package var documents: [ManifestDocument]
    package var problems: [ManifestProblem]

    package init(documents: [ManifestDocument] = [], problems: [ManifestProblem] = []) {
        self.documents = documents
        self.problems = problems
    }

    package static func + (left: ManifestSet, right: ManifestSet) -> ManifestSet {
        var sum = left
        sum.append(right)
        return sum
    }

    mutating func append(_ other: ManifestSet) {
        documents += other.documents
        problems += other.problems
    }

    /// Objects of the last load whose file cannot be read now stay, so that a slip of an editor does not take away
    /// a policy that is in force.
    package func keepingUnreadable(from last: ManifestSet) -> ManifestSet {
        let unreadable = problems.filter(\.isUnreadable).map(\.file)
        guard !unreadable.isEmpty else { return self }
        func key(_ document: ManifestDocument) -> [String] {
            [document.kind, document.namespace ?? "", document.name]
        }
        let present = Set(documents.map(key))
        let kept = last.documents.filter { document in
            !present.contains(key(document))
                && unreadable.contains { document.file == $0 || document.file.hasPrefix($0 + "/") }
        }
        return ManifestSet(documents: documents + kept, problems: problems)
    }
}

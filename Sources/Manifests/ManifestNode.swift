/// Line and column in a file, both counted from 1.
package struct ManifestPlace: Hashable, Comparable, Sendable {
    package var line: Int
    package var column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package static func < (left: ManifestPlace, right: ManifestPlace) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// A YAML value that remembers where it was written, and keeps an empty list apart from one that is absent.
package struct ManifestNode: Sendable {
    package enum Value: Sendable {
        /// `null`, `~` or nothing behind a colon.
        case null
        /// Plain text may be a number or a boolean; quoted text is text only.
        case text(String, isQuoted: Bool)
        case list([ManifestNode])
        /// In the order of the file; keys are distinct.
        case map([ManifestMember])
    }

    package let value: Value
    package let place: ManifestPlace

    package init(value: Value, place: ManifestPlace) {
        self.value = value
        self.place = place
    }
}

package struct ManifestMember: Sendable {
    package let key: String
    package let keyPlace: ManifestPlace
    package let node: ManifestNode

    package init(key: String, keyPlace: ManifestPlace, node: ManifestNode) {
        self.key = key
        self.keyPlace = keyPlace
        self.node = node
    }
}

extension ManifestNode {
    package var isNull: Bool {
        if case .null = value { true } else { false }
    }

    /// The way from this node to the one at a place: `spec.ingress[0].toPorts`; empty for this node itself or a place
    /// that is not within it. A key's place stands for the map that has it.
    package func path(to place: ManifestPlace) -> String {
        (steps(to: place) ?? []).reduce("") { path, step in
            path + (path.isEmpty || step.hasPrefix("[") ? "" : ".") + step
        }
    }

    private func steps(to target: ManifestPlace) -> [String]? {
        if place == target { return [] }
        switch value {
        case .null, .text: return nil
        case .list(let items):
            for (index, item) in items.enumerated() {
                if let steps = item.steps(to: target) { return ["[\(index)]"] + steps }
            }
        case .map(let members):
            for member in members {
                if member.keyPlace == target { return [] }
                guard let steps = member.node.steps(to: target) else { continue }
                return [member.key] + steps
            }
        }
        return nil
    }
}

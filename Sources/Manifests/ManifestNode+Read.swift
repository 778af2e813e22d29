/// A value that is not what its field demands. Becomes a `ManifestProblem` where the file and the path are known.
package struct FieldProblem: Error, Hashable {
    package let place: ManifestPlace
    package let message: String

    package init(_ message: String, at place: ManifestPlace) {
        self.message = message
        self.place = place
    }
}

extension ManifestNode {
    /// What a person calls the kind of value.
    package var kindName: String {
        switch value {
        case .null: "null"
        case .text(_, isQuoted: true): "a quoted text"
        case .text(_, isQuoted: false): "a text"
        case .list: "a list"
        case .map: "a map"
        }
    }

    package func problem(_ message: String) -> FieldProblem { FieldProblem(message, at: place) }

    private func mustBe(_ accepted: String) -> FieldProblem { problem("must be \(accepted), not \(kindName)") }

    package func members() throws(FieldProblem) -> [ManifestMember] {
        guard case .map(let members) = value else { throw mustBe("a map") }
        return members
    }

    /// The member of that name; nil if it is absent or null, which Kubernetes takes for the same.
    package func field(_ name: String) throws(FieldProblem) -> ManifestNode? {
        guard let member = try members().first(where: { $0.key == name }), !member.node.isNull else { return nil }
        return member.node
    }

    package func list() throws(FieldProblem) -> [ManifestNode] {
        guard case .list(let items) = value else { throw mustBe("a list") }
        return items
    }

    /// A text, also one that YAML would take for a number or a boolean.
    package func text() throws(FieldProblem) -> String {
        guard case .text(let text, _) = value else { throw mustBe("a text") }
        return text
    }

    package func bool() throws(FieldProblem) -> Bool {
        guard case .text(let text, isQuoted: false) = value else { throw mustBe("true or false") }
        switch text {
        case "true", "True", "TRUE": return true
        case "false", "False", "FALSE": return false
        default: throw problem("must be true or false, not \"\(text)\"")
        }
    }

    /// A whole number within the range; quoted ones count too.
    package func integer(in range: ClosedRange<Int>) throws(FieldProblem) -> Int {
        let accepted = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        guard case .text(let text, _) = value else { throw mustBe(accepted) }
        guard let number = Int(text), range.contains(number) else {
            throw problem("must be \(accepted), not \"\(text)\"")
        }
        return number
    }

    /// A map from text to text, as labels are; null values are empty texts.
    package func textMap() throws(FieldProblem) -> [String: String] {
        var texts: [String: String] = [:]
        for member in try members() {
            texts[member.key] = member.node.isNull ? "" : try member.node.text()
        }
        return texts
    }

    /// Refuses members that are not among the names.
    package func allowOnly(_ names: [String]) throws(FieldProblem) {
        for member in try members() where !names.contains(member.key) {
            throw FieldProblem(
                "unknown field \"\(member.key)\"; accepted are \(names.joined(separator: ", "))", at: member.keyPlace)
        }
    }
}

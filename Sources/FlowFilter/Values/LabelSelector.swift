import FlowModel

/// A Kubernetes label selector as text, over labels of the form `source:key=value`. All requirements must hold.
package struct LabelSelector: Hashable, Sendable {
    let requirements: [LabelRequirement]

    /// Reads `app=cart`, `k8s:app in (cart, pay)`, `tier!=db,!canary`, `reserved:world`, `cidr:10.0.0.0/8`.
    ///
    /// nil if it cannot be read. An empty text selects everything.
    package init?(_ text: String) {
        var requirements: [LabelRequirement] = []
        for part in Self.parts(of: text) {
            guard let requirement = LabelRequirement(part) else { return nil }
            requirements.append(requirement)
        }
        self.requirements = requirements
    }

    /// Commas separate requirements, but not inside a list of values.
    private static func parts(of text: String) -> [String] {
        var parts = [""]
        var depth = 0
        for character in text {
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            if character == "," && depth == 0 { parts.append("") } else { parts[parts.count - 1].append(character) }
        }
        return parts == [""] ? [] : parts
    }

    func matches(_ labels: [String]) -> Bool {
        let labels = labels.map { FlowLabel($0) }
        return requirements.allSatisfy { $0.holds(labels) }
    }
}

/// A label of an endpoint, in its parts.
struct FlowLabel {
    let source: Substring
    let key: Substring
    let value: Substring

    /// Without a colon the source is `unspec`; without an equals sign the value is empty.
    init(_ text: String) {
        let equals = text.firstIndex(of: "=")
        let name = text[..<(equals ?? text.endIndex)]
        let colon = name.firstIndex(of: ":")
        source = colon.map { name[..<$0] } ?? "unspec"
        key = colon.map { name[name.index(after: $0)...] } ?? name
        value = equals.map { text[text.index(after: $0)...] } ?? ""
    }
}

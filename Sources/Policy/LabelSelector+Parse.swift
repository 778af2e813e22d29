import FlowModel
import Manifests

extension LabelSelector {
    /// Reads a Kubernetes LabelSelector.
    ///
    /// - Parameters:
    ///   - keySource: the source of all keys (NetworkPolicy); nil if a key may name its own as `source:key` (Cilium).
    ///   - keyPrefix: goes before every key.
    init(_ node: ManifestNode, keySource: String?, keyPrefix: String = "") throws(FieldProblem) {
        self.init()
        try node.allowOnly(["matchLabels", "matchExpressions"])
        func requirement(
            _ key: String, _ condition: LabelRequirement.Condition, at place: ManifestPlace
        ) throws(FieldProblem) -> LabelRequirement {
            guard !key.isEmpty else { throw FieldProblem("a label's key must not be empty", at: place) }
            if let keySource {
                return LabelRequirement(source: keySource, key: keyPrefix + key, condition: condition)
            }
            let (source, plainKey) = try Self.split(key, at: place)
            return LabelRequirement(source: source, key: keyPrefix + plainKey, condition: condition)
        }
        if let labels = try node.field("matchLabels") {
            for member in try labels.members() {
                let value = member.node.isNull ? "" : try member.node.text()
                requirements.append(try requirement(member.key, .oneOf([value]), at: member.keyPlace))
            }
        }
        for expression in try node.field("matchExpressions")?.list() ?? [] {
            try expression.allowOnly(["key", "operator", "values"])
            guard let key = try expression.field("key") else { throw expression.problem("key is required") }
            requirements.append(
                try requirement(try key.text(), try Self.condition(expression), at: key.place))
        }
    }

    private static func condition(_ node: ManifestNode) throws(FieldProblem) -> LabelRequirement.Condition {
        let accepted = "In, NotIn, Exists or DoesNotExist"
        guard let operation = try node.field("operator") else {
            throw node.problem("operator is required: \(accepted)")
        }
        var values: [String] = []
        for value in try node.field("values")?.list() ?? [] { values.append(try value.text()) }
        let name = try operation.text()
        switch name {
        case "In", "NotIn":
            guard !values.isEmpty else { throw node.problem("values must not be empty with operator \(name)") }
            return name == "In" ? .oneOf(values) : .noneOf(values)
        case "Exists", "DoesNotExist":
            guard values.isEmpty else { throw node.problem("values must be empty with operator \(name)") }
            return name == "Exists" ? .exists : .doesNotExist
        default: throw operation.problem("must be \(accepted), not \"\(name)\"")
        }
    }

    /// `k8s:app` → k8s, app; `app` and `any:app` → any source; `$host` → reserved, host.
    private static func split(_ key: String, at place: ManifestPlace) throws(FieldProblem) -> (String?, String) {
        if key.hasPrefix("$") { return ("reserved", String(key.dropFirst())) }
        guard let colon = key.firstIndex(of: ":") else { return (nil, key) }
        let source = String(key[..<colon])
        guard !["cidr", "cidrgroup", "fqdn", "node"].contains(source) else {
            throw FieldProblem("labels of source \"\(source)\" are not supported in selectors", at: place)
        }
        return (source == "any" ? nil : source, String(key[key.index(after: colon)...]))
    }
}

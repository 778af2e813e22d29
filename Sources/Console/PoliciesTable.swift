package import FlowWire

/// Policies in force, for a person.
package enum PoliciesTable {
    /// A line a policy, and below it one for each of its rules.
    package static func text(_ policies: [PolicyReport]) -> String {
        var table = TextTable(header: ["POLICY", "KIND", "REVISION", "ENDPOINTS", "RULE", "HITS"])
        for policy in policies {
            let name = (policy.namespace.map { $0 + "/" } ?? "") + policy.name
            table.append([
                name.withoutControls, policy.kind, policy.revision, String(policy.endpoints.count), "(default deny)",
                policy.default_denies,
            ])
            for rule in policy.rules {
                table.append(["", "", "", "", "\(rule.list)[\(rule.index)]", rule.hits ?? "-"])
            }
        }
        return policies.isEmpty ? "No policies.\n" : table.text
    }
}

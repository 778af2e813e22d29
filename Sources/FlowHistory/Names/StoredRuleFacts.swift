import FlowModel
import FoundationEssentials

/// What the column `labels` holds of a rule: a list of its labels, or an object where there is more to say.
struct StoredRuleFacts: Codable {
    private struct More: Codable {
        var labels: [String]
        var revision: UInt64
        var defaultDeny: DefaultDeny?
    }

    private let more: More

    init(_ rule: RuleReference) {
        more = More(labels: rule.labels, revision: rule.revision, defaultDeny: rule.defaultDeny)
    }

    /// What cannot be read says nothing.
    init(json: String) {
        let facts = try? JSONDecoder().decode(Self.self, from: Data(json.utf8))
        more = facts?.more ?? More(labels: [], revision: 0, defaultDeny: nil)
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let labels = try? container.decode([String].self) {
            more = More(labels: labels, revision: 0, defaultDeny: nil)
        } else {
            more = try container.decode(More.self)
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if more.revision == 0 && more.defaultDeny == nil {
            try container.encode(more.labels)
        } else {
            try container.encode(more)
        }
    }

    func restore(_ rule: inout RuleReference) {
        (rule.labels, rule.revision, rule.defaultDeny) = (more.labels, more.revision, more.defaultDeny)
    }
}

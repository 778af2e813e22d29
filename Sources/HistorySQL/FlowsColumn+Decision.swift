import FlowModel
import FlowWire

extension FlowsColumn {
    /// Which rule decided.
    static let decision: [FlowsColumn] = [
        rule("rule_name") { $0.name }, rule("rule_namespace") { $0.namespace }, rule("rule_kind") { $0.kind },
        .integer("rule") { flow, texts in
            flow.rule == 0 || texts.rule(flow.rule)?.defaultDeny != nil ? nil : Int64(flow.rule)
        },
        .integer("is_default_deny") { flow, texts in
            flow.isDefaultDeny || texts.rule(flow.rule)?.defaultDeny != nil ? 1 : 0
        },
        rule("selected_by") { $0.defaultDeny?.policies.map(\.description).joined(separator: ", ") ?? "" },
        .text("policy_match") { flow, _ in flow.kind == .policyVerdict ? flow.policyMatchType.name : nil },
    ]

    private static func rule(_ name: String, _ value: @escaping @Sendable (RuleReference) -> String) -> FlowsColumn {
        .text(name, .rule(value)) { flow, texts in texts.rule(flow.rule).map(value)?.nonEmpty }
    }

    /// Where the event was made.
    static let place: [FlowsColumn] = [
        .text("interface", .interface) { flow, texts in texts.name(flow.interfaceName) },
        .integer("interface_index") { $0.interfaceIndex == 0 ? nil : Int64($0.interfaceIndex) },
        .integer("cpu") { Int64($0.cpu) },
        .text("node") { _, texts in texts.nodeName.nonEmpty },
    ]
}

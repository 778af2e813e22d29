internal import FlowCatalog
internal import FlowModel

/// `policy-drop`: what policies denied, by the policy.
struct PolicyDrops: FlowCounting {
    private(set) var texts = [LabelTexts("policy", limit: 65_535)]
    /// Number of the text and, in the lowest bit, whether it is a rule, by index in the catalog's rules.
    private var numbers: [UInt32] = []
    private let rules: CatalogTable<RuleReference>

    init(_ settings: MetricSettings, _ catalog: FlowCatalog) { rules = catalog.rules }

    static func layouts(_ settings: MetricSettings) -> [TableLayout] {
        let family = MetricFamily(
            "apus_policy_drop_total", .counter,
            "Flows that a policy denied, by the policy with the rule or by those that select the endpoint.")
        return [
            TableLayout(
                family,
                [
                    .listed("direction", shift: 0, bits: 2, directions),
                    .listed("verdict", shift: 2, bits: 3, Verdict.names),
                    .listed("cause", shift: 5, bits: 1, ["default-deny", "deny-rule"]),
                    OwnLabel("policy", shift: 6, bits: 16, .texts(0), isUnbounded: true),
                ])
        ]
    }

    static let directions = ["unknown", "ingress", "egress", "unknown"]

    @inline(__always)
    mutating func count(_ flow: borrowing Flow, _ sides: SideClasses, in table: inout SeriesTable) {
        let (verdict, reason) = (flow.verdict, flow.dropReason)
        guard verdict == .dropped || verdict == .audit, reason == .policyDenied || reason == .policyDeny,
            flow.kind != .kernelDrop
        else { return }
        let policy = policy(flow.rule)
        let own =
            UInt64(flow.direction.rawValue & 3) | UInt64(flow.verdict.rawValue & 7) << 2 | (policy & 1) << 5
            | (policy >> 1) << 6
        let position = table.position(SeriesKey(sides: sides, own: own))
        table.add(1, at: position)
        table.note(flow.exemplar, at: position)
    }

    private mutating func policy(_ rule: UInt32) -> UInt64 {
        numbers.remembered(rule) {
            guard let reference = rules[rule] else { return 0 }
            guard let deny = reference.defaultDeny else {
                let name = PolicyName(kind: reference.kind, namespace: reference.namespace, name: reference.name)
                return texts[0].number(name.qualifiedName) << 1 | (reference.isRule ? 1 : 0)
            }
            return texts[0].number(deny.policies.map(\.qualifiedName).joined(separator: ",")) << 1
        }
    }
}

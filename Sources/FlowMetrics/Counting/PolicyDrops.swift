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
                    .listed("direction", FlowWord.direction, directions),
                    .listed("verdict", FlowWord.verdict, Verdict.names),
                    .listed("cause", shift: Self.cause, bits: 1, ["default-deny", "deny-rule"]),
                    OwnLabel("policy", shift: Self.cause + 1, bits: 16, .texts(0), isUnbounded: true),
                ])
        ]
    }

    static let directions = ["unknown", "ingress", "egress", "unknown"]
    private static let cause: UInt64 = 32
    private static let labels = FlowWord.direction.mask | FlowWord.verdict.mask

    var fields: FlowFields {
        FlowFields(
            always: Self.labels | FlowWord.reason.mask | FlowWord.kernelDrop.mask, details: FlowDetail.cause)
    }

    mutating func collect(_ batch: Span<Tally>, into keys: inout KeyBatch) {
        keys.collect(batch) { tally in
            guard tally.word.isDenied, tally.word.isDeniedByPolicy else { return KeyBatch.none }
            return tally.word.only(Self.labels) | policy(tally.detail.cause) << Self.cause
        }
    }

    /// The text's number, and whether it is a rule in the lowest bit.
    @inline(never)
    private mutating func policy(_ rule: UInt32) -> UInt64 {
        numbers.remembered(rule) {
            guard let reference = rules[rule] else { return nil }
            guard let deny = reference.defaultDeny else {
                let name = PolicyName(kind: reference.kind, namespace: reference.namespace, name: reference.name)
                return texts[0].number(name.qualifiedName) << 1 | (reference.isRule ? 1 : 0)
            }
            return texts[0].number(deny.policies.map(\.qualifiedName).joined(separator: ",")) << 1
        }
    }
}

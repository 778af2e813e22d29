internal import FlowCatalog
internal import FlowModel

/// `policy`: verdicts of policies, and of proxies on layer 7.
struct PolicyVerdicts: FlowCounting {
    init(_ settings: MetricSettings, _ catalog: FlowCatalog) {}

    static func layouts(_ settings: MetricSettings) -> [TableLayout] {
        let family = MetricFamily("hubble_policy_verdicts_total", .counter, "Verdicts of policies.")
        let matches = PolicyMatchType.names.map { $0.lowercased() } + ["unknown", "l7/dns", "l7/http", "l7/"]
        return [
            TableLayout(
                family,
                [
                    .listed(
                        "direction", FlowWord.direction,
                        TrafficDirection.names.map { $0.lowercased() } + ["traffic_direction_unknown"]),
                    .listed("match", shift: Self.match, bits: 4, matches),
                    .listed("action", FlowWord.verdict, Verdict.names.map { $0.lowercased() }),
                ])
        ]
    }

    private static let match: UInt64 = 32
    private static let unknownMatch = UInt64(PolicyMatchType.names.count)
    private static let labels = FlowWord.direction.mask | FlowWord.verdict.mask

    var fields: FlowFields {
        FlowFields(always: Self.labels | FlowWord.type.mask | FlowWord.match.mask, details: FlowDetail.fromHost)
    }

    mutating func collect(_ batch: Span<Tally>, into keys: inout KeyBatch) {
        keys.collect(batch) { tally in
            let (word, type) = (tally.word, tally.word[FlowWord.type])
            if type == FlowTypeLabel.policyVerdict {
                let match = word[FlowWord.match] << Self.match
                return tally.detail.isFromHost ? KeyBatch.none : word.only(Self.labels) | match
            }
            guard FlowTypeLabel.layer7.contains(type) else { return KeyBatch.none }
            let match = Self.unknownMatch + 1 + (type - FlowTypeLabel.layer7.lowerBound)
            return word.only(Self.labels) | match << Self.match
        }
    }
}

internal import FlowCatalog
internal import FlowModel

/// `flow`: all flows.
struct FlowsProcessed: FlowCounting {
    init(_ settings: MetricSettings, _ catalog: FlowCatalog) {}

    static func layouts(_ settings: MetricSettings) -> [TableLayout] {
        let family = MetricFamily(
            "hubble_flows_processed_total", .counter, "Flows by protocol, type of event and verdict.")
        let type = OwnLabel("type", shift: FlowWord.type.shift, bits: FlowWord.type.width, .listed(FlowTypeLabel.texts))
        return [
            TableLayout(family, [ProtocolLabel.label, .listed("verdict", FlowWord.verdict, Verdict.names), type])
        ]
    }

    private static let labels = FlowWord.protocolLabel.mask | FlowWord.type.mask | FlowWord.verdict.mask

    var fields: FlowFields { FlowFields(always: Self.labels) }

    mutating func collect(_ batch: Span<Tally>, into keys: inout KeyBatch) {
        let labels = Self.labels
        keys.collect(batch) { $0.word.only(labels) }
    }
}

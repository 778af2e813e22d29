internal import FlowCatalog
internal import FlowModel

/// `traffic`: bytes and packets, which flows stand for.
struct Traffic: FlowCounting {
    init(_ settings: MetricSettings, _ catalog: FlowCatalog) {}

    static func layouts(_ settings: MetricSettings) -> [TableLayout] {
        var layout = TableLayout(
            MetricFamily("apus_traffic_bytes_total", .counter, "Layer 3 bytes that flows stand for."),
            [
                .listed("direction", FlowWord.direction, PolicyDrops.directions),
                .listed("verdict", FlowWord.verdict, Verdict.names),
            ])
        layout.families.append(
            (MetricFamily("apus_traffic_packets_total", .counter, "Packets that flows stand for."), 1))
        layout.width = 2
        layout.amount = .bytesAndPackets
        return [layout]
    }

    private static let labels = FlowWord.direction.mask | FlowWord.verdict.mask

    var fields: FlowFields { FlowFields(always: Self.labels) }

    mutating func collect(_ batch: Span<Tally>, into keys: inout KeyBatch) {
        let labels = Self.labels
        keys.collect(batch) { $0.word.only(labels) }
    }
}

internal import FlowCatalog
internal import FlowModel

/// `traffic`: bytes and packets, which flows stand for.
struct Traffic: FlowCounting {
    init(_ settings: MetricSettings, _ catalog: FlowCatalog) {}

    static func layouts(_ settings: MetricSettings) -> [TableLayout] {
        var layout = TableLayout(
            MetricFamily("apus_traffic_bytes_total", .counter, "Layer 3 bytes that flows stand for."),
            [
                .listed("direction", shift: 0, bits: 2, PolicyDrops.directions),
                .listed("verdict", shift: 2, bits: 3, Verdict.names),
            ])
        layout.families.append(
            (MetricFamily("apus_traffic_packets_total", .counter, "Packets that flows stand for."), 1))
        layout.width = 2
        return [layout]
    }

    @inline(__always)
    mutating func count(_ flow: borrowing Flow, _ sides: SideClasses, in table: inout SeriesTable) {
        let own = UInt64(flow.direction.rawValue & 3) | UInt64(flow.verdict.rawValue & 7) << 2
        let position = table.position(SeriesKey(sides: sides, own: own))
        table.add(flow.bytes, at: position)
        table.add(UInt64(flow.packets), at: position, 1)
    }
}

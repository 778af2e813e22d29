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
                        "direction", shift: 0, bits: 2,
                        TrafficDirection.names.map { $0.lowercased() } + ["traffic_direction_unknown"]),
                    .listed("match", shift: 2, bits: 4, matches),
                    .listed(
                        "action", shift: 6, bits: 3,
                        Verdict.names.map { $0.lowercased() }),
                ])
        ]
    }

    private static let unknownMatch = UInt64(PolicyMatchType.names.count)

    @inline(__always)
    mutating func count(_ flow: borrowing Flow, _ sides: SideClasses, in table: inout SeriesTable) {
        var match: UInt64
        switch flow.kind.rawValue {
        case FlowKind.policyVerdict.rawValue:
            if flow.sourceIdentity == Identity.host.rawValue { return }
            match = min(UInt64(flow.policyMatchType.rawValue), Self.unknownMatch)
        case FlowKind.layer7.rawValue:
            match = Self.unknownMatch + 1
            match += flow.attributes.contains(.dns) ? 0 : flow.attributes.contains(.http) ? 1 : 2
        default: return
        }
        let own = UInt64(flow.direction.rawValue & 3) | match << 2 | UInt64(flow.verdict.rawValue & 7) << 6
        let position = table.position(SeriesKey(sides: sides, own: own))
        table.add(1, at: position)
        table.note(flow.exemplar, at: position)
    }
}

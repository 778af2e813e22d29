internal import FlowCatalog
internal import FlowModel

/// `flow`: all flows.
struct FlowsProcessed: FlowCounting {
    init(_ settings: MetricSettings, _ catalog: FlowCatalog) {}

    static func layouts(_ settings: MetricSettings) -> [TableLayout] {
        let family = MetricFamily(
            "hubble_flows_processed_total", .counter, "Flows by protocol, type of event and verdict.")
        return [
            TableLayout(
                family,
                [
                    ProtocolLabel.label(shift: 0), .listed("verdict", shift: 4, bits: 3, Verdict.names),
                    OwnLabel("type", shift: 8, bits: 8, .listed(types)),
                ])
        ]
    }

    @inline(__always)
    mutating func count(_ flow: borrowing Flow, _ sides: SideClasses, in table: inout SeriesTable) {
        let type = UInt64(Self.numbers[Int(flow.kind.rawValue)])
        let subtype = Self.subtype(flow)
        let own = ProtocolLabel.number(flow) | UInt64(flow.verdict.rawValue & 7) << 4 | (type &+ subtype) << 8
        let position = table.position(SeriesKey(sides: sides, own: own))
        table.add(1, at: position)
        table.note(flow.exemplar, at: position)
    }

    /// Added to the number of the type.
    @inline(__always)
    private static func subtype(_ flow: borrowing Flow) -> UInt64 {
        switch flow.kind.rawValue {
        case FlowKind.trace.rawValue: UInt64(min(flow.observationPoint.subType, 15))
        case FlowKind.layer7.rawValue: flow.attributes.contains(.dns) ? 0 : flow.attributes.contains(.http) ? 1 : 2
        default: 0
        }
    }

    /// `type` and `subtype` are written together. Numbers of kinds of flows lie so that sub-types have room.
    private static let types: [[UInt8]] = {
        var types = [[UInt8]](repeating: [], count: 32)
        func set(_ number: Int, _ type: String, _ subtype: String) {
            types[number] = LabelText.all([("type", type), ("subtype", subtype)])
        }
        set(0, "Unknown", "0")
        set(1, "Drop", "")
        set(2, "PolicyVerdict", "")
        set(3, "Capture", "")
        set(4, "Unknown", "7")
        set(5, "L7", "DNS")
        set(6, "L7", "HTTP")
        set(7, "L7", "")
        for point in 0..<16 {
            let name = ObservationPoint(subType: UInt8(point)).name ?? "UNKNOWN_POINT"
            set(8 + point, "Trace", name.lowercased().replacing("_", with: "-"))
        }
        return types
    }()

    private static let numbers: InlineArray<256, UInt8> = {
        var numbers = InlineArray<256, UInt8>(repeating: 0)
        for (kind, number) in [
            (FlowKind.drop, 1), (.kernelDrop, 1), (.policyVerdict, 2), (.capture, 3), (.socketTrace, 4), (.layer7, 5),
            (.trace, 8),
        ] as [(FlowKind, UInt8)] {
            numbers[Int(kind.rawValue)] = number
        }
        return numbers
    }()
}

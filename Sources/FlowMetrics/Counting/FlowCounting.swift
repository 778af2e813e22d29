internal import FlowCatalog
internal import FlowModel

/// How one metric counts flows. Each has its file.
protocol FlowCounting: Sendable {
    /// One for each table that it counts in.
    static func layouts(_ settings: MetricSettings) -> [TableLayout]
    init(_ settings: MetricSettings, _ catalog: FlowCatalog)

    /// Of labels whose values are not known beforehand.
    var texts: [LabelTexts] { get }
    /// Tells which flows of a batch count, and under which labels.
    mutating func collect(_ batch: borrowing FlowBatch, _ flows: Span<Flow>, into keys: inout KeyBatch)
    /// Counts a flow that has a record of layer 7, in all tables. Who counts it like any other does nothing else.
    mutating func count(_ record: LayerSevenFlow, _ sides: SideClasses, in tables: inout [SeriesTable])
}

extension FlowCounting {
    var texts: [LabelTexts] { [] }

    mutating func count(_ record: LayerSevenFlow, _ sides: SideClasses, in tables: inout [SeriesTable]) {
        let (flows, sides): (InlineArray<1, Flow>, InlineArray<1, SideClasses>) = ([record.flow], [sides])
        var (keys, positions) = (KeyBatch(capacity: 1), [UInt32](repeating: 0, count: 3))
        var batch = FlowBatch(capacity: 1)
        batch.load(flows.span)
        collect(batch, flows.span, into: &keys)
        tables[0].count(keys, flows.span, sides.span, &positions)
    }
}

/// What a table of series holds and how it is written.
struct TableLayout: Sendable {
    /// With the column that has the values; of a histogram the first.
    var families: [(family: MetricFamily, column: Int)]
    var labels: [OwnLabel]
    /// Values of a series.
    var width = 1
    /// What a flow adds to its series' values.
    var amount = Amount.one

    enum Amount: Sendable {
        case one
        case bytesAndPackets
    }

    init(_ family: MetricFamily, _ labels: [OwnLabel]) {
        families = [(family, 0)]
        self.labels = labels
    }

    var unbounded: UInt64 { labels.reduce(0) { $0 | ($1.isUnbounded ? $1.mask : 0) } }
}

extension Flow {
    @inline(__always)
    var exemplar: Exemplar { Exemplar(sequence: sequence, timeNanoseconds: timeNanoseconds) }
}

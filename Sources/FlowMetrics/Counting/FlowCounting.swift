internal import FlowCatalog
internal import FlowModel

/// How one metric counts flows. Each has its file.
protocol FlowCounting: Sendable {
    /// One for each table that it counts in.
    static func layouts(_ settings: MetricSettings) -> [TableLayout]
    init(_ settings: MetricSettings, _ catalog: FlowCatalog)

    /// Of labels whose values are not known beforehand.
    var texts: [LabelTexts] { get }
    /// What it tells flows apart by.
    var fields: FlowFields { get }
    /// Tells which of a batch count, and under which labels.
    mutating func collect(_ batch: Span<Tally>, into keys: inout KeyBatch)
    /// Counts a record of layer 7 in all tables; its flow is counted like any other.
    mutating func count(_ record: LayerSevenFlow, _ sides: SideClasses, in tables: inout [SeriesTable])
}

extension FlowCounting {
    var texts: [LabelTexts] { [] }

    var fields: FlowFields { FlowFields() }
    mutating func collect(_ batch: Span<Tally>, into keys: inout KeyBatch) {}
    mutating func count(_ record: LayerSevenFlow, _ sides: SideClasses, in tables: inout [SeriesTable]) {}
}

/// What a table of series holds and how it is written.
struct TableLayout: Sendable {
    /// With the column that has the values; of a histogram the first.
    var families: [(family: MetricFamily, column: Int)]
    var labels: [OwnLabel]
    /// Values of a series.
    var width = 1
    /// What flows add to their series' values.
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

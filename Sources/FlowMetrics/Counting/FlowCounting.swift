internal import FlowCatalog
internal import FlowModel

/// How one metric counts flows. Each has its file.
protocol FlowCounting: Sendable {
    /// One for each table that it counts in.
    static func layouts(_ settings: MetricSettings) -> [TableLayout]
    init(_ settings: MetricSettings, _ catalog: FlowCatalog)

    /// Of labels whose values are not known beforehand.
    var texts: [LabelTexts] { get }
    /// Counts a flow, or leaves it out.
    mutating func count(_ flow: borrowing Flow, _ sides: SideClasses, in table: inout SeriesTable)
    /// Counts a batch.
    mutating func countAll(_ flows: Span<Flow>, _ sides: Span<SideClasses>, in table: inout SeriesTable)
    /// Counts a flow that has a record of layer 7, in all tables. Who counts it like any other does nothing else.
    mutating func count(_ record: LayerSevenFlow, _ sides: SideClasses, in tables: inout [SeriesTable])
}

extension FlowCounting {
    var texts: [LabelTexts] { [] }

    mutating func countAll(_ flows: Span<Flow>, _ sides: Span<SideClasses>, in table: inout SeriesTable) {
        for index in flows.indices { count(flows[index], sides[index], in: &table) }
    }

    mutating func count(_ record: LayerSevenFlow, _ sides: SideClasses, in tables: inout [SeriesTable]) {
        count(record.flow, sides, in: &tables[0])
    }
}

/// What a table of series holds and how it is written.
struct TableLayout: Sendable {
    /// With the column that has the values; of a histogram the first.
    var families: [(family: MetricFamily, column: Int)]
    var labels: [OwnLabel]
    /// Values of a series.
    var width = 1

    init(_ family: MetricFamily, _ labels: [OwnLabel]) {
        families = [(family, 0)]
        self.labels = labels
    }

    var unbounded: UInt64 { labels.reduce(0) { $0 | ($1.isUnbounded ? $1.mask : 0) } }
}

extension Flow {
    @inline(__always)
    var exemplar: Exemplar { Exemplar(sequence: sequence, timeNanoseconds: timeNanoseconds) }

    var isForwarded: Bool {
        @inline(__always) get { verdict == .forwarded || verdict == .redirected }
    }
}

internal import FlowCatalog

/// One metric of flows that is turned on: how it counts, and its series.
struct Metric: Sendable {
    let settings: MetricSettings
    let layouts: [TableLayout]
    private(set) var tables: [SeriesTable]
    private var counting: any FlowCounting

    init(_ settings: MetricSettings, seriesLimit: Int, catalog: FlowCatalog) {
        self.settings = settings
        let type = settings.metric.counting
        layouts = type.layouts(settings)
        counting = type.init(settings, catalog)
        let hasExemplars = settings.options.contains(.exemplars)
        tables = layouts.map {
            SeriesTable($0, limit: seriesLimit, hasExemplars: hasExemplars)
        }
    }

    var texts: [LabelTexts] { counting.texts }
    var fields: FlowFields { counting.fields }

    /// - Parameters:
    ///   - sides: by tally.
    ///   - keys: room for what is counted of the batch.
    ///   - positions: likewise.
    mutating func count(
        _ batch: Span<Tally>, _ sides: Span<SideClasses>, _ keys: inout KeyBatch, _ positions: inout [UInt32]
    ) {
        keys.removeAll()
        counting.collect(batch, into: &keys)
        if keys.count > 0 { tables[0].count(keys, batch, sides, &positions) }
    }

    mutating func count(_ record: LayerSevenFlow, _ sides: SideClasses) {
        counting.count(record, sides, in: &tables)
    }

    /// - Returns: whether any series went.
    mutating func sweep(idleSweeps: Int, isDeleted: (SideClasses) -> Bool) -> Bool {
        var hasRemoved = false
        for index in tables.indices where tables[index].sweep(idleSweeps: idleSweeps, isDeleted: isDeleted) {
            hasRemoved = true
        }
        return hasRemoved
    }

    var memoryBytes: Int {
        tables.reduce(0) { $0 + $1.memoryBytes } + texts.reduce(0) { $0 + $1.memoryBytes }
    }
}

extension FlowMetric {
    var counting: any FlowCounting.Type {
        switch self {
        case .flow: FlowsProcessed.self
        case .drop: Drops.self
        case .tcp: TCPFlagCounts.self
        case .icmp: ICMPCounts.self
        case .policy: PolicyVerdicts.self
        case .dns: DNSCounts.self
        case .http, .httpV2: HTTPCounts.self
        case .portDistribution: PortDistribution.self
        case .flowsToWorld: FlowsToWorld.self
        case .traffic: Traffic.self
        case .policyDrop: PolicyDrops.self
        case .kernelDrop: KernelDrops.self
        }
    }
}

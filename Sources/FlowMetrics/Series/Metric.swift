internal import FlowCatalog
internal import FlowFilter
internal import FlowModel

/// One metric of flows that is turned on: how it counts, and its series.
struct Metric: Sendable {
    let settings: MetricSettings
    let layouts: [TableLayout]
    private(set) var tables: [SeriesTable]
    private var counting: any FlowCounting
    private var filter: CompiledFilter?
    private var selected: [Int] = []

    init(_ settings: MetricSettings, seriesLimit: Int, catalog: FlowCatalog) {
        self.settings = settings
        let type = settings.metric.counting
        layouts = type.layouts(settings)
        counting = type.init(settings, catalog)
        let hasExemplars = settings.options.contains(.exemplars)
        tables = layouts.map {
            SeriesTable(width: $0.width, limit: seriesLimit, unbounded: $0.unbounded, hasExemplars: hasExemplars)
        }
        filter = settings.filter == FilterSpec() ? nil : CompiledFilter(settings.filter, catalog: catalog)
    }

    var texts: [LabelTexts] { counting.texts }

    mutating func count(_ flows: Span<Flow>, _ sides: Span<SideClasses>) {
        if settings.metric.isOfLayer7 { return }
        guard filter != nil else { return counting.countAll(flows, sides, in: &tables[0]) }
        selected.removeAll(keepingCapacity: true)
        filter?.select(flows, into: &selected)
        for index in selected { counting.count(flows[index], sides[index], in: &tables[0]) }
    }

    mutating func count(_ record: LayerSevenFlow, _ sides: SideClasses) {
        if filter?.matches(record.flow) == false { return }
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

package import FlowCatalog
package import FlowModel

/// All metrics of flows that are turned on. A value of one owner; `FlowMetrics` shares it.
package struct MetricRegistry: Sendable {
    /// Flows that are counted at a time: what is known of their sides stays in the processor's cache.
    package static let batchFlows = 256

    /// Which classes metrics take their sides from, by index in `sides`; nil: no labels of that side.
    private struct Plan: Hashable {
        var source: Int?
        var destination: Int?
        var tellsDirection: Bool
    }

    private let catalog: FlowCatalog
    package private(set) var settings: MetricsSettings
    private(set) var metrics: [Metric] = []
    /// By metric.
    private var planOfMetric: [Int] = []
    private var plans: [Plan] = []
    private var classes: [LabelClasses] = []
    /// Of the batch: class by `classes` and flow, and both together by plan and flow.
    private var numbers: [[UInt32]] = []
    private var sides: [[SideClasses]] = []
    private var words = FlowBatch(capacity: batchFlows)
    private var keys = KeyBatch(capacity: batchFlows)
    private var positions = [UInt32](repeating: 0, count: 3 * batchFlows)
    /// Classes of a side without labels.
    private let none = [UInt32](repeating: LabelClasses.none, count: batchFlows)
    private var layer7 = (forwarded: UInt64(0), dropped: UInt64(0))
    package private(set) var flows: UInt64 = 0
    /// Pods that series name and that are no more, with the sweeps since.
    private var deletedSweeps: [String: Int] = [:]
    /// Rises with each other configuration.
    private(set) var generation = 0

    package init(_ settings: MetricsSettings, catalog: FlowCatalog) {
        self.catalog = catalog
        self.settings = settings
        replaceMetrics(keeping: [], [])
    }

    /// Puts a configuration in force. Metrics that it leaves as they are keep their counts.
    package mutating func apply(_ newest: MetricsSettings) {
        let isKept = newest.seriesLimit == settings.seriesLimit
        settings = newest
        generation += 1
        replaceMetrics(keeping: isKept ? metrics : [], isKept ? classes : [])
    }

    private mutating func replaceMetrics(keeping old: [Metric], _ oldClasses: [LabelClasses]) {
        metrics = settings.metrics.map { wanted in
            old.first { $0.settings == wanted }
                ?? Metric(wanted, seriesLimit: settings.seriesLimit, catalog: catalog)
        }
        classes = []
        plans = []
        planOfMetric = settings.metrics.map { metric in
            let plan = Plan(
                source: index(of: metric.source, oldClasses), destination: index(of: metric.destination, oldClasses),
                tellsDirection: metric.tellsDirection)
            if let index = plans.firstIndex(of: plan) { return index }
            plans.append(plan)
            return plans.count - 1
        }
        numbers = classes.map { _ in [UInt32](repeating: 0, count: Self.batchFlows) }
        let none = SideClasses(source: LabelClasses.none, destination: LabelClasses.none, direction: 0)
        sides = plans.map { _ in [SideClasses](repeating: none, count: Self.batchFlows) }
    }

    private mutating func index(of context: SideContext, _ old: [LabelClasses]) -> Int? {
        if context.isEmpty { return nil }
        if let index = classes.firstIndex(where: { $0.context == context }) { return index }
        classes.append(
            old.first { $0.context == context }
                ?? LabelClasses(context, limit: settings.seriesLimit, catalog: catalog))
        return classes.count - 1
    }

    // MARK: Counting

    /// Which a summary tells however metrics are configured.
    package var forwarded: UInt64 { words.forwardedFlows + layer7.forwarded }
    package var dropped: UInt64 { words.droppedFlows + layer7.dropped }

    /// Counts flows. Takes no lock and, but for new series and names, no memory.
    package mutating func add(_ flows: Span<Flow>) {
        var start = 0
        while start < flows.count {
            let end = min(start + Self.batchFlows, flows.count)
            addBatch(flows.extracting(start..<end))
            start = end
        }
    }

    private mutating func addBatch(_ batch: Span<Flow>) {
        flows &+= UInt64(batch.count)
        words.load(batch)
        for index in classes.indices { classes[index].resolve(batch, into: &numbers[index]) }
        for index in plans.indices { Self.join(batch, plans[index], numbers, none, &sides[index]) }
        for index in metrics.indices {
            let sides = sides[planOfMetric[index]]
            metrics[index].count(words, batch, sides.span, &keys, &positions)
        }
    }

    /// Static, so that no second owner makes `output` a copy.
    private static func join(
        _ flows: Span<Flow>, _ plan: Plan, _ numbers: [[UInt32]], _ none: [UInt32], _ output: inout [SideClasses]
    ) {
        let sources = plan.source.map { numbers[$0] } ?? none
        let destinations = plan.destination.map { numbers[$0] } ?? none
        join(flows, sources.span, destinations.span, plan.tellsDirection, &output)
    }

    @inline(never)
    private static func join(
        _ flows: Span<Flow>, _ sources: Span<UInt32>, _ destinations: Span<UInt32>, _ tellsDirection: Bool,
        _ output: inout [SideClasses]
    ) {
        var span = output.mutableSpan
        if tellsDirection {
            for index in flows.indices {
                span[index] = SideClasses(
                    source: sources[index], destination: destinations[index],
                    direction: flows[index].direction.rawValue)
            }
        } else {
            for index in flows.indices {
                span[index] = SideClasses(source: sources[index], destination: destinations[index], direction: 0)
            }
        }
    }

    /// Counts a flow of layer 7 with its record, which then is not among those that `add(_:)` gets.
    package mutating func add(_ record: LayerSevenFlow) {
        flows &+= 1
        layer7.forwarded &+= record.flow.verdict == .forwarded ? 1 : 0
        layer7.dropped &+= record.flow.verdict == .dropped ? 1 : 0
        for index in metrics.indices {
            let plan = plans[planOfMetric[index]]
            // Labels of httpV2 are about the request, which a response goes the other way than.
            let isSwapped = metrics[index].settings.metric == .httpV2 && record.isResponse
            metrics[index].count(record, sides(of: record.flow, plan, isSwapped: isSwapped))
        }
    }

    private mutating func sides(of flow: Flow, _ plan: Plan, isSwapped: Bool) -> SideClasses {
        var flow = flow
        if isSwapped {
            swap(&flow.source, &flow.destination)
            swap(&flow.sourceName, &flow.destinationName)
        }
        let batch: InlineArray<1, Flow> = [flow]
        for index in [plan.source, plan.destination].compactMap(\.self) {
            classes[index].resolve(batch.span, into: &numbers[index])
        }
        return SideClasses(
            source: plan.source.map { numbers[$0][0] } ?? LabelClasses.none,
            destination: plan.destination.map { numbers[$0][0] } ?? LabelClasses.none,
            direction: plan.tellsDirection ? flow.direction.rawValue : 0)
    }

    // MARK: Expiry

    /// Takes out series that nothing is counted in any more, and those of pods that are gone.
    ///
    /// - Parameters:
    ///   - seconds: since the last sweep.
    ///   - pods: those that there are, as `namespace/name`; nil: it is not known.
    package mutating func sweep(every seconds: Int, pods: Set<String>?) {
        let idleSweeps = settings.idleSeconds == 0 ? 0 : max(1, settings.idleSeconds / max(1, seconds))
        let deleted = pods.map { deletedPods(but: $0, after: settings.deletedSeconds / max(1, seconds)) } ?? []
        var hasRemoved = false
        for index in metrics.indices {
            let plan = plans[planOfMetric[index]]
            let (source, destination) = (plan.source.map { classes[$0] }, plan.destination.map { classes[$0] })
            func isDeleted(_ number: UInt32, _ classes: LabelClasses?) -> Bool {
                classes?.classes[Int(number)].pod.map(deleted.contains) ?? false
            }
            let hasGone = metrics[index].sweep(idleSweeps: idleSweeps) { sides in
                !deleted.isEmpty
                    && (isDeleted(sides.source, source) || isDeleted(sides.destination, destination))
            }
            hasRemoved = hasRemoved || hasGone
        }
        if hasRemoved { freeClasses() }
    }

    /// Pods that series name and that were gone at so many sweeps.
    private mutating func deletedPods(but pods: Set<String>, after sweeps: Int) -> Set<String> {
        var gone: [String: Int] = [:]
        for classes in classes {
            for pod in classes.classes.compactMap(\.pod) where !pods.contains(pod) {
                gone[pod] = (deletedSweeps[pod] ?? -1) + 1
            }
        }
        deletedSweeps = gone
        return Set(gone.filter { $0.value >= sweeps }.keys)
    }

    private mutating func freeClasses() {
        for index in metrics.indices {
            let plan = plans[planOfMetric[index]]
            for table in metrics[index].tables {
                for position in table.positions where table.isLive(position) {
                    let sides = table.keys[position].sides
                    if let source = plan.source { classes[source].use(sides.source) }
                    if let destination = plan.destination { classes[destination].use(sides.destination) }
                }
            }
        }
        for index in classes.indices { classes[index].freeUnused() }
    }

    // MARK: Text

    /// The labels of a series.
    func labels(of key: SeriesKey, _ layout: TableLayout, metric: Int, to output: inout [UInt8]) {
        let plan = plans[planOfMetric[metric]]
        func separate() { if !output.isEmpty { output.append(UInt8(ascii: ",")) } }
        if let source = plan.source { output += classes[source].classes[Int(key.sides.source)].text }
        if let destination = plan.destination {
            separate()
            output += classes[destination].classes[Int(key.sides.destination)].text
        }
        if plan.tellsDirection {
            separate()
            output += Self.directions[Int(key.sides.direction)]
        }
        let texts = metrics[metric].texts
        for label in layout.labels {
            separate()
            label.write(key.own, texts, to: &output)
        }
    }

    private static let directions = PolicyDrops.directions.map { LabelText.all([("traffic_direction", $0)]) }

    package var memoryBytes: Int {
        metrics.reduce(0) { $0 + $1.memoryBytes } + classes.reduce(0) { $0 + $1.memoryBytes }
    }
}

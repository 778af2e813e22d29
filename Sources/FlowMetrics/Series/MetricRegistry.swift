package import FlowCatalog
internal import FlowFilter
package import FlowModel

/// All metrics of flows that are turned on. A value of one owner; `FlowMetrics` shares it.
package struct MetricRegistry: Sendable {
    /// Flows that are counted at a time: what is known of their sides stays in the processor's cache.
    package static let batchFlows = 256

    /// Which classes metrics take their sides from, by index of the context in the side's profiles; nil: no labels of it.
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
    private var sources: SideProfiles
    private var destinations: SideProfiles
    /// The first is of all flows.
    private var selections: [FlowSelection] = []
    private var batch = SidedFlows(capacity: batchFlows)
    /// Of the tallies that are counted: classes of both sides, by plan and tally.
    private var sides: [[SideClasses]] = []
    private var keys = KeyBatch(capacity: batchFlows)
    private var positions = [UInt32](repeating: 0, count: 3 * batchFlows)
    package private(set) var flows: UInt64 = 0
    /// Flows with these verdicts, which a summary tells however metrics are configured. Without those still in tallies.
    package private(set) var forwarded: UInt64 = 0
    package private(set) var dropped: UInt64 = 0
    /// Pods that series name and that are no more, with the sweeps since.
    private var deletedSweeps: [String: Int] = [:]
    /// Rises with each other configuration.
    private(set) var generation = 0

    package init(_ settings: MetricsSettings, catalog: FlowCatalog) {
        self.catalog = catalog
        self.settings = settings
        sources = SideProfiles(.source, limit: settings.seriesLimit, catalog: catalog)
        destinations = SideProfiles(.destination, limit: settings.seriesLimit, catalog: catalog)
        replaceMetrics(keeping: [], [])
    }

    /// Puts a configuration in force. Metrics that it leaves as they are keep their counts.
    package mutating func apply(_ newest: MetricsSettings) {
        flush()
        let isKept = newest.seriesLimit == settings.seriesLimit
        settings = newest
        generation += 1
        replaceMetrics(keeping: isKept ? metrics : [], isKept ? sources.contexts + destinations.contexts : [])
    }

    private mutating func replaceMetrics(keeping old: [Metric], _ classes: [LabelClasses]) {
        metrics = settings.metrics.map { wanted in
            old.first { $0.settings == wanted }
                ?? Metric(wanted, seriesLimit: settings.seriesLimit, catalog: catalog)
        }
        sources = SideProfiles(.source, limit: settings.seriesLimit, catalog: catalog)
        destinations = SideProfiles(.destination, limit: settings.seriesLimit, catalog: catalog)
        plans = []
        planOfMetric = settings.metrics.map { metric in
            let plan = Plan(
                source: sources.index(of: metric.source, from: classes, catalog),
                destination: destinations.index(of: metric.destination, from: classes, catalog),
                tellsDirection: metric.tellsDirection)
            if let index = plans.firstIndex(of: plan) { return index }
            plans.append(plan)
            return plans.count - 1
        }
        let none = SideClasses(source: LabelClasses.none, destination: LabelClasses.none, direction: 0)
        sides = plans.map { _ in [SideClasses](repeating: none, count: Self.batchFlows) }
        replaceSelections()
    }

    private mutating func replaceSelections() {
        // Verdicts are counted of all flows.
        selections = [selection(FilterSpec(), .all)]
        var filters = [FilterSpec()]
        for metric in settings.metrics where !filters.contains(metric.filter) { filters.append(metric.filter) }
        for filter in filters {
            for subject in FlowFields.Subject.allCases where filter != FilterSpec() || subject != .all {
                let added = selection(filter, subject)
                if !added.metrics.isEmpty { selections.append(added) }
            }
        }
    }

    private func selection(_ filter: FilterSpec, _ subject: FlowFields.Subject) -> FlowSelection {
        let members = metrics.indices.filter {
            metrics[$0].settings.filter == filter && metrics[$0].fields.subject == subject
        }
        var fields = FlowFields(always: FlowWord.verdict.mask, subject: subject)
        for member in members {
            let plan = plans[planOfMetric[member]]
            fields.formUnion(metrics[member].fields)
            if plan.tellsDirection { fields.always |= FlowWord.direction.mask }
            if plan.source != nil { fields.sides |= Tally.sourceMask }
            if plan.destination != nil { fields.sides |= Tally.destinationMask }
        }
        let used = Set(members.map { planOfMetric[$0] }).sorted()
        return FlowSelection(
            filter, metrics: members, plans: used, fields, batch: Self.batchFlows, catalog: catalog)
    }

    // MARK: Counting

    /// Counts flows. Takes no lock and, but for new series and names, no memory.
    ///
    /// They are in series when `flush()` was called.
    package mutating func add(_ flows: Span<Flow>) {
        var start = 0
        while start < flows.count {
            let end = min(start + Self.batchFlows, flows.count)
            addBatch(flows.extracting(start..<end))
            start = end
        }
    }

    private mutating func addBatch(_ flows: Span<Flow>) {
        self.flows &+= UInt64(flows.count)
        load(flows)
        for index in selections.indices {
            selections[index].select(flows)
            var done = 0
            while !selections[index].tally(flows, batch, from: &done) { countPushedOut(index) }
        }
    }

    private mutating func load(_ flows: Span<Flow>) {
        if !sources.hasRoom(for: flows.count) || !destinations.hasRoom(for: flows.count) {
            flush()
            sources.forget()
            destinations.forget()
        }
        batch.load(flows, &sources, &destinations)
    }

    /// Counts all flows that are still in tallies: before series are read, changed or taken out.
    package mutating func flush() {
        for index in selections.indices {
            var hasMore = true
            while hasMore {
                hasMore = selections[index].tallies.pushOut()
                countPushedOut(index)
            }
        }
    }

    private mutating func countPushedOut(_ selection: Int) {
        let pushedOut = selections[selection].tallies.pushedOut
        let batch = pushedOut.tallies.span.extracting(first: pushedOut.count)
        if selection == 0 { countVerdicts(batch) }
        let (members, used) = (selections[selection].metrics, selections[selection].plans)
        for place in used.indices {
            Self.join(batch, plans[used[place]], sources, destinations, &sides[used[place]])
        }
        for member in members.indices {
            let index = members[member]
            let sides = sides[planOfMetric[index]]
            metrics[index].count(batch, sides.span, &keys, &positions)
        }
        selections[selection].tallies.removePushedOut()
    }

    private mutating func countVerdicts(_ batch: Span<Tally>) {
        for index in batch.indices {
            let word = batch[index].word
            forwarded &+= word.has(.forwarded) ? batch[index].flows : 0
            dropped &+= word.has(.dropped) ? batch[index].flows : 0
        }
    }

    private static func join(
        _ batch: Span<Tally>, _ plan: Plan, _ sources: SideProfiles, _ destinations: SideProfiles,
        _ output: inout [SideClasses]
    ) {
        var output = output.mutableSpan
        for index in batch.indices {
            let tally = batch[index]
            output[index] = SideClasses(
                source: plan.source.map { sources.classNumber(tally.source, $0) } ?? LabelClasses.none,
                destination: plan.destination.map { destinations.classNumber(tally.destination, $0) }
                    ?? LabelClasses.none,
                direction: plan.tellsDirection ? UInt8(tally.word[FlowWord.direction]) : 0)
        }
    }

    /// Counts a flow of layer 7 with its record, which then is not among those that `add(_:)` gets.
    package mutating func add(_ record: LayerSevenFlow) {
        let flow: InlineArray<1, Flow> = [record.flow]
        addBatch(flow.span)
        for selection in selections.indices where selections[selection].selects(record.flow) {
            for index in selections[selection].metrics where metrics[index].settings.metric.isOfLayer7 {
                let plan = plans[planOfMetric[index]]
                // Labels of httpV2 are about the request, which a response goes the other way than.
                let isSwapped = metrics[index].settings.metric == .httpV2 && record.isResponse
                metrics[index].count(record, sides(of: record.flow, plan, isSwapped: isSwapped))
            }
        }
    }

    private mutating func sides(of flow: Flow, _ plan: Plan, isSwapped: Bool) -> SideClasses {
        var flow = flow
        if isSwapped {
            swap(&flow.source, &flow.destination)
            swap(&flow.sourceName, &flow.destinationName)
        }
        let one: InlineArray<1, Flow> = [flow]
        load(one.span)
        let tally = Tally(sides: batch.sides[0], word: batch.words[0])
        let tallies: InlineArray<1, Tally> = [tally]
        var sides = [SideClasses(source: LabelClasses.none, destination: LabelClasses.none, direction: 0)]
        Self.join(tallies.span, plan, sources, destinations, &sides)
        return sides[0]
    }

    // MARK: Expiry

    /// Takes out series that nothing is counted in any more, and those of pods that are gone.
    ///
    /// - Parameters:
    ///   - seconds: since the last sweep.
    ///   - pods: those that there are, as `namespace/name`; nil: it is not known.
    package mutating func sweep(every seconds: Int, pods: Set<String>?) {
        flush()
        let idleSweeps = settings.idleSeconds == 0 ? 0 : max(1, settings.idleSeconds / max(1, seconds))
        let deleted = pods.map { deletedPods(but: $0, after: settings.deletedSeconds / max(1, seconds)) } ?? []
        var hasRemoved = false
        for index in metrics.indices {
            let plan = plans[planOfMetric[index]]
            let source = plan.source.map { sources.contexts[$0] }
            let destination = plan.destination.map { destinations.contexts[$0] }
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
        for classes in sources.contexts + destinations.contexts {
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
                    if let source = plan.source { sources.use(sides.source, source) }
                    if let destination = plan.destination { destinations.use(sides.destination, destination) }
                }
            }
        }
        sources.freeUnused()
        destinations.freeUnused()
    }

    // MARK: Text

    /// The labels of a series.
    func labels(of key: SeriesKey, _ layout: TableLayout, metric: Int, to output: inout [UInt8]) {
        let plan = plans[planOfMetric[metric]]
        func separate() { if !output.isEmpty { output.append(UInt8(ascii: ",")) } }
        if let source = plan.source { output += sources.contexts[source].classes[Int(key.sides.source)].text }
        if let destination = plan.destination {
            separate()
            output += destinations.contexts[destination].classes[Int(key.sides.destination)].text
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
        metrics.reduce(0) { $0 + $1.memoryBytes } + selections.reduce(0) { $0 + $1.tallies.memoryBytes }
            + sources.memoryBytes + destinations.memoryBytes
    }
}

import FlowCatalog
import FlowFilter
import FlowModel
import FlowObserver
import FlowRing
import HistoryFaults
import Testing

@testable import FlowHistory

@Suite("Flows summed up")
struct SumsDifferentialTests {
    /// What is drawn from; each stands beside what it means, written down without the sums' own code.
    private static let fields: [(field: FlowField, value: @Sendable (Flow) -> UInt64)] = [
        (.sourceEndpoint, { UInt64($0.sourceEndpoint) }), (.destinationEndpoint, { UInt64($0.destinationEndpoint) }),
        (.sourceIdentity, { UInt64($0.sourceIdentity) }), (.destinationIdentity, { UInt64($0.destinationIdentity) }),
        (.verdict, { UInt64($0.verdict.rawValue) }), (.kind, { UInt64($0.kind.rawValue) }),
        (.dropReason, { UInt64($0.dropReason.rawValue) }), (.direction, { UInt64($0.direction.rawValue) }),
        (.ipProtocol, { UInt64($0.ipProtocol.rawValue) }), (.isReply, { $0.attributes.rawValue & 3 == 3 ? 1 : 0 }),
        (.sourcePort, { UInt64($0.sourcePort) }), (.destinationPort, { UInt64($0.destinationPort) }),
        (.serverPort, { UInt64($0.attributes.rawValue & 3 == 3 ? $0.sourcePort : $0.destinationPort) }),
        (.rule, { UInt64($0.rule) }), (.kernelReason, { UInt64($0.kernelReason) }),
        (.kernelFunction, { UInt64($0.kernelFunction) }),
        (.time(everyNanoseconds: 7_000), { $0.timeNanoseconds / 7_000 * 7_000 }),
    ]

    private static func naive(
        _ flows: [Flow], _ values: [@Sendable (Flow) -> UInt64]
    ) -> [[UInt64]: FlowAggregate] {
        var groups: [[UInt64]: FlowAggregate] = [:]
        for flow in flows {
            let key = values.map { $0(flow) }
            let one = FlowAggregate(
                values: key, flows: 1, bytes: flow.bytes, packets: UInt64(flow.packets),
                firstTime: flow.timeNanoseconds, lastTime: flow.timeNanoseconds)
            guard var sum = groups[key] else {
                groups[key] = one
                continue
            }
            sum.flows += 1
            sum.bytes += flow.bytes
            sum.packets += UInt64(flow.packets)
            sum.firstTime = min(sum.firstTime, flow.timeNanoseconds)
            sum.lastTime = max(sum.lastTime, flow.timeNanoseconds)
            groups[key] = sum
        }
        return groups
    }

    /// 20 worlds of 90 flows, 40 questions to each.
    @Test(
        "are the same out of the store, the ring, both, and a plain count, for any filter and any fields",
        arguments: 1...20 as ClosedRange<UInt64>)
    func differential(seed: UInt64) throws {
        let world = World(seed: seed, flows: 90)
        let store = FaultStore()
        var settings = faultSettings(store.directory)
        (settings.blockFlows, settings.partitionPeriod) = (16, .microseconds(30))
        var writer = try HistoryWriter(settings, catalog: world.catalog)
        for start in stride(from: 0, to: 90, by: 9) {
            let batch = Array(world.flows[start..<start + 9])
            writer.append(batch.span)
            try writer.commit()
        }
        try writer.close()
        func observer(_ catalog: FlowCatalog, _ ring: BroadcastRing<Flow>, _ readersCatalog: FlowCatalog? = nil)
            -> FlowObserver
        {
            FlowObserver(
                catalog: catalog, ring: ring, losses: LossLedger(),
                history: ring.capacity == 128
                    ? nil : .init(directory: store.directory, readersCatalog: readersCatalog) { 90 })
        }
        let alone = FlowCatalog()
        let observers = [
            observer(world.catalog, filledRing(world.flows, capacity: 2)),
            observer(world.catalog, filledRing(world.flows, capacity: 32)),
            observer(world.catalog, filledRing(world.flows, capacity: 128)),
            observer(alone, BroadcastRing(capacity: 2, start: 91), alone),
        ]
        var random = Seeded(seed)
        for _ in 0..<40 {
            let asked = try ReferenceQuestion(&random, lastTime: world.flows[89].timeNanoseconds)
            let fields = Self.fields.filter { _ in random.next() % 5 == 0 }
            var question = SumQuestion(by: fields.map(\.field), mostGroups: 1_000)
            (question.filter, question.times) = (asked.request.filter, asked.request.times)
            let expected = Self.naive(asked.wanted(world.flows, world), fields.map(\.value))
            for (index, observer) in observers.enumerated() {
                let sums = try observer.sums(question, ReadingBudget())
                let comment: Comment =
                    "seed \(seed), observer \(index), by \(fields.map(\.field)): \(asked.description)"
                #expect(Dictionary(uniqueKeysWithValues: sums.groups.map { ($0.values, $0) }) == expected, comment)
                #expect(sums.coverage.losses.isEmpty && sums.coverage.unreadUntil == nil, comment)
            }
        }
    }

    @Test("are each flow once while the ring goes round and a writer commits, at whatever moment it is asked")
    func seam() throws {
        let seed: UInt64 = 3
        let world = World(seed: seed, flows: 4_000)
        let store = FaultStore()
        let ring = BroadcastRing<Flow>(capacity: 128, start: 1)
        let pipeline = try Pipeline(store, world, ring, seed: seed)
        let observer = FlowObserver(
            catalog: world.catalog, ring: ring, losses: LossLedger(), history: pipeline.history(store))
        var random = Seeded(seed)
        pipeline.start()
        var questions = 0
        while !pipeline.isDone || questions < 20 {
            let asked = try ReferenceQuestion(&random, lastTime: world.flows[3_999].timeNanoseconds)
            var question = SumQuestion(by: [], mostGroups: 1)
            (question.filter, question.times) = (asked.request.filter, asked.request.times)
            let before = Int(ring.published) - 1
            let sums = try observer.sums(question, ReadingBudget())
            let after = Int(ring.published) - 1
            let counted = Int(sums.groups.first?.flows ?? 0)
            let least = asked.wanted(world.flows[..<before], world).count
            let most = asked.wanted(world.flows[..<after], world).count
            #expect((least...most).contains(counted), "seed \(seed): \(asked.description)")
            #expect(sums.coverage.losses.isEmpty)
            questions += 1
        }
        #expect(pipeline.failures == 0)
    }
}

import FlowCatalog
import FlowFilter
import FlowHistory
import FlowModel
import FlowObserver
import FlowRing
import Foundation
import HistoryFaults
import Synchronization
import Testing

/// All steps until the end or until it has caught up.
private func take(_ answer: FlowAnswer, into flows: inout [Flow]) throws -> [LostEvent] {
    var losses: [LostEvent] = []
    while case .more = try answer.step(into: &flows, losses: &losses, limit: 7) {}
    return losses
}

/// A ring with all flows in it, as far as it reaches.
func filledRing(_ flows: [Flow], capacity: Int) -> BroadcastRing<Flow> {
    let ring = BroadcastRing<Flow>(capacity: capacity, start: 1)
    var writer = BroadcastWriter(ring)
    for flow in flows {
        let batch = [flow]
        writer.append(batch.span)
    }
    return ring
}

@Suite("The same answer in the same order")
struct DifferentialTests {
    /// 20 worlds of 90 flows, 500 requests to each: 900,000 pairs of a flow and a filter.
    @Test("comes out of the store, the ring, both, and a plain filter", arguments: 1...20 as ClosedRange<UInt64>)
    func differential(seed: UInt64) throws {
        let world = World(seed: seed, flows: 90)
        let store = FaultStore()
        var settings = faultSettings(store.directory)
        settings.blockFlows = 16
        var writer = try HistoryWriter(settings, catalog: world.catalog)
        for start in stride(from: 0, to: 90, by: 9) {
            let batch = Array(world.flows[start..<start + 9])
            writer.append(batch.span)
            try writer.commit()
        }
        try writer.close()
        let history = FlowObserver.History(directory: store.directory) { 90 }
        func observer(_ capacity: Int, _ history: FlowObserver.History?) -> FlowObserver {
            FlowObserver(
                catalog: world.catalog, ring: filledRing(world.flows, capacity: capacity), losses: LossLedger(),
                history: history)
        }
        let observers = [observer(2, history), observer(32, history), observer(128, nil)]
        var random = Seeded(seed)
        for _ in 0..<500 {
            let question = try ReferenceQuestion(&random, lastTime: world.flows[89].timeNanoseconds)
            let expected = question.answer(world.flows, world)
            for observer in observers {
                var flows: [Flow] = []
                let losses = try take(observer.answer(to: question.request), into: &flows)
                let comment: Comment = "seed \(seed), ring of \(observer.ring.capacity): \(question.description)"
                #expect(flows.map(\.sequence) == expected, comment)
                #expect(flows.allSatisfy { $0.isSame(as: world.flows[Int($0.sequence) - 1]) }, comment)
                #expect(losses.isEmpty, comment)
            }
        }
    }

    @Test("comes while the ring goes round and a writer commits, at whatever moment it is asked", arguments: [1, 2])
    func seam(seed: UInt64) throws {
        let world = World(seed: seed, flows: 4_000)
        let store = FaultStore()
        let ring = BroadcastRing<Flow>(capacity: 128, start: 1)
        let pipeline = try Pipeline(store, world, ring, seed: seed)
        let observer = FlowObserver(
            catalog: world.catalog, ring: ring, losses: LossLedger(), history: pipeline.history(store))
        var random = Seeded(seed)
        let lastTime = world.flows[3_999].timeNanoseconds
        var followed = try ReferenceQuestion(&random, lastTime: lastTime)
        while followed.isBounded { followed = try ReferenceQuestion(&random, lastTime: lastTime) }
        var following = followed.request
        (following.follow, following.since) = (true, following.since ?? 0)
        let follower = observer.answer(to: following)
        var seen: [Flow] = []
        pipeline.start()
        var questions = 0
        while !pipeline.isDone || questions < 20 {
            let question = try ReferenceQuestion(&random, lastTime: lastTime)
            let before = Int(ring.published) - 1
            let answer = observer.answer(to: question.request)
            let after = Int(ring.published) - 1
            var flows: [Flow] = []
            let losses = try take(answer, into: &flows)
            let sequences = flows.map(\.sequence)
            let isRight = (before...after).contains { question.answer(world.flows[..<$0], world) == sequences }
            #expect(isRight && losses.isEmpty, "seed \(seed): \(question.description)")
            questions += 1
        }
        let losses = try take(follower, into: &seen)
        #expect(seen.map(\.sequence) == followed.answer(world.flows, world), "seed \(seed): \(followed.description)")
        #expect(losses.isEmpty && pipeline.failures == 0)
    }
}

/// A thread that puts a world's flows into the ring and the store, batch after batch.
final class Pipeline: Sendable {
    private let world: [Flow]
    private let ring: BroadcastRing<Flow>
    private let seed: UInt64
    private let status: HistoryStatus
    private let writer: Mutex<HistoryWriter?>
    private let done = Atomic(false)
    private let failed = Atomic(0)

    init(_ store: FaultStore, _ world: World, _ ring: BroadcastRing<Flow>, seed: UInt64) throws {
        let writer = try HistoryWriter(faultSettings(store.directory), catalog: world.catalog)
        (self.world, self.ring, self.seed, status) = (world.flows, ring, seed, writer.status)
        self.writer = Mutex(consume writer)
    }

    var isDone: Bool { done.load(ordering: .acquiring) }
    var failures: Int { failed.load(ordering: .relaxed) }

    func history(_ store: FaultStore) -> FlowObserver.History {
        let status = status
        return FlowObserver.History(directory: store.directory) { status.storedThrough }
    }

    func start() { Thread { self.run() }.start() }

    private func run() {
        guard var writer = writer.withLock({ $0.take() }) else { return }
        var ringWriter = BroadcastWriter(ring)
        var random = Seeded(seed)
        var next = 0
        while next < world.count {
            let end = min(world.count, next + Int(random.next() % 40) + 1)
            let batch = Array(world[next..<end])
            ringWriter.append(batch.span)
            writer.append(batch.span)
            next = end
            do { try writer.commit() } catch { failed.add(1, ordering: .relaxed) }
        }
        done.store(true, ordering: .releasing)
    }
}

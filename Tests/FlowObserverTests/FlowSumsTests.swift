import FlowCatalog
import FlowFilter
import FlowHistory
import FlowModel
import FlowObserver
import FlowRing
import Foundation
import Synchronization
import Testing

/// A store of 1,000 flows in blocks of 50; flow n has the time 10 n, and every fourth is dropped. It is there as long as
/// its observers.
private final class Store: Sendable {
    let directory = FileManager.default.temporaryDirectory.appending(path: "apus-sums-\(UUID().uuidString)").path()
    let catalog = FlowCatalog()

    init(endpoints: Int = 4) throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        var settings = HistorySettings(directory: directory)
        settings.blockFlows = 50
        var writer = try HistoryWriter(settings, catalog: catalog)
        writer.append(loss: LostEvent(place: .history, count: 5, firstNanoseconds: 900, lastNanoseconds: 950))
        let flows = (1...1_000).map { Self.flow(UInt64($0), endpoints, catalog) }
        writer.append(flows.span)
        try writer.close()
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    static func flow(_ number: UInt64, _ endpoints: Int, _ catalog: FlowCatalog) -> Flow {
        var flow = Flow()
        (flow.sequence, flow.timeNanoseconds) = (number, number * 10)
        flow.verdict = number % 4 == 0 ? .dropped : .forwarded
        flow.sourceEndpoint = catalog.endpoints.intern(
            Endpoint(identity: .unknown, namespace: "shop", podName: "pod-\(Int(number) % endpoints)"))
        flow.bytes = number
        return flow
    }

    func observer(
        readersCatalog: FlowCatalog? = nil, ring: BroadcastRing<Flow> = BroadcastRing(capacity: 2, start: 1_001)
    ) -> FlowObserver {
        FlowObserver(
            catalog: readersCatalog ?? catalog, ring: ring, losses: LossLedger(),
            history: .init(directory: directory, readersCatalog: readersCatalog) { [self] in
                withExtendedLifetime(self) { 1_000 }
            })
    }
}

@Suite("Flows summed up")
struct FlowSumsTests {
    private func question(
        _ items: [(name: String, value: String)] = [], by fields: [FlowField] = [], mostGroups: Int = 100
    ) throws -> SumQuestion {
        var question = SumQuestion(by: fields, mostGroups: mostGroups)
        let request = try FlowRequest(queryItems: items, now: 0)
        (question.filter, question.times) = (request.filter, request.times)
        return question
    }

    @Test(
        "judges names that become known when the store is opened, and flows whose name is not there, as the filter does"
    )
    func unknownNames() throws {
        let store = try Store()
        for (items, expected) in [
            ([("pod", "shop/pod-1")], 250), ([("not", ""), ("pod", "shop/pod-1")], 750), ([("pod", "shop/cart")], 0),
        ] {
            let observer = store.observer(readersCatalog: FlowCatalog())
            let sums = try observer.sums(question(items.map { (name: $0.0, value: $0.1) }), ReadingBudget())
            #expect(sums.groups.reduce(0) { $0 + $1.flows } == expected, "\(items)")
            // A catalog that lacks all of the store's names.
            let nameless = FlowObserver(
                catalog: FlowCatalog(), ring: BroadcastRing(capacity: 2, start: 1_001), losses: LossLedger(),
                history: .init(directory: store.directory) { 1_000 })
            let unnamed = try nameless.sums(question(items.map { (name: $0.0, value: $0.1) }), ReadingBudget())
            #expect(unnamed.groups.first?.flows == (items.count == 2 ? 1_000 : nil), "\(items)")
        }
    }

    @Test("tells what is held, and the gaps that touch the times asked for")
    func coverage() throws {
        let store = try Store()
        var question = try question()
        question.times = 500...1_000
        let near = try store.observer().sums(question, ReadingBudget())
        #expect(near.coverage.held == 10...10_000)
        #expect(near.coverage.losses.map(\.count) == [5])
        #expect(near.groups.map(\.flows) == [51])
        question.times = 5_000...6_000
        #expect(try store.observer().sums(question, ReadingBudget()).coverage.losses.isEmpty)
    }

    @Test("counts the flows of more groups than are allowed")
    func groupBound() throws {
        let sums = try Store(endpoints: 20).observer().sums(
            question(by: [.sourceEndpoint], mostGroups: 3), ReadingBudget())
        #expect(sums.groups.count == 3)
        #expect(sums.groups.map(\.flows) == [50, 50, 50])
        #expect(sums.ungroupedFlows == 850)
    }

    @Test("out of time, tells up to when flows are not all counted, and counts what is newer")
    func outOfTime() throws {
        let store = try Store()
        let none = try store.observer().sums(question(), ReadingBudget(time: .zero))
        #expect(none.groups.isEmpty)
        #expect(none.coverage.unreadUntil == 10_000)
        let newest = Store.flow(1_001, 4, store.catalog)
        let ring = BroadcastRing<Flow>(capacity: 2, start: 1_001)
        var writer = BroadcastWriter(ring)
        writer.append([newest].span)
        let some = try store.observer(ring: ring).sums(question(), ReadingBudget(time: .zero))
        #expect(some.groups.map(\.bytes) == [1_001])
        #expect(some.coverage.unreadUntil == 10_000)
        #expect(some.coverage.held == 10...10_010)
    }

    @Test("Without a store the ring's flows are summed up, and gaps come from the ledger")
    func ringAlone() throws {
        let catalog = FlowCatalog()
        let ring = BroadcastRing<Flow>(capacity: 64, start: 1)
        var writer = BroadcastWriter(ring)
        for number in 1...100 {
            let flow = [Store.flow(UInt64(number), 4, catalog)]
            writer.append(flow.span)
        }
        let ledger = LossLedger()
        ledger.record(LostEvent(place: .kernelRingBuffer, count: 7, firstNanoseconds: 40, lastNanoseconds: 50))
        let observer = FlowObserver(catalog: catalog, ring: ring, losses: ledger, history: nil)
        let sums = try observer.sums(
            question([("verdict", "DROPPED")].map { (name: $0.0, value: $0.1) }), ReadingBudget())
        #expect(sums.groups.map(\.flows) == [16])
        #expect(sums.coverage.held == 370...1_000)
        #expect(sums.coverage.losses.map(\.count) == [7])
    }

    @Test("A question for flows that is cancelled reads no further block, however little the filter lets through")
    func cancelledFlows() throws {
        let store = try Store()
        var request = FlowRequest()
        request.since = 0
        let answer = store.observer().answer(to: request)
        var flows: [Flow] = []
        var losses: [LostEvent] = []
        guard case .more = try answer.step(into: &flows, losses: &losses, limit: 10) else {
            Issue.record("there is more")
            return
        }
        answer.cancel()
        guard case .end = try answer.step(into: &flows, losses: &losses, limit: 10_000) else {
            Issue.record("a cancelled answer goes on")
            return
        }
        #expect(flows.count == 10)
    }
}

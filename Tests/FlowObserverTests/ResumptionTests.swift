import FlowCatalog
import FlowFilter
import FlowHistory
import FlowModel
import FlowObserver
import FlowRing
import Foundation
import Synchronization
import SystemRuntime
import Testing

/// One server after the other on the same store.
private final class Runs: @unchecked Sendable {
    // @unchecked: the test that has it uses it from one task.
    let directory = FileManager.default.temporaryDirectory.appending(path: "apus-runs-\(UUID().uuidString)").path()
    private(set) var observer: FlowObserver!
    let losses = LossLedger()
    /// How often it was looked how far the store is.
    let looks = Atomic(0)
    private var ring: BroadcastWriter<Flow>!
    private var store: HistoryWriter!
    private(set) var next: UInt64 = 0

    init() throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try begin()
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    func begin(ringCapacity: Int = 16) throws {
        let catalog = FlowCatalog()
        let writer = try HistoryWriter(HistorySettings(directory: directory), catalog: catalog)
        try writer.beginRun()
        next = writer.nextSequence
        let flows = BroadcastRing<Flow>(capacity: ringCapacity, start: next)
        let status = writer.status
        observer = FlowObserver(
            catalog: catalog, ring: flows, losses: losses,
            history: .init(directory: directory) { [unowned self] in
                looks.add(1, ordering: .relaxed)
                return status.storedThrough
            })
        ring = BroadcastWriter(flows)
        store = consume writer
        try store.commit()
    }

    /// As SIGKILL does it: what is not stored is gone.
    func kill() { store = nil }

    func close() throws {
        let writer = store.take()!
        try writer.close()
    }

    /// Flows whose time is now, in their order.
    @discardableResult
    func make(_ count: Int, stored: Bool = true) throws -> [UInt64] {
        let first = next
        for _ in 0..<count {
            var flow = Flow()
            flow.sequence = next
            flow.timeNanoseconds = SystemClock.realtimeNanoseconds()
            let one = [flow]
            ring.append(one.span)
            if stored { store.append(one.span) }
            next += 1
        }
        if stored { try store.commit() }
        return Array(first..<next)
    }

    /// What who has the flows up to `sequence` gets when he comes back.
    func resume(after sequence: UInt64) throws -> (sequences: [UInt64], losses: [LostEvent]) {
        var request = FlowRequest()
        request.after = sequence
        let answer = observer.answer(to: request)
        var flows: [Flow] = []
        var losses: [LostEvent] = []
        while case .more = try answer.step(into: &flows, losses: &losses, limit: 7) {}
        return (flows.map(\.sequence), losses)
    }
}

@Suite("Who comes back with the sequence of his last flow")
struct ResumptionTests {
    @Test("gets all flows behind it, from store and ring, and is told of no loss")
    func plain() throws {
        let runs = try Runs()
        let flows = try runs.make(100)
        for after in [0, 1, 50, 83, 84, 85, 99, 100] as [UInt64] {
            let result = try runs.resume(after: after)
            #expect(result.sequences == flows.filter { $0 > after }, "after \(after)")
            #expect(result.losses.isEmpty, "after \(after)")
        }
    }

    @Test("gets them also when the server was closed and started in between, without a jump")
    func closed() throws {
        let runs = try Runs()
        let before = try runs.make(40)
        try runs.close()
        try runs.begin()
        let flows = before + (try runs.make(30))
        #expect(flows == Array(1...70))
        for after in [10, 39, 40, 41, 69, 70] as [UInt64] {
            let result = try runs.resume(after: after)
            #expect(result.sequences == flows.filter { $0 > after }, "after \(after)")
            #expect(result.losses.isEmpty, "after \(after)")
        }
    }

    @Test("gets each flow once when the server was killed, and is told that some may be lost; no sequence comes again")
    func killed() throws {
        let runs = try Runs()
        let stored = try runs.make(40)
        let published = try runs.make(10, stored: false)
        runs.kill()
        try runs.begin()
        let later = try runs.make(30)
        #expect(later[0] > published.last!)
        for after in [10, 39, 40, 45, 50] as [UInt64] {
            let result = try runs.resume(after: after)
            #expect(result.sequences == (stored + later).filter { $0 > after }, "after \(after)")
            #expect(result.losses.map(\.place) == [.history], "after \(after)")
            #expect(result.losses.map(\.count) == [0], "after \(after)")
        }
        #expect(try runs.resume(after: later[5]).losses.isEmpty)
    }

    @Test("is not kept waiting by the sequences that nobody has, whether flows came since or not")
    func jump() throws {
        let runs = try Runs()
        try runs.make(5)
        runs.kill()
        try runs.begin()
        let asked = runs.looks.load(ordering: .relaxed)
        #expect(try runs.resume(after: 3).sequences == [4, 5])
        var newest = FlowRequest()
        newest.last = 3
        let answer = runs.observer.answer(to: newest)
        var flows: [Flow] = []
        var losses: [LostEvent] = []
        while case .more = try answer.step(into: &flows, losses: &losses, limit: 7) {}
        #expect(flows.map(\.sequence) == [3, 4, 5])
        // Who waits for a store that will never have them looks a hundred times.
        #expect(runs.looks.load(ordering: .relaxed) - asked < 20)
    }

    @Test("is told of what was lost on the way to the ring while he was away, and not of what he knows")
    func away() throws {
        let runs = try Runs()
        func lose(_ count: UInt64) {
            let now = SystemClock.realtimeNanoseconds()
            runs.losses.record(
                LostEvent(place: .kernelRingBuffer, count: count, firstNanoseconds: now, lastNanoseconds: now))
        }
        lose(7)
        let flows = try runs.make(60)
        lose(9)
        for after in [flows[2], flows[58]] {
            #expect(try runs.resume(after: after).losses.map(\.count) == [9], "after \(after)")
        }
        #expect(try runs.resume(after: 0).losses.map(\.count) == [7, 9])
    }
}

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

/// A store and a ring in front of it, filled by hand.
private final class Bench {
    let directory = FileManager.default.temporaryDirectory.appending(path: "apus-observer-\(UUID().uuidString)").path()
    let catalog = FlowCatalog()
    let ring: BroadcastRing<Flow>
    let observer: FlowObserver
    private var ringWriter: BroadcastWriter<Flow>
    private var store: HistoryWriter?
    private var next: UInt64

    init(ringCapacity: Int, withStore: Bool = true) throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let writer = try HistoryWriter(HistorySettings(directory: directory), catalog: catalog)
        next = writer.nextSequence
        ring = BroadcastRing(capacity: ringCapacity, start: next)
        ringWriter = BroadcastWriter(ring)
        let status = writer.status
        observer = FlowObserver(
            catalog: catalog, ring: ring, losses: LossLedger(),
            history: withStore ? .init(directory: directory) { status.storedThrough } : nil)
        store = consume writer
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    /// Flows whose time is 1,000 × their sequence; every third is dropped.
    func make(_ count: Int, stored: Bool = true) throws {
        for _ in 0..<count {
            var flow = Flow()
            flow.sequence = next
            flow.timeNanoseconds = next * 1_000
            flow.kind = next % 3 == 0 ? .drop : .trace
            flow.verdict = next % 3 == 0 ? .dropped : .forwarded
            let one = [flow]
            ringWriter.append(one.span)
            store!.append(one.span)
            next += 1
        }
        if stored { try store!.commit() }
    }

    func store(_ loss: LostEvent) throws { store!.append(loss: loss) }

    func ask(_ change: (inout FlowRequest) -> Void) -> FlowAnswer {
        var request = FlowRequest()
        change(&request)
        return observer.answer(to: request)
    }

    /// All steps until the end or until it has caught up.
    func take(_ answer: FlowAnswer, limit: Int = 7) throws -> (sequences: [UInt64], losses: [LostEvent]) {
        var flows: [Flow] = []
        var losses: [LostEvent] = []
        while case .more = try answer.step(into: &flows, losses: &losses, limit: limit) {}
        return (flows.map(\.sequence), losses)
    }
}

@Suite struct FlowObserverTests {
    @Test("All flows come once and in order, although the ring has forgotten the older ones")
    func seam() throws {
        let bench = try Bench(ringCapacity: 16)
        try bench.make(100)
        let result = try bench.take(bench.ask { $0.since = 0 })
        #expect(result.sequences == Array(1...100))
        #expect(result.losses.isEmpty)
    }

    @Test("Flows that are not yet on disk come from the ring")
    func notYetStored() throws {
        let bench = try Bench(ringCapacity: 64)
        try bench.make(50)
        try bench.make(20, stored: false)
        #expect(try bench.take(bench.ask { $0.since = 0 }).sequences == Array(1...70))
        #expect(try bench.take(bench.ask { $0.last = 30 }).sequences == Array(41...70))
    }

    @Test("last gives the newest, oldest first, out of ring and store")
    func last() throws {
        let bench = try Bench(ringCapacity: 16)
        try bench.make(100)
        #expect(try bench.take(bench.ask { $0.last = 5 }).sequences == Array(96...100))
        #expect(try bench.take(bench.ask { $0.last = 40 }).sequences == Array(61...100))
        #expect(try bench.take(bench.ask { $0.last = 1_000 }).sequences == Array(1...100))
    }

    @Test("last gives as many as it says, also of more than are held in memory for it")
    func lastOfMany() throws {
        let bench = try Bench(ringCapacity: 1_024)
        for _ in 0..<3 { try bench.make(30_000) }
        for count in [70_000, 100_000] {
            let sequences = try bench.take(bench.ask { $0.last = count }, limit: 1_024).sequences
            let isRight = sequences == Array(max(1, 90_001 - count)...90_000).map(UInt64.init)
            #expect(isRight, "last \(count): \(sequences.count), from \(sequences.first ?? 0) on")
        }
    }

    @Test("last and first count only what the filter lets through")
    func filtered() throws {
        let bench = try Bench(ringCapacity: 16)
        try bench.make(100)
        let dropped = try FlowRequest(queryItems: [("verdict", "DROPPED")], now: 0).filter
        let newest = bench.ask {
            $0.last = 8
            $0.filter = dropped
        }
        #expect(try bench.take(newest).sequences == [78, 81, 84, 87, 90, 93, 96, 99])
        let oldest = bench.ask {
            $0.first = 4
            $0.filter = dropped
        }
        #expect(try bench.take(oldest).sequences == [3, 6, 9, 12])
    }

    @Test("since and until are exact and include their bounds")
    func bounds() throws {
        let bench = try Bench(ringCapacity: 16)
        try bench.make(100)
        let answer = bench.ask {
            $0.since = 20_000
            $0.until = 90_000
        }
        #expect(try bench.take(answer).sequences == Array(20...90))
        let newest = bench.ask {
            $0.since = 20_001
            $0.until = 30_999
            $0.last = 100
        }
        #expect(try bench.take(newest).sequences == Array(21...30))
    }

    @Test("An answer that does not follow ends with the flows of its beginning")
    func bounded() throws {
        let bench = try Bench(ringCapacity: 64)
        try bench.make(10)
        let answer = bench.ask { $0.first = 1_000 }
        try bench.make(10)
        #expect(try bench.take(answer).sequences == Array(1...10))
    }

    @Test("A follower that starts in the past comes through store and ring to the present without a gap")
    func followFromThePast() throws {
        let bench = try Bench(ringCapacity: 16)
        try bench.make(60)
        let answer = bench.ask {
            $0.since = 0
            $0.follow = true
        }
        var flows: [Flow] = []
        var losses: [LostEvent] = []
        // While it reads the store, the ring goes round twice.
        _ = try answer.step(into: &flows, losses: &losses, limit: 10)
        try bench.make(40)
        while case .more = try answer.step(into: &flows, losses: &losses, limit: 10) {}
        try bench.make(5)
        while case .more = try answer.step(into: &flows, losses: &losses, limit: 10) {}
        #expect(flows.map(\.sequence) == Array(1...105))
        #expect(losses.isEmpty)
    }

    @Test("A follower without a start sees only what comes")
    func followNow() throws {
        let bench = try Bench(ringCapacity: 16)
        try bench.make(20)
        let answer = bench.ask { $0.follow = true }
        #expect(try bench.take(answer).sequences == [])
        try bench.make(3)
        #expect(try bench.take(answer).sequences == [21, 22, 23])
    }

    @Test("A live follower that is overtaken is told how many it missed, and so is the total")
    func overtaken() throws {
        let bench = try Bench(ringCapacity: 16)
        let answer = bench.ask { $0.follow = true }
        _ = try bench.take(answer)
        try bench.make(50)
        let result = try bench.take(answer)
        #expect(result.sequences == Array(35...50))
        #expect(result.losses.map(\.count) == [34])
        #expect(result.losses.map(\.place) == [.flowRing])
        #expect(bench.observer.lostByFollowers == 34)
    }

    @Test("Without a store the ring is all there is, and what it never promised is not lost")
    func withoutStore() throws {
        let bench = try Bench(ringCapacity: 16, withStore: false)
        try bench.make(100)
        let result = try bench.take(bench.ask { $0.since = 0 })
        #expect(result.sequences == Array(85...100))
        #expect(result.losses.isEmpty)
    }

    @Test("A filter that skips flows has lost nothing")
    func skipping() throws {
        let bench = try Bench(ringCapacity: 64)
        let nothing = try FlowRequest(queryItems: [("verdict", "AUDIT")], now: 0).filter
        let answer = bench.ask {
            $0.follow = true
            $0.filter = nothing
        }
        try bench.make(40)
        let result = try bench.take(answer)
        #expect(result.sequences.isEmpty && result.losses.isEmpty)
    }

    @Test("An answer out of the store begins with the gaps that the store knows in its interval, each once")
    func storedLosses() throws {
        let bench = try Bench(ringCapacity: 16)
        let loss = LostEvent(place: .kernelRingBuffer, count: 9, firstNanoseconds: 20_000, lastNanoseconds: 21_000)
        try bench.store(loss)
        try bench.make(100)
        #expect(try bench.take(bench.ask { $0.since = 0 }).losses == [loss])
        #expect(try bench.take(bench.ask { $0.since = 30_000 }).losses == [])
    }

    @Test("Losses that are recorded while a client follows reach it once")
    func recordedLosses() throws {
        let bench = try Bench(ringCapacity: 16)
        let answer = bench.ask { $0.follow = true }
        let loss = LostEvent(place: .kernelRingBuffer, count: 9, firstNanoseconds: 1, lastNanoseconds: 2)
        bench.observer.losses.record(loss)
        #expect(try bench.take(answer).losses == [loss])
        #expect(try bench.take(answer).losses == [])
    }
}

import FlowCatalog
import FlowHistory
import FlowModel
import Foundation
import HistoryFaults
import Testing

@Suite("A clock that jumps back and forth")
struct ClockTests {
    private static let hour: UInt64 = 3_600_000_000_000
    private static let start = Flow.scripted(1).timeNanoseconds

    /// Flows whose clock is set now and then, by up to two days.
    private func flows(_ count: UInt64, _ random: inout Seeded) -> [Flow] {
        var clock = Self.start
        return (1...count).map { sequence in
            var flow = Flow.scripted(sequence)
            if random.next() % 40 == 0 { clock = Self.start - 24 * Self.hour + random.next() % (48 * Self.hour) }
            clock += random.next() % 1_000_000
            flow.timeNanoseconds = clock
            return flow
        }
    }

    private func write(_ flows: [Flow], _ store: FaultStore) throws -> HistoryWriter {
        let catalog = FlowCatalog()
        catalog.internScripted(through: UInt64(flows.count))
        var settings = faultSettings(store.directory)
        settings.maximumAge = .seconds(6 * 3600)
        var writer = try HistoryWriter(settings, catalog: catalog)
        for start in stride(from: 0, to: flows.count, by: 50) {
            writer.append(flows[start..<min(start + 50, flows.count)].span)
            try writer.commit()
        }
        return writer
    }

    @Test("changes neither the order of flows nor which of them lie in an interval")
    func intervals() throws {
        var random = Seeded(1)
        let flows = flows(700, &random)
        let store = FaultStore()
        let writer = try write(flows, store)
        var reader = try HistoryReader(directory: store.directory)
        for _ in 0..<100 {
            let low = Self.start - 25 * Self.hour + random.next() % (50 * Self.hour)
            let times = low...low + random.next() % (10 * Self.hour)
            let expected = flows.filter { times.contains($0.timeNanoseconds) }.map(\.sequence)
            #expect(try sequences(&reader, .ascending, times) == expected)
            #expect(try sequences(&reader, .descending, times) == expected.reversed())
        }
        try writer.close()
    }

    private func sequences(
        _ reader: inout HistoryReader, _ order: HistoryCursor.Order, _ times: ClosedRange<UInt64>
    ) throws -> [UInt64] {
        var cursor = reader.cursor(order: order, times: times)
        var sequences: [UInt64] = []
        while let flows = try reader.next(&cursor) { sequences += flows.map(\.sequence) }
        return sequences
    }

    @Test("lets retention delete only from the old end, no flow unless it or one after it is too old; sequences go on")
    func retention() throws {
        var random = Seeded(2)
        let flows = flows(700, &random)
        let store = FaultStore()
        var writer = try write(flows, store)
        var oldest: UInt64 = 1
        let then = ContinuousClock.now
        for round in 0..<20 {
            let now = Self.start - 30 * Self.hour + random.next() % (60 * Self.hour)
            let instant = then + .seconds(round * 7200)
            while try writer.applyRetention(now: now, at: instant).hasMore {}
            while try writer.applyRetention(now: now + Self.hour, at: instant + .seconds(3600)).hasMore {}
            var reader = try HistoryReader(directory: store.directory)
            let left = try sequences(&reader, .ascending, 0...(.max))
            let first = left.first ?? 701
            #expect(first >= oldest && left == Array(first..<701))
            if first > oldest {
                let oldestAfter = flows[Int(first - 2)...].map(\.timeNanoseconds).min() ?? 0
                #expect(oldestAfter < now - 5 * Self.hour)
            }
            oldest = first
        }
        #expect(oldest > 100)
        try writer.close()
        let again = try HistoryWriter(faultSettings(store.directory), catalog: FlowCatalog())
        #expect(again.nextSequence == 701)
    }
}

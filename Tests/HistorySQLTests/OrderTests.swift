import FlowModel
import HistorySQL
import SQLiteRuntime
import Testing

@Suite struct OrderTests {
    private func check(_ store: Store) throws {
        let byTime = store.flows.sorted { ($0.timeNanoseconds, $0.sequence) < ($1.timeNanoseconds, $1.sequence) }
            .map { Int64($0.sequence) }
        let drops = Set(store.sequences { $0.verdict == .dropped })
        let database = try HistoryDatabase(directory: store.directory)
        func numbers(_ rest: String) throws -> [Int64] {
            try database.rows("SELECT sequence FROM flows \(rest)").map { row in
                if case .integer(let number) = row[0] { number } else { -1 }
            }
        }
        #expect(try numbers("ORDER BY time, sequence") == byTime)
        #expect(try numbers("ORDER BY time DESC, sequence DESC") == byTime.reversed())
        #expect(try numbers("ORDER BY time_ns DESC, sequence DESC LIMIT 700") == Array(byTime.reversed().prefix(700)))
        #expect(try numbers("ORDER BY sequence DESC") == byTime.sorted(by: >))
        let droppedByTime = byTime.filter { drops.contains($0) }
        #expect(try numbers("WHERE verdict = 'DROPPED' ORDER BY time, sequence") == droppedByTime)
        #expect(
            try numbers("WHERE verdict = 'DROPPED' ORDER BY time DESC, sequence DESC LIMIT 9")
                == Array(droppedByTime.reversed().prefix(9)))
    }

    @Test("Rows are sorted by time though the store has them a little out of order")
    func interleaved() throws {
        let store = try Store(flows: 2_000)
        #expect(
            store.flows.indices.dropFirst().contains {
                store.flows[$0].timeNanoseconds < store.flows[$0 - 1].timeNanoseconds
            })
        try check(store)
    }

    @Test("Rows are sorted by time though the clock was set back")
    func clockSetBack() throws {
        try check(
            Store(flows: 2_000) { flows, _ in
                for index in flows.indices.dropFirst(flows.count / 2) {
                    flows[index].timeNanoseconds -= 1_500_000_000_000
                }
            })
    }

    @Test("Rows of equal times are sorted by sequence, and come once")
    func equalTimes() throws {
        try check(
            Store(flows: 2_000) { flows, _ in
                for index in flows.indices { flows[index].timeNanoseconds = Store.start + UInt64(index % 3) }
            })
    }

    @Test("The plan says that SQLite need not sort")
    func plan() throws {
        let store = try Store(flows: 10)
        for order in ["time", "time DESC", "time_ns, sequence", "sequence", "sequence DESC, verdict"] {
            let plan = try store.rows("EXPLAIN QUERY PLAN SELECT * FROM flows ORDER BY \(order)")
            #expect(plan.count == 1, "\(order): \(plan)")
        }
        for order in ["verdict", "time, verdict", "time, sequence DESC", "time COLLATE NOCASE"] {
            let plan = try store.rows("EXPLAIN QUERY PLAN SELECT * FROM flows ORDER BY \(order)")
            #expect(plan.count == 2, "\(order): \(plan)")
        }
    }
}

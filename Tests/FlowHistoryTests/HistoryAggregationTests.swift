import FlowCatalog
import FlowModel
import Testing

@testable import FlowHistory

@Suite("An aggregation of history")
struct HistoryAggregationTests {
    private let store = TemporaryStore()
    private let flows = likelyFlows(3000)

    init() throws {
        let settings = store.settings { ($0.blockFlows, $0.partitionPeriod) = (256, .milliseconds(8)) }
        var writer = try HistoryWriter(settings, catalog: FlowCatalog())
        for start in stride(from: 0, to: flows.count, by: 61) {
            writer.append(flows[start..<min(start + 61, flows.count)])
            try writer.commit()
        }
        try writer.close()
    }

    private func check(
        _ fields: [FlowField], times: ClosedRange<UInt64>? = nil, filter: ColumnFilter = ColumnFilter(),
        _ isWanted: (Flow) -> Bool = { _ in true }, _ values: (Flow) -> [UInt64]
    ) throws {
        var expected: [[UInt64]: FlowAggregate] = [:]
        for flow in flows where isWanted(flow) && times?.contains(flow.timeNanoseconds) ?? true {
            let key = values(flow)
            let none = FlowAggregate(values: key, flows: 0, bytes: 0, packets: 0, firstTime: .max, lastTime: 0)
            var sum = expected[key, default: none]
            sum.flows += 1
            sum.bytes += flow.bytes
            sum.packets += UInt64(flow.packets)
            sum.firstTime = min(sum.firstTime, flow.timeNanoseconds)
            sum.lastTime = max(sum.lastTime, flow.timeNanoseconds)
            expected[key] = sum
        }
        var reader = try HistoryReader(directory: store.directory)
        let result = try reader.aggregate(by: fields, times: times, filter: filter)
        #expect(result.ungroupedFlows == 0)
        #expect(result.damagedBlocks == 0)
        #expect(Dictionary(uniqueKeysWithValues: result.groups.map { ($0.values, $0) }) == expected)
    }

    @Test("counts flows, bytes and packets and tells the first and last time of each group, as flow by flow")
    func sums() throws {
        try check([]) { _ in [] }
        try check([.verdict, .kind, .dropReason, .direction, .ipProtocol]) {
            [
                UInt64($0.verdict.rawValue), UInt64($0.kind.rawValue), UInt64($0.dropReason.rawValue),
                UInt64($0.direction.rawValue), UInt64($0.ipProtocol.rawValue),
            ]
        }
        try check([.sourceEndpoint, .destinationEndpoint, .verdict]) {
            [UInt64($0.sourceEndpoint), UInt64($0.destinationEndpoint), UInt64($0.verdict.rawValue)]
        }
        try check([.sourceIdentity, .destinationIdentity, .destinationPort]) {
            [UInt64($0.sourceIdentity), UInt64($0.destinationIdentity), UInt64($0.destinationPort)]
        }
        try check([.sourcePort, .rule, .kernelReason]) {
            [UInt64($0.sourcePort), UInt64($0.rule), UInt64($0.kernelReason)]
        }
        try check([.time(everyNanoseconds: 1_000_000)]) { [$0.timeNanoseconds - $0.timeNanoseconds % 1_000_000] }
    }

    @Test("keeps to its times and its filter, and reads drops by themselves")
    func filtered() throws {
        let times = (Flow.startNanoseconds + 3_333_333)...(Flow.startNanoseconds + 20_000_001)
        try check([.sourceEndpoint], times: times, filter: .verdicts(.dropped), { $0.verdict == .dropped }) {
            [UInt64($0.sourceEndpoint)]
        }
        try check([.sourceEndpoint], times: times, filter: .verdicts(.dropped, .forwarded)) {
            [UInt64($0.sourceEndpoint)]
        }
    }

    @Test("of more groups than are allowed counts the flows of the others")
    func limit() throws {
        var reader = try HistoryReader(directory: store.directory)
        let result = try reader.aggregate(by: [.sourcePort], mostGroups: 10)
        #expect(result.groups.count == 10)
        #expect(result.ungroupedFlows + result.groups.reduce(0) { $0 + $1.flows } == 3000)
    }

    @Test("is the same in either order")
    func descending() throws {
        var reader = try HistoryReader(directory: store.directory)
        func sums(_ order: HistoryCursor.Order, _ filter: ColumnFilter) throws -> [[UInt64]: FlowAggregate] {
            var cursor = reader.cursor(order: order, sequences: 100...2_800, filter: filter)
            var table = GroupTable([.sourceEndpoint, .serverPort], limit: 10_000)
            try reader.aggregate(&cursor, into: &table)
            return Dictionary(uniqueKeysWithValues: table.groups.map { ($0.values, $0) })
        }
        for filter in [ColumnFilter(), .verdicts(.dropped)] {
            let ascending = try sums(.ascending, filter)
            #expect(!ascending.isEmpty)
            #expect(try sums(.descending, filter) == ascending)
        }
    }

    @Test(
        "Blocks and flows are read until the budget is spent, which tells where, though the filter lets nothing through"
    )
    func budget() throws {
        var reader = try HistoryReader(directory: store.directory)
        let nothing = ColumnFilter(anyOf: [ColumnConditions(facts: [[.verdict(.forwarded)], [.kind(.drop)]])])
        for order in [HistoryCursor.Order.ascending, .descending] {
            let budget = ReadingBudget()
            var cursor = reader.cursor(order: order, budget: budget)
            let batch = try reader.next(&cursor)
            #expect(batch != nil && cursor.unreadUntil == nil)
            budget.cancel()
            #expect(try reader.next(&cursor) == nil)
            #expect(cursor.unreadUntil != nil)
            var unread = reader.cursor(order: order, filter: nothing, budget: ReadingBudget(time: .zero))
            #expect(try reader.next(&unread) == nil && unread.unreadUntil != nil)
            var table = GroupTable([], limit: 1)
            var summed = reader.cursor(order: order, budget: ReadingBudget(time: .zero))
            try reader.aggregate(&summed, into: &table)
            #expect(table.groups.isEmpty && summed.unreadUntil != nil)
        }
    }
}

import FlowHistory
import SQLiteRuntime

/// `flows`: a row for each flow of the store.
final class FlowsTable: VirtualTable {
    let name = "flows"
    let columns = FlowsColumn.all.map(\.column)
    private let store: FlowStore

    init(_ store: FlowStore) { self.store = store }

    func plan(_ question: TableQuestion) -> TablePlan {
        let flows = Double(max(1, store.flows))
        let conditions = question.conditions.filter(isUseful)
        var (rows, read) = (flows, flows)
        for condition in conditions {
            guard let narrowing = FlowsColumn.all[condition.column].narrowing else { continue }
            rows *= narrowing.share
            if narrowing.isOfTimes { read *= narrowing.share }
        }
        var plan = TablePlan(rows: max(1, rows), cost: 100 + rows + read * Self.costOfPassing)
        plan.conditions = conditions
        if Self.scanOrder(question.order) != nil { plan.order = question.order }
        plan.summary = summary(plan)
        return plan
    }

    /// What a flow costs that the store passes over, in the units of one that is given.
    private static let costOfPassing = 0.05

    private func isUseful(_ condition: TableQuestion.Condition) -> Bool {
        switch FlowsColumn.all[condition.column].narrowing {
        case .none: false
        case .time, .timeNanoseconds, .sequence: condition.isInColumnsOrder
        default: condition.isInColumnsOrder && condition.comparison == .equal
        }
    }

    private func summary(_ plan: TablePlan) -> String {
        let conditions = plan.conditions.map { condition in
            "\(columns[condition.column].name) \(condition.isList ? "IN" : condition.comparison.rawValue) ?"
        }
        let order = plan.order.flatMap(Self.scanOrder).map { ["ORDER BY " + $0.text] } ?? []
        return (conditions + order).joined(separator: ", ")
    }

    func cursor() throws(VirtualTableError) -> any VirtualCursor { FlowsCursor(store) }

    // MARK: Order

    private static let time = FlowsColumn.index("time")
    private static let timeNanoseconds = FlowsColumn.index("time_ns")
    private static let sequence = FlowsColumn.index("sequence")

    /// How to scan for rows that are sorted so; nil when SQLite must sort them.
    static func scanOrder(_ order: [TableQuestion.Order]) -> FlowScan.Order? {
        guard let first = order.first else { return nil }
        // As no two flows have the same sequence, what follows it does not matter.
        if first.column == sequence { return .stored(isDescending: first.isDescending) }
        let isByTime = first.column == time || first.column == timeNanoseconds
        let rest = order.dropFirst().first
        guard isByTime, rest.map({ $0 == .init(column: sequence, isDescending: first.isDescending) }) ?? true else {
            return nil
        }
        return .time(isDescending: first.isDescending)
    }
}

extension FlowScan.Order {
    fileprivate var text: String {
        switch self {
        case .stored(let isDescending): isDescending ? "sequence DESC" : "sequence"
        case .time(let isDescending): isDescending ? "time DESC" : "time"
        }
    }
}

/// What SQLite would like to know of a table's rows.
package struct TableQuestion: Sendable {
    package enum Comparison: String, Sendable {
        case equal = "=", less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">="
    }

    /// A comparison of a column with something that is known when a cursor starts. `IN` is a comparison for equality
    /// with a list.
    package struct Condition: Sendable, Equatable {
        package var column: Int
        package var comparison: Comparison
        package var isList: Bool
        /// Texts are compared in the column's own order, not in another one that the statement asks for.
        package var isInColumnsOrder: Bool
        /// Where SQLite has it.
        let place: Int
    }

    package struct Order: Sendable, Equatable {
        package var column: Int
        package var isDescending: Bool

        package init(column: Int, isDescending: Bool) { (self.column, self.isDescending) = (column, isDescending) }
    }

    package internal(set) var conditions: [Condition] = []
    /// How the rows shall be sorted, the first column first; empty if it does not matter.
    package internal(set) var order: [Order] = []
}

/// How a table would give its rows.
package struct TablePlan: Sendable, Equatable {
    /// The conditions whose values `VirtualCursor.start` is given, in this order.
    package var conditions: [TableQuestion.Condition] = []
    /// The rows come in this order; SQLite need not sort them if it asked for it. nil: in any.
    package var order: [TableQuestion.Order]?
    /// About so many rows are given.
    package var rows: Double
    /// In units of what giving a row costs.
    package var cost: Double
    /// One row at most.
    package var isUnique = false
    /// For EXPLAIN QUERY PLAN.
    package var summary = ""

    package init(rows: Double, cost: Double) {
        (self.rows, self.cost) = (rows, cost)
    }
}

import SQLiteRuntime

/// A small table, all rows of which are made when it is read.
final class ListTable: VirtualTable {
    let name: String
    let columns: [VirtualColumn]
    /// What the first column has in the first row, if it rises by 1 from row to row.
    private let firstNumber: Int?
    private let rows: () throws(VirtualTableError) -> [[SQLValue]]

    init(
        _ name: String, firstNumber: Int? = nil, _ columns: [VirtualColumn],
        _ rows: @escaping () throws(VirtualTableError) -> [[SQLValue]]
    ) {
        (self.name, self.columns, self.firstNumber, self.rows) = (name, columns, firstNumber, rows)
    }

    func plan(_ question: TableQuestion) -> TablePlan {
        guard firstNumber != nil,
            let number = question.conditions.first(where: {
                $0.column == 0 && $0.comparison == .equal && !$0.isList
            })
        else { return TablePlan(rows: Self.likelyRows, cost: Self.likelyRows) }
        var plan = TablePlan(rows: 1, cost: 1)
        plan.conditions = [number]
        plan.isUnique = true
        plan.summary = "\(columns[0].name) = ?"
        return plan
    }

    private static let likelyRows = 1_000.0

    func cursor() throws(VirtualTableError) -> any VirtualCursor { ListCursor(try rows(), firstNumber ?? 0) }
}

private final class ListCursor: VirtualCursor {
    private let rows: [[SQLValue]]
    private let firstNumber: Int
    private var range = 0..<0

    init(_ rows: [[SQLValue]], _ firstNumber: Int) { (self.rows, self.firstNumber) = (rows, firstNumber) }

    func start(_ plan: TablePlan, _ values: [[SQLValue]]) {
        range = rows.indices
        if case .integer(let number) = values.first?.first {
            let place = Int(number).subtractingReportingOverflow(firstNumber).partialValue
            range = rows.indices.contains(place) ? place..<place + 1 : 0..<0
        }
    }

    func advance() { range = range.dropFirst() }
    var isAtEnd: Bool { range.isEmpty }
    var rowID: Int64 { Int64(range.lowerBound) }
    func tell(_ column: Int, _ result: borrowing ColumnResult) { result.set(rows[range.lowerBound][column]) }
}

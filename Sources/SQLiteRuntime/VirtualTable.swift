/// A table for reading whose rows Swift code makes when SQLite asks for them.
///
/// ```swift
/// try connection.add(FlowsTable(store))
/// var rows = try connection.prepare("SELECT verdict, count(*) FROM flows GROUP BY verdict")
/// ```
///
/// SQLite first asks for a `plan`, perhaps several times with different conditions at hand, and then runs cursors by
/// the one that it likes best. All calls come from the thread that uses the connection.
package protocol VirtualTable: AnyObject {
    /// What SQL calls it.
    var name: String { get }
    var columns: [VirtualColumn] { get }

    /// Which of the conditions the table can use to give fewer rows, and what that costs. SQLite judges each row again,
    /// so a plan may give too many rows, never too few.
    func plan(_ question: TableQuestion) -> TablePlan

    func cursor() throws(VirtualTableError) -> any VirtualCursor
}

/// A column as SQL sees it.
package struct VirtualColumn: Sendable, Equatable {
    package enum Kind: String, Sendable { case integer = "INTEGER", text = "TEXT" }

    package var name: String
    package var kind: Kind
    /// Name of the order in which texts are compared (`Connection.addTextOrder`); nil: by their bytes.
    package var textOrder: String?

    package init(_ name: String, _ kind: Kind, textOrder: String? = nil) {
        (self.name, self.kind, self.textOrder) = (name, kind, textOrder)
    }
}

/// A walk over a table's rows.
package protocol VirtualCursor: AnyObject {
    /// Goes to the first row. May be called again, for other values.
    ///
    /// - Parameter values: for each condition that the plan uses, what the column is compared with: one value, or those
    ///   of a list.
    func start(_ plan: TablePlan, _ values: [[SQLValue]]) throws(VirtualTableError)
    func advance() throws(VirtualTableError)
    var isAtEnd: Bool { get }
    /// The current row's number, which no other row of the table has.
    var rowID: Int64 { get }
    /// Tells the current row's value of a column; NULL if it tells none.
    func tell(_ column: Int, _ result: borrowing ColumnResult)
}

/// Why a virtual table gives no rows.
package struct VirtualTableError: Error {
    package var code: SQLiteError.Code
    package var message: String

    package init(_ message: String, code: SQLiteError.Code = .error) {
        self.message = message
        self.code = code
    }
}

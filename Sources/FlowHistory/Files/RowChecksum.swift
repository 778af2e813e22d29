import SQLiteRuntime

/// A table whose rows have a checksum of the table's name and of their columns: the one that blocks have
/// (`BlockFormat.checksum`), so that a row that a disk or a stray write changed is not believed.
struct CheckedTable: Sendable {
    let name: String
    /// All that the checksum is of, in the order of the table.
    let columns: [String]

    private static let function = "row_checksum"

    init(_ name: String, _ columns: String...) {
        self.name = name
        self.columns = columns
    }

    /// Gives a connection the function that the statements below call.
    static func define(_ connection: borrowing Connection) throws(SQLiteError) {
        try connection.define(function) { BlockFormat.checksum($0) }
    }

    /// An expression, of a row that is read: 1 if it is whole.
    var isWhole: String { "checksum = \(checksum(columns))" }

    /// A statement with a parameter for each column, in their order, and for each of `unchecked` after them.
    func insert(orReplace: Bool = false, unchecked: String...) -> String {
        let parameters = columns.indices.map { "?\($0 + 1)" }
        let others = unchecked.indices.map { "?\(columns.count + $0 + 1)" }
        return """
            INSERT \(orReplace ? "OR REPLACE " : "")INTO \(name) (\(list(columns + ["checksum"] + unchecked)))
            VALUES (\(list(parameters + [checksum(parameters)] + others)))
            """
    }

    private func checksum(_ values: [String]) -> String { "\(Self.function)('\(name)', \(list(values)))" }
    private func list(_ items: [String]) -> String { items.joined(separator: ", ") }
}

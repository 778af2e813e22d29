/// How rows of a query are shown.
package enum RowFormat: String, CaseIterable, Sendable {
    /// Aligned columns; shown when all rows are known.
    case table
    /// RFC 4180, with a header; NULL is nothing.
    case csv
    /// One array of objects.
    case json
    /// One object a line.
    case ndjson
}

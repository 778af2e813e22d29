import FlowWire
package import SQLiteRuntime

/// Shows the rows of a query.
///
/// ```swift
/// var printer = RowPrinter(.csv, columns: answer.columns)
/// while let row = try answer.next() { printer.append(row, to: &bytes) }
/// printer.end(&bytes)
/// ```
package struct RowPrinter {
    private let format: RowFormat
    private let columns: [String]
    private var table: TextTable
    private var isFirst = true

    package init(_ format: RowFormat, columns: [String]) {
        (self.format, self.columns) = (format, columns)
        table = TextTable(header: columns.map(\.withoutControls))
    }

    package mutating func append(_ row: [SQLValue], to buffer: inout [UInt8]) {
        switch format {
        case .table: table.append(row.map(\.cell))
        case .csv:
            if isFirst { appendLine(columns.map(\.csvField), to: &buffer) }
            appendLine(row.map(\.csv), to: &buffer)
        case .json:
            buffer.append(isFirst ? "[" : ",\n ")
            appendObject(row, to: &buffer)
        case .ndjson:
            appendObject(row, to: &buffer)
            buffer.append("\n")
        }
        isFirst = false
    }

    /// Writes what is still to be written after the last row.
    package mutating func end(_ buffer: inout [UInt8]) {
        switch format {
        case .table: buffer.append(table.text)
        case .csv: if isFirst { appendLine(columns.map(\.csvField), to: &buffer) }
        case .json: buffer.append(isFirst ? "[]\n" : "]\n")
        case .ndjson: break
        }
    }

    private func appendLine(_ cells: [String], to buffer: inout [UInt8]) {
        buffer.append(cells.joined(separator: ",") + "\r\n")
    }

    private func appendObject(_ row: [SQLValue], to buffer: inout [UInt8]) {
        for (index, value) in row.enumerated() {
            buffer.append(index == 0 ? "{" : ",")
            buffer.append(jsonString: columns[index])
            buffer.append(":")
            value.appendJSON(to: &buffer)
        }
        buffer.append("}")
    }
}

extension SQLValue {
    fileprivate var text: String {
        switch self {
        case .null: ""
        case .integer(let number): "\(number)"
        case .real(let number): "\(number)"
        case .text(let text): text
        case .blob(let bytes): bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }

    fileprivate var cell: String { self == .null ? "-" : text.withoutControls }

    /// An empty text has quotes, so that it is not NULL.
    fileprivate var csv: String { self == .text("") ? "\"\"" : text.csvField }

    fileprivate func appendJSON(to buffer: inout [UInt8]) {
        switch self {
        case .null: buffer.append("null")
        // JSON knows no infinity; a number that is too large is read as one.
        case .real(let number) where number.isInfinite: buffer.append(number < 0 ? "-1e999" : "1e999")
        case .integer, .real: buffer.append(text)
        case .text, .blob: buffer.append(jsonString: text)
        }
    }
}

extension String {
    /// A field by RFC 4180, in quotation marks where it needs them.
    var csvField: String {
        guard utf8.contains(where: { [0x0a, 0x0d, 0x22, 0x2c].contains($0) }) else { return self }
        return "\"" + split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}

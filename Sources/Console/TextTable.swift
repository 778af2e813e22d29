/// Rows in columns: each column is as wide as its widest text, and three spaces part it from the next.
package struct TextTable: Sendable {
    private enum Row {
        case cells([String])
        /// A line across all columns, which does not widen any.
        case line(String)
    }

    private let header: [String]
    private var rows: [Row] = []

    private static let padding = 3

    package init(header: [String]) { self.header = header }

    package mutating func append(_ cells: [String]) { rows.append(.cells(cells)) }
    package mutating func append(line: String) { rows.append(.line(line)) }
    package mutating func removeRows() { rows.removeAll() }

    /// Header and rows, each ended by a line end; the last column is not padded.
    package var text: String {
        let widths = self.widths
        let lines = rows.map { row in
            switch row {
            case .cells(let cells): Self.line(cells, widths)
            case .line(let text): text
            }
        }
        return ([Self.line(header, widths)] + lines).map { $0 + "\n" }.joined()
    }

    private var widths: [Int] {
        rows.reduce(header.map(\.count)) { widths, row in
            guard case .cells(let cells) = row else { return widths }
            return zip(widths, cells).map { max($0, $1.count) }
        }
    }

    private static func line(_ cells: [String], _ widths: [Int]) -> String {
        let padded = zip(cells, widths).map { text, width in
            text + String(repeating: " ", count: width - text.count + padding)
        }
        return padded.dropLast().joined() + (cells.last ?? "")
    }
}

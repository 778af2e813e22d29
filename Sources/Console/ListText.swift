/// Rows with a header, as texts that come from outside.
package enum ListText {
    /// In columns; nothing is a hyphen.
    package static func table(_ header: [String], _ rows: [[String]]) -> String {
        var table = TextTable(header: header)
        for row in rows { table.append(row.map { $0.isEmpty ? "-" : $0.withoutControls }) }
        return table.text
    }

    /// By RFC 4180.
    package static func csv(_ header: [String], _ rows: [[String]]) -> String {
        let lines = [header.map { $0.lowercased() }] + rows
        return lines.map { $0.map(\.csvField).joined(separator: ",") + "\r\n" }.joined()
    }
}

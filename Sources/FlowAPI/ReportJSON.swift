internal import Foundation

/// Documents of plain values as a line of JSON.
package enum ReportJSON {
    package static func text(_ report: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(report) else { preconditionFailure("a report is plain values") }
        return String(decoding: data, as: UTF8.self) + "\n"
    }
}

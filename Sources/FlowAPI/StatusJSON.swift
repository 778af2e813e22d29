internal import FlowWire
internal import Foundation

enum StatusJSON {
    static func text(_ report: StatusReport) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(report) else { preconditionFailure("a status report is plain values") }
        return String(decoding: data, as: UTF8.self) + "\n"
    }
}

import Console
import FlowHistory
import FlowModel

/// What `apus history info` prints. In JSON, times are RFC 3339.
struct StoreInfo: Encodable {
    struct Partition: Encodable {
        var file: String
        var firstSequence: UInt64
        var firstTime: String?
        var lastTime: String?
        var flows: UInt64
        var blocks: UInt64
        var bytes: UInt64
        var bytesPerFlow: Double?
    }

    struct Names: Encodable {
        var endpoints: Int
        var services: Int
        var rules: Int
        var others: Int
        /// Deleted by now, as no flow used them any more.
        var pruned: Int
    }

    var directory: String
    var storeID: String
    var nodeName: String
    var format: Int64
    var created: String?
    var firstTime: String?
    var lastTime: String?
    var newestAgeSeconds: Double?
    var flows: UInt64
    var bytes: UInt64
    var catalogBytes: UInt64
    var logBytes: UInt64
    var bytesPerFlow: Double?
    /// By place; a place that lost nothing is not named.
    var lost: [String: UInt64]
    var names: Names
    /// The process that writes the store; nil: none.
    var writer: Int32?
    var partitions: [Partition]

    /// - Parameter now: nanoseconds since 1970-01-01 UTC.
    init(_ report: HistoryReport, directory: String, now: UInt64) {
        self.directory = directory
        (storeID, nodeName, format) = (report.storeID.description, report.nodeName, report.format)
        created = report.created
        firstTime = report.times?.lowerBound.momentText
        lastTime = report.times?.upperBound.momentText
        newestAgeSeconds = report.times.map { (Double(now) - Double($0.upperBound)) / 1e9 }
        (flows, bytes) = (report.flows, report.bytes)
        (catalogBytes, logBytes) = (report.catalogBytes, report.logBytes)
        bytesPerFlow = Self.share(report.bytes, report.flows)
        lost = Dictionary(uniqueKeysWithValues: report.lost.map { ($0.key.rawValue, $0.value) })
        names = Names(
            endpoints: report.names.endpoints, services: report.names.services, rules: report.names.rules,
            others: report.names.others, pruned: report.names.pruned)
        writer = report.writer
        partitions = report.partitions.map { part in
            Partition(
                file: part.file, firstSequence: part.firstSequence, firstTime: part.times?.lowerBound.momentText,
                lastTime: part.times?.upperBound.momentText, flows: part.flows, blocks: part.blocks, bytes: part.bytes,
                bytesPerFlow: Self.share(part.bytes, part.flows))
        }
    }

    private static func share(_ bytes: UInt64, _ flows: UInt64) -> Double? {
        flows == 0 ? nil : (Double(bytes) / Double(flows) * 10).rounded() / 10
    }

    // MARK: Text

    var lines: [String] {
        let lost = lost.sorted { $0.key < $1.key }.map { "\($0.value.withThousands) (\($0.key))" }
        var lines = [
            "Store:      \(directory)",
            "ID:         \(storeID), format \(format)" + (created.map { ", created \($0)" } ?? ""),
            "Node:       \(nodeName.isEmpty ? "not said" : nodeName)",
            "Written by: \(writer.map { "process \($0)" } ?? "nobody")",
            "Times:      \(timesText)",
            "Flows:      \(flows.withThousands)",
            "Bytes:      \(bytes.withThousands)" + Self.shareText(bytesPerFlow)
                + "; \(catalogBytes.withThousands) of them names, \(logBytes.withThousands) more in logs",
            "Names:      \(names.endpoints) endpoints, \(names.services) services, \(names.rules) rules, \(names.others) others"
                + (names.pruned > 0 ? "; \(names.pruned) more that no flow used any more are gone" : ""),
            "Lost:       \(lost.isEmpty ? "0" : lost.joined(separator: ", "))",
            "Partitions: \(partitions.count)",
        ]
        lines += partitions.map { part in
            "  \(part.file)  \(part.firstTime ?? "no flows")"
                + (part.lastTime.map { " to \($0)" } ?? "")
                + "  \(part.flows.withThousands) flows, \(part.bytes.withThousands) bytes"
                + Self.shareText(part.bytesPerFlow)
        }
        return lines
    }

    private var timesText: String {
        guard let firstTime, let lastTime, let newestAgeSeconds else { return "no flows" }
        let age = newestAgeSeconds < 0 ? "ahead of the clock" : "\(UInt64(newestAgeSeconds * 1e9).durationText) ago"
        return "\(firstTime) to \(lastTime), the newest \(age)"
    }

    private static func shareText(_ bytesPerFlow: Double?) -> String {
        bytesPerFlow.map { " (\($0) a flow)" } ?? ""
    }
}

import FlowModel
import Foundation
import SQLiteRuntime
import SystemRuntime

/// What history would be as a plain table: a row a flow, an index of times, the same transactions. Fewer rows, as its
/// cost a row does not depend on how many there are (but rises a little as the index grows deeper).
enum HistoryBaseline {
    static let flows = 500_000
    private static let batch = 4_096

    static func run(_ directory: String, _ traffic: HistoryTraffic) throws -> [Reading] {
        var traffic = traffic
        let path = directory + "/baseline.sqlite"
        let connection = try Connection(path: path, mode: .create, busyTimeout: .seconds(1))
        try connection.execute("PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
        try connection.execute(
            """
            CREATE TABLE flows (sequence INTEGER PRIMARY KEY, \(columns.joined(separator: " INTEGER, ")) INTEGER);
            CREATE INDEX by_time ON flows (c0)
            """)
        let marks = Array(repeating: "?", count: columns.count + 1).joined(separator: ", ")
        var row = try connection.prepare("INSERT INTO flows VALUES (\(marks))")
        var buffer: [Flow] = []
        var nanoseconds = 0.0
        for start in stride(from: 0, to: flows, by: batch) {
            traffic.fill(&buffer, from: UInt64(start + 1), count: batch)
            nanoseconds += try ThreadMeter.measure {
                let transaction = try Transaction(connection, .immediate)
                for flow in buffer {
                    bind(flow, to: &row)
                    try row.run()
                }
                try transaction.commit()
            }.nanoseconds
        }
        _ = try connection.checkpoint(.truncate)
        let rows = Double((flows + batch - 1) / batch * batch)
        return [
            Reading("history.baseline.write", "flows/s", rows / nanoseconds * 1e9),
            Reading("history.baseline.bytes_per_flow", "bytes", Double(DiskSpace.bytes(of: path)) / rows),
        ]
    }

    private static let columns = (0..<24).map { "c\($0)" }

    private static func bind(_ flow: Flow, to row: inout Statement) {
        let values: [UInt64] = [
            flow.sequence, flow.timeNanoseconds, flow.source.high, flow.source.low, flow.destination.high,
            flow.destination.low, flow.bytes, UInt64(flow.packets), UInt64(flow.sourceIdentity),
            UInt64(flow.destinationIdentity), UInt64(flow.sourceEndpoint), UInt64(flow.destinationEndpoint),
            UInt64(flow.sourceService), UInt64(flow.destinationService), UInt64(flow.rule), UInt64(flow.interfaceIndex),
            UInt64(flow.kernelReason), UInt64(flow.sourcePort), UInt64(flow.destinationPort),
            UInt64(flow.dropReason.rawValue), UInt64(flow.ipProtocol.rawValue), UInt64(flow.tcpFlags.rawValue),
            UInt64(flow.kind.rawValue), UInt64(flow.verdict.rawValue), UInt64(flow.attributes.rawValue),
        ]
        for index in values.indices { row.bind(Int64(bitPattern: values[index]), at: index + 1) }
    }
}

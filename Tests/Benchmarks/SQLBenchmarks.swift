import FlowCatalog
import FlowHistory
import FlowModel
import Foundation
import HistorySQL
import SQLiteRuntime
import SyntheticTraffic

/// Statements over two hours of flows.
enum SQLBenchmarks {
    static let groups = [
        BenchmarkGroup(name: "sql", mostRuns: 1) { try await Workload.withDirectory { try run($0) } }
    ]

    private static let flows = 2 * HistoryTraffic.flowsPerHour
    private static let batch = 1_024

    private static func run(_ directory: String) throws -> [Reading] {
        try write(directory)
        let hour = "time between '2027-01-15 08:30:00' and '2027-01-15 09:30:00'"
        return [
            try time("sql.open", "select 1", directory, 1...1),
            try time("sql.drops", "select count(*) from flows where verdict = 'DROPPED' and \(hour)", directory, 1...1),
            try time("sql.count_hour", "select count(*) from flows where \(hour)", directory, 1...1),
            try time(
                "sql.group_hour",
                "select source_pod, destination_pod, verdict, count(*), sum(bytes) from flows where \(hour) group by 1, 2, 3",
                directory, 1_000...),
            try time(
                "sql.group_verdict_hour", "select verdict, sum(bytes) from flows where \(hour) group by 1", directory,
                2...),
            try time("sql.newest", "select * from flows order by time desc limit 100", directory, 100...100),
            try time(
                "sql.newest_drops", "select * from flows where verdict = 'DROPPED' order by time desc limit 100",
                directory, 100...100),
        ]
    }

    private static func write(_ directory: String) throws {
        let catalog = FlowCatalog()
        let source = SyntheticDirectory(Workload.cluster, catalog: catalog).flows(Workload.cluster, count: 65_536)
        var traffic = HistoryTraffic(source)
        var writer = try HistoryWriter(HistorySettings(directory: directory), catalog: catalog)
        var buffer: [Flow] = []
        for start in stride(from: 0, to: flows, by: batch) {
            traffic.fill(&buffer, from: UInt64(start + 1), count: min(batch, flows - start))
            writer.append(buffer.span)
            _ = try writer.commitIfDue()
        }
        try writer.close()
    }

    /// Milliseconds by the clock with the store's opening, the least of three times, the disk's pages being in memory.
    private static func time(
        _ name: String, _ sql: String, _ directory: String, _ expected: some RangeExpression<Int>
    ) throws -> Reading {
        var milliseconds = Double.infinity
        for _ in 0..<3 {
            let meter = WallMeter()
            var answer = try HistoryDatabase(directory: directory).answer(sql, timeLimit: .seconds(600))
            var rows = 0
            while try answer.next() != nil { rows += 1 }
            milliseconds = min(milliseconds, meter.nanoseconds / 1e6)
            guard expected.contains(rows) else { throw Obstacle("\(rows) rows answer \(sql)") }
        }
        return Reading(name, "ms", milliseconds)
    }
}

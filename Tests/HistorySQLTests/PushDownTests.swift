import FlowModel
import Foundation
import HistorySQL
import SQLiteRuntime
import Testing

@Suite struct PushDownTests {
    private let store: Store
    private let database: HistoryDatabase

    init() throws {
        store = try Store.shared("traffic") { try Store(flows: 2_000) }
        database = try HistoryDatabase(directory: store.directory)
    }

    private func numbers(_ sql: String) throws -> [Int64] { try database.numbers(sql) }

    /// A value of each column that some flows have and others have not.
    private func values(_ column: String) throws -> [SQLValue] {
        try database.rows("SELECT DISTINCT \(column) FROM flows WHERE \(column) IS NOT NULL LIMIT 3").map { $0[0] }
    }

    private static let equalColumns =
        [
            "verdict", "type", "drop_reason", "drop_reason_code", "kernel_drop_reason", "direction", "protocol",
            "interface", "rule_name", "rule_namespace", "rule_kind",
        ]
        + ["source", "destination"].flatMap { side in
            ["ip", "port", "identity", "namespace", "pod", "cluster", "service", "service_namespace"]
                .map { "\(side)_\($0)" }
        }

    /// The planner does not look into an arithmetic expression.
    private func check(_ condition: String, isPushed column: String) throws {
        let pushed = "SELECT sequence FROM flows WHERE \(condition)"
        let narrowed = try numbers(pushed).sorted()
        let whole = try numbers("SELECT sequence FROM flows WHERE (\(condition)) + 0").sorted()
        #expect(narrowed == whole, "\(condition)")
        let plan = try database.rows("EXPLAIN QUERY PLAN \(pushed)").description
        #expect(plan.contains("\(column) "), "\(condition) is not in \(plan)")
    }

    @Test("Each condition that is pushed down gives the rows that it gives otherwise")
    func equality() throws { for column in Self.equalColumns { try checkEquality(column) } }

    private func checkEquality(_ column: String) throws {
        let values = try values(column)
        for value in values { try check("\(column) = \(value.literal)", isPushed: column) }
        // Clients' addresses are no services' here.
        #expect(values.isEmpty == column.hasPrefix("source_service"), "\(column)")
        let list = values.map(\.literal) + ["'none'", "NULL"]
        try check("\(column) IN (\(list.joined(separator: ", ")))", isPushed: column)
        try check("\(column) = 'none'", isPushed: column)
        // Values of the other type are made the column's own by SQLite.
        for value in values {
            if case .integer(let number) = value {
                try check("\(column) = '\(number)'", isPushed: column)
                try check("\(column) = \(number).0", isPushed: column)
            }
        }
    }

    @Test("So does each comparison of times and sequences")
    func ranges() throws {
        for column in ["time", "time_ns", "sequence"] {
            for comparison in ["<", "<=", ">", ">=", "="] { try checkComparison(column, comparison) }
        }
    }

    private func checkComparison(_ column: String, _ comparison: String) throws {
        for sequence in [1, 2, 1_000, 1_999, 2_000] {
            let literal = try database.rows("SELECT \(column) FROM flows WHERE sequence = \(sequence)")[0][0].literal
            try check("\(column) \(comparison) \(literal)", isPushed: column)
        }
        let extremes = ["-1", "0", "9223372036854775807", "1800000000500000000.5", "'1800001000000000000'", "NULL"]
        for literal in column == "time" ? ["'2027'", "''", "'9'", "17", "NULL"] : extremes {
            try check("\(column) \(comparison) \(literal)", isPushed: column)
        }
    }

    @Test("A list of times, and one between two others, are pushed down")
    func lists() throws {
        let times = try database.rows("SELECT time FROM flows WHERE sequence IN (7, 900, 1500)").map { $0[0].literal }
        try check("time IN (\(times.joined(separator: ",")))", isPushed: "time")
        try check("time BETWEEN \(times[0]) AND \(times[2])", isPushed: "time")
        try check("sequence IN (1, 2000, 3000, -1)", isPushed: "sequence")
    }

    @Test("Another collation than the column's own is not pushed down, and still right")
    func collation() throws {
        let expected = store.sequences { $0.verdict == .dropped }
        #expect(try numbers("SELECT sequence FROM flows WHERE verdict = 'dropped' COLLATE NOCASE") == expected)
    }

    @Test("What the conditions exclude is not read")
    func unread() throws {
        let store = try Store(flows: 2_000)
        let names = try FileManager.default.contentsOfDirectory(atPath: store.directory)
        for name in names where name.hasPrefix("flows-") {
            let connection = try Connection(
                path: store.directory + "/" + name, mode: .readWrite, busyTimeout: .seconds(1))
            try connection.execute("UPDATE block_columns SET data = x'00'; UPDATE tail SET data = x'00'")
        }
        let database = try HistoryDatabase(directory: store.directory)
        let excluded = [
            "verdict = 'ERROR'", "time < '2027-01-15'", "time_ns < 5", "sequence > 2001", "source_pod = 'nobody'",
            "destination_port = 17", "source_identity = 3", "rule_name = 'none'", "protocol IN ('SCTP', '99')",
            "source_ip = '1.2.3'",
        ]
        for condition in excluded {
            #expect(try database.rows("SELECT * FROM flows WHERE \(condition)") == [])
            #expect(try database.remarks() == [], "\(condition)")
        }
        #expect(try database.rows("SELECT * FROM flows WHERE verdict = 'FORWARDED'") == [])
        #expect(try database.remarks().first?.contains("damaged blocks") == true)
    }
}

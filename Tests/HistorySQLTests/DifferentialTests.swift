import Foundation
import SQLiteRuntime
import SyntheticTraffic
import Testing

@testable import HistorySQL

/// The virtual table against an ordinary one with the same rows.
@Suite final class DifferentialTests {
    private let store: Store
    private let database: HistoryDatabase
    private let plain: Connection
    private let columns: [VirtualColumn]
    /// Some rows, from which conditions take their values.
    private let rows: [[SQLValue]]

    init() throws {
        store = try Store.shared("traffic") { try Store(flows: 2_000) }
        database = try HistoryDatabase(directory: store.directory)
        columns = FlowsColumn.all.map(\.column)
        rows = try database.rows("SELECT * FROM flows")
        plain = try Connection(path: ":memory:", mode: .create, busyTimeout: .zero)
        try plain.addTextOrder(MomentOrder.name, MomentOrder.compare)
        let declared = columns.map { "\($0.name) \($0.kind.rawValue) \($0.textOrder.map { "COLLATE " + $0 } ?? "")" }
        try plain.execute("CREATE TABLE flows (\(declared.joined(separator: ", "))); BEGIN")
        for row in rows {
            try plain.execute("INSERT INTO flows VALUES (\(row.map(\.literal).joined(separator: ", ")))")
        }
        try plain.execute("COMMIT")
    }

    private func plainRows(_ sql: String) throws -> [[SQLValue]] {
        var statement = try plain.prepareOnly(sql)
        var rows: [[SQLValue]] = []
        while try statement.step() { rows.append(statement.columnNames.indices.map { statement.value($0) }) }
        return rows
    }

    @Test("Random statements have the same answer over both")
    func random() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededRandom(seed: seed)
        for _ in 0..<200 {
            let condition = condition(depth: 2, &random)
            let order = ["sequence", "time, sequence", "time DESC, sequence DESC", "sequence DESC"].randomElement(
                using: &random)!
            let sql =
                switch UInt8.random(in: 0..<4, using: &random) {
                case 0:
                    "SELECT verdict, protocol, count(*), sum(bytes), min(time), max(time_ns) FROM flows WHERE \(condition) GROUP BY 1, 2 ORDER BY 1, 2"
                case 1:
                    "SELECT sequence, time FROM flows WHERE \(condition) ORDER BY \(order) LIMIT \(Int.random(in: 1...40, using: &random))"
                default: "SELECT sequence, source_pod, destination_port FROM flows WHERE \(condition) ORDER BY \(order)"
                }
            #expect(try database.rows(sql) == plainRows(sql), "seed \(seed): \(sql)")
        }
    }

    private func condition(depth: Int, _ random: inout SeededRandom) -> String {
        guard depth > 0, UInt8.random(in: 0..<3, using: &random) > 0 else { return comparison(&random) }
        let (left, right) = (condition(depth: depth - 1, &random), condition(depth: depth - 1, &random))
        return switch UInt8.random(in: 0..<6, using: &random) {
        case 0: "(\(left) OR \(right))"
        case 1: "NOT (\(left))"
        default: "(\(left) AND \(right))"
        }
    }

    private func comparison(_ random: inout SeededRandom) -> String {
        let pushed = columns.indices.filter { FlowsColumn.all[$0].narrowing != nil }
        let column =
            (UInt8.random(in: 0..<5, using: &random) > 0 ? pushed : Array(columns.indices))
            .randomElement(using: &random) ?? 0
        let name = columns[column].name
        func value() -> String {
            let literal = rows.randomElement(using: &random)?[column].literal ?? "NULL"
            return switch UInt8.random(in: 0..<12, using: &random) {
            case 0: "'\(literal.filter { $0 != "'" })'"
            case 1: "\(literal) || ''"
            case 2: ["NULL", "0", "-1", "'x'", "1.5", "1e30", "x'00'"].randomElement(using: &random) ?? "NULL"
            default: literal
            }
        }
        return switch UInt8.random(in: 0..<10, using: &random) {
        case 0: "\(name) IS NULL"
        case 1: "\(name) IN (\(value()), \(value()), \(value()))"
        case 2: "\(name) BETWEEN \(value()) AND \(value())"
        case 3: "\(name) <> \(value())"
        case 4: "\(name) IN (SELECT \(name) FROM flows WHERE \(comparison(&random)))"
        case 5, 6: "\(name) \(["<", "<=", ">", ">="].randomElement(using: &random) ?? "<") \(value())"
        case 7: "\(value()) = \(name)"
        default: "\(name) = \(value())"
        }
    }
}

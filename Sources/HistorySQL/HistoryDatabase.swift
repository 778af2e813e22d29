package import FlowHistory
import FlowModel
package import SQLiteRuntime

/// A store as tables of SQL, for reading: what SELECT can ask, SQLite itself answers.
///
/// ```swift
/// let database = try HistoryDatabase(directory: "/var/lib/apus")
/// var answer = try database.answer("SELECT drop_reason, count(*) FROM flows GROUP BY 1", timeLimit: .seconds(30))
/// while let row = try answer.next() { … }
/// for remark in try database.remarks() { … }
/// ```
///
/// One thread at a time uses it, and one answer at a time.
package final class HistoryDatabase {
    /// Their names and columns, in the order of the documentation.
    package let tables: [QueryTable]
    private let store: FlowStore
    private let connection: Connection

    /// Bytes of a text or blob.
    private static let longestValue = 16 << 20

    package init(directory: String) throws(HistoryError) {
        store = try FlowStore(directory: directory)
        let all: [any VirtualTable] = [FlowsTable(store)] + ListTable.all(store)
        tables = all.map { QueryTable(name: $0.name, columns: $0.columns.map(\.name)) }
        do throws(SQLiteError) {
            connection = try Connection(path: ":memory:", mode: .create, busyTimeout: .zero)
            // Sorting spills to the disk when it needs more than this.
            try connection.execute("PRAGMA cache_size = -32768; PRAGMA temp_store = FILE; PRAGMA trusted_schema = OFF")
            try connection.addTextOrder(MomentOrder.name, MomentOrder.compare)
            for table in all { try connection.add(table) }
            // A table is declared when it is first named, which the restriction would refuse.
            for table in tables.map(\.name) + ["json_each", "json_tree"] {
                _ = try connection.prepare("SELECT * FROM \(table)")
            }
        } catch {
            throw .sqlite(doing: "making tables of \(directory)", error)
        }
        connection.restrictToReading(longestValue: Self.longestValue)
    }

    /// Begins to answer a statement.
    package func answer(_ sql: String, timeLimit: Duration) throws(QueryFailure) -> QueryAnswer {
        let end = ContinuousClock.now + timeLimit
        store.end = end
        store.report = ScanReport()
        do throws(SQLiteError) {
            let answer = QueryAnswer(try connection.prepareOnly(sql), TimeLimit(connection, end: end))
            // Such as BEGIN and REINDEX.
            if answer.columns.isEmpty { throw SQLiteError(refusing: sql) }
            return answer
        } catch {
            throw QueryFailure(error, isMistake: true, tables)
        }
    }

    /// What is missing in the times that the last statement has asked for: losses, and blocks that cannot be read. Asked
    /// after its last row.
    package func remarks() throws(HistoryError) -> [String] {
        guard let times = store.report.times else { return [] }
        var remarks = LossSum.byPlace(try store.losses(times)).map { sum in
            let interval = "between \(store.texts.time(sum.first)) and \(store.texts.time(sum.last))"
            return "\(sum.count) flows lost at \(sum.place.rawValue) \(interval)"
        }
        if let damage = store.report.firstDamage {
            remarks.append(
                "\(store.report.damagedFlows) flows in \(store.report.damagedBlocks) damaged blocks are left out, the"
                    + " first: \(damage)")
        }
        return remarks + store.report.damagedPlaces.map { "damaged: \($0)" }
    }
}

/// A table that a statement may ask.
package struct QueryTable: Sendable {
    package let name: String
    package let columns: [String]
}

/// The rows of a statement.
package struct QueryAnswer: ~Copyable {
    /// Their names.
    package let columns: [String]
    private var statement: Statement
    private let timeLimit: TimeLimit

    init(_ statement: consuming Statement, _ timeLimit: consuming TimeLimit) {
        columns = statement.columnNames
        self.statement = statement
        self.timeLimit = timeLimit
    }

    /// The next row; nil after the last.
    package mutating func next() throws(QueryFailure) -> [SQLValue]? {
        do throws(SQLiteError) {
            guard try statement.step() else { return nil }
        } catch {
            throw QueryFailure(error, isMistake: false, [])
        }
        return columns.indices.map { statement.value($0) }
    }
}

/// All that was lost at one place.
private struct LossSum {
    let place: LossPlace
    var count: UInt64
    /// Nanoseconds since 1970-01-01 UTC.
    var first: UInt64
    var last: UInt64

    static func byPlace(_ losses: [LostEvent]) -> [LossSum] {
        LossPlace.allCases.compactMap { place in
            let losses = losses.filter { $0.place == place }
            guard let first = losses.map(\.firstNanoseconds).min(), let last = losses.map(\.lastNanoseconds).max()
            else { return nil }
            return LossSum(place: place, count: losses.reduce(0) { $0 &+ $1.count }, first: first, last: last)
        }
    }
}

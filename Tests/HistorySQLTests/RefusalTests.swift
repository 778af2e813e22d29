import FlowModel
import HistorySQL
import SQLiteRuntime
import Testing

@Suite struct RefusalTests {
    private let database: HistoryDatabase
    private let store: Store

    init() throws {
        store = try Store.shared("few") { try Store(flows: 300) }
        database = try HistoryDatabase(directory: store.directory)
    }

    private func lines(_ sql: String) throws -> [String] {
        let failure = try #require(throws: QueryFailure.self) { try database.rows(sql) }
        return failure.lines
    }

    @Test("What is no SELECT is refused")
    func writes() throws {
        let statements = [
            "DELETE FROM flows", "INSERT INTO flows (verdict) VALUES ('x')", "UPDATE flows SET verdict = 'x'",
            "CREATE TABLE t (a)", "CREATE TEMP TABLE t (a)", "CREATE VIRTUAL TABLE t USING fts5(a)", "DROP TABLE flows",
            "ATTACH '/tmp/x.sqlite' AS x", "PRAGMA temp_store = MEMORY", "PRAGMA hard_heap_limit = 0", "BEGIN",
            "VACUUM",
            "VACUUM INTO '/tmp/x.sqlite'", "SELECT load_extension('x')", "SELECT fts3_tokenizer('simple')",
            "SELECT * FROM pragma_journal_mode", "REINDEX", "ANALYZE", "SAVEPOINT a",
        ]
        for sql in statements {
            let failure = #expect(throws: QueryFailure.self, "\(sql)") { try database.rows(sql) }
            #expect(failure?.isMistake == true, "\(sql)")
        }
        #expect(try database.rows("SELECT count(*) FROM flows") == [[.integer(300)]])
    }

    @Test("A wrong statement is shown with a caret below the place")
    func places() throws {
        #expect(
            try lines("SELECT *\nFROM flows\nWHERE verdict == AND 1") == [
                "near \"AND\": syntax error", "  WHERE verdict == AND 1", "                   ^",
            ])
        #expect(try lines("SELECT (1") == ["incomplete input", "  SELECT (1", "           ^"])
        #expect(try lines("SELECT 'ü', nothing(1)").last == "              ^")
        #expect(try lines("SELECT 1; SELECT 2").first == "one statement at a time")
        #expect(try lines(" -- nothing\n").first == "there is no statement")
        #expect(try lines("SELECT '\0'").first == "a NUL character")
        #expect(try database.rows("/* one */ SELECT 1 ; -- and no other\n") == [[.integer(1)]])
    }

    @Test("For a table that there is not, those that there are are told")
    func unknownTable() throws {
        #expect(
            try lines("SELECT * FROM Flow") == [
                "no such table: Flow", "  SELECT * FROM Flow", "                ^", "did you mean flows?",
                "tables: flows, endpoints, services, rules, losses, partitions",
            ])
    }

    @Test("For a column that there is not, those of the tables that are asked are told")
    func unknownColumn() throws {
        let told = try lines("SELECT l.plase FROM losses l")
        #expect(told.contains("did you mean place?"))
        #expect(told.last?.hasPrefix("columns of losses: place, flows") == true)
    }

    @Test(
        "A statement ends at its time limit: in SQLite, and in the store",
        arguments: [
            "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c",
            "SELECT count(*) FROM flows a, flows b, flows c, flows d WHERE d.bytes < 0",
            """
            SELECT count(*) FROM flows a CROSS JOIN flows b CROSS JOIN flows c
            WHERE c.sequence = a.sequence + b.sequence AND c.verdict = 'ERROR'
            """,
        ])
    func timeLimit(sql: String) throws {
        let start = ContinuousClock.now
        let failure = try #require(throws: QueryFailure.self) {
            try database.rows(sql, timeLimit: .milliseconds(100))
        }
        #expect(failure.isOutOfTime)
        #expect(ContinuousClock.now - start < .seconds(5))
        #expect(try database.rows("SELECT count(*) FROM flows") == [[.integer(300)]])
    }

    @Test("The store itself looks at the clock, as SQLite does not while blocks are read")
    func timeLimitOfStore() throws {
        let failure = try #require(throws: QueryFailure.self) {
            try database.rows("SELECT sequence FROM flows LIMIT 1", timeLimit: .zero)
        }
        #expect(failure.isOutOfTime)
    }

    @Test("A value that is too long is refused")
    func longValue() throws {
        #expect(try lines("SELECT length(zeroblob(100000000))") == ["string or blob too big"])
    }

    @Test("Losses in the times that a statement asks for are told, and no others")
    func losses() throws {
        let losses = [
            LostEvent(
                place: .history, count: 3, firstNanoseconds: Store.start, lastNanoseconds: Store.start + 1_000_000_000),
            LostEvent(place: .eventRing, count: 2, firstNanoseconds: 5, lastNanoseconds: 6),
        ]
        let store = try Store(flows: 300, losses: losses)
        let database = try HistoryDatabase(directory: store.directory)
        let told =
            "3 flows lost at history between 2027-01-15T08:00:00.000000000Z and 2027-01-15T08:00:01.000000000Z"
        _ = try database.rows("SELECT count(*) FROM flows WHERE time >= '2027-01-15'")
        #expect(try database.remarks() == [told])
        _ = try database.rows("SELECT count(*) FROM flows")
        #expect(try database.remarks().count == 2)
        _ = try database.rows("SELECT count(*) FROM flows WHERE time > '2027-01-15 08:00:02'")
        #expect(try database.remarks() == [])
        _ = try database.rows("SELECT * FROM losses")
        #expect(try database.remarks() == [])
    }
}

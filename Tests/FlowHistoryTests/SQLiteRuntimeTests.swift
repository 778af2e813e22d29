import Dispatch
import SQLiteRuntime
import Testing

@Suite("The SQLite owner")
struct SQLiteRuntimeTests {
    private let store = TemporaryStore()

    private func open(_ mode: Connection.Mode = .create) throws -> Connection {
        try Connection(path: store.directory + "/test.sqlite", mode: mode, busyTimeout: .zero)
    }

    @Test("binds and gives back numbers, texts and blobs, the odd ones too")
    func values() throws {
        let connection = try open()
        try connection.execute("CREATE TABLE t (i INTEGER, s TEXT NOT NULL, b BLOB NOT NULL) STRICT")
        let texts = ["", "plain", "a\u{0}b", "ünï 🐦"]
        let blobs: [[UInt64]] = [[], [1], [.max, 0, 7], Array(0..<5000)]
        var insert = try connection.prepare("INSERT INTO t VALUES (?, ?, ?)")
        for (number, (text, blob)) in zip(texts, blobs).enumerated() {
            insert.bind(number == 0 ? .min : .max, at: 1)
            insert.bind(text, at: 2)
            insert.bind(blob.span, at: 3)
            try insert.run()
        }
        var row = try connection.prepare("SELECT * FROM t ORDER BY rowid")
        var words: [UInt64] = [9, 9]
        for (number, (text, blob)) in zip(texts, blobs).enumerated() {
            #expect(try row.step())
            #expect(row.integer(0) == (number == 0 ? .min : .max))
            #expect(row.text(1) == text)
            #expect(row.copyWords(2, into: &words) && words == blob)
            #expect(row.withBlob(2) { $0.byteCount } == blob.count * 8)
        }
        #expect(try !row.step())
    }

    @Test("reads blobs of any row in any order, and says which are not there or not of words")
    func blobs() throws {
        let connection = try open()
        try connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB)")
        let blobs: [[UInt64]] = [[], [1], [.max, 0, 7], Array(0..<50_000)]
        var insert = try connection.prepare("INSERT INTO t VALUES (?, ?)")
        for (row, blob) in blobs.enumerated() {
            insert.bind(Int64(row), at: 1)
            insert.bind(blob.span, at: 2)
            try insert.run()
        }
        try connection.execute("INSERT INTO t VALUES (8, x'0102030405060708ff'), (9, 17)")
        var reader = try BlobReader(connection, table: "t", column: "b")
        var words: [UInt64] = [9, 9]
        for row in [3, 1, 7, 2, 8, 3, 9, 0] {
            let found = try reader.copyWords(of: Int64(row), into: &words)
            switch row {
            case 7, 9: #expect(found == .nothing)
            case 8: #expect(found == .oddLength)
            default: #expect(found == .words && words == blobs[row])
            }
        }
        #expect {
            _ = try BlobReader(connection, table: "t", column: "c")
        } throws: { error in
            "\(error)" == "SQLite: no such column: c (code 1/1) in: SELECT c FROM t"
        }
    }

    @Test("reads blobs of one snapshot until it is closed")
    func blobSnapshot() throws {
        let writer = try open()
        let connection = try open()
        try writer.setPragma("journal_mode", "WAL")
        try writer.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB)")
        try writer.execute("INSERT INTO t VALUES (1, x'0100000000000000')")
        var reader = try BlobReader(connection, table: "t", column: "b")
        var words: [UInt64] = []
        #expect(try reader.copyWords(of: 1, into: &words) == .words)
        try writer.execute("INSERT INTO t VALUES (2, x'0200000000000000')")
        #expect(try reader.copyWords(of: 2, into: &words) == .nothing)
        // A row that is not there ends the hold, too.
        #expect(try reader.copyWords(of: 2, into: &words) == .words)
        try writer.execute("INSERT INTO t VALUES (3, x'0300000000000000')")
        reader.close()
        #expect(try reader.copyWords(of: 3, into: &words) == .words)
        #expect(words == [3])
    }

    @Test("rolls a forgotten transaction back and keeps a committed one")
    func transactions() throws {
        let connection = try open()
        try connection.execute("CREATE TABLE t (a)")
        func insert(andCommit: Bool) throws {
            let transaction = try Transaction(connection, .immediate)
            try connection.execute("INSERT INTO t VALUES (1)")
            if andCommit { try transaction.commit() }
        }
        try insert(andCommit: false)
        #expect(try connection.integer("SELECT count(*) FROM t") == 0)
        try insert(andCommit: true)
        #expect(try connection.integer("SELECT count(*) FROM t") == 1)
    }

    @Test("says what failed, why, and in which statement")
    func errors() throws {
        let connection = try open()
        #expect {
            _ = try connection.prepare("SELECT a FROM missing")
        } throws: { error in
            "\(error)" == "SQLite: no such table: missing (code 1/1) in: SELECT a FROM missing"
        }
        #expect {
            _ = try Connection(path: store.directory + "/none.sqlite", mode: .readOnly, busyTimeout: .zero)
        } throws: { error in
            (error as? SQLiteError)?.code == .cannotOpen
        }
        let holder = try open()
        let transaction = try Transaction(holder, .immediate)
        #expect {
            _ = try Transaction(connection, .immediate)
        } throws: { error in
            (error as? SQLiteError)?.code == .busy
        }
        try transaction.commit()
    }

    @Test("ends a running statement when another thread interrupts it")
    func interrupt() throws {
        let connection = try open()
        let interrupter = connection.interrupter
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(20)) { interrupter.interrupt() }
        #expect {
            _ = try connection.integer(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")
        } throws: { error in
            (error as? SQLiteError)?.code == .interrupted
        }
    }

    @Test("keeps the database open for a statement that outlives its connection")
    func statementOutlivesConnection() throws {
        func makeStatement() throws -> Statement { try open().prepare("SELECT 42") }
        var statement = try makeStatement()
        #expect(try statement.step() && statement.integer(0) == 42)
    }
}

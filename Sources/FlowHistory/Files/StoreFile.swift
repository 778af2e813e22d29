import FoundationEssentials
import SQLiteRuntime

/// One step of the store's schema: `schema/history/NNNN_kind.sql`, carried in the executable.
struct Migration: Sendable {
    /// NNNN; the file's `user_version` once it is applied.
    let number: Int64
    let name: String
    let sql: String
}

/// The database files of a history: how they are named, made, known and opened.
enum StoreFile {
    /// What a file holds; its schema has the name.
    enum Kind: String {
        /// `history.sqlite`
        case catalog
        /// `flows-<first sequence, 20 digits>.sqlite`: one period.
        case flows
    }

    static let pageBytes = 8192
    /// `application_id` of the files: "APUS".
    private static let applicationID: Int64 = 0x4150_5553
    /// The one that is written and read.
    static let format: Int64 = 3
    /// How much of a file a reader maps instead of copying it page by page.
    private static let mappedBytes = 1 << 30

    static func catalogPath(_ directory: String) -> String { directory + "/history.sqlite" }

    private static func directory(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }

    // MARK: Partitions

    private static let prefix = "flows-"
    private static let suffix = ".sqlite"
    private static let digits = 20

    static func partitionPath(_ directory: String, _ firstSequence: UInt64) -> String {
        let number = String(firstSequence)
        let zeros = String(repeating: "0", count: digits - number.utf8.count)
        return directory + "/" + prefix + zeros + number + suffix
    }

    /// The first sequences of the partitions that are there, rising.
    static func partitions(_ directory: String) -> [UInt64] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.compactMap { name in
            guard name.utf8.count == prefix.utf8.count + digits + suffix.utf8.count, name.hasPrefix(prefix),
                name.hasSuffix(suffix)
            else { return nil }
            return UInt64(name.dropFirst(prefix.count).prefix(digits))
        }.sorted()
    }

    static func name(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }

    /// What the write-ahead logs of the catalog and of partitions take.
    static func logBytes(_ directory: String, _ partitions: [UInt64]) -> UInt64 {
        let paths = [catalogPath(directory)] + partitions.map { partitionPath(directory, $0) }
        return paths.reduce(0) { $0 + DiskSpace.bytes(of: $1 + "-wal") }
    }

    // MARK: The writer's lock

    private static let lockName = "writer.lock"

    static func lock(_ directory: String) throws(HistoryError) -> WriterLock {
        do throws(WriterLock.Failure) {
            return try WriterLock(directory: directory, fileName: lockName)
        } catch {
            switch error {
            case .held(let processID): throw .anotherWriter(directory: directory, processID: processID)
            case .system(let call, let path, let message): throw .directory(path: path, message: "\(call): \(message)")
            }
        }
    }

    /// The process that writes the store; nil: none.
    static func writer(_ directory: String) -> Int32? {
        WriterLock.holder(directory: directory, fileName: lockName)
    }

    // MARK: Files

    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    private static let sideFiles = ["-wal", "-shm", "-journal"]

    /// What a database takes on the disk, its write-ahead log included.
    static func bytes(_ path: String) -> UInt64 { DiskSpace.bytes(of: path) + DiskSpace.bytes(of: path + "-wal") }

    /// Removes a partition; readers that have it open go on.
    static func remove(_ path: String) {
        for suffix in [""] + sideFiles { try? FileManager.default.removeItem(atPath: path + suffix) }
    }

    /// Removes what a removal that was interrupted has left: logs of partitions that are not there.
    static func removeSideFiles(_ directory: String, of partitions: [UInt64]) {
        let known = Set(partitions.map { partitionPath(directory, $0) })
        for name in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [] {
            let path = directory + "/" + name
            guard name.hasPrefix(prefix), let suffix = sideFiles.first(where: name.hasSuffix),
                name.utf8.count == prefix.utf8.count + digits + self.suffix.utf8.count + suffix.utf8.count,
                !known.contains(String(path.dropLast(suffix.count)))
            else { continue }
            try? FileManager.default.removeItem(atPath: path)
        }
    }

    // MARK: Opening

    /// Opens a file for its only writer and creates it if need be. The caller holds the writer's lock.
    static func openForWriting(
        _ path: String, _ kind: Kind, _ settings: HistorySettings
    ) throws(HistoryError) -> Connection {
        let connection = try naming(path) { () throws(SQLiteError) in
            let connection = try Connection(path: path, mode: .create, busyTimeout: settings.busyTimeout)
            // Has an effect on a file that is still empty only.
            try connection.execute("PRAGMA page_size = \(pageBytes)")
            try configure(connection)
            return connection
        }
        // Before the write-ahead log is switched on, so that the new file's name is durable, too.
        try create(connection, kind, path)
        try whileDoing("opening \(path)") { () throws(SQLiteError) in try startLog(connection, kind, settings) }
        return connection
    }

    private static func startLog(
        _ connection: borrowing Connection, _ kind: Kind, _ settings: HistorySettings
    ) throws(SQLiteError) {
        try connection.setPragma("journal_mode", "WAL")
        try connection.setPragma("journal_size_limit", "\(settings.checkpointBytes * 4)")
        // Names are written seldom, and must be there before the flows that use them.
        try connection.execute("PRAGMA synchronous = \(kind == .catalog ? "FULL" : "NORMAL")")
        // What is written is not read again; a commit of a block or two fits.
        try connection.execute("PRAGMA cache_size = -512")
        // Of the catalog, what comes of itself is enough; of flows, the checkpointer sees to it.
        let pages = kind == .catalog ? max(1, settings.checkpointBytes / 4 / pageBytes) : 0
        try connection.setPragma("wal_autocheckpoint", "\(pages)")
    }

    /// Opens an existing file; nothing in it is changed, but that what a crash interrupted is undone.
    static func openForReading(_ path: String, _ kind: Kind) throws(HistoryError) -> Connection {
        let connection: Connection
        do throws(HistoryError) {
            connection = try connectForReading(path, kind)
        } catch .sqlite(_, let error) where error.code == .cannotOpen && !exists(path) {
            throw .noStore(directory: directory(of: path))
        } catch .sqlite(_, let error) where error.needsRollback {
            try rollBack(path)
            connection = try connectForReading(path, kind)
        }
        let found = try formatOf(connection, path)
        guard found != 0 else { throw .noStore(directory: directory(of: path)) }
        guard found == format else { throw .otherFormat(path: path, found: found, known: format) }
        return connection
    }

    private static func connectForReading(_ path: String, _ kind: Kind) throws(HistoryError) -> Connection {
        try naming(path) { () throws(SQLiteError) in
            let connection = try Connection(path: path, mode: .readOnly, busyTimeout: .seconds(2))
            try configure(connection)
            if kind == .flows { try connection.setPragma("mmap_size", "\(mappedBytes)") }
            return connection
        }
    }

    /// Undoes the making or the sealing of a file that a crash interrupted, which a connection for reading cannot do.
    private static func rollBack(_ path: String) throws(HistoryError) {
        try naming(path) { () throws(SQLiteError) in
            let connection = try Connection(path: path, mode: .readWrite, busyTimeout: .seconds(2))
            _ = try connection.integer("SELECT count(*) FROM sqlite_schema")
        }
    }

    /// A second connection for checkpoints and for sealing.
    static func openForCheckpoints(_ path: String) throws(SQLiteError) -> Connection {
        // The writer waits while a checkpoint finishes, so it waits for readers no longer than this.
        let connection = try Connection(path: path, mode: .readWrite, busyTimeout: .milliseconds(20))
        try connection.execute("PRAGMA synchronous = NORMAL")
        return connection
    }

    /// Brings the write-ahead log into the file and does away with it.
    ///
    /// - Returns: false if somebody has the file open.
    static func endLog(_ path: String) throws(SQLiteError) -> Bool {
        let connection = try openForCheckpoints(path)
        do throws(SQLiteError) {
            // A file that was to be done with its log already is asked for it only when it is read.
            _ = try connection.integer("SELECT count(*) FROM sqlite_schema")
            guard try !connection.checkpoint(.truncate).wasBusy else { return false }
            return try connection.setPragma("journal_mode", "DELETE") == "delete"
        } catch {
            guard error.code == .busy else { throw error }
            return false
        }
    }

    private static func configure(_ connection: borrowing Connection) throws(SQLiteError) {
        try connection.execute("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY")
        try CheckedTable.define(connection)
        // The first look at the file.
        _ = try connection.integer("SELECT count(*) FROM sqlite_schema")
    }

    /// A catalog without names, in memory, in place of one that cannot be read.
    static func emptyCatalog() throws(HistoryError) -> Connection {
        let connection = try naming(":memory:") { () throws(SQLiteError) in
            let connection = try Connection(path: ":memory:", mode: .create, busyTimeout: .zero)
            try configure(connection)
            return connection
        }
        try create(connection, .catalog, ":memory:")
        return connection
    }

    /// Gives a new file its schema; refuses one of another format.
    private static func create(
        _ connection: borrowing Connection, _ kind: Kind, _ path: String
    ) throws(HistoryError) {
        let found = try formatOf(connection, path)
        if found == format { return }
        guard found == 0 else { throw .otherFormat(path: path, found: found, known: format) }
        try whileDoing("creating \(path)") { () throws(SQLiteError) in
            let transaction = try Transaction(connection, .immediate)
            for migration in EmbeddedSchema.migrations where migration.name.hasSuffix("_" + kind.rawValue) {
                try connection.execute(migration.sql)
                try connection.execute("PRAGMA user_version = \(migration.number)")
            }
            try connection.execute("PRAGMA application_id = \(applicationID)")
            try transaction.commit()
        }
    }

    /// 0 for a new file.
    private static func formatOf(_ connection: borrowing Connection, _ path: String) throws(HistoryError) -> Int64 {
        let found = try whileDoing("reading the format of \(path)") { () throws(SQLiteError) in
            (
                application: try connection.integer("PRAGMA application_id") ?? 0,
                format: try connection.integer("PRAGMA user_version") ?? 0,
                objects: try connection.integer("SELECT count(*) FROM sqlite_schema") ?? 0
            )
        }
        if found.objects == 0 && found.application == 0 { return 0 }
        guard found.application == applicationID else { throw .notAStore(path: path) }
        return found.format
    }

    private static func naming<Result: ~Copyable>(
        _ path: String, _ body: () throws(SQLiteError) -> Result
    ) throws(HistoryError) -> Result {
        do throws(SQLiteError) {
            return try body()
        } catch {
            throw error.code == .notADatabase ? .notAStore(path: path) : .sqlite(doing: "opening \(path)", error)
        }
    }
}

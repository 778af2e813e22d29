package import SQLiteRuntime

/// Why history cannot be written or read.
package enum HistoryError: Error, Sendable, Equatable {
    /// Another process writes this store; 0 if its number could not be read.
    case anotherWriter(directory: String, processID: Int32)
    /// The directory or its lock file cannot be used.
    case directory(path: String, message: String)
    /// There is no history in the directory.
    case noStore(directory: String)
    /// The file is an SQLite database of something else, or none at all.
    case notAStore(path: String)
    /// The store was written by another version; this one reads format `known` alone.
    case otherFormat(path: String, found: Int64, known: Int64)
    /// The catalog held other elements than the store at the same index: it must be fresh when a store is opened.
    case catalogMismatch(table: String, index: UInt32)
    /// A block cannot be decoded.
    case damagedBlock(firstSequence: UInt64, reason: String)
    /// A file of the store is damaged so that it cannot be used.
    case unreadable(path: String, reason: String)
    /// SQLite refused; `doing` says at what.
    case sqlite(doing: String, SQLiteError)
}

extension HistoryError {
    /// It is the file that is bad, not what was asked of it: others may be whole.
    var isDamage: Bool {
        switch self {
        case .notAStore, .damagedBlock, .unreadable: true
        case .sqlite(_, let error): error.isDamage
        case .anotherWriter, .directory, .noStore, .otherFormat, .catalogMismatch: false
        }
    }
}

extension HistoryError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .anotherWriter(let directory, let processID):
            "history in \(directory) is being written by process \(processID == 0 ? "?" : "\(processID)"):"
                + " one process at a time may write, any number may read"
        case .directory(let path, let message): "history cannot use \(path): \(message)"
        case .noStore(let directory): "there is no history in \(directory) (no history.sqlite)"
        case .notAStore(let path): "\(path) is not a history of Apus"
        case .otherFormat(let path, let found, let known):
            found > known
                ? "\(path) has format \(found), written by a newer Apus; this one reads format \(known)"
                : "\(path) has format \(found), written by an older Apus, which can export it; this one reads format"
                    + " \(known)"
        case .catalogMismatch(let table, let index):
            "the catalog's \(table)[\(index)] differs from the store's: open the store before anything is interned"
        case .damagedBlock(let firstSequence, let reason): "block of flow \(firstSequence) is damaged: \(reason)"
        case .unreadable(let path, let reason): "\(path) is damaged: \(reason)"
        case .sqlite(let doing, let error): "\(doing): \(error)"
        }
    }
}

/// Runs a body of SQLite calls and says at what one of them failed.
func whileDoing<Result: ~Copyable>(
    _ doing: String, _ body: () throws(SQLiteError) -> Result
) throws(HistoryError) -> Result {
    do throws(SQLiteError) {
        return try body()
    } catch {
        throw .sqlite(doing: doing, error)
    }
}

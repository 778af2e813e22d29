import FlowModel
import SQLiteRuntime

/// Which sequences flows may get that others see before they are durable, as the row `run` of `meta` tells:
/// `<first> open` while a run lasts, `<next>` once it was closed with all that it gave away stored or counted as lost.
///
/// A run that was killed has given away sequences that the store does not know of. No later one may give them again: a
/// client that resumes behind one of them would miss as many flows. So the sequences jump after it.
///
/// ```
///   run, closed       run, killed                           run
///   1 ──────► 1000    1001 ──► 1700 (stored) ~~~► ?         2^40 ──►
///                                   └ published only: lost ┘└ nothing was ever here
/// ```
enum WriterRun {
    /// Of what a jump goes to.
    private static let step: UInt64 = 1 << 40
    /// Beyond what is stored, a run that was killed may have given as many: a million a second, refused by the disk for six
    /// days.
    private static let mostUnstored: UInt64 = 1 << 39

    /// Where to go on.
    struct Start {
        var next: UInt64
        /// What the run before had not stored is lost, and nobody knows how much.
        var followsKilled: Bool
    }

    private struct Record {
        let number: UInt64
        let isOpen: Bool
    }

    private static func record(_ connection: borrowing Connection) throws(SQLiteError) -> Record? {
        guard case .value(let text) = try StoreMeta.readRun(connection) else { return nil }
        let words = text.split(separator: " ")
        guard let number = words.first.flatMap({ UInt64($0) }), number < UInt64(Int64.max) >> 2 else { return nil }
        return Record(number: number, isOpen: words.count > 1)
    }

    /// - Parameter stored: highest sequence in the store; 0: none.
    static func start(_ connection: borrowing Connection, stored: UInt64) throws(SQLiteError) -> Start {
        guard let record = try record(connection) else { return Start(next: stored + 1, followsKilled: false) }
        guard record.isOpen else { return Start(next: max(record.number, stored + 1), followsKilled: false) }
        return try jump(connection, beyond: max(record.number, stored), followsKilled: true)
    }

    /// - Parameter first: of the newest partition, which cannot be read: nobody knows how far it reached.
    static func start(_ connection: borrowing Connection, afterUnreadable first: UInt64) throws(SQLiteError) -> Start {
        let record = try record(connection)
        return try jump(
            connection, beyond: max(record?.number ?? 0, first), followsKilled: record?.isOpen ?? false)
    }

    /// A run that was killed is followed once only.
    private static func jump(
        _ connection: borrowing Connection, beyond known: UInt64, followsKilled: Bool
    ) throws(SQLiteError) -> Start {
        let next = ((known + mostUnstored) / step + 1) * step
        try end(connection, next: next)
        return Start(next: next, followsKilled: followsKilled)
    }

    /// Durable when this returns.
    static func begin(_ connection: borrowing Connection, at first: UInt64) throws(SQLiteError) {
        try StoreMeta.setRun(connection, "\(first) open")
    }

    /// Ends the run, if one was begun.
    static func close(_ connection: borrowing Connection, next: UInt64) throws(SQLiteError) {
        guard case .value(let text) = try StoreMeta.readRun(connection), text.hasSuffix(" open") else { return }
        try end(connection, next: next)
    }

    private static func end(_ connection: borrowing Connection, next: UInt64) throws(SQLiteError) {
        try StoreMeta.setRun(connection, "\(next)")
    }
}

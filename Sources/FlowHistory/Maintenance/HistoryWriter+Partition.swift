import SQLiteRuntime

extension HistoryWriter {
    /// Ends the live partition, if it holds anything: what is appended next gets a file of its own.
    package mutating func beginPartition() throws(HistoryError) {
        try commit()
        try whileDoing("beginning a partition") { () throws(SQLiteError) in try roll() }
    }
}

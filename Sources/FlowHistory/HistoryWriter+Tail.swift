import FlowModel
import SQLiteRuntime

extension HistoryWriter {
    /// The flows of `tail`, with which the next block begins. A row that cannot be decoded is passed over; readers have
    /// counted it as damaged.
    static func readTail(_ connection: borrowing Connection) throws(HistoryError) -> [Flow] {
        var flows: [Flow] = []
        var decoder = BlockDecoder()
        try whileDoing("reading the last flows of history") { () throws(SQLiteError) in
            var row = try connection.prepare("SELECT payload FROM tail ORDER BY first_sequence")
            while try row.step() {
                guard row.copyWords(0, into: &decoder.words), (try? decoder.open()) != nil else { continue }
                flows += decoder.flows(rows: Array(0..<decoder.flowCount))
            }
        }
        return flows
    }
}

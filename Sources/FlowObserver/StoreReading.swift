internal import FlowCatalog
internal import FlowFilter
internal import FlowHistory
internal import FlowModel

/// A stretch of the store, block by block: the flows that meet the filter, as far as it was known when it was begun.
final class StoreReading {
    let sequences: ClosedRange<UInt64>
    private var reader: HistoryReader
    private var cursor: HistoryCursor

    init(
        _ history: FlowObserver.History, order: HistoryCursor.Order, sequences: ClosedRange<UInt64>,
        times: ClosedRange<UInt64>?, _ filter: FilterSpec, _ catalog: FlowCatalog
    ) throws(HistoryError) {
        self.sequences = sequences
        reader = try HistoryReader(directory: history.directory, catalog: history.readersCatalog)
        cursor = reader.cursor(
            order: order, sequences: sequences, times: times, filter: ColumnTranslation(catalog).columns(filter))
    }

    /// The gaps that the store knows of in an interval.
    func losses(times: ClosedRange<UInt64>?) throws(HistoryError) -> [LostEvent] { try reader.losses(times: times) }

    func next() throws(HistoryError) -> [Flow]? { try reader.next(&cursor) }
}

internal import FlowCatalog
internal import FlowFilter
internal import FlowHistory
internal import FlowModel
internal import SystemRuntime

/// A stretch of the store, block by block: the flows that meet the filter, as far as it was known when it was begun.
final class StoreReading {
    let sequences: ClosedRange<UInt64>
    private var reader: HistoryReader
    private var cursor: HistoryCursor
    private let observer: FlowObserver
    private var toldBlocks = 0
    private var toldFlows = 0

    init(
        _ history: FlowObserver.History, order: HistoryCursor.Order, sequences: ClosedRange<UInt64>,
        times: ClosedRange<UInt64>?, _ filter: FilterSpec, _ observer: FlowObserver,
        _ budget: ReadingBudget
    ) throws(HistoryError) {
        self.sequences = sequences
        self.observer = observer
        let catalog = observer.catalog
        reader = try HistoryReader(
            directory: history.directory, catalog: history.readersCatalog ?? catalog,
            fillsCatalog: history.readersCatalog != nil)
        cursor = reader.cursor(
            order: order, sequences: sequences, times: times, filter: ColumnTranslation(catalog).columns(filter),
            budget: budget)
    }

    /// No flow before it is in the store, whatever there was; nil if the store is empty.
    func firstSequence() throws(HistoryError) -> UInt64? { try reader.firstSequence() }

    /// The gaps that the store knows of in an interval.
    func losses(times: ClosedRange<UInt64>?) throws(HistoryError) -> [LostEvent] { try reader.losses(times: times) }

    /// The next flows, and, told once, how many the store has no more of what comes up to them.
    func next(_ losses: inout [LostEvent]) throws(HistoryError) -> [Flow]? {
        let flows = try reader.next(&cursor)
        tellDamage(&losses)
        return flows
    }

    private func tellDamage(_ losses: inout [LostEvent]) {
        observer.note(reader.damage)
        observer.note(cursor.damage)
        guard cursor.damagedBlocks > toldBlocks else { return }
        // Of a file that cannot be read, how many it had may not be known: one at least.
        let count = UInt64(max(1, cursor.damagedFlows - toldFlows))
        (toldBlocks, toldFlows) = (cursor.damagedBlocks, cursor.damagedFlows)
        observer.countDamaged(count)
        let now = SystemClock.realtimeNanoseconds()
        losses.append(LostEvent(place: .historyDamage, count: count, firstNanoseconds: now, lastNanoseconds: now))
    }
}

internal import FlowCatalog
internal import FlowFilter
internal import FlowHistory
internal import FlowModel

/// A stretch of the store, block by block.
final class StoreReading {
    let sequences: ClosedRange<UInt64>
    private var reader: HistoryReader
    private var cursor: HistoryCursor

    init(
        _ history: FlowObserver.History, order: HistoryCursor.Order, sequences: ClosedRange<UInt64>,
        times: ClosedRange<UInt64>?, _ filter: CompiledFilter
    ) throws(HistoryError) {
        self.sequences = sequences
        reader = try HistoryReader(directory: history.directory, catalog: history.readersCatalog)
        cursor = reader.cursor(
            order: order, sequences: sequences, times: times, verdicts: Self.verdicts(filter), kinds: Self.kinds(filter)
        )
    }

    /// The gaps that the store knows of in an interval.
    func losses(times: ClosedRange<UInt64>?) throws(HistoryError) -> [LostEvent] { try reader.losses(times: times) }

    func next() throws(HistoryError) -> [Flow]? { try reader.next(&cursor) }

    private static func verdicts(_ filter: CompiledFilter) -> ValueSet? {
        filter.verdictBits.map { bits in
            ValueSet(Verdict.names.indices.map { UInt8($0) }.filter { bits & Verdict(rawValue: $0).skipBit != 0 })
        }
    }

    private static func kinds(_ filter: CompiledFilter) -> ValueSet? {
        let all: [FlowKind] = [.unknown, .drop, .trace, .policyVerdict, .kernelDrop]
        return filter.kindBits.map { bits in ValueSet(all.filter { bits & $0.skipBit != 0 }.map(\.rawValue)) }
    }
}

import FlowCatalog
import FlowHistory
import FlowModel
import SQLiteRuntime

/// A store as it was when it was opened: what comes in later is left out, so that a statement that reads it twice finds
/// the same.
final class FlowStore {
    let directory: String
    let periods: [HistoryPartition]
    let texts: FlowTexts
    /// When a statement must be over; nil: any time.
    var end: ContinuousClock.Instant?
    /// What the statement has met.
    var report = ScanReport()
    private var reader: HistoryReader
    private var stretches: [StretchKey: [HistoryStretch]] = [:]

    private struct StretchKey: Hashable {
        let firstSequence: UInt64
        /// In each, at least.
        let flows: Int
    }

    init(directory: String) throws(HistoryError) {
        let catalog = FlowCatalog()
        var reader = try HistoryReader(directory: directory, catalog: catalog)
        periods = try reader.periods()
        // Names are written before the flows that use them.
        try reader.refreshCatalog()
        texts = FlowTexts(catalog, nodeName: try reader.nodeName())
        self.directory = directory
        self.reader = reader
    }

    var flows: UInt64 { periods.reduce(0) { $0 + $1.flows } }

    /// Stretches that may hold flows of a selection, in the order in which they were stored.
    ///
    /// - Parameter count: flows in each, at least.
    func stretches(_ selection: FlowSelection, flows count: Int) throws(HistoryError) -> [HistoryStretch] {
        var found: [HistoryStretch] = []
        for period in periods
        where period.times.overlaps(selection.times) && period.sequences.overlaps(selection.sequences) {
            found += try stretches(of: period, flows: count).filter {
                $0.times.overlaps(selection.times) && $0.sequences.overlaps(selection.sequences)
            }
        }
        return found
    }

    private func stretches(of period: HistoryPartition, flows count: Int) throws(HistoryError) -> [HistoryStretch] {
        let key = StretchKey(firstSequence: period.sequences.lowerBound, flows: count)
        if let known = stretches[key] { return known }
        let found = try reader.stretches(of: period, flows: count).compactMap { stretch -> HistoryStretch? in
            guard stretch.sequences.overlaps(period.sequences) else { return nil }
            var stretch = stretch
            stretch.sequences = stretch.sequences.clamped(to: period.sequences)
            return stretch
        }
        stretches[key] = found
        return found
    }

    func losses(_ times: ClosedRange<UInt64>? = nil) throws(HistoryError) -> [LostEvent] {
        try reader.losses(times: times)
    }

    func checkTime() throws(VirtualTableError) {
        guard let end, ContinuousClock.now >= end else { return }
        throw VirtualTableError("interrupted", code: .interrupted)
    }
}

/// What a statement has asked of the store, and could not have.
struct ScanReport: Sendable {
    /// nil if it asked for no flows.
    private(set) var times: ClosedRange<UInt64>?
    private var damage: [HistoryDamage] = []
    private var otherDamage = StoreDamage()

    mutating func note(times asked: ClosedRange<UInt64>) {
        let known = times ?? asked
        times = min(known.lowerBound, asked.lowerBound)...max(known.upperBound, asked.upperBound)
    }

    /// The same damage may be met more than once.
    mutating func note(_ cursor: HistoryCursor) {
        otherDamage.formUnion(cursor.damage)
        guard let first = cursor.firstDamage else { return }
        let new = HistoryDamage(blocks: cursor.damagedBlocks, flows: cursor.damagedFlows, first: first)
        if let index = damage.firstIndex(where: { $0.first == first }) {
            if damage[index].blocks < new.blocks { damage[index] = new }
        } else {
            damage.append(new)
        }
    }

    var damagedBlocks: Int { damage.reduce(0) { $0 + $1.blocks } }
    var damagedFlows: Int { damage.reduce(0) { $0 + $1.flows } }
    var firstDamage: HistoryError? { damage.first?.first }
    /// Rows and files that cannot be believed or read, a line for each.
    var damagedPlaces: [String] { otherDamage.descriptions }
}

private struct HistoryDamage: Sendable {
    var blocks: Int
    var flows: Int
    var first: HistoryError
}

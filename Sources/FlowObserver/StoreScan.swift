package import FlowCatalog
package import FlowFilter
package import FlowHistory
package import FlowModel

/// All flows of a store that meet a request's filter and times, oldest first, as far as it reached when this was made.
/// One thread at a time uses it.
package struct StoreScan: ~Copyable {
    private var reader: HistoryReader
    private var cursor: HistoryCursor
    private var filter: CompiledFilter
    private var positions: [Int] = []
    private let times: ClosedRange<UInt64>?
    /// How far the store reached.
    package let extent: HistoryExtent

    /// - Parameter catalog: filled with the store's names; fresh, or of the same store.
    package init(directory: String, _ request: FlowRequest, catalog: FlowCatalog) throws(HistoryError) {
        var reader = try HistoryReader(directory: directory, catalog: catalog)
        let extent = try reader.extent()
        let isBounded = request.since != nil || request.until != nil
        let since = request.since ?? 0
        times = isBounded ? since...max(since, request.until ?? .max) : nil
        cursor = reader.cursor(
            order: .ascending, sequences: 0...(extent.sequences?.upperBound ?? 0), times: times,
            filter: ColumnTranslation(catalog).columns(request.filter))
        filter = CompiledFilter(request.filter, catalog: catalog)
        self.extent = extent
        self.reader = reader
    }

    package var storeID: StoreID { reader.storeID }

    package mutating func nodeName() throws(HistoryError) -> String { try reader.nodeName() }

    /// The gaps in the request's times.
    package mutating func losses() throws(HistoryError) -> [LostEvent] { try reader.losses(times: times) }

    /// The next flows, perhaps none of a stretch; nil at the end.
    package mutating func next() throws(HistoryError) -> [Flow]? {
        guard let flows = try reader.next(&cursor) else { return nil }
        positions.removeAll(keepingCapacity: true)
        filter.select(flows.span, into: &positions)
        return positions.compactMap { position in
            let flow = flows[position]
            return times?.contains(flow.timeNanoseconds) == false ? nil : flow
        }
    }

    /// What else of the store was met so far that cannot be believed, a line for each.
    package var otherDamage: [String] { cursor.damage.descriptions }

    /// Blocks, and flows in them, that could not be read so far, and the first one's error.
    package var damage: (blocks: Int, flows: Int, first: HistoryError)? {
        cursor.firstDamage.map { (cursor.damagedBlocks, cursor.damagedFlows, $0) }
    }
}

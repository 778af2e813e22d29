import FlowHistory
import FlowModel
import SQLiteRuntime

/// A walk over the flows of a selection, in the order in which they were stored or in the order of their times.
///
/// Flows of different processors are stored a little out of order, and a clock may have been set back. Sorted by time,
/// blocks are read by their earliest time, and a flow is given when all blocks that are still unread begin later:
///
/// ```
///   time ───────────────────────────────►
///   block 1  ├──────────────┤
///   block 2            ├────┼─────────┤      unread when block 1 is: flows up to its start are ready
///   ready    ├─────────┤
/// ```
struct FlowScan: ~Copyable {
    enum Order: Equatable {
        case stored(isDescending: Bool)
        /// Of equal times, by sequence.
        case time(isDescending: Bool)
    }

    private let store: FlowStore
    private let selection: FlowSelection
    private let order: Order
    private var reader: HistoryReader
    /// Still unread, the next one last.
    private var unread: [HistoryStretch]
    private var cursor: HistoryCursor?
    private var flows: [Flow] = []
    private var position = -1
    /// The first of `flows` that must wait for a block that is unread.
    private var ready = 0

    /// Drops are read from blocks of their own, each of which holds those of many blocks.
    private static let flowsOfDrops = 1 << 19
    /// In the order of the store no flow waits, so that only the clock bounds a stretch.
    private static let flowsInOrder = 1 << 20

    init(
        _ store: FlowStore, _ selection: FlowSelection, _ order: Order, _ reader: consuming HistoryReader
    ) throws(HistoryError) {
        self.store = store
        self.selection = selection
        self.order = order
        self.reader = reader
        let flows =
            if case .stored = order { Self.flowsInOrder } else {
                selection.filter.wantsDropsOnly ? Self.flowsOfDrops : 1
            }
        unread = selection.isEmpty ? [] : try store.stretches(selection, flows: flows)
        switch order {
        case .stored(isDescending: false): unread.reverse()
        case .stored(isDescending: true): break
        case .time(isDescending: false): unread.sort { $0.times.lowerBound > $1.times.lowerBound }
        case .time(isDescending: true): unread.sort { $0.times.upperBound < $1.times.upperBound }
        }
    }

    /// Gives the reader away, for the next scan.
    consuming func takeReader() -> HistoryReader { reader }

    /// The next flow; nil at the end.
    mutating func next() throws(VirtualTableError) -> Flow? {
        position += 1
        if position >= ready, try !refill() { return nil }
        return flows[position]
    }

    /// - Returns: false at the end.
    @inline(never)
    private mutating func refill() throws(VirtualTableError) -> Bool {
        while position >= ready {
            try store.checkTime()
            do throws(HistoryError) {
                guard try order.isByTime ? readStretch() : readOn() else { return false }
            } catch {
                throw VirtualTableError("\(error)")
            }
        }
        return true
    }

    // MARK: In the order of the store

    private mutating func readOn() throws(HistoryError) -> Bool {
        if cursor == nil {
            guard let stretch = unread.popLast() else { return false }
            begin(stretch, order == .stored(isDescending: true) ? .descending : .ascending)
        }
        flows = try readBlock() ?? []
        (position, ready) = (0, flows.count)
        return true
    }

    private mutating func begin(_ stretch: HistoryStretch, _ order: HistoryCursor.Order) {
        cursor = reader.cursor(
            order: order, sequences: stretch.sequences.clamped(to: selection.sequences), times: selection.times,
            filter: selection.filter)
    }

    /// nil at the end of the stretch.
    private mutating func readBlock() throws(HistoryError) -> [Flow]? {
        guard var current = cursor else { return nil }
        let block = try reader.next(&current)
        store.report.note(current)
        cursor = block == nil ? nil : current
        return block
    }

    // MARK: In the order of times

    private mutating func readStretch() throws(HistoryError) -> Bool {
        guard let stretch = unread.popLast() else { return false }
        let isDescending = order == .time(isDescending: true)
        begin(stretch, .ascending)
        var new: [Flow] = []
        while let block = try readBlock() { new += block }
        new.sort { isDescending ? $1.isBefore($0) : $0.isBefore($1) }
        flows = Self.merged(flows[position...], new[...], isDescending: isDescending)
        position = 0
        ready = flows.partitioningIndex { [next = unread.last?.times] flow in
            guard let next else { return false }
            return isDescending
                ? flow.timeNanoseconds <= next.upperBound : flow.timeNanoseconds >= next.lowerBound
        }
        return true
    }

    private static func merged(
        _ left: ArraySlice<Flow>, _ right: ArraySlice<Flow>, isDescending: Bool
    ) -> [Flow] {
        var (left, right) = (left, right)
        if left.isEmpty { return Array(right) }
        var all: [Flow] = []
        all.reserveCapacity(left.count + right.count)
        while let first = left.first, let other = right.first {
            let takesOther = isDescending ? first.isBefore(other) : other.isBefore(first)
            all.append(takesOther ? right.removeFirst() : left.removeFirst())
        }
        return all + left + right
    }
}

extension FlowScan.Order {
    fileprivate var isByTime: Bool { if case .time = self { true } else { false } }
}

extension Flow {
    fileprivate func isBefore(_ other: Flow) -> Bool {
        (timeNanoseconds, sequence) < (other.timeNanoseconds, other.sequence)
    }
}

extension [Flow] {
    /// The index of the first that is accepted, as all behind it are; `count` if none is.
    fileprivate func partitioningIndex(_ accepts: (Flow) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if accepts(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

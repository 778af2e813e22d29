/// Counts of the series of one metric: found by open addressing, bounded, a few nanoseconds an addition.
///
/// A series has `width` values. Beyond `limit` series, what is new is counted under a series of the overflow: first with the
/// labels of its sides and without those of the metric's own that have no bound (a port), then without sides, too.
/// Labels with few values stay right, and so do sums over all series.
///
/// Owned by the registry. Memory grows with the series up to the limit, never with traffic.
struct SeriesTable: Sendable {
    let width: Int
    let limit: Int
    /// Bits of own labels that have no bound.
    private let unbounded: UInt64
    private let hasExemplars: Bool
    private let amount: TableLayout.Amount

    /// Position of the series + 1, with `overflowBit`; 0: free.
    private var slots: [UInt32]
    private(set) var keys: [SeriesKey] = []
    private(set) var values: [UInt64] = []
    private(set) var exemplars: [Exemplar] = []
    private var marks: [Marks] = []
    /// The sum of the values at the last sweep, and for how many sweeps it has been that.
    private var seen: [UInt64] = []
    private var idleSweeps: [UInt16] = []
    private var free: [UInt32] = []
    /// Series beside those of the overflow.
    private(set) var count = 0
    private var overflowCount = 0
    /// What was counted under the overflow.
    private(set) var overflowed: UInt64 = 0
    private(set) var expiredIdle: UInt64 = 0
    private(set) var expiredDeleted: UInt64 = 0

    private struct Marks: OptionSet, BitwiseCopyable, Sendable {
        let rawValue: UInt8
        static let live = Marks(rawValue: 1 << 0)
        static let overflow = Marks(rawValue: 1 << 1)
    }

    init(_ layout: TableLayout, limit: Int, hasExemplars: Bool) {
        width = layout.width
        amount = layout.amount
        unbounded = layout.unbounded
        self.limit = limit
        self.hasExemplars = hasExemplars
        slots = [UInt32](repeating: 0, count: 64)
    }

    // MARK: Counting

    /// Counts what was collected of a batch.
    ///
    /// - Parameter positions: room for as many as there are keys.
    mutating func count(
        _ batch: KeyBatch, _ tallies: Span<Tally>, _ sides: Span<SideClasses>, _ positions: inout [UInt32]
    ) {
        var done = 0
        while true {
            done = find(batch, from: done, sides, &positions)
            if done == batch.count { break }
            // A key that has no series yet, or one that stands for others.
            let tally = Int(batch.tallies[done])
            let key = SeriesKey(sides: sides[tally], own: batch.owns[done])
            positions[done] = UInt32(position(key, flows: tallies[tally].flows))
            done += 1
        }
        Self.add(batch, tallies, positions, amount, to: &values)
        if hasExemplars { Self.note(batch, tallies, positions, in: &exemplars) }
    }

    /// Looks up keys.
    ///
    /// - Returns: up to where; the key there was not found, or counts as overflow.
    @inline(never)
    private func find(
        _ batch: KeyBatch, from start: Int, _ sides: Span<SideClasses>, _ positions: inout [UInt32]
    ) -> Int {
        let (slots, keys, owns, tallies) = (slots.span, keys.span, batch.owns.span, batch.tallies.span)
        var output = positions.mutableSpan
        let mask = slots.count &- 1
        for index in start..<batch.count {
            let key = SeriesKey(sides: sides[Int(tallies[index])], own: owns[index])
            var place = Int(truncatingIfNeeded: key.mixed) & mask
            var slot = slots[place]
            // The sign bit is that of the overflow.
            while Int32(bitPattern: slot) > 0 && keys[Int(slot) &- 1] != key {
                place = (place &+ 1) & mask
                slot = slots[place]
            }
            if Int32(bitPattern: slot) <= 0 { return index }
            output[index] = slot &- 1
        }
        return batch.count
    }

    @inline(never)
    private static func add(
        _ batch: KeyBatch, _ tallies: Span<Tally>, _ positions: [UInt32], _ amount: TableLayout.Amount,
        to values: inout [UInt64]
    ) {
        let (positions, indices) = (positions.span, batch.tallies.span)
        var values = values.mutableSpan
        switch amount {
        case .one:
            for index in 0..<batch.count { values[Int(positions[index])] &+= tallies[Int(indices[index])].flows }
        case .bytesAndPackets:
            for index in 0..<batch.count {
                let place = Int(positions[index]) &* 2
                values[place] &+= tallies[Int(indices[index])].bytes
                values[place &+ 1] &+= tallies[Int(indices[index])].packets
            }
        }
    }

    @inline(never)
    private static func note(
        _ batch: KeyBatch, _ tallies: Span<Tally>, _ positions: [UInt32], in exemplars: inout [Exemplar]
    ) {
        let (positions, indices) = (positions.span, batch.tallies.span)
        var exemplars = exemplars.mutableSpan
        for index in 0..<batch.count { exemplars[Int(positions[index])] = tallies[Int(indices[index])].exemplar }
    }

    /// Position of the key's series, or of the one that stands for it.
    ///
    /// - Parameter flows: that are to be counted there.
    mutating func position(_ key: SeriesKey, flows: UInt64 = 1) -> Int {
        let mask = slots.count &- 1
        var place = Int(truncatingIfNeeded: key.mixed) & mask
        while true {
            let slot = slots[place]
            if slot == 0 { return insert(key, flows: flows) }
            let position = Int(slot & ~Self.overflowBit) &- 1
            if keys[position] == key {
                if slot & Self.overflowBit != 0 { overflowed &+= flows }
                return position
            }
            place = (place &+ 1) & mask
        }
    }

    mutating func add(_ amount: UInt64, at position: Int, _ column: Int = 0) {
        values[position &* width &+ column] &+= amount
    }

    mutating func count(_ key: SeriesKey) { values[position(key) &* width] &+= 1 }

    mutating func note(_ exemplar: Exemplar, at position: Int) {
        if hasExemplars { exemplars[position] = exemplar }
    }

    /// The series is one of the overflow.
    private static let overflowBit: UInt32 = 1 << 31

    private func find(_ key: SeriesKey) -> Int {
        let mask = slots.count &- 1
        var place = Int(truncatingIfNeeded: key.mixed) & mask
        while true {
            let slot = Int(slots[place] & ~Self.overflowBit)
            if slot == 0 { return -1 }
            if keys[slot &- 1] == key { return slot &- 1 }
            place = (place &+ 1) & mask
        }
    }

    @inline(never)
    private mutating func insert(_ key: SeriesKey, flows: UInt64) -> Int {
        if !key.sides.hasOverflow && count < limit {
            count += 1
            return append(key, .live)
        }
        overflowed &+= flows
        if key.sides.hasOverflow {
            return overflowing(SeriesKey(sides: key.sides.overflowing, own: key.own | unbounded))
        }
        if unbounded != 0 {
            let sided = SeriesKey(sides: key.sides, own: key.own | unbounded)
            let found = find(sided)
            if found >= 0 { return found }
            if overflowCount < limit / 8 { return overflowing(sided) }
        }
        return overflowing(SeriesKey(sides: key.sides.overflowing, own: key.own | unbounded))
    }

    private mutating func overflowing(_ key: SeriesKey) -> Int {
        let found = find(key)
        if found >= 0 { return found }
        overflowCount += 1
        return append(key, [.live, .overflow])
    }

    private mutating func append(_ key: SeriesKey, _ marks: Marks) -> Int {
        let position = free.popLast().map(Int.init) ?? keys.count
        if position == keys.count {
            keys.append(key)
            values.append(contentsOf: repeatElement(0, count: width))
            if hasExemplars { exemplars.append(Exemplar()) }
            self.marks.append(marks)
            seen.append(0)
            idleSweeps.append(0)
        } else {
            keys[position] = key
            self.marks[position] = marks
        }
        // A quarter full at most: hardly any look-up goes further than one slot.
        if (count + overflowCount) * 4 > slots.count { rebuild(count: slots.count * 2) } else { place(position) }
        return position
    }

    private mutating func place(_ position: Int) {
        let mask = slots.count - 1
        var place = Int(truncatingIfNeeded: keys[position].mixed) & mask
        while slots[place] != 0 { place = (place + 1) & mask }
        slots[place] = UInt32(position + 1) | (marks[position].contains(.overflow) ? Self.overflowBit : 0)
    }

    private mutating func rebuild(count: Int) {
        slots = [UInt32](repeating: 0, count: count)
        for position in keys.indices where marks[position].contains(.live) { place(position) }
    }

    // MARK: Reading

    /// Positions that were ever given; not all are live.
    var positions: Range<Int> { 0..<keys.count }

    func isLive(_ position: Int) -> Bool { marks[position].contains(.live) }

    func value(_ position: Int, _ column: Int) -> UInt64 { values[position * width + column] }

    var memoryBytes: Int {
        slots.capacity * 4 + keys.capacity * 16 + values.capacity * 8 + exemplars.capacity
            * MemoryLayout<Exemplar>.stride + marks.capacity
            + seen.capacity * 8 + idleSweeps.capacity * 2 + free.capacity * 4
    }

    // MARK: Expiry

    /// Takes out series that count nothing any more.
    ///
    /// - Parameters:
    ///   - idleSweeps: for so many sweeps; 0: none goes for that.
    ///   - isDeleted: whether a pod that the sides name is gone.
    /// - Returns: whether any went.
    mutating func sweep(idleSweeps most: Int, isDeleted: (SideClasses) -> Bool) -> Bool {
        var hasRemoved = false
        for position in keys.indices where marks[position].contains(.live) {
            let total = total(position)
            idleSweeps[position] = total == seen[position] ? min(.max - 1, idleSweeps[position]) + 1 : 0
            seen[position] = total
            if isDeleted(keys[position].sides) {
                expiredDeleted += 1
            } else if most > 0 && Int(idleSweeps[position]) >= most {
                expiredIdle += 1
            } else {
                continue
            }
            remove(position)
            hasRemoved = true
        }
        if hasRemoved { rebuild(count: slots.count) }
        return hasRemoved
    }

    /// Of a histogram all buckets.
    private func total(_ position: Int) -> UInt64 {
        var total: UInt64 = 0
        for column in 0..<width { total &+= values[position * width + column] }
        return total
    }

    private mutating func remove(_ position: Int) {
        if marks[position].contains(.overflow) { overflowCount -= 1 } else { count -= 1 }
        marks[position] = []
        for column in 0..<width { values[position * width + column] = 0 }
        if hasExemplars { exemplars[position] = Exemplar() }
        (seen[position], idleSweeps[position]) = (0, 0)
        free.append(UInt32(position))
    }
}

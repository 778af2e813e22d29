import Testing

@testable import FlowHistory

/// Rows of ten flows each with a gap of five sequences between them: 1…10, 16…25, 31…40, …
private func rows(_ numbers: Int...) -> [BlockKey] {
    numbers.map { number in
        let first = UInt64(number * 15 + 1)
        return BlockKey(
            firstSequence: first, lastSequence: first + 9, minimumTime: 0, maximumTime: 0, flowCount: 10,
            isOfDrops: false, previousLast: number == 0 ? 0 : first - 6, flowsBefore: UInt64(number * 10), isWhole: true
        )
    }
}

@Suite("A walk over the zone map")
struct ZoneWalkTests {
    /// Of the ten rows 0…9.
    private static let end = ChainEnd(flows: 100, lastSequence: 145)

    /// What is missing, and the first sequences of the rows that are wanted.
    private func walk(
        _ order: HistoryCursor.Order, _ wanted: ClosedRange<UInt64>, _ rows: [BlockKey]
    ) -> (gaps: [ZoneWalk.Gap], firsts: [UInt64]) {
        var walk = ZoneWalk(order, wanted, end: Self.end)
        var gaps: [ZoneWalk.Gap] = []
        var firsts: [UInt64] = []
        for row in order == .ascending ? rows : rows.reversed() {
            let (place, gap) = walk.take(row)
            if let gap { gaps.append(gap) }
            if place == .wanted { firsts.append(row.firstSequence) }
            if place == .behind || walk.isThrough { return (gaps, firsts) }
        }
        if let gap = walk.gapAtEnd(Self.end) { gaps.append(gap) }
        return (gaps, firsts)
    }

    @Test("misses nothing where flows were lost between rows, and begins and ends anywhere", arguments: [true, false])
    func whole(isAscending: Bool) {
        let order = isAscending ? HistoryCursor.Order.ascending : .descending
        let all = rows(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
        #expect(walk(order, 0...(.max), all).gaps == [])
        #expect(Set(walk(order, 0...(.max), all).firsts).count == 10)
        for low in 0...150 as ClosedRange<UInt64> {
            for high in stride(from: low, through: 160, by: 3) {
                // As the statements give them: from the row before the wanted ones on.
                let start = all.lastIndex { $0.firstSequence < low } ?? 0
                let stop = all.firstIndex { $0.firstSequence > high } ?? 9
                let found = walk(order, low...high, Array(isAscending ? all[start...] : all[...stop]))
                #expect(found.gaps == [], "\(low) to \(high)")
            }
        }
    }

    @Test("misses a row that is hidden, wherever it was, and tells its flows and no others", arguments: 0..<10)
    func hidden(number: Int) {
        let rest = rows(0, 1, 2, 3, 4, 5, 6, 7, 8, 9).filter { $0.flowsBefore != UInt64(number * 10) }
        for order in [HistoryCursor.Order.ascending, .descending] {
            let found = walk(order, 0...(.max), rest)
            #expect(found.gaps.map(\.flows) == [10])
            let hidden = UInt64(number * 15 + 1)...UInt64(number * 15 + 10)
            #expect(found.gaps.first.map { $0.sequences.contains(hidden.lowerBound) } == true)
            #expect(found.gaps.first.map { $0.sequences.contains(hidden.upperBound) } == true)
            #expect(found.firsts.count == 9)
        }
    }

    @Test("passes over rows that come twice or too late")
    func outOfPlace() {
        #expect(walk(.ascending, 0...(.max), rows(0, 1, 2, 1, 2, 3, 4, 5, 6, 7, 8, 9)).firsts.count == 10)
        #expect(walk(.descending, 0...(.max), rows(0, 1, 2, 3, 2, 3, 4, 5, 6, 7, 8, 9)).firsts.count == 10)
    }
}

import FlowModel
import Testing

@testable import FlowHistory

@Suite("Rows of a block are found")
struct RowFindingTests {
    @Test("by one or several numbers, at any width and count", arguments: 1...17)
    func wholePacking(width: Int) {
        let seed = UInt64.random(in: 0...(.max))
        var random = SeededGenerator(seed: seed)
        let packing = WholePacking(width: width)
        for count in [1, 2, 63, 64, 65, 700] {
            // Few distinct numbers, the least and the largest among them, so that there is much to find.
            let largest = BlockFormat.mask(width: width)
            let choice = [0, largest, largest >> 1, UInt64.random(in: 0...largest, using: &random)]
            let values = (0..<count).map { _ in choice.randomElement(using: &random) ?? 0 }
            var words: [UInt64] = [.max]
            packing.append(values.span, to: &words)
            #expect(words.count == 1 + packing.words(count))
            let read = (0..<count).map { packing.number(words.span, start: 1, row: $0) }
            #expect(read == values, "seed \(seed), \(count) rows")
            for wanted in [[choice[0]], [choice[1]], [choice[2], choice[3]], [largest + 1, largest + choice[3]]] {
                var rows = RowSet(none: count)
                packing.find(wanted, words.span, start: 1, count: count, into: &rows.words)
                rows.trim()
                #expect(rows.numbers == values.indices.filter { wanted.contains(values[$0]) }, "seed \(seed)")
            }
        }
    }

    @Test("where they are few and far between", arguments: 1...17)
    func rareNumbers(width: Int) {
        let packing = WholePacking(width: width)
        let wanted = BlockFormat.mask(width: width)
        let places = [0, 700, 701, 1_500, 2_998, 2_999]
        var values = [UInt64](repeating: 0, count: 3_000)
        for place in places { values[place] = wanted }
        var words: [UInt64] = [.max]
        packing.append(values.span, to: &words)
        for numbers in [[wanted], [wanted + 1, wanted]] {
            var rows = RowSet(none: values.count)
            packing.find(numbers, words.span, start: 1, count: values.count, into: &rows.words)
            rows.trim()
            #expect(rows.numbers == places)
        }
    }

    @Test("and joined, cut and taken away as sets are, up to the last row", arguments: [1, 63, 64, 65, 200])
    func setOperations(count: Int) {
        func rows(_ isMember: (Int) -> Bool) -> RowSet {
            var rows = RowSet(none: count)
            for row in 0..<count where isMember(row) { rows.words[row >> 6] |= 1 << UInt64(row & 63) }
            return rows
        }
        let (even, third) = (rows { $0 % 2 == 0 }, rows { $0 % 3 == 0 })
        var (union, cut, rest, all) = (even, even, even, even)
        union.formUnion(third)
        cut.formIntersection(third)
        rest.subtract(third)
        all.insertAll(count)
        #expect(union.numbers == (0..<count).filter { $0 % 2 == 0 || $0 % 3 == 0 })
        #expect(cut.numbers == (0..<count).filter { $0 % 6 == 0 })
        #expect(rest.numbers == (0..<count).filter { $0 % 2 == 0 && $0 % 3 != 0 })
        #expect(all.numbers == Array(0..<count))
        all.subtract(all)
        #expect(all.isEmpty)
    }
}

/// Which of the catalog's names flows may use, by what blocks and partitions say to hold.
struct UsedNames {
    /// By `NameTable`, a bit for each index below the count; nil: any may be in use.
    private var marks: [[UInt64]?]
    private let counts: CatalogCounts

    init(_ counts: CatalogCounts) {
        self.counts = counts
        marks = NameTable.allCases.map { Array(repeating: 0, count: (counts[$0] + 63) / 64) }
    }

    mutating func add(_ sets: BlockSets) {
        for (place, table) in NameTable.allCases.enumerated() {
            for member in table.members { Self.add(sets.members[member.rawValue], to: &marks[place]) }
        }
    }

    private static func add(_ indices: [UInt32]?, to marks: inout [UInt64]?) {
        guard let indices, var words = marks.take() else { return marks = nil }
        for index in indices where Int(index >> 6) < words.count {
            words[Int(index >> 6)] |= 1 << UInt64(index & 63)
        }
        marks = words
    }

    /// Runs of indices that no flow uses, rising; none where any may be in use. Neither the placeholder nor the last
    /// index is among them: it says how many were given.
    func unused(_ table: NameTable) -> [ClosedRange<UInt32>] {
        guard let place = NameTable.allCases.firstIndex(of: table), let words = marks[place] else { return [] }
        var runs: [ClosedRange<UInt32>] = []
        var start: UInt32?
        let last = UInt32(max(1, counts[table] - 1))
        for index in 1..<last {
            let isUsed = words[Int(index >> 6)] >> UInt64(index & 63) & 1 == 1
            if isUsed {
                if let first = start { runs.append(first...index - 1) }
                start = nil
            } else if start == nil {
                start = index
            }
        }
        if let start { runs.append(start...last - 1) }
        return runs
    }
}

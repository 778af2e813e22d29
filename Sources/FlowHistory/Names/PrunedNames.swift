/// Indices whose names were deleted, as no flow used them any more. They are never given again.
struct PrunedNames: Equatable, Sendable {
    /// By `NameTable`: rising, with other indices between them.
    private var ranges = [[ClosedRange<UInt32>]](repeating: [], count: NameTable.allCases.count)

    init() {}

    subscript(table: NameTable) -> [ClosedRange<UInt32>] {
        get { ranges[Self.place(table)] }
        set { ranges[Self.place(table)] = newValue }
    }

    private static func place(_ table: NameTable) -> Int { NameTable.allCases.firstIndex(of: table) ?? 0 }

    /// How many indices are empty.
    var count: Int { ranges.joined().reduce(0) { $0 + $1.count } }

    /// The range that has an index.
    func range(of index: UInt32, in table: NameTable) -> ClosedRange<UInt32>? {
        let ranges = self[table]
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < index { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(index) ? ranges[low] : nil
    }
}

// MARK: Text

extension PrunedNames {
    /// `1-40 42 50-60`
    static func text(_ ranges: [ClosedRange<UInt32>]) -> String {
        ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: " ")
    }

    /// Reads what `text` writes; nil where it is anything else.
    static func ranges(_ text: String) -> [ClosedRange<UInt32>]? {
        var ranges: [ClosedRange<UInt32>] = []
        for item in text.split(separator: " ") {
            let bounds = item.split(separator: "-", omittingEmptySubsequences: false).map { UInt32($0) }
            guard (1...2).contains(bounds.count), let first = bounds[0], let last = bounds[bounds.count - 1],
                first > ranges.last?.upperBound ?? 0, first <= last
            else { return nil }
            ranges.append(first...last)
        }
        return ranges
    }
}

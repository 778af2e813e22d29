/// Unicode scalars by their numbers.
struct ScalarSet: Hashable, Sendable {
    private(set) var ranges: [ClosedRange<UInt32>]

    init(_ ranges: [ClosedRange<UInt32>]) { self.ranges = ranges }

    init(_ scalar: Unicode.Scalar) { ranges = [scalar.value...scalar.value] }

    /// All but a line's end, as `.` means it.
    static let withinLine = ScalarSet([10...10]).inverted
    static let digits = ScalarSet([48...57])
    static let wordCharacters = ScalarSet([48...57, 65...90, 95...95, 97...122])
    static let spaces = ScalarSet([9...10, 12...13, 32...32])

    func contains(_ scalar: Unicode.Scalar) -> Bool { ranges.contains { $0.contains(scalar.value) } }

    mutating func formUnion(_ other: ScalarSet) { ranges += other.ranges }

    var inverted: ScalarSet {
        var rest: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > next { rest.append(next...range.lowerBound - 1) }
            next = max(next, range.upperBound + 1)
        }
        if next <= 0x10ffff { rest.append(next...0x10ffff) }
        return ScalarSet(rest)
    }

    /// With the other case of each ASCII letter.
    var ignoringCase: ScalarSet {
        var result = self
        for lower in UInt32(97)...122 {
            let isIn = ranges.contains { $0.contains(lower) || $0.contains(lower - 32) }
            if isIn { result.ranges += [lower...lower, lower - 32...lower - 32] }
        }
        return result
    }
}

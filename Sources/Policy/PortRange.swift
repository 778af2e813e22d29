/// A part of a port range that one key of a longest-prefix map covers.
struct PortPrefix: Hashable, Sendable {
    let port: UInt16
    /// 0…16: how many leading bits of `port` count.
    let bits: Int
}

extension ClosedRange<UInt16> {
    /// The fewest aligned blocks that make up the range, in ascending order: at most 30.
    var portPrefixes: [PortPrefix] {
        var prefixes: [PortPrefix] = []
        var start = UInt32(lowerBound)
        let end = UInt32(upperBound) + 1
        while start < end {
            var size: UInt32 = start == 0 ? 65_536 : 1 << UInt32(start.trailingZeroBitCount)
            while start + size > end { size /= 2 }
            prefixes.append(PortPrefix(port: UInt16(start), bits: 16 - size.trailingZeroBitCount))
            start += size
        }
        return prefixes
    }
}

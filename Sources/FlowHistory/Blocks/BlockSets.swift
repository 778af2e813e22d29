/// What a block, or a whole partition, holds some of: a query that asks for none of it passes over it unread.
///
/// On disk: `folded`, four words; then each list of `members` as a count + 1 (0: anything may be there) and the
/// differences of its rising values, in bytes of seven bits, the lowest first, the high bit saying that another follows.
struct BlockSets: Equatable {
    /// Bit (raw value modulo 64) for each value that occurs.
    enum Folded: Int, CaseIterable { case verdict, kind, ipProtocol, dropReason }

    /// Exact sets of numbers. Both sides of a flow are in one.
    enum Member: Int, CaseIterable {
        case endpoint, identity, service, rule, kernelReason
        /// Ports below 32,768; that number stands for all above.
        case port
        /// Interfaces and functions of the kernel: no query asks for them, but they tell which names are still in use. Not
        /// there, and so anything, where an older Apus wrote.
        case otherName
    }

    static let ephemeralPort: UInt32 = 32_768
    /// Longer lists say less than they cost; a partition's may be so much longer than a block's.
    static let mostInBlock = 4_096
    static let mostInPartition = 65_536

    var folded = [UInt64](repeating: 0, count: Folded.allCases.count)
    /// Rising; nil for "anything".
    var members = [[UInt32]?](repeating: [], count: Member.allCases.count)

    /// Excludes no query.
    static var anything: BlockSets {
        var sets = BlockSets()
        for index in sets.folded.indices { sets.folded[index] = .max }
        for index in sets.members.indices { sets.members[index] = nil }
        return sets
    }

    /// Adds what another block holds.
    mutating func formUnion(_ other: BlockSets) {
        for index in folded.indices { folded[index] |= other.folded[index] }
        for index in members.indices {
            guard let mine = members[index], let others = other.members[index] else {
                members[index] = nil
                continue
            }
            if others.isEmpty || mine == others { continue }
            let all = Self.merged(mine, others)
            members[index] = all.count > Self.mostInPartition ? nil : all
        }
    }

    private static func merged(_ left: [UInt32], _ right: [UInt32]) -> [UInt32] {
        var all: [UInt32] = []
        all.reserveCapacity(left.count + right.count)
        var (i, j) = (0, 0)
        while i < left.count || j < right.count {
            let takesLeft = j == right.count || (i < left.count && left[i] <= right[j])
            let value = takesLeft ? left[i] : right[j]
            if takesLeft { i += 1 } else { j += 1 }
            if all.last != value { all.append(value) }
        }
        return all
    }
}

// MARK: Bytes

extension BlockSets {
    static let foldedBytes = Folded.allCases.count * 8

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for word in folded { for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift * 8))) } }
        for list in members {
            guard let list else {
                bytes.append(0)
                continue
            }
            Self.append(UInt32(list.count) + 1, to: &bytes)
            var last: UInt32 = 0
            for value in list {
                Self.append(value - last, to: &bytes)
                last = value
            }
        }
        return bytes
    }

    private static func append(_ value: UInt32, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 128 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 128)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Reads what `bytes` gives; of damaged bytes, sets that hold anything.
    init(_ bytes: [UInt8]) {
        for index in folded.indices { folded[index] = Self.foldedWord(bytes, index) }
        var reader = SetReader(bytes)
        for index in members.indices { members[index] = reader.next() }
    }

    /// All ones where there is none.
    static func foldedWord(_ bytes: [UInt8], _ index: Int) -> UInt64 {
        guard bytes.count >= foldedBytes else { return .max }
        var word: UInt64 = 0
        for shift in 0..<8 { word |= UInt64(bytes[index * 8 + shift]) << UInt64(shift * 8) }
        return word
    }
}

/// Reads the lists of `BlockSets`, one after the other.
struct SetReader {
    private let bytes: [UInt8]
    private var position = BlockSets.foldedBytes

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The next list; nil when anything may be there, or nothing is left.
    mutating func next() -> [UInt32]? {
        var list: [UInt32] = []
        let isKnown = read {
            list.append($0)
            return true
        }
        return isKnown ? list : nil
    }

    /// Reads the next list.
    ///
    /// - Parameter body: false when it wants no more of the list.
    /// - Returns: false when anything may be there.
    @inline(__always)
    mutating func read(_ body: (UInt32) -> Bool) -> Bool {
        let list = Self.read(bytes.span, from: position, body)
        position = list.end
        return list.isKnown
    }

    @inline(__always)
    private static func read(
        _ bytes: Span<UInt8>, from start: Int, _ body: (UInt32) -> Bool
    ) -> (isKnown: Bool, end: Int) {
        var position = start
        let count = Int(number(bytes, &position))
        guard count > 0, count - 1 <= bytes.count - position else { return (false, position) }
        var left = count &- 1
        var value: UInt32 = 0
        while left > 0 {
            left &-= 1
            value &+= number(bytes, &position)
            if !body(value) { break }
        }
        while left > 0, position < bytes.count {
            if bytes[position] < 128 { left &-= 1 }
            position &+= 1
        }
        return (true, position)
    }

    @inline(__always)
    private static func number(_ bytes: Span<UInt8>, _ position: inout Int) -> UInt32 {
        if position < bytes.count, bytes[position] < 128 {
            defer { position &+= 1 }
            return UInt32(bytes[position])
        }
        return longNumber(bytes, &position)
    }

    @inline(never)
    private static func longNumber(_ bytes: Span<UInt8>, _ position: inout Int) -> UInt32 {
        var value: UInt32 = 0
        var shift: UInt32 = 0
        while position < bytes.count {
            let byte = bytes[position]
            position &+= 1
            value |= UInt32(byte & 127) &<< shift
            if byte < 128 { break }
            shift &+= 7
        }
        return value
    }
}

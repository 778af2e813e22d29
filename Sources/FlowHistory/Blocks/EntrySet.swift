/// Rows of one of a block's tables.
struct EntrySet {
    /// 1 for each that is a member; as many as an index into the table can tell apart.
    private(set) var answers: [UInt8]
    private(set) var count = 0
    /// The first members.
    private var members: [UInt64] = []

    /// Looking for so many one by one takes no longer than asking for each row's answer.
    private static let mostFew = 6

    /// - Parameter lane: a column of the table.
    @inline(__always)
    init(_ block: BlockDecoder, _ lane: Lane, _ isMember: (Int) -> Bool) {
        answers = Array(repeating: 0, count: block.room(of: lane))
        for entry in 0..<block.count(of: lane) where isMember(entry) { insert(entry) }
    }

    /// The entries whose value of one column is accepted; the column is not unpacked for that.
    @inline(__always)
    init(_ block: BlockDecoder, _ lane: Lane, values accepts: (UInt64) -> Bool) {
        answers = Array(repeating: 0, count: block.room(of: lane))
        block.forEach(lane, 0..<block.count(of: lane)) { entry, value in
            if accepts(value) { insert(entry) }
        }
    }

    private mutating func insert(_ entry: Int) {
        answers[entry] = 1
        if count < Self.mostFew { members.append(UInt64(truncatingIfNeeded: entry)) }
        count += 1
    }

    var isEmpty: Bool { count == 0 }

    /// The members, when they are few.
    var few: [UInt64]? { count <= Self.mostFew ? members : nil }
}

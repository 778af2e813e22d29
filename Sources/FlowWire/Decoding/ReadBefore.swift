/// Parts of lines that come again and again, and what they were read as. A part that was met before is recognised by its bytes
/// and not read again: who a side is takes up most of a line, and is the same in thousands of them.
struct ReadBefore<Value: Sendable>: Sendable {
    private struct Part: Sendable {
        var bytes: [UInt8]
        var value: Value
    }

    private var parts: [Part] = []
    /// The part that was met last of those that begin alike; by a hash of the beginning.
    private var latest = [Int32](repeating: -1, count: 1 << Self.latestBits)
    /// By a hash of all bytes.
    private var places: [UInt64: Int] = [:]

    private static var latestBits: Int { 12 }
    /// Of a part, by which it is looked for at first.
    private static var beginning: Int { 48 }
    /// What is kept at most, some 300 bytes each; then all is forgotten.
    private static var capacity: Int { 16_384 }

    /// The value of the part that begins at a place of a line, and its end; nil if it is not that of the latest part that
    /// begins so.
    @inline(__always)
    func latest(_ line: Span<UInt8>, at start: Int) -> (value: Value, end: Int)? {
        guard let place = Self.place(line, start) else { return nil }
        let index = Int(latest[place])
        guard index >= 0 else { return nil }
        let bytes = parts[index].bytes
        guard line.holds(bytes.span, at: start) else { return nil }
        return (parts[index].value, start &+ bytes.count)
    }

    /// The value of a part whose end is known; reads it if it was not met before.
    @inline(never)
    mutating func value<Failure: Error>(
        _ line: Span<UInt8>, _ range: Range<Int>, read: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let hash = Self.hash(line, range)
        if let known = places[hash] {
            let bytes = parts[known].bytes
            if bytes.count == range.count, line.holds(bytes.span, at: range.lowerBound) {
                note(known, line, range.lowerBound)
                return parts[known].value
            }
        }
        let value = try read()
        if parts.count >= Self.capacity { forget() }
        parts.append(Part(bytes: line.array(range), value: value))
        places[hash] = parts.count - 1
        note(parts.count - 1, line, range.lowerBound)
        return value
    }

    private mutating func note(_ index: Int, _ line: Span<UInt8>, _ start: Int) {
        if let place = Self.place(line, start) { latest[place] = Int32(index) }
    }

    private mutating func forget() {
        parts.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
        for index in latest.indices { latest[index] = -1 }
    }

    /// nil near the line's end.
    @inline(__always)
    private static func place(_ line: Span<UInt8>, _ start: Int) -> Int? {
        guard start &+ beginning <= line.count else { return nil }
        var hash: UInt64 = 0
        var offset = 0
        while offset < beginning {
            hash = (hash ^ line.word(start &+ offset)) &* 0x9e37_79b9_7f4a_7c15
            hash ^= hash >> 29
            offset &+= 8
        }
        return Int(truncatingIfNeeded: hash >> (64 - UInt64(latestBits)))
    }

    private static func hash(_ line: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
        var hash = UInt64(range.count)
        var offset = range.lowerBound
        while offset < range.upperBound {
            var word: UInt64 = 0
            if offset &+ 8 <= range.upperBound {
                word = line.word(offset)
            } else {
                for index in offset..<range.upperBound { word = word << 8 | UInt64(line[index]) }
            }
            hash = (hash ^ word) &* 0x9e37_79b9_7f4a_7c15
            hash ^= hash >> 29
            offset &+= 8
        }
        return hash
    }
}

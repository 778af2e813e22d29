extension Span<UInt8> {
    /// Eight bytes from an offset, in the order in which they lie in memory.
    @inline(__always)
    func word(_ offset: Int) -> UInt64 {
        precondition(offset >= 0 && offset &+ 8 <= count, "eight bytes lie within the line")
        return unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    /// Whether all of `other` stands at an offset.
    @inline(__always)
    func holds(_ other: Span<UInt8>, at offset: Int) -> Bool {
        guard offset &+ other.count <= count else { return false }
        var index = 0
        while index &+ 8 <= other.count {
            if word(offset &+ index) != other.word(index) { return false }
            index &+= 8
        }
        while index < other.count {
            if self[offset &+ index] != other[index] { return false }
            index &+= 1
        }
        return true
    }
}

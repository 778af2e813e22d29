internal import Synchronization

extension EventRingWriter {
    /// Elements that surely fit now; more may as soon as the reader goes on. For a writer that would rather wait than lose.
    package mutating func room() -> Int {
        unsafe knownHead = ring.shared.pointee.head.load(ordering: .acquiring)
        return ring.capacity - Int(tail &- knownHead)
    }
}

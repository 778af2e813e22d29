internal import Directory
internal import FlowModel
internal import FlowRing

/// Names that the directory learns shortly after the first flows of their address: puts them into those flows, as long as
/// the ring holds them.
///
/// Costs nothing per flow. When a new directory knows addresses that the last one did not, the ring is gone back over to
/// the oldest flow within the grace: some nanoseconds a flow, bounded by the ring's size, and by `pause` between two
/// such passages. Owned by the enrichment thread, which alone writes the ring.
package struct LateNames: Sendable {
    /// Nanoseconds from one passage to the next at least; what is learned meanwhile is put in by the next.
    package static let pause: UInt64 = 50_000_000

    /// So old, in nanoseconds, may a flow be when its name comes; 0: names that come late are not put in.
    private let grace: UInt64
    /// Flows from this time on are to be looked at again.
    private var since: UInt64?
    private var lastPassage: UInt64 = 0
    /// Sides of flows that got a name so far.
    package private(set) var repaired: UInt64 = 0

    init(grace: UInt64) { self.grace = grace }

    /// A directory with new addresses is there.
    mutating func addressesCame(at now: UInt64) {
        guard grace > 0 else { return }
        since = min(since ?? .max, now &- min(now, grace))
    }

    /// There are names to put in.
    var isWaiting: Bool { since != nil }

    /// Nanoseconds until the next passage.
    func wait(now: UInt64) -> UInt64 {
        let due = lastPassage &+ Self.pause
        return now < lastPassage || now >= due ? 0 : due - now
    }

    mutating func repair(_ flows: inout BroadcastWriter<Flow>, _ directory: DirectorySnapshot, now: UInt64) {
        guard let since else { return }
        self.since = nil
        lastPassage = now
        repaired &+= Self.repair(&flows, directory, since: since)
    }

    @inline(never)
    private static func repair(
        _ flows: inout BroadcastWriter<Flow>, _ directory: DirectorySnapshot, since: UInt64
    ) -> UInt64 {
        var count: UInt64 = 0
        var position = flows.position
        let oldest = flows.oldest
        while position > oldest, flows.word(FlowWords.time, at: position - 1) >= since {
            position -= 1
            for side in FlowWords.sides where repair(side, at: position, in: &flows, directory) { count += 1 }
        }
        return count
    }

    /// - Returns: whether the side has another name now.
    @inline(__always)
    private static func repair(
        _ side: FlowWords.Side, at position: UInt64, in flows: inout BroadcastWriter<Flow>,
        _ directory: DirectorySnapshot
    ) -> Bool {
        let old = SideName(word: flows.word(side.name, at: position))
        guard old.unknown == .addressNotInDirectory else { return false }
        let address = IPAddress(
            high: flows.word(side.address, at: position), low: flows.word(side.address + 1, at: position))
        var new = directory.name(of: address)
        // An identity that the kernel knew stays; that of an address which nobody knew becomes the name's.
        if old.identity != 0, old.identity != Identity.world.rawValue { new.identity = old.identity }
        guard new != old else { return false }
        flows.replace(word: side.name, at: position, with: new.word)
        return true
    }
}

/// Where in a flow the words stand that a repair reads and writes.
private enum FlowWords {
    struct Side {
        let address: Int
        let name: Int
    }

    static let time = word(\.timeNanoseconds)
    static let sides = [
        Side(address: word(\.source), name: word(\.sourceName)),
        Side(address: word(\.destination), name: word(\.destinationName)),
    ]

    private static func word(_ field: PartialKeyPath<Flow>) -> Int {
        guard let offset = MemoryLayout<Flow>.offset(of: field), offset % 8 == 0 else {
            preconditionFailure("the field begins at a word")
        }
        return offset / 8
    }
}

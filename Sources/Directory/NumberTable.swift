/// Numbers for names, each given once and kept while it is in use.
///
/// A new name's number comes from a hash of the name, so that it hardly depends on what else there is: without a file
/// it is mostly the same after a restart. When the table is full, the number that has not been used for longest is
/// given away.
struct NumberTable: Sendable {
    struct Entry: Codable, Sendable {
        var number: UInt32
        var name: [String]
        /// The table's clock when the name was last in use and the table changed.
        var lastUse: Int
    }

    let range: ClosedRange<UInt32>
    let capacity: Int
    private var entriesByName: [[String]: Entry] = [:]
    private var taken: Set<UInt32> = []
    private var clock = 0

    init(range: ClosedRange<UInt32>, capacity: Int) {
        self.range = range
        self.capacity = min(capacity, range.count)
    }

    subscript(name: [String]) -> UInt32? { entriesByName[name]?.number }

    /// All entries by number.
    var entries: [Entry] { entriesByName.values.sorted { $0.number < $1.number } }

    /// Gives every name a number. `names` are all that are in use from now on.
    ///
    /// - Returns: the names for which there was no number left, and whether any was given out.
    mutating func assign(_ names: Set<[String]>) -> (refused: [[String]], changed: Bool) {
        let new = names.filter { entriesByName[$0] == nil }.sorted { $0.lexicographicallyPrecedes($1) }
        guard !new.isEmpty else { return ([], false) }
        clock += 1
        for name in names { entriesByName[name]?.lastUse = clock }
        forgetUnused(keeping: names, toFit: new.count)
        let granted = new.prefix(capacity - entriesByName.count)
        for name in granted { insert(Entry(number: freeNumber(for: name), name: name, lastUse: clock)) }
        return (Array(new.dropFirst(granted.count)), !granted.isEmpty)
    }

    private mutating func forgetUnused(keeping names: Set<[String]>, toFit count: Int) {
        let excess = entriesByName.count + count - capacity
        guard excess > 0 else { return }
        let unused = entriesByName.values.filter { !names.contains($0.name) }
            .sorted { ($0.lastUse, $0.number) < ($1.lastUse, $1.number) }
        for entry in unused.prefix(excess) {
            entriesByName[entry.name] = nil
            taken.remove(entry.number)
        }
    }

    private mutating func insert(_ entry: Entry) {
        entriesByName[entry.name] = entry
        taken.insert(entry.number)
    }

    private func freeNumber(for name: [String]) -> UInt32 {
        let size = UInt64(range.count)
        var offset = Self.hash(name) % size
        while taken.contains(range.lowerBound + UInt32(offset)) { offset = (offset + 1) % size }
        return range.lowerBound + UInt32(offset)
    }

    /// FNV-1a: the same in every process, unlike Swift's own hashing.
    private static func hash(_ name: [String]) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for part in name {
            for byte in part.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            hash = (hash ^ 0xff) &* 0x100_0000_01b3
        }
        return hash ^ hash >> 32
    }

    /// Takes over entries that were stored; the message says what is wrong with them.
    mutating func restore(_ entries: [Entry]) throws(InvalidEntry) {
        guard entries.count <= capacity else { throw InvalidEntry("more than \(capacity) entries") }
        for entry in entries {
            guard range.contains(entry.number) else {
                throw InvalidEntry("\(entry.number) lies outside \(range.lowerBound)…\(range.upperBound)")
            }
            guard !taken.contains(entry.number) else { throw InvalidEntry("\(entry.number) is there twice") }
            guard entriesByName[entry.name] == nil else { throw InvalidEntry("\(entry.name) is there twice") }
            insert(entry)
            clock = max(clock, entry.lastUse)
        }
    }

    struct InvalidEntry: Error {
        let message: String
        init(_ message: String) { self.message = message }
    }
}

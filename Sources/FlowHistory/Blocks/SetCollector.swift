import FlowModel

/// Finds the distinct numbers in a block's tables. Keeps its scratch memory.
struct SetCollector {
    /// Numbers below 65,536, a bit each; all clear between two collections.
    private var bits = [UInt64](repeating: 0, count: 1_024)
    private var others: [UInt32] = []

    mutating func collect(
        _ facts: TupleTable, _ contexts: TupleTable, _ sides: TupleTable, lowPorts: Span<UInt64>,
        highPorts: Span<UInt64>, interfaces: Span<UInt64>
    ) -> BlockSets {
        func high(_ value: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: value >> 32) }
        func low(_ value: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: value) }
        var sets = BlockSets()
        for row in 0..<facts.count { Self.fold(facts.first[row], facts.second[row], into: &sets.folded) }
        func set(_ member: BlockSets.Member, _ values: [UInt32]?) { sets.members[member.rawValue] = values }
        for row in 0..<sides.count { insert(high(sides.third[row])) }
        set(.endpoint, take())
        for row in 0..<sides.count { insert(low(sides.third[row])) }
        set(.identity, take())
        for row in 0..<contexts.count {
            insert(low(contexts.first[row]))
            insert(high(contexts.first[row]))
        }
        set(.service, take())
        for row in 0..<contexts.count { insert(low(contexts.second[row])) }
        set(.rule, take())
        for row in 0..<contexts.count { insert(high(contexts.third[row])) }
        set(.kernelReason, take())
        Self.mark(lowPorts, &bits)
        Self.mark(highPorts, &bits)
        set(.port, take())
        for row in 0..<contexts.count { insert(low(contexts.third[row])) }
        insertNames(interfaces)
        set(.otherName, take())
        return sets
    }

    private static func fold(_ shape: UInt64, _ marks: UInt64, into folded: inout [UInt64]) {
        func add(_ set: BlockSets.Folded, _ value: UInt64) { folded[set.rawValue] |= 1 << (value & 63) }
        add(.verdict, shape >> FlowBits.verdictShift)
        add(.kind, shape >> FlowBits.kindShift)
        add(.ipProtocol, shape)
        add(.dropReason, marks >> FlowBits.dropReasonShift)
    }

    private mutating func insert(_ value: UInt32) {
        if value < 65_536 {
            bits[Int(value >> 6)] |= 1 << UInt64(value & 63)
        } else if others.last != value {
            others.append(value)
        }
    }

    /// Names of interfaces, of which runs of flows have the same.
    @inline(never)
    private mutating func insertNames(_ interfaces: Span<UInt64>) {
        var last = ~interfaces[0]
        for row in 0..<interfaces.count where interfaces[row] != last {
            last = interfaces[row]
            insert(UInt32(truncatingIfNeeded: last >> 32))
        }
    }

    @inline(never)
    private static func mark(_ ports: Span<UInt64>, _ bitArray: inout [UInt64]) {
        var bits = bitArray.mutableSpan
        for row in 0..<ports.count {
            let port = min(ports[row], UInt64(BlockSets.ephemeralPort))
            bits[Int(truncatingIfNeeded: port >> 6)] |= 1 &<< (port & 63)
        }
    }

    /// What was inserted, rising; nil if it is too much to be of use.
    private mutating func take() -> [UInt32]? {
        var list: [UInt32] = []
        for index in bits.indices where bits[index] != 0 {
            var word = bits[index]
            bits[index] = 0
            while word != 0 {
                list.append(UInt32(index * 64 + word.trailingZeroBitCount))
                word &= word &- 1
            }
        }
        others.sort()
        for value in others where list.last != value { list.append(value) }
        others.removeAll(keepingCapacity: true)
        return list.count > BlockSets.mostInBlock ? nil : list
    }
}

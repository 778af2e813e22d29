package import FlowModel

/// Indices of one of the catalog's tables.
package struct IndexSet: Sendable {
    private var words: [UInt64]
    private let knownCount: UInt32
    private let acceptsUnknown: Bool

    /// - Parameters:
    ///   - answers: for each index that is known, whether it is a member.
    ///   - acceptsUnknown: whether indices beyond are.
    package init(_ answers: [Bool], acceptsUnknown: Bool) {
        words = Array(repeating: 0, count: (answers.count + 63) / 64)
        for index in answers.indices where answers[index] { words[index >> 6] |= 1 << UInt64(index & 63) }
        knownCount = UInt32(answers.count)
        self.acceptsUnknown = acceptsUnknown
    }

    @inline(__always)
    func contains(_ index: UInt32) -> Bool {
        guard index < knownCount else { return acceptsUnknown }
        return words[Int(index >> 6)] >> UInt64(index & 63) & 1 == 1
    }
}

/// Ports of a query.
package struct PortSet: Sendable {
    private var words = [UInt64](repeating: 0, count: 1_024)

    package init(_ ranges: [ClosedRange<UInt16>]) {
        for range in ranges { for port in range { words[Int(port >> 6)] |= 1 << UInt64(port & 63) } }
    }

    @inline(__always)
    func contains(_ port: UInt64) -> Bool { words[Int(truncatingIfNeeded: port >> 6 & 1_023)] >> (port & 63) & 1 == 1 }

    /// As a block's set has it (`BlockSets.Member.port`).
    func hasMember(_ port: UInt32) -> Bool {
        guard port == BlockSets.ephemeralPort else { return contains(UInt64(port)) }
        return words[512...].contains { $0 != 0 }
    }
}

/// What is accepted at one side of a flow.
package enum SideSet: Sendable {
    /// Indices in the catalog's endpoints.
    case endpoints(IndexSet)
    case identities([UInt32])
    case prefixes([AddressMask])

    /// The rows of a block's table of sides that are accepted.
    func entries(_ block: inout BlockDecoder) -> EntrySet {
        switch self {
        case .endpoints(let set):
            return EntrySet(block, .entity, values: { set.contains(UInt32(truncatingIfNeeded: $0 >> 32)) })
        case .identities(let list):
            return EntrySet(block, .entity, values: { list.contains(UInt32(truncatingIfNeeded: $0)) })
        case .prefixes(let list):
            let (high, low) = (block.table(.high), block.table(.low))
            return EntrySet(block, .entity) { row in list.contains { $0.accepts(high[row], low[row]) } }
        }
    }
}

/// Addresses that agree in some bits.
package struct AddressMask: Sendable {
    private let mask: IPAddress
    private let value: IPAddress

    /// - Parameter prefixBits: 0…128, counted in the address' 128-bit form.
    package init(_ address: IPAddress, prefixBits: Int) {
        mask = IPAddress(high: .max, low: .max).masked(prefixBits: prefixBits)
        value = address.masked(prefixBits: prefixBits)
    }

    @inline(__always)
    func accepts(_ high: UInt64, _ low: UInt64) -> Bool {
        high & mask.high == value.high && low & mask.low == value.low
    }
}

extension ColumnFilter {
    /// Whether a block of these sets may hold flows of the query.
    ///
    /// - Parameter sets: as `BlockSets.bytes` gives them.
    func mayMatch(_ sets: [UInt8]) -> Bool { anyOf.isEmpty || anyOf.contains { $0.mayMatch(sets) } }
}

extension ColumnConditions {
    fileprivate func mayMatch(_ sets: [UInt8]) -> Bool {
        for conditions in also where !conditions.mayMatch(sets) { return false }
        for list in facts where !list.contains(where: { $0.mayMatch(sets) }) { return false }
        guard let last = BlockSets.Member.allCases.last(where: asksFor) else { return true }
        var reader = SetReader(sets)
        for member in BlockSets.Member.allCases where member.rawValue <= last.rawValue {
            if !mayMatch(member, &reader) { return false }
        }
        return true
    }

    /// Lists behind the last one that is asked for need not be read.
    private func asksFor(_ member: BlockSets.Member) -> Bool {
        switch member {
        case .endpoint: sides.contains { $0.endpoints != nil }
        case .identity: sides.contains { $0.identities != nil }
        case .service: services != nil
        case .rule: rules != nil
        case .kernelReason: kernelReasons != nil
        case .port: ports != nil
        case .otherName: false
        }
    }

    private func mayMatch(_ member: BlockSets.Member, _ reader: inout SetReader) -> Bool {
        switch member {
        case .endpoint:
            return reader.meets(sides.compactMap(\.endpoints)) { $0.contains($1) }
        case .identity:
            return reader.meets(sides.compactMap(\.identities)) { $0.contains($1) }
        case .service: return reader.meets(services.map { [$0] } ?? []) { $0.contains($1) }
        case .rule: return reader.meets(rules.map { [PerSide(source: $0)] } ?? []) { $0.contains($1) }
        case .kernelReason:
            return reader.meets(kernelReasons.map { [PerSide(source: $0)] } ?? []) { $0.contains($1) }
        case .port: return reader.meets(ports.map { [$0] } ?? []) { $0.hasMember($1) }
        case .otherName: return true
        }
    }
}

extension PerSide<SideSet> {
    fileprivate var endpoints: PerSide<IndexSet>? { only { if case .endpoints(let set) = $0 { set } else { nil } } }
    fileprivate var identities: PerSide<[UInt32]>? { only { if case .identities(let list) = $0 { list } else { nil } } }
}

extension PerSide {
    /// The parts of one kind; nil if there is none.
    fileprivate func only<Part>(_ part: (Accepted) -> Part?) -> PerSide<Part>? {
        let parts = PerSide<Part>(
            either: either.flatMap(part), source: source.flatMap(part), destination: destination.flatMap(part))
        return parts.either == nil && parts.source == nil && parts.destination == nil ? nil : parts
    }
}

extension SetReader {
    /// Whether for each test, and each side that it speaks of, the next list has a member that it accepts.
    /// If not, the reader is of no more use.
    fileprivate mutating func meets<Accepted>(
        _ tests: [PerSide<Accepted>], _ accepts: (Accepted, UInt32) -> Bool
    ) -> Bool {
        if tests.isEmpty {
            _ = read { _ in false }
            return true
        }
        let start = self
        for test in tests {
            self = start
            var bits: UInt8 = 0
            let isKnown = read { value in
                bits |= test.bits { accepts($0, value) }
                return bits != 7
            }
            if isKnown && bits != 7 { return false }
        }
        return true
    }
}

extension FlowPattern {
    fileprivate func mayMatch(_ sets: [UInt8]) -> Bool {
        func may(_ set: BlockSets.Folded, _ word: UInt64, _ mask: UInt64, _ shift: UInt64, _ whole: UInt64) -> Bool {
            guard mask >> shift & whole == whole else { return true }
            return BlockSets.foldedWord(sets, set.rawValue) >> (word >> shift & 63) & 1 == 1
        }
        return may(.verdict, shape, shapeMask, FlowBits.verdictShift, 0xff)
            && may(.kind, shape, shapeMask, FlowBits.kindShift, 0xff)
            && may(.ipProtocol, shape, shapeMask, 0, 0xff)
            && may(.dropReason, marks, marksMask, FlowBits.dropReasonShift, 0xffff)
    }
}

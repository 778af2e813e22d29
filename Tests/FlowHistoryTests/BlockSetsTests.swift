import Testing

@testable import FlowHistory

@Suite("What a block holds")
struct BlockSetsTests {
    private static func sets() -> BlockSets {
        var sets = BlockSets()
        sets.members[BlockSets.Member.endpoint.rawValue] = [0, 5, 133, 20_000, 20_001, .max]
        sets.members[BlockSets.Member.identity.rawValue] = nil
        sets.members[BlockSets.Member.service.rawValue] = []
        sets.members[BlockSets.Member.rule.rawValue] = [7, 9]
        sets.members[BlockSets.Member.kernelReason.rawValue] = [300]
        sets.members[BlockSets.Member.port.rawValue] = [53, 443, 32_768]
        return sets
    }

    @Test("is read as it was written")
    func roundTrip() { #expect(BlockSets(Self.sets().bytes) == Self.sets()) }

    @Test("is read on from any list that is left before its end", arguments: 0...7)
    func leftEarly(taken: Int) {
        var reader = SetReader(Self.sets().bytes)
        for list in Self.sets().members {
            var values: [UInt32] = []
            let isKnown = reader.read {
                values.append($0)
                return values.count < taken
            }
            #expect(isKnown == (list != nil))
            #expect(values == Array((list ?? []).prefix(max(1, taken))))
        }
    }

    @Test("excludes a query of which one side, one list or one condition is not there")
    func conditions() {
        let bytes = Self.sets().bytes
        func endpoints(_ indices: Set<Int>) -> IndexSet {
            IndexSet((0..<30_000).map { indices.contains($0) }, acceptsUnknown: false)
        }
        func may(_ sides: PerSide<SideSet>..., rule: Int? = nil) -> Bool {
            var conditions = ColumnConditions()
            conditions.sides = sides
            conditions.rules = rule.map { endpoints([$0]) }
            return ColumnFilter(anyOf: [conditions]).mayMatch(bytes)
        }
        let (here, there, nowhere) = (endpoints([5]), endpoints([20_001]), endpoints([6]))
        #expect(may(PerSide(either: .endpoints(here))))
        #expect(!may(PerSide(either: .endpoints(nowhere))))
        #expect(may(PerSide(source: .endpoints(here), destination: .endpoints(there))))
        #expect(!may(PerSide(source: .endpoints(here), destination: .endpoints(nowhere))))
        #expect(may(PerSide(either: .endpoints(here)), PerSide(source: .endpoints(there))))
        #expect(!may(PerSide(either: .endpoints(here)), PerSide(source: .endpoints(nowhere))))
        // Of identities nothing is known; the lists behind are read all the same.
        #expect(may(PerSide(either: .identities([4])), rule: 9))
        #expect(!may(PerSide(either: .endpoints(here)), rule: 8))
        #expect(!may(rule: 300))
    }
}

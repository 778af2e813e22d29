import FlowModel
import Testing

@testable import FlowHistory

@Suite("A block")
struct BlockFormatTests {
    private static func groups(_ flows: [Flow]) -> [[UInt64]] {
        var encoder = BlockEncoder(capacity: max(1, flows.count))
        encoder.encode(flows.span)
        return encoder.groups
    }

    private static func opened(_ groups: [[UInt64]], _ count: Int) throws -> BlockDecoder {
        var decoder = BlockDecoder()
        decoder.begin(flowCount: count, owner: groups.first { $0.count > 3 }?[3] ?? 0)
        decoder.words = groups
        for group in BlockGroup.allCases { try decoder.open(group) }
        return decoder
    }

    private static func decoded(_ groups: [[UInt64]], _ count: Int) throws -> [Flow] {
        var assembler = FlowAssembler()
        var block = try opened(groups, count)
        return assembler.flows(rows: Array(0..<count), of: &block)
    }

    @Test("gives back every field of flows of any content", arguments: [1, 2, 3, 63, 64, 65, 255, 257, 1000, 4096])
    func wildFlows(count: Int) throws {
        let seed = UInt64.random(in: 0...(.max))
        var random = SeededGenerator(seed: seed)
        var sequence: UInt64 = 0
        let flows = (0..<count).map { _ in
            sequence += .random(in: 1...3, using: &random)
            return Flow.wild(sequence, &random)
        }
        #expect(try Self.decoded(Self.groups(flows), count).map(\.fields) == flows.map(\.fields), "seed \(seed)")
    }

    @Test("gives back likely flows and takes at most 14 bytes for each")
    func likelyFlowsAreSmall() throws {
        let flows = likelyFlows(4096)
        let groups = Self.groups(flows)
        #expect(try Self.decoded(groups, 4096).map(\.fields) == flows.map(\.fields))
        let bytes = groups.joined().count * 8
        #expect(bytes <= 14 * flows.count, "\(Double(bytes) / Double(flows.count)) bytes a flow")
    }

    @Test("of equal flows takes the room of its lanes' descriptors")
    func constantLanes() throws {
        var flows = [Flow](repeating: likelyFlows(1)[0], count: 4096)
        for index in flows.indices { flows[index].sequence = 100 + UInt64(index) }
        let groups = Self.groups(flows)
        #expect(groups.joined().count < 4 * BlockGroup.count + 3 * Lane.count)
        #expect(try Self.decoded(groups, 4096).map(\.fields) == flows.map(\.fields))
    }

    @Test("gives single rows as it gives all of them")
    func singleRows() throws {
        var random = SeededGenerator(seed: 5)
        let flows = (1...2_000).map { $0 % 2 == 0 ? Flow.wild($0, &random) : .likely($0, &random) }
        var decoder = try Self.opened(Self.groups(flows), 2_000)
        var assembler = FlowAssembler()
        // Few: nothing is unpacked. More than are picked at once.
        var rows = [0, 1, 255, 256, 300, 511, 700, 701, 702, 703, 800, 801, 802, 803, 804, 805, 1_000, 1_001, 1_999]
        #expect(rows.count > PickedRows.most)
        #expect(assembler.flows(rows: rows, of: &decoder).map(\.fields) == rows.map { flows[$0].fields })
        // More of them: tables are unpacked.
        rows = Array(stride(from: 3, to: 2_000, by: 40))
        #expect(assembler.flows(rows: rows, of: &decoder).map(\.fields) == rows.map { flows[$0].fields })
        let dense = assembler.flows(rows: Array(250..<600), of: &decoder)
        #expect(dense.map(\.fields) == flows[250..<600].map(\.fields))
    }

    @Test("with any bit turned over is refused and breaks nothing")
    func turnedBits() {
        let groups = Self.groups(likelyFlows(300))
        for group in groups.indices {
            for bit in stride(from: 0, to: groups[group].count * 64, by: 13) {
                var damaged = groups
                damaged[group][bit / 64] ^= 1 << UInt64(bit % 64)
                #expect(throws: BlockDamage.self, "bit \(bit) of group \(group)") { try Self.decoded(damaged, 300) }
            }
        }
    }

    @Test("that is cut short, at any word, is refused")
    func cutShort() {
        let groups = Self.groups(likelyFlows(300))
        for group in groups.indices {
            for count in 0..<groups[group].count {
                var cut = groups
                cut[group].removeLast(cut[group].count - count)
                #expect(throws: BlockDamage.self) { try Self.decoded(cut, 300) }
            }
        }
    }

    @Test("of random words with a right checksum breaks nothing")
    func randomWords() {
        let seed = UInt64.random(in: 0...(.max))
        var random = SeededGenerator(seed: seed)
        let whole = Self.groups(likelyFlows(300))
        for _ in 0..<1000 {
            var groups = whole
            let group = Int.random(in: 0..<BlockGroup.count, using: &random)
            var words = groups[group]
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                words[.random(in: 2..<words.count, using: &random)] = random.next() & (random.next() | 0xffff_ffff)
            }
            words[1] = BlockFormat.checksum(words.span)
            groups[group] = words
            // It may be refused or give other flows; reading beyond the block would trap.
            _ = try? Self.decoded(groups, 300)
        }
    }

    @Test("of a newer version is refused by its number")
    func newerVersion() {
        var groups = Self.groups(likelyFlows(10))
        groups[0][0] = groups[0][0] & ~0xff | 7
        #expect {
            try Self.decoded(groups, 10)
        } throws: { error in
            (error as? BlockDamage)?.reason == "version 7, and \(BlockFormat.version) is known"
        }
    }
}

import FlowModel
import Testing

@testable import FlowHistory

@Suite("A block")
struct BlockFormatTests {
    private static func words(_ flows: [Flow]) -> [UInt64] {
        var encoder = BlockEncoder(blockFlows: max(1, flows.count))
        encoder.encode(flows.span)
        return encoder.words
    }

    private static func decoded(_ words: [UInt64]) throws -> [Flow] {
        var decoder = BlockDecoder()
        decoder.words = words
        try decoder.open()
        return decoder.flows(rows: Array(0..<decoder.flowCount))
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
        #expect(try Self.decoded(Self.words(flows)).map(\.fields) == flows.map(\.fields), "seed \(seed)")
    }

    @Test("gives back likely flows and takes at most 20 bytes for each")
    func likelyFlowsAreSmall() throws {
        let flows = likelyFlows(4096)
        let words = Self.words(flows)
        #expect(try Self.decoded(words).map(\.fields) == flows.map(\.fields))
        #expect(words.count * 8 <= 20 * flows.count, "\(Double(words.count * 8) / Double(flows.count)) bytes a flow")
    }

    @Test("of equal flows takes the room of its lanes' descriptors")
    func constantLanes() throws {
        var flows = [Flow](repeating: likelyFlows(1)[0], count: 4096)
        for index in flows.indices { flows[index].sequence = 100 + UInt64(index) }
        let words = Self.words(flows)
        #expect(words.count < 3 + 3 * Lane.count)
        #expect(try Self.decoded(words).map(\.fields) == flows.map(\.fields))
    }

    @Test("gives single rows as it gives all of them")
    func singleRows() throws {
        var random = SeededGenerator(seed: 5)
        let flows = (1...700).map { $0 % 2 == 0 ? Flow.wild($0, &random) : .likely($0, &random) }
        var decoder = BlockDecoder()
        decoder.words = Self.words(flows)
        try decoder.open()
        let rows = [0, 1, 255, 256, 300, 511, 699]
        #expect(decoder.flows(rows: rows).map(\.fields) == rows.map { flows[$0].fields })
        #expect(decoder.flows(rows: Array(250..<600)).map(\.fields) == flows[250..<600].map(\.fields))
    }

    @Test("with any bit turned over is refused and breaks nothing")
    func turnedBits() {
        let words = Self.words(likelyFlows(300))
        for bit in stride(from: 0, to: words.count * 64, by: 13) {
            var damaged = words
            damaged[bit / 64] ^= 1 << UInt64(bit % 64)
            #expect(throws: BlockDamage.self, "bit \(bit)") { try Self.decoded(damaged) }
        }
    }

    @Test("that is cut short, at any word, is refused")
    func cutShort() {
        let words = Self.words(likelyFlows(300))
        for count in 0..<words.count {
            #expect(throws: BlockDamage.self) { try Self.decoded(Array(words[..<count])) }
        }
    }

    @Test("of random words with a right checksum breaks nothing")
    func randomWords() {
        let seed = UInt64.random(in: 0...(.max))
        var random = SeededGenerator(seed: seed)
        let whole = Self.words(likelyFlows(300))
        for _ in 0..<500 {
            var words = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                words[.random(in: 2..<words.count, using: &random)] = random.next() & (random.next() | 0xffff_ffff)
            }
            words[1] = BlockFormat.checksum(words.span)
            // It may be refused or give other flows; reading beyond the block would trap.
            _ = try? Self.decoded(words)
        }
    }

    @Test("of a newer version is refused by its number")
    func newerVersion() {
        var words = Self.words(likelyFlows(10))
        words[0] = words[0] & ~0xff | 7
        #expect {
            try Self.decoded(words)
        } throws: { error in
            (error as? BlockDamage)?.reason == "version 7, and 1 is known"
        }
    }
}

import FlowModel
import Testing

@testable import Directory

@Suite struct DirectorySnapshotTests {
    @Test("Look-ups agree with a search through all prefixes")
    func agreesWithSearch() {
        let seed: UInt64 = 0x5eed_0001
        var generator = SplitMix(state: seed)
        var entries: [IPPrefix: SideName] = [:]
        for number in 1...600 as ClosedRange<UInt32> {
            let bits = [104, 112, 120, 128, 128, 128].randomElement(using: &generator) ?? 128
            let prefix = IPPrefix(
                IPAddress(v4: 0x0a00_0000 | UInt32.random(in: 0..<0x4_0000, using: &generator)), bits: bits)
            entries[prefix] = SideName(endpoint: number, identity: number, unknown: .none)
        }
        let snapshot = DirectorySnapshot(entries: entries, services: [:], reservedEndpoints: [0, 7, 9])
        for _ in 0..<3000 {
            let address = IPAddress(v4: 0x0a00_0000 | UInt32.random(in: 0..<0x8_0000, using: &generator))
            let best = entries.filter { $0.key.contains(address) }.max { $0.key.bits < $1.key.bits }?.value
            let world = SideName(endpoint: 9, identity: 2, unknown: .addressNotInDirectory)
            #expect(snapshot.name(of: address) == best ?? world, "seed \(seed), \(address)")
        }
    }
}

struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}

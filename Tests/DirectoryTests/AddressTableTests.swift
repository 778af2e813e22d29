import FlowModel
import Testing

@testable import Directory

@Suite struct AddressTableTests {
    private static let seed: UInt64 = 0x5eed_0003

    @Test("After any insertions and removals the table holds what a dictionary holds")
    func agreesWithDictionary() {
        var generator = SplitMix(state: Self.seed)
        var table = AddressTable()
        var expected: [IPPrefix: SideName] = [:]
        for step in 0..<20_000 {
            let prefix = IPPrefix.host(IPAddress(v4: UInt32.random(in: 0..<600, using: &generator)))
            if Int.random(in: 0..<5, using: &generator) < (step < 10_000 ? 3 : 2) {
                expected[prefix] = SideName(word: UInt64(step))
                table.insert(SideName(word: UInt64(step)), for: prefix)
            } else {
                expected[prefix] = nil
                table.remove(prefix)
            }
        }
        #expect(table.count == expected.count)
        for number in 0..<700 as Range<UInt32> {
            let prefix = IPPrefix.host(IPAddress(v4: number))
            #expect(table.find(prefix.address, bits: 128) == expected[prefix], "seed \(Self.seed), \(number)")
        }
    }

    @Test("Changes that outgrow the table of recent ones stay in force, and older versions keep theirs")
    func merges() {
        var table = RecentAddresses([.host("10.0.0.1"): SideName(word: 1)])
        let old = table
        let count = RecentAddresses.mostRecent * 3
        let gone: SideName? = nil
        for number in 0..<count {
            table = table.changing([
                IPAddress(v4: UInt32(number)): .some(SideName(word: UInt64(number))), "10.0.0.1": gone,
            ])
        }
        for number in 0..<count { #expect(table.host(IPAddress(v4: UInt32(number)))?.word == UInt64(number)) }
        #expect(table.host("10.0.0.1") == nil)
        #expect(old.host("10.0.0.1")?.word == 1)
        #expect(old.host(IPAddress(v4: 5)) == nil)
    }
}

import FlowModel
import Synchronization
import Testing

@testable import Directory

@Suite struct AddressTableTests {
    private static let seed: UInt64 = 0x5eed_0003

    private final class End: Sendable {
        let isReached = Atomic(false)
    }

    @Test("After any insertions and removals the table holds what a dictionary holds, and its copy, too")
    func agreesWithDictionary() {
        var generator = SplitMix(state: Self.seed)
        var table = AddressTable()
        var expected: [IPPrefix: SideName] = [:]
        for step in 0..<20_000 {
            let prefix = IPPrefix.host(IPAddress(v4: UInt32.random(in: 0..<600, using: &generator)))
            if Int.random(in: 0..<5, using: &generator) < (step < 10_000 ? 3 : 2) {
                expected[prefix] = SideName(word: UInt64(step))
                if !table.hasRoom(for: 1) { table = table.copy(addingCapacity: 1) }
                table.insert(SideName(word: UInt64(step)), for: prefix)
            } else {
                expected[prefix] = nil
                table.remove(prefix)
            }
        }
        let copy = table.copy(addingCapacity: 0)
        for number in 0..<700 as Range<UInt32> {
            let prefix = IPPrefix.host(IPAddress(v4: number))
            #expect(table.find(prefix.address, bits: 128) == expected[prefix], "seed \(Self.seed), \(number)")
            #expect(copy.find(prefix.address, bits: 128) == expected[prefix], "seed \(Self.seed), \(number)")
        }
    }

    @Test("A table has room until half of it is taken, by what was removed, too, and its copy has room again")
    func room() {
        let table = AddressTable()
        for number in 0..<8 as Range<UInt32> {
            #expect(table.hasRoom(for: 1))
            table.insert(SideName(word: 1), for: .host(IPAddress(v4: number)))
            table.remove(.host(IPAddress(v4: number)))
        }
        #expect(!table.hasRoom(for: 1))
        #expect(table.copy(addingCapacity: 0).hasRoom(for: 8))
    }

    @Test("A reader finds each address that is there, with a name that it had, while others come, change and go")
    func concurrentReader() async {
        let table = AddressTable(minimumCapacity: 4_096)
        let end = End()
        for number in 0..<1_024 as Range<UInt32> {
            table.insert(SideName(word: UInt64(number)), for: .host(IPAddress(v4: number)))
        }
        await withTaskGroup(of: Int.self) { group in
            group.addTask {
                var wrong = 0
                while !end.isReached.load(ordering: .acquiring) {
                    for number in 0..<1_024 as Range<UInt32> {
                        let word = table.find(IPAddress(v4: number), bits: 128)?.word
                        if word.map({ $0 % 1_024 != UInt64(number) }) ?? true { wrong += 1 }
                    }
                }
                return wrong
            }
            for round in 1...200 as ClosedRange<UInt64> {
                for number in 0..<1_024 as Range<UInt32> {
                    table.insert(SideName(word: round * 1_024 + UInt64(number)), for: .host(IPAddress(v4: number)))
                }
                for number in 0..<8 as Range<UInt32> {
                    let other = IPPrefix.host(IPAddress(v4: 1 << 20 | UInt32(round) << 3 | number))
                    table.insert(SideName(word: 5), for: other)
                    table.remove(other)
                }
            }
            end.isReached.store(true, ordering: .releasing)
            for await wrong in group { #expect(wrong == 0) }
        }
    }
}

import Foundation
import HistoryFaults
import Testing

@Suite("A writer that is killed")
struct KillTests {
    /// 20 stores, each written by 10 processes one after the other; each kills itself in the middle of a change of the
    /// disk that the seed names.
    @Test(
        "by SIGKILL at any of 200 moments leaves all that it said to be stored, and the next goes on behind it",
        arguments: 0..<20 as Range<UInt64>)
    func killed(seed: UInt64) throws {
        let store = FaultStore()
        var random = Seeded(seed)
        var last: UInt64 = 0
        for round in 0..<10 {
            let operation = random.next() % (round == 0 ? 60 : 240) + 1
            let victim = try Victim(store.directory, seed: random.next(), operation: operation)
            let (said, signal) = try victim.waitForEnd()
            #expect(signal == SIGKILL)
            if let first = said.first { #expect(first == last + 1, "operation \(operation) of round \(round)") }
            let found = StoreInspection(store.directory, isThorough: round == 9)
            #expect(found.problems == [], "operation \(operation) of round \(round)")
            #expect(found.lastSequence >= max(last, said.dropFirst().last ?? 0))
            last = found.lastSequence
        }
        #expect(last > 0)
    }
}

import SQLiteRuntime
import Testing

@testable import HistorySQL

@Suite struct MomentTests {
    private func compare(_ left: String, _ right: String) -> Int {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        return MomentOrder.compare(left.span, right.span).signum()
    }

    @Test("A time has nine digits of a second, so that texts sort as times do")
    func text() {
        var moment = MomentText()
        #expect(moment.text(1_773_480_413_589_793_238) == "2026-03-14T09:26:53.589793238Z")
        #expect(moment.text(1_773_480_413_000_000_001) == "2026-03-14T09:26:53.000000001Z")
        #expect(moment.text(0) == "1970-01-01T00:00:00.000000000Z")
    }

    @Test("Ways to write the same moment are equal")
    func equal() {
        let same = [
            "2026-03-14T09:26:53.000000000Z", "2026-03-14 09:26:53", "2026-03-14t09:26:53z", "2026-03-14 09:26:53.000",
        ]
        for left in same { for right in same { #expect(compare(left, right) == 0, "\(left) \(right)") } }
    }

    @Test("Earlier moments come first, however they are written")
    func rising() {
        let rising = [
            "", "1", "2026-03-14", "2026-03-14 09:26", "2026-03-14T09:26:52.999999999Z", "2026-03-14 09:26:53",
            "2026-03-14T09:26:53.000000001Z", "2026-03-14 09:26:53.5", "2026-03-14T09:26:53.510Z",
            "2026-03-14 10:00:00",
            "2026-03-15", "9",
        ]
        for left in rising.indices {
            for right in rising.indices {
                #expect(
                    compare(rising[left], rising[right]) == (left - right).signum(), "\(rising[left]) \(rising[right])")
            }
        }
    }

    @Test("The bounds that a text means are those at which comparisons turn")
    func bounds() throws {
        let noon: UInt64 = 1_773_489_600_000_000_000
        #expect(MomentOrder.times(.equal, "2026-03-14 12:00:00") == noon...noon)
        #expect(MomentOrder.times(.less, "2026-03-14T12:00:00Z") == 0...noon - 1)
        #expect(MomentOrder.times(.lessOrEqual, "2026-03-14T12:00:00Z") == 0...noon)
        #expect(MomentOrder.times(.greater, "2026-03-14T12:00:00.0") == noon + 1...(.max))
        #expect(MomentOrder.times(.greaterOrEqual, "2026-03-14T12") == noon...(.max))
        #expect(MomentOrder.times(.equal, "2026-03-14") == nil)
        #expect(MomentOrder.times(.less, "") == nil)
        #expect(MomentOrder.times(.greater, "tomorrow") == nil)
        #expect(MomentOrder.times(.less, "tomorrow") == 0...(.max))
    }
}

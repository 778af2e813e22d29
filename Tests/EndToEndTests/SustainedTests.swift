import Foundation
import Testing

/// `apus serve`, history included, with an event for each packet. `make bench ONLY=capture.sustained` is the long form.
@Suite(.enabled(if: Apus.obstacle == nil, Comment(rawValue: Apus.obstacle ?? "")), .serialized)
struct SustainedTests {
    private func flood(seconds: UInt64, rate: UInt64?, _ arguments: [String]) throws -> (
        sent: UInt64, account: (captured: UInt64, stored: UInt64, lost: UInt64)
    ) {
        let served = try ServedLab(
            enforcement: "none", ["--aggregation", "none", "--no-kernel-drops"] + arguments)
        let flood = try PacketFlood(from: served.pod("backend"), to: served.pod("frontend"))
        let sent = try flood.send(seconds: seconds, rate: rate)
        return (sent, try served.account())
    }

    @Test("At the rate that a processor can send, with rings far too small, stored and lost are what was captured")
    func overload() throws {
        let (sent, account) = try flood(
            seconds: 3, rate: nil, ["--ring-buffer-bytes", "65536", "--event-ring-events", "1024"])
        #expect(account.captured >= sent, "each packet is an event")
        #expect(account.captured == account.stored + account.lost)
        #expect(account.lost > 0)
    }

    @Test("At a rate that it can hold, nothing is lost")
    func steady() throws {
        let (sent, account) = try flood(seconds: 3, rate: 5_000, [])
        #expect(account.captured >= sent && sent > 10_000)
        #expect(account.stored == account.captured && account.lost == 0)
    }
}

import Foundation
import Testing

/// `apus serve`, history included, with an event for each packet. `make bench ONLY=capture.sustained` is the long form.
@Suite(.enabled(if: Apus.obstacle == nil, Comment(rawValue: Apus.obstacle ?? "")), .serialized)
struct SustainedTests {
    private func flood(seconds: UInt64, rate: UInt64?, _ arguments: [String]) throws -> (sent: UInt64, [UInt64]) {
        let served = try ServedLab(
            enforcement: "none", ["--aggregation", "none", "--no-kernel-drops"] + arguments)
        let flood = try PacketFlood(from: served.pod("backend"), to: served.pod("frontend"))
        let sent = try flood.send(seconds: seconds, rate: rate)
        served.server.kill(SIGTERM)
        #expect(served.server.waitForEnd() == 0, "\(served.server.errors)")
        let line = try #require(served.server.errors.split(separator: "\n").last { $0.contains("captured ") })
        let account = line[try #require(line.range(of: "captured ")).lowerBound...]
        return (sent, account.split(separator: " ").compactMap { UInt64($0) })
    }

    @Test("At the rate that a processor can send, with rings far too small, stored and lost are what was captured")
    func overload() throws {
        let (sent, account) = try flood(
            seconds: 3, rate: nil, ["--ring-buffer-bytes", "65536", "--event-ring-events", "1024"])
        try #require(account.count == 3)
        #expect(account[0] >= sent, "each packet is an event")
        #expect(account[0] == account[1] + account[2])
        #expect(account[2] > 0)
    }

    @Test("At a rate that it can hold, nothing is lost")
    func steady() throws {
        let (sent, account) = try flood(seconds: 3, rate: 5_000, [])
        try #require(account.count == 3)
        #expect(account[0] >= sent && sent > 10_000)
        #expect(account[1] == account[0] && account[2] == 0)
    }
}

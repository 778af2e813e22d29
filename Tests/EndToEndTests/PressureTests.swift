import ClientTools
import Foundation
import Lab
import SystemRuntime
import Testing

/// `make bench ONLY=api.pressure` measures what these cost the flows.
@Suite(.enabled(if: Apus.obstacle == nil, Comment(rawValue: Apus.obstacle ?? "")), .serialized, .timeLimit(.minutes(3)))
struct PressureTests {
    /// Kibibytes: what a server without clients takes (64 MiB), and 1,200 connections of at most 200 kB.
    private static let mostResident = (64 << 10) + 1_200 * 200

    private static let crowds: [(kind: Crowd.Kind, counted: String?)] = [
        (.halfOpen(10_000), "displaced"), (.noise(seed: 7), "malformed"), (.followers(1_000, unread: 100), nil),
    ]

    @Test(
        "Crowds of clients that ask nothing, nonsense, or never read, cost no flow, little memory, and keep nobody out")
    func crowds() throws {
        let served = try ServedLab(
            enforcement: "none", ["--aggregation", "none", "--no-kernel-drops", "--max-connections", "1200"])
        let flood = try PacketFlood(from: served.pod("backend"), to: served.pod("frontend"))
        var sent: UInt64 = 0
        for (kind, counted) in Self.crowds {
            let crowd = try Crowd(kind, at: "unix:" + served.socket, inside: served.lab.nodeNamespace.path)
            sent += try flood.send(seconds: 2, rate: 5_000)
            let metrics = try served.ask("/metrics")
            if let counted {
                #expect(
                    metrics.split(separator: "\n").contains {
                        $0.hasPrefix("apus_api_refused_total{reason=\"\(counted)\"} ") && !$0.hasSuffix(" 0")
                    }, "\(metrics)")
            }
            let resident = try served.server.residentKibibytes()
            #expect(resident < Self.mostResident, "\(kind)")
            let outcome = try crowd.end()
            switch kind {
            case .halfOpen(let count):
                #expect(outcome["opened"] == count && outcome["closed"] ?? 0 >= count - 1_200, "\(outcome)")
            case .followers:
                #expect(
                    outcome["least"] ?? 0 > 100_000 && outcome["closed"] == 0, "each that reads gets flows: \(outcome)")
            case .noise, .mistakes: #expect(outcome["made"] ?? 0 > 100, "\(outcome)")
            }
        }
        let account = try served.account()
        #expect(account.captured >= sent && account.stored == account.captured && account.lost == 0, "\(account)")
    }
}

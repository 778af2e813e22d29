import Foundation
import HTTPTransport
import NIOCore
import NIOEmbedded
import Testing

@testable import FlowAPI

@Suite("A stream that is resumed")
struct ResumptionTests {
    private static let events: HTTPFields = ["accept": "text/event-stream"]

    private func ports(_ follower: Follower) -> [Int] {
        follower.text.split(separator: "\n").compactMap { line in
            line.firstRange(of: "\"destination_port\":").flatMap { range in
                Int(line[range.upperBound...].prefix { $0.isNumber })
            }
        }
    }

    @Test("by cursor begins behind it, whatever number is the default, and goes on with live flows")
    func cursor() throws {
        let served = Served(ringCapacity: 64)
        served.make(50)
        let whole = try served.follow([("cursor", "01010101-10")])
        whole.drain()
        #expect(ports(whole) == Array(11...50))
        #expect(whole.hasEnded)
        let live = try served.follow([("cursor", "01010101-48"), ("follow", "true")])
        live.drain()
        served.make(2)
        served.loop.advanceTime(by: .milliseconds(20))
        live.drain()
        #expect(ports(live) == [49, 50, 51, 52])
    }

    @Test("by Last-Event-ID goes on there, whatever else says where to begin")
    func lastEventID() throws {
        let served = Served(ringCapacity: 64)
        served.make(50)
        var headers = Self.events
        headers.append("last-event-id", "01010101-47")
        for query in [[("last", "20")], [("since", "1h")], [("cursor", "01010101-10")], []] {
            let follower = try served.follow(query, headers)
            follower.drain()
            #expect(ports(follower) == [48, 49, 50], "\(query)")
        }
    }

    @Test("tells of flows that the ring has forgotten and no store has")
    func forgotten() throws {
        let served = Served(ringCapacity: 16)
        served.make(50)
        let follower = try served.follow([("cursor", "01010101-10")])
        follower.drain()
        #expect(follower.text.hasPrefix("{\"lost_events\":{"))
        #expect(follower.text.contains("\"num_events_lost\":\"24\""))
        #expect(ports(follower) == Array(35...50))
    }

    @Test(
        "by a cursor that cannot be one is refused, with its place and what is accepted",
        arguments: [
            ("nonsense", "not a cursor"), ("02020202-3", "another store"), ("01010101-51", "behind the newest flow"),
        ])
    func refused(cursor: String, problem: String) throws {
        let served = Served(ringCapacity: 64)
        served.make(50)
        let answer = served.ask([("verdict", "DROPPED"), ("cursor", cursor)])
        #expect(answer.status == 400)
        #expect(answer.problem?["parameter"] as? String == "cursor")
        let detail = answer.problem?["detail"] as? String ?? ""
        #expect(detail.hasPrefix("parameter 2, cursor \"\(cursor)\"") && detail.contains(problem), "\(detail)")
        let header = served.ask([], ["last-event-id": cursor])
        #expect(header.status == 400)
        #expect(header.problem?["parameter"] as? String == "Last-Event-ID")
    }

    @Test("has one beginning only", arguments: ["since", "last"])
    func beginnings(other: String) {
        let served = Served(ringCapacity: 64)
        served.make(50)
        let answer = served.ask([("cursor", "01010101-3"), (other, "5")])
        #expect(answer.status == 400)
    }

    @Test("shows, while nothing comes, every fifteen seconds that it is alive")
    func heartbeat() throws {
        let served = Served(ringCapacity: 64)
        let follower = try served.follow([("follow", "true")], Self.events)
        follower.drain()
        func pass(seconds: Int64) {
            served.loop.advanceTime(by: .seconds(seconds))
            follower.drain()
        }
        pass(seconds: 14)
        #expect(follower.text == "retry: 2000\n\n")
        pass(seconds: 17)
        let alive = follower.text
        #expect(alive.hasSuffix("\n\n:\n\n"))
        served.make(1)
        pass(seconds: 2)
        #expect(follower.text.hasPrefix(alive + "id: 01010101-1\ndata: {"))
        for _ in 0..<6 { pass(seconds: 10) }
        #expect(follower.text.hasSuffix("}\n\n:\n\n:\n\n:\n\n"))
        follower.leave()
    }
}

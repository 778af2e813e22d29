import FlowModel
import Foundation
import HTTPTransport
import NIOCore
import NIOEmbedded
import Testing

@testable import FlowAPI

@Suite("What a stream was taken from")
struct CoverageTests {
    private func coverage(_ line: some StringProtocol) throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        return try #require(object?["coverage"] as? [String: Any])
    }

    @Test("is the last line, if it is asked for: what was asked, what there is, what is missing, where to go on")
    func line() throws {
        let served = Served(ringCapacity: 16)
        served.make(50)
        let follower = try served.follow([
            ("cursor", "01010101-10"), ("coverage", "true"), ("until", "2023-11-14T22:13:20.000000045Z"),
        ])
        follower.drain()
        let lines = follower.text.split(separator: "\n")
        let told = try coverage(lines.last!)
        #expect(told["asked_until"] as? String == "2023-11-14T22:13:20.000000045Z")
        #expect(told["held_since"] as? String == "2023-11-14T22:13:20.000000035Z")
        #expect(told["held_until"] as? String == "2023-11-14T22:13:20.000000050Z")
        #expect(told["lost_flows"] as? String == "24")
        #expect(told["cursor"] as? String == "01010101-50")
        #expect(lines.count == 1 + 11 + 1)
    }

    @Test("names the last flow where only some of the oldest were wanted")
    func first() throws {
        let served = Served(ringCapacity: 64)
        served.make(50)
        let follower = try served.follow([("first", "7"), ("coverage", "")])
        follower.drain()
        let told = try coverage(follower.text.split(separator: "\n").last!)
        #expect(told["cursor"] as? String == "01010101-7")
    }

    @Test("is told by who follows, too, when the server stops; as an event where there are events")
    func stop() throws {
        let served = Served(ringCapacity: 64)
        let follower = try served.follow(
            [("follow", "true"), ("coverage", "true")], ["accept": "text/event-stream"])
        follower.drain()
        served.make(5)
        served.loop.advanceTime(by: .milliseconds(20))
        follower.drain()
        follower.finish()
        served.loop.run()
        follower.drain()
        #expect(follower.hasEnded)
        let last = try #require(follower.text.components(separatedBy: "\n\n").dropLast().last)
        #expect(last.hasPrefix("event: coverage\ndata: {\"coverage\":{"))
        #expect(last.contains("\"cursor\":\"01010101-5\""))
    }

    @Test("is in the head as far as it is known, and in the trailers of HTTP/2")
    func fields() throws {
        let served = Served(ringCapacity: 64)
        served.make(50)
        for isHTTP2 in [false, true] {
            let request = HTTPRequest(method: "GET", path: "/v1/flows", isHTTP2: isHTTP2)
            guard case .streaming(_, let headers, let body) = served.api.respond(to: request, on: served.loop) else {
                throw Served.Refused()
            }
            #expect(headers["apus-store"] == "01010101")
            #expect(headers["apus-held-since"] == "2023-11-14T22:13:20.000000001Z")
            let follower = Follower(body, on: served.loop)
            follower.drain()
            #expect(body.trailers["apus-cursor"] == (isHTTP2 ? "01010101-50" : nil))
            #expect(body.trailers["apus-lost-flows"] == (isHTTP2 ? "0" : nil))
        }
    }
}

import FlowFilter
import FlowModel
import FlowObserver
import FlowWire
import HTTPTransport
import NIOCore
import NIOEmbedded
import Testing
import ZlibRuntime

@testable import FlowAPI

@Suite("A stream of flows")
struct StreamFormatTests {
    private static func follow(_ format: FlowStreamFormat, _ served: Served) -> (FlowStreamBody, Follower) {
        let kind = FlowStreamKind(filter: .init(), format: format, compatibility: .apus, mask: .all)
        var request = FlowRequest()
        request.follow = true
        let body = FlowStreamBody(
            served.observer.answer(to: request), kind, served.feeds,
            served.queryThreads, coverage: StreamCoverage(request),
            account: StreamAccount(APIStatistics(), format, isFollowing: true), report: { _ in })
        return (body, Follower(body, on: served.loop))
    }

    @Test("as server-sent events has each flow's line as data and its cursor as id")
    func events() throws {
        let served = Served(ringCapacity: 64)
        let (_, follower) = Self.follow(.events, served)
        follower.drain()
        served.make(3)
        served.loop.advanceTime(by: .milliseconds(10))
        follower.drain()
        #expect(follower.text.hasPrefix("retry: 2000\n\n"))
        let events = follower.text.split(separator: "\n\n").dropFirst().map { $0.split(separator: "\n") }
        #expect(events.count == 3)
        var encoder = FlowJSONEncoder(served.context)
        for (index, event) in events.enumerated() {
            var line: [UInt8] = []
            encoder.append(Served.flow(UInt64(index + 1)), to: &line)
            let id = try #require(event.first?.dropFirst("id: ".count))
            let cursor = try FlowCursor(parsing: String(id), storeID: served.context.storeID)
            #expect(cursor.sequence == UInt64(index + 1))
            #expect("\(event.last!)\n" == "data: " + String(decoding: line, as: UTF8.self))
        }
    }

    /// Makes some flows, and gives each as the message that it must be.
    private static func makeMessages(_ count: UInt64, _ served: Served, for follower: Follower) -> [[UInt8]] {
        follower.drain()
        served.make(Int(count))
        served.loop.advanceTime(by: .milliseconds(10))
        follower.drain()
        var encoder = FlowProtobufEncoder(served.context)
        return (1...count).map { sequence in
            var message: [UInt8] = []
            encoder.append(Served.flow(sequence), to: &message)
            return message
        }
    }

    @Test("as gRPC's messages has five bytes before each, and ends with a status")
    func messages() throws {
        let served = Served(ringCapacity: 64)
        let (body, follower) = Self.follow(.messages(isCompressed: false), served)
        var expected: [UInt8] = []
        for message in Self.makeMessages(3, served, for: follower) {
            expected += [0, 0, 0, UInt8(message.count >> 8), UInt8(message.count & 0xff)] + message
        }
        #expect(follower.received == expected)
        follower.finish()
        served.loop.run()
        follower.drain()
        #expect(follower.hasEnded)
        #expect(body.trailers["grpc-status"] == "0")
    }

    @Test("as gRPC's compressed messages has each message as gzip, and says so where the client wants it")
    func compressedMessages() throws {
        let served = Served(ringCapacity: 64)
        let (_, follower) = Self.follow(.messages(isCompressed: true), served)
        let messages = Self.makeMessages(2, served, for: follower)
        var rest = follower.received[...]
        for message in messages {
            let prefix = Array(rest.prefix(5))
            let count = Int(prefix[3]) << 8 | Int(prefix[4])
            #expect(prefix[0] == 1)
            let found = try GzipDecoder.decode(Array(rest.dropFirst(5).prefix(count)), limit: 4_096)
            #expect(found == message)
            rest = rest.dropFirst(5 + count)
        }
        #expect(rest.isEmpty)
        for (accepted, encoding) in [("identity, gzip", "gzip"), ("identity", nil)] as [(String, String?)] {
            let head = HTTPRequest(
                method: "POST", path: "/observer.Observer/GetFlows",
                headers: [
                    "content-type": "application/grpc", "grpc-encoding": "gzip", "grpc-accept-encoding": accepted,
                ], isHTTP2: true)
            guard case .streaming(_, let headers, _) = served.api.respond(toHeadOf: head, on: served.loop) else {
                Issue.record("no call")
                return
            }
            #expect(headers["grpc-encoding"] == encoding)
        }
    }

    @Test("is refused as gzip that is cut short, damaged, or larger than allowed")
    func badGzip() throws {
        var bytes: [UInt8] = []
        GzipEncoder().append(Array(repeating: 7, count: 100_000), to: &bytes)
        #expect(try GzipDecoder.decode(bytes, limit: 100_000).count == 100_000)
        #expect(throws: GzipDecoder.Failure.tooLarge) { try GzipDecoder.decode(bytes, limit: 99_999) }
        #expect(throws: GzipDecoder.Failure.damaged) { try GzipDecoder.decode(bytes.dropLast(9), limit: 200_000) }
        #expect(throws: GzipDecoder.Failure.damaged) { try GzipDecoder.decode([1, 2, 3], limit: 200_000) }
    }

    @Test("refuses a cursor of another store")
    func foreignCursor() throws {
        let (one, other) = ([UInt8](repeating: 1, count: 16), [UInt8](repeating: 2, count: 16))
        let text = FlowCursor(sequence: 12).text(storeID: one)
        #expect(try FlowCursor(parsing: text, storeID: one).sequence == 12)
        #expect(throws: FlowCursor.Problem.ofOtherStore) { try FlowCursor(parsing: text, storeID: other) }
        for text in ["", "12", "01010101-", "01010101-12x", "01010101-+1", "0101-12", "01010101-18446744073709551615"] {
            #expect(throws: FlowCursor.Problem.malformed) { try FlowCursor(parsing: text, storeID: one) }
        }
    }
}

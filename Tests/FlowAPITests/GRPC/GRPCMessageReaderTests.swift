import HTTPTransport
import NIOCore
import NIOEmbedded
import SyntheticTraffic
import Testing

@testable import FlowAPI

@Suite("The reader of gRPC's messages")
struct GRPCMessageReaderTests {
    private static func framed(_ messages: [[UInt8]]) -> [UInt8] {
        var bytes: [UInt8] = []
        for message in messages { FlowMessageEncoder.append(message, to: &bytes) }
        return bytes
    }

    @Test("gives the same messages wherever the bytes are cut")
    func cuts() throws {
        let messages: [[UInt8]] = [[], [1], Array(repeating: 7, count: 300), [2, 3]]
        let bytes = Self.framed(messages)
        for cut in 0...bytes.count {
            var reader = GRPCMessageReader()
            var found: [[UInt8]] = []
            for part in [bytes[..<cut], bytes[cut...]] {
                reader.append(part)
                while let message = try reader.next() { found.append(message) }
            }
            #expect(found == messages, "cut at \(cut)")
            #expect(!reader.isInsideMessage)
        }
    }

    @Test("refuses a message that is too large by its length, before it is there")
    func tooLarge() {
        var reader = GRPCMessageReader()
        reader.append([0, 0, 0x40, 0, 1])
        #expect(throws: GRPCStatus(.resourceExhausted, "the message has 4194305 bytes; accepted are 4194304")) {
            try reader.next()
        }
    }

    @Test("takes any bytes without harm, and never holds more than a message and its prefix")
    func randomBytes() {
        var random = SeededRandom(seed: 0x6e9c)
        for _ in 0..<2_000 {
            var reader = GRPCMessageReader()
            let bytes = (0..<Int(random.next() % 64)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            reader.append(bytes)
            do throws(GRPCStatus) {
                while let message = try reader.next() { #expect(message.count <= bytes.count) }
            } catch {
                #expect(error.code == .internalError || error.code == .resourceExhausted)
            }
        }
    }

    @Test("A call keeps nothing of what comes after the message that it answers")
    func afterTheMessage() throws {
        let served = Served(ringCapacity: 64)
        let request = HTTPRequest(
            method: "POST", path: "/observer.Observer/GetFlows", headers: ["content-type": "application/grpc"],
            isHTTP2: true)
        guard case .streaming(_, _, let body)? = served.api.respond(toHeadOf: request, on: served.loop),
            let call = body as? GRPCCall
        else { throw Served.Refused() }
        let follower = Follower(call, on: served.loop)
        call.receive(ByteBuffer(bytes: Self.framed([[0x18, 1]])))
        for _ in 0..<64 { call.receive(ByteBuffer(repeating: 1, count: 16_384)) }
        #expect(call.keptBytes < 16_384)
        served.make(1)
        served.loop.advanceTime(by: .milliseconds(10))
        follower.drain()
        #expect(!follower.hasEnded && !follower.received.isEmpty)
        follower.leave()
    }

    @Test(
        "reads a timeout with each unit, and nothing else",
        arguments: [
            ("1H", TimeAmount.hours(1)), ("2M", .minutes(2)), ("3S", .seconds(3)), ("4m", .milliseconds(4)),
            ("5u", .microseconds(5)), ("99999999n", .nanoseconds(99_999_999)), ("", nil), ("S", nil), ("1", nil),
            ("123456789S", nil), ("-1S", nil), ("1s", nil),
        ] as [(String, TimeAmount?)])
    func timeouts(text: String, expected: TimeAmount?) {
        #expect(GRPCTimeout.parse(text) == expected)
    }

    @Test("A status's words go over the wire in printable ASCII")
    func percentEncoding() {
        let status = GRPCStatus(.invalidArgument, "50 % ü\n")
        #expect(status.trailers["grpc-message"] == "50 %25 %C3%BC%0A")
    }
}

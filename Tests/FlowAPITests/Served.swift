import FlowCatalog
import FlowModel
import FlowObserver
import FlowRing
import FlowWire
import HTTPTransport
import NIOCore
import NIOEmbedded
import NIOPosix
import Testing

@testable import FlowAPI

/// The API over a ring without a store, on an event loop whose time the test moves.
final class Served {
    let ring: BroadcastRing<Flow>
    let observer: FlowObserver
    let context: FlowJSONContext
    let loop = EmbeddedEventLoop()
    private(set) var api: FlowAPI
    let queryThreads = NIOThreadPool(numberOfThreads: 1)
    private var writer: BroadcastWriter<Flow>
    private var next: UInt64 = 1

    init(ringCapacity: Int) {
        let catalog = FlowCatalog()
        ring = BroadcastRing(capacity: ringCapacity, start: next)
        writer = BroadcastWriter(ring)
        observer = FlowObserver(catalog: catalog, ring: ring, losses: LossLedger(), history: nil)
        context = FlowJSONContext(
            catalog: catalog, nodeName: "node", version: "1", storeID: Array(repeating: 1, count: 16))
        let status = StatusReport(
            flows: 0, capacity: 0, seen: 0, uptimeNanoseconds: 0, version: "", flowsPerSecond: 0,
            details: .init(
                nodeName: "", captured: 0, lost: [:], lateNames: 0, endpoints: 0, policies: 0, refusedManifests: 0,
                history: nil))
        api = FlowAPI(
            observer: observer, context: context,
            sources: .init(status: { status }, metrics: { _ in [] }, now: { 0 }, report: { Issue.record("\($0)") }),
            queryThreads: queryThreads)
        queryThreads.start()
    }

    deinit { queryThreads.shutdownGracefully { _ in } }

    var feeds: LiveFeeds { api.feeds.feeds(on: loop) }

    /// Sequence of the next flow to be made.
    var edge: UInt64 { next }

    /// Flow number n has port n modulo 1,000, and every third is dropped.
    func make(_ count: Int) {
        let end = next + UInt64(count)
        while next < end {
            let batchEnd = min(end, next + UInt64(ring.capacity / 2))
            let flows = (next..<batchEnd).map(Self.flow)
            writer.append(flows.span)
            next = batchEnd
        }
    }

    /// The next flow, changed.
    func make(_ change: (inout Flow) -> Void) {
        var flow = Self.flow(next)
        flow.kind = .unknown
        change(&flow)
        let one = [flow]
        writer.append(one.span)
        next += 1
    }

    static func flow(_ sequence: UInt64) -> Flow {
        var flow = Flow()
        flow.sequence = sequence
        flow.timeNanoseconds = 1_700_000_000_000_000_000 + sequence
        flow.kind = sequence % 3 == 0 ? .drop : .trace
        flow.verdict = sequence % 3 == 0 ? .dropped : .forwarded
        flow.ipProtocol = .tcp
        flow.destinationPort = UInt16(sequence % 1_000)
        flow.bytes = sequence
        flow.attributes = [.ip, .layer4]
        return flow
    }

    func ask(
        _ query: [(String, String)], of path: String = "/v1/flows", method: String = "GET", _ headers: HTTPFields = [:],
        body: String = ""
    ) -> HTTPResponse {
        let items = query.map { HTTPQueryItem(name: $0.0, value: $0.1) }
        let request = HTTPRequest(
            method: method, path: path, queryItems: items, headers: headers, body: ByteBuffer(string: body))
        return api.respond(to: request, on: loop)
    }

    /// The same flows from an API that knows something else.
    func know(_ origins: [String] = [], _ change: (inout FlowAPI.Sources) -> Void) {
        var sources = api.sources
        change(&sources)
        api = FlowAPI(
            observer: observer, context: context, sources: sources, queryThreads: queryThreads,
            crossOrigin: CrossOrigin(origins: origins))
    }

    func follow(_ query: [(String, String)], _ headers: HTTPFields = [:]) throws -> Follower {
        guard case .streaming(200, _, let body) = ask(query, headers) else { throw Refused() }
        return Follower(body, on: loop)
    }

    struct Refused: Error {}
}

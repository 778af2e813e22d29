import FlowCatalog
import FlowModel
import FlowObserver
import FlowRing
import FlowWire
import HTTPTransport
import NIOPosix
import Synchronization

@testable import FlowAPI

/// The API over a ring without a store, on a port of loopback.
final class LiveServer: Sendable {
    let catalog = FlowCatalog()
    let ring: BroadcastRing<Flow>
    let context: FlowJSONContext
    let http: HTTPServer
    private let queryThreads = NIOThreadPool(numberOfThreads: 1)
    private let source: Mutex<Source>

    private struct Source: ~Copyable {
        var writer: BroadcastWriter<Flow>
        var next: UInt64 = 1
    }

    /// With so many flows, which are those of `Served`.
    init(flows: Int, ringCapacity: Int = 4_096) async throws {
        ring = BroadcastRing(capacity: ringCapacity, start: 1)
        source = Mutex(Source(writer: BroadcastWriter(ring)))
        context = FlowJSONContext(
            catalog: catalog, nodeName: "node", version: "1.2.3", storeID: Array(repeating: 1, count: 16))
        let (ring, context) = (ring, context)
        let api = FlowAPI(
            observer: FlowObserver(catalog: catalog, ring: ring, losses: LossLedger(), history: nil), context: context,
            sources: .init(
                status: {
                    StatusReport(
                        flows: ring.published - ring.oldest, capacity: UInt64(ring.capacity), seen: ring.published - 1,
                        uptimeNanoseconds: 5, version: "apus v1.2.3", flowsPerSecond: 2.5,
                        details: .init(
                            nodeName: "node", captured: 0, lost: [:], lateNames: 0, endpoints: 0, policies: 0,
                            refusedManifests: 0, history: nil))
                },
                metrics: { _ in [] }, namespaces: { ["shop", "web"] }, now: { 0 }, report: { _ in }),
            queryThreads: queryThreads)
        queryThreads.start()
        http = try await HTTPServer.start(addresses: [.tcp(host: "127.0.0.1", port: 0)], responder: api)
        make(flows)
    }

    var address: String { http.addresses[0].description }

    func make(_ count: Int) {
        source.withLock { source in
            let flows = (source.next..<source.next + UInt64(count)).map(Served.flow)
            source.writer.append(flows.span)
            source.next += UInt64(count)
        }
    }

    func stop() async {
        await http.shutdown(grace: .seconds(5))
        try? await queryThreads.shutdownGracefully()
    }
}

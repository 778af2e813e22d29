import FlowAPI
import FlowCatalog
import FlowMetrics
import FlowModel
import FlowObserver
import FlowRing
import FlowWire
import Foundation
import HTTPTransport
import NIOPosix
import SyntheticTraffic
import SystemRuntime

/// The API in this process, asked by h2load in another, on loopback and over HTTP/2.
enum APIBenchmarks {
    static let groups = [
        BenchmarkGroup(name: "api.small") { try await serve { address, _, _ in [try small(address)] } },
        BenchmarkGroup(name: "api.ndjson.replay") {
            try await serve { address, _, _ in
                [
                    try replay("api.ndjson.replay", address, clients: 1),
                    try replay("api.ndjson.replay.8", address, clients: 8),
                ]
            }
        },
        BenchmarkGroup(name: "api.ndjson", mostRuns: 5) {
            try await serve { address, server, observer in
                try FollowerBenchmark.all(.ndjson).map { try $0.run(address, server, observer) }
            }
        },
        BenchmarkGroup(name: "api.grpc", mostRuns: 5) {
            try await serve { address, server, observer in
                try FollowerBenchmark.all(.grpc).map { try $0.run(address, server, observer) }
            }
        },
    ]

    private static let smallRequests = 300_000
    /// Of one answer.
    private static let answerFlows = 100_000

    private static func small(_ address: String) throws -> Reading {
        let meter = WallMeter()
        try h2load(["-n", "\(smallRequests)", "-c", "8", "-m", "32", "http://\(address)/healthz"])
        return Reading("api.small", "requests/s", Double(smallRequests) / meter.nanoseconds * 1e9)
    }

    /// Clients that each get the ring's flows, all at once.
    private static func replay(_ name: String, _ address: String, clients: Int) throws -> Reading {
        let meter = ProcessMeter()
        let answers = 4 * clients
        try h2load([
            "-n", "\(answers)", "-c", "\(clients)", "-m", "1", "-w", "24", "-W", "24",
            "http://\(address)/v1/flows?last=\(answerFlows)",
        ])
        return Reading(name, "ns/flow", meter.nanoseconds / Double(answers * answerFlows))
    }

    /// Runs h2load to its end and gives what it printed, if all requests were answered.
    @discardableResult
    static func h2load(_ arguments: [String]) throws -> String {
        let output = try Tool.run("/usr/bin/h2load", arguments)
        guard output.contains(" 0 failed, 0 errored, 0 timeout") else { throw Obstacle("h2load: \(output)") }
        return output
    }

    static func serve(
        metrics: @escaping @Sendable (MetricsText.Format) -> [UInt8] = { _ in [] },
        _ body: (String, HTTPServer, FlowObserver) throws -> [Reading]
    ) async throws -> [Reading] {
        let catalog = Workload.directory.catalog
        let ring = filledRing()
        let threads = NIOThreadPool(numberOfThreads: 2)
        threads.start()
        let status = StatusReport(
            flows: 0, capacity: 0, seen: 0, uptimeNanoseconds: 0, version: "", flowsPerSecond: 0,
            details: .init(
                nodeName: "", captured: 0, lost: [:], lateNames: 0, endpoints: 0, policies: 0, refusedManifests: 0,
                history: nil))
        let observer = FlowObserver(catalog: catalog, ring: ring, losses: LossLedger(), history: nil)
        let api = FlowAPI(
            observer: observer,
            context: EncodingBenchmarks.context(),
            sources: .init(
                status: { status }, metrics: metrics, now: { SystemClock.realtimeNanoseconds() }, report: { print($0) }),
            queryThreads: threads)
        let server = try await HTTPServer.start(addresses: [try HTTPAddress(parsing: "127.0.0.1:0")], responder: api)
        let result = Result { try body("\(server.addresses[0])", server, observer) }
        await server.shutdown(grace: .seconds(1))
        try await threads.shutdownGracefully()
        return try result.get()
    }

    private static func filledRing() -> BroadcastRing<Flow> {
        let ring = BroadcastRing<Flow>(capacity: 131_072, start: 1)
        var writer = BroadcastWriter(ring)
        let flows = Workload.flows
        for start in stride(from: 0, to: 131_072, by: 256) {
            let batch = (start..<start + 256).map { index in
                var flow = flows[index & (flows.count - 1)]
                flow.sequence = UInt64(index) + 1
                return flow
            }
            writer.append(batch.span)
        }
        return ring
    }
}

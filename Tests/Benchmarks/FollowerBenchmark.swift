import FlowModel
import FlowObserver
import FlowRing
import Foundation
import HTTPTransport
import SystemRuntime

/// The server's cost of a flow that is made now and followed by several clients, at a rate that all of them keep up with.
struct FollowerBenchmark {
    enum Wire: String {
        case ndjson = "api.ndjson"
        case grpc = "api.grpc"
    }

    let wire: Wire
    let followers: Int
    /// All followers together get some 100,000 to 160,000 flows a second: two processors carry server and clients.
    let flowsPerSecond: Int

    static func all(_ wire: Wire) -> [FollowerBenchmark] {
        [(1, 100_000), (8, 20_000), (64, 2_000)].map {
            FollowerBenchmark(wire: wire, followers: $0.0, flowsPerSecond: $0.1)
        }
    }

    private static let seconds = 3
    private static let batchesPerSecond = 500

    private var name: String { followers == 1 ? wire.rawValue : "\(wire.rawValue).\(followers)" }

    /// `GetFlowsRequest` with `follow`, behind gRPC's prefix.
    private static let followRequest: [UInt8] = [0, 0, 0, 0, 2, 0x18, 1]

    /// What h2load is told to ask.
    private func question(_ address: String, _ request: URL) -> [String] {
        guard wire == .grpc else { return ["http://\(address)/v1/flows?follow=true"] }
        return [
            "-d", request.path(), "-H", "content-type: application/grpc", "-H", "te: trailers",
            "http://\(address)/observer.Observer/GetFlows",
        ]
    }

    /// Processor time of the process without that of the thread that makes the flows, which is the calling one.
    func run(_ address: String, _ server: HTTPServer, _ observer: FlowObserver) throws -> Reading {
        let request = FileManager.default.temporaryDirectory.appending(path: "apus-bench-\(UUID().uuidString)")
        try Data(Self.followRequest).write(to: request)
        defer { try? FileManager.default.removeItem(at: request) }
        let earlier = server.counts.requests
        let lost = observer.lostByFollowers
        let client = try Tool.start(
            "/usr/bin/h2load",
            ["-n", "\(followers)", "-c", "\(followers)", "-m", "1", "-w", "24", "-W", "24"]
                + question(address, request))
        defer {
            // Its answers never end, and it inherits the mask of the thread that started it, where SIGTERM is blocked.
            kill(client.process.processIdentifier, SIGKILL)
            client.process.waitUntilExit()
        }
        for _ in 0..<500 where server.counts.requests < earlier + followers {
            NamedThread.sleep(nanoseconds: 10_000_000)
        }
        let process = ProcessMeter()
        var made = 0
        let producer = ThreadMeter.measure { made = makeFlows(observer.ring) }
        NamedThread.sleep(nanoseconds: 100_000_000)
        let nanoseconds = process.nanoseconds - producer.nanoseconds
        guard observer.lostByFollowers == lost, client.process.isRunning else {
            throw Obstacle("\(name): the clients did not keep up")
        }
        return Reading(name, "ns/flow", nanoseconds / Double(made * followers))
    }

    private func makeFlows(_ ring: BroadcastRing<Flow>) -> Int {
        var writer = BroadcastWriter(ring)
        let flows = Workload.flows
        let batch = flowsPerSecond / Self.batchesPerSecond
        let interval = UInt64(1_000_000_000 / Self.batchesPerSecond)
        var due = SystemClock.monotonicNanoseconds()
        for step in 0..<Self.seconds * Self.batchesPerSecond {
            var made: [Flow] = []
            for index in 0..<batch {
                var flow = flows[(step * batch + index) & (flows.count - 1)]
                flow.sequence = writer.position + UInt64(index)
                made.append(flow)
            }
            writer.append(made.span)
            due += interval
            let now = SystemClock.monotonicNanoseconds()
            if now < due { NamedThread.sleep(nanoseconds: due - now) }
        }
        return Self.seconds * Self.batchesPerSecond * batch
    }
}

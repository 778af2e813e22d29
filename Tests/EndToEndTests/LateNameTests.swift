import FlowModel
import Foundation
import Lab
import Testing

/// A pod's manifest that comes after the pod's first flows, from the file to the store.
@Suite(.enabled(if: Apus.obstacle == nil, Comment(rawValue: Apus.obstacle ?? "")), .serialized)
struct LateNameTests {
    /// From an address that nobody knows yet, and which policy therefore denies.
    private func sendFlow(_ served: ServedLab) async throws -> FlowLine.Flow {
        _ = await served.lab.connect(from: served.lab.world, to: served.pod("frontend").ipv4, port: 9_090)
        return try #require(
            await first(served) { $0.IP?.source == served.lab.world.ipv4.description && $0.isDrop })
    }

    /// Asks the server until it has such a flow; nil if none comes.
    private func first(
        _ served: ServedLab, where isWanted: (FlowLine.Flow) -> Bool
    ) async throws -> FlowLine.Flow? {
        for _ in 0..<200 {
            if let flow = try served.observe().first(where: isWanted) { return flow }
            try await Task.sleep(for: .milliseconds(50))
        }
        return nil
    }

    private func writePod(_ served: ServedLab) throws {
        try """
        apiVersion: v1
        kind: Pod
        metadata: {name: far-away, namespace: default, labels: {app: backend}}
        spec: {nodeName: another-node}
        status: {podIPs: [{ip: "\(served.lab.world.ipv4)"}]}
        """.write(toFile: served.manifests + "/remote.yaml", atomically: true, encoding: .utf8)
    }

    @Test(
        "A manifest that comes within the grace gives its name to the flows before it, in the answer and in the store")
    func withinGrace() async throws {
        let served = try ServedLab(["--name-grace", "20s"])
        let seen = try await sendFlow(served)
        #expect(seen.source?.pod_name == nil && seen.apus?.source_unknown == "ADDRESS_NOT_IN_DIRECTORY")
        try writePod(served)
        let named = try await first(served) { $0.sequence == seen.sequence && $0.source?.pod_name == "far-away" }
        let answer = try #require(named)
        #expect(answer.apus?.source_unknown == nil && answer.source?.identity != seen.source?.identity)
        let stored = try #require(try served.stop().first { $0.sequence == seen.sequence })
        #expect(stored.source?.pod_name == "far-away" && stored.apus?.source_unknown == nil)
        #expect(stored.source?.identity == answer.source?.identity)
    }

    @Test("After the grace the flow stays without a name and with the reason; those that come then have the name")
    func afterGrace() async throws {
        let served = try ServedLab(["--name-grace", "50ms"])
        let seen = try await sendFlow(served)
        try await Task.sleep(for: .milliseconds(100))
        try writePod(served)
        let isNamed = { (flow: FlowLine.Flow) in flow.source?.pod_name == "far-away" }
        for _ in 0..<100 where try !served.observe().contains(where: isNamed) {
            _ = await served.lab.connect(from: served.lab.world, to: served.pod("frontend").ipv4, port: 9_090)
        }
        let live = try served.observe()
        let stored = try served.stop()
        for flows in [live, stored] {
            #expect(flows.contains { isNamed($0) && $0.sequence > seen.sequence })
            let old = try #require(flows.first { $0.sequence == seen.sequence })
            #expect(old.source?.pod_name == nil && old.apus?.source_unknown == "ADDRESS_NOT_IN_DIRECTORY")
        }
    }
}

import Foundation
import Lab
import Testing

/// A pod that is deleted while the server runs, from its manifest to the series of metrics.
@Suite(.enabled(if: Apus.obstacle == nil, Comment(rawValue: Apus.obstacle ?? "")))
struct DeletedPodTests {
    @Test("When a pod's manifest goes its series go after the set time, and no others; nothing is counted twice")
    func seriesGo() async throws {
        let configuration = try TemporaryDirectory()
        let path = configuration.path + "/metrics.yaml"
        try """
        deletedAfter: 1s
        metrics:
        - name: flow
          contextOptions: [{name: sourceContext, values: [pod]}, {name: destinationContext, values: [pod, ip]}]
        """.write(toFile: path, atomically: true, encoding: .utf8)
        let served = try ServedLab(["--metrics-config", path, "--name-grace", "0"])
        let (client, other) = (served.pod("frontend"), served.pod("backend"))
        for source in [client, other] {
            _ = await served.lab.connect(from: source, to: served.lab.world.ipv4, port: 9_090)
        }
        let both = try await series(served) { $0.contains(client.qualifiedName) && $0.contains(other.qualifiedName) }
        let before = try #require(both?[other.qualifiedName], "both pods have series")
        try delete(client, served)
        let after = try await series(served) { !$0.contains(client.qualifiedName) }
        #expect(after?[other.qualifiedName] == before)
        let metrics = try MetricSamples(try served.ask("/metrics"))
        let expired = metrics.samples.filter {
            $0.name == "apus_metrics_expired_series_total" && $0.labels["reason"] == "deleted"
        }
        #expect(expired.reduce(0) { $0 + $1.value } > 0)
        _ = try served.stop()
    }

    private func delete(_ pod: LabHost, _ served: ServedLab) throws {
        let file = served.manifests + "/pods.yaml"
        let documents = try String(contentsOfFile: file, encoding: .utf8).components(separatedBy: "\n---\n")
        let kept = documents.filter { !$0.contains("name: \"\(pod.name)\"\n") }
        try #require(kept.count == documents.count - 1)
        try kept.joined(separator: "\n---\n").write(toFile: file, atomically: true, encoding: .utf8)
    }

    /// Flows by pod at either end, as soon as they are as wanted; nil if they never are.
    private func series(
        _ served: ServedLab, where isWanted: (Set<String>) -> Bool
    ) async throws -> [String: Double]? {
        for _ in 0..<150 {
            let samples = try MetricSamples(try served.ask("/metrics")).samples
            var flows: [String: Double] = [:]
            for sample in samples where sample.name == "hubble_flows_processed_total" {
                for side in ["source", "destination"] {
                    if let name = sample.labels[side], name.contains("/") { flows[name, default: 0] += sample.value }
                }
            }
            if isWanted(Set(flows.keys)) { return flows }
            try await Task.sleep(for: .milliseconds(100))
        }
        return nil
    }
}

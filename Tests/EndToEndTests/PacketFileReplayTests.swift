import Foundation
import Lab
import Manifests
import Testing

/// `apus replay` of what the real tcpdump wrote.
@Suite(.enabled(if: Apus.obstacle == nil, Comment(rawValue: Apus.obstacle ?? "")), .serialized)
struct PacketFileReplayTests {
    @Test("Every IP packet that tcpdump captured is a flow, with its ports, pods' names and no verdict")
    func tcpdump() async throws {
        let directory = try TemporaryDirectory()
        let plan = try LabPlan.from(ManifestSet.parse(DemoManifests.yaml, file: "demo.yaml").documents)
        let lab = try Lab(plan)
        try plan.podManifestsYAML().write(
            toFile: directory.path + "/pods.yaml", atomically: true, encoding: .utf8)
        let frontend = try #require(lab.pods.first { $0.name.hasPrefix("frontend") })
        let capture = try PacketCapture(frontend, directory: directory.path)
        let traffic = try LabTraffic(.demo(lab), exchangesPerSecond: 80)
        try await Task.sleep(for: .seconds(1))
        traffic.stop()
        let packets = try capture.packets()

        let arguments = ["replay", capture.file, "--manifests", directory.path, "--output", "json"]
        let replay = try Child(Apus.path, arguments)
        #expect(replay.waitForEnd() == 0, "\(replay.errors)")
        let flows = try FlowLine.parse(replay.output).compactMap(\.flow).filter { $0.IP != nil }
        #expect(flows.count == packets.count && packets.count > 50)
        for (flow, packet) in zip(flows, packets) {
            #expect(flow.verdict == "TRACED" && flow.traffic_direction == nil && flow.apus?.packets == 1)
            #expect(flow.IP?.source == "\(packet.source)" && flow.IP?.destination == "\(packet.destination)")
            #expect(flow.destinationPort ?? 0 == Int(packet.destinationPort))
        }
        #expect(flows.contains { $0.destination?.pod_name == frontend.name })
        let again = try Child(Apus.path, arguments)
        #expect(again.waitForEnd() == 0 && again.output == replay.output)
    }
}

import Foundation
import Lab
import Manifests
import SystemRuntime
import Testing

/// `apus record` on the node of a laboratory, and `apus replay` of what it wrote.
@Suite(.enabled(if: Apus.obstacle == nil, Comment(rawValue: Apus.obstacle ?? "")), .serialized)
struct RecordTests {
    /// A recording of some of the demo's traffic.
    private struct Recorded {
        let directory: TemporaryDirectory
        let file: String
        let manifests: String
        /// What `apus record` said last.
        let account: String
        let pods: [String]
    }

    private func record() async throws -> Recorded {
        let directory = try TemporaryDirectory()
        let demo = ManifestSet.parse(DemoManifests.yaml, file: "demo.yaml")
        let plan = try LabPlan.from(demo.documents)
        let lab = try Lab(plan)
        let manifests = directory.path + "/manifests"
        try FileManager.default.createDirectory(atPath: manifests, withIntermediateDirectories: true)
        try plan.podManifestsYAML().write(toFile: manifests + "/pods.yaml", atomically: true, encoding: .utf8)
        let file = directory.path + "/events.apus"
        let recorder = try Child(
            try #require(Tool.path("nsenter")),
            ["--net=\(lab.nodeNamespace.path)", Apus.path, "record", file, "--node-name", LabPlan.nodeName]
                + lab.pods.flatMap { ["--interface", "\($0.hostInterfaceName)=\($0.qualifiedName)"] })
        try #require(recorder.waitForErrors(containing: "recording to") != nil, "\(recorder.errors)")
        let traffic = try LabTraffic(.demo(lab), exchangesPerSecond: 80)
        try await Task.sleep(for: .seconds(2))
        traffic.stop()
        recorder.kill(SIGTERM)
        #expect(recorder.waitForEnd() == 0, "\(recorder.errors)")
        let account = try #require(recorder.errors.split(separator: "\n").last)
        return Recorded(
            directory: directory, file: file, manifests: manifests, account: String(account),
            pods: lab.pods.map(\.name))
    }

    private func replay(_ file: String, _ arguments: [String]) throws -> (status: Int32, output: String, errors: String)
    {
        let child = try Child(Apus.path, ["replay", file, "--output", "json"] + arguments)
        let status = child.waitForEnd()
        return (status, child.output, child.errors)
    }

    @Test("A recording gives the same JSON each time and at each speed, with pods' names, and all of its events")
    func sameEachTime() async throws {
        let recorded = try await record()
        let names = ["--manifests", recorded.manifests]
        let first = try replay(recorded.file, names)
        #expect(first.status == 0, "\(first.errors)")
        #expect(try replay(recorded.file, names).output == first.output)
        #expect(try replay(recorded.file, names + ["--speed", "4"]).output == first.output)

        let flows = try FlowLine.parse(first.output).compactMap(\.flow)
        #expect(recorded.account == "recorded \(flows.count) events, lost 0")
        #expect(flows.map(\.sequence) == Array(1...max(1, flows.count)))
        let named = Set(flows.compactMap { $0.destination?.pod_name })
        #expect(named.isSuperset(of: recorded.pods))
        #expect(flows.contains { $0.isKernelDrop } && flows.contains { $0.isTrace })
        #expect(flows.allSatisfy { !$0.isDrop })
        let oldest = try #require(flows.first?.time)
        #expect(oldest.hasPrefix(Date.now.formatted(.iso8601).prefix(10)))
    }

    @Test("An existing file is kept; a recording of nothing is refused")
    func refused() throws {
        let directory = try TemporaryDirectory()
        let file = directory.path + "/precious"
        try "mine".write(toFile: file, atomically: true, encoding: .utf8)
        let recorder = try Child(Apus.path, ["record", file, "--duration", "1s"])
        #expect(recorder.waitForEnd() == 1)
        #expect(recorder.errors.contains("create \(file): File exists"))
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "mine")
        let nothing = try Child(Apus.path, ["record", directory.path + "/nothing", "--no-kernel-drops"])
        #expect(nothing.waitForEnd() == 2)
    }

    @Test("A replay into a store can be asked there")
    func store() async throws {
        let recorded = try await record()
        let store = recorded.directory.path + "/store"
        let shown = try replay(recorded.file, ["--data-dir", store, "--manifests", recorded.manifests])
        #expect(shown.status == 0, "\(shown.errors)")
        let observe = try Child(Apus.path, ["observe", "--data-dir", store, "--since", "1h", "--output", "json"])
        #expect(observe.waitForEnd() == 0, "\(observe.errors)")
        #expect(observe.output == shown.output && !shown.output.isEmpty)
    }

    @Test("A recording that breaks off is shown up to there; then the replay says where, and exits with 1")
    func brokenOff() async throws {
        let recorded = try await record()
        let whole = try Data(contentsOf: URL(filePath: recorded.file))
        let cut = recorded.directory.path + "/cut.apus"
        try whole.prefix(whole.count - 40).write(to: URL(filePath: cut))
        let shown = try replay(cut, [])
        #expect(shown.status == 1)
        #expect(shown.errors.contains("breaks off at byte"))
        let complete = try replay(recorded.file, [])
        #expect(complete.output.hasPrefix(shown.output) && shown.output.utf8.count > complete.output.utf8.count / 4)
    }
}

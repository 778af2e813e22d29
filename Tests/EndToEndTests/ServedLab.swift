import Foundation
import Lab
import Manifests
import SystemRuntime
import Testing

/// A laboratory whose node runs `apus serve`, as a host would: manifests in a directory, interfaces by name.
final class ServedLab {
    let lab: Lab
    let directory: TemporaryDirectory
    let server: Child

    var manifests: String { directory.path + "/manifests" }
    var store: String { directory.path + "/store" }
    var socket: String { directory.path + "/apus.sock" }

    init(enforcement: String = "enforce", _ arguments: [String] = []) throws {
        directory = try TemporaryDirectory()
        let demo = ManifestSet.parse(DemoManifests.yaml, file: "demo.yaml")
        let plan = try LabPlan.from(demo.documents)
        lab = try Lab(plan)
        try FileManager.default.createDirectory(
            atPath: directory.path + "/manifests", withIntermediateDirectories: true)
        try plan.podManifestsYAML().write(
            toFile: directory.path + "/manifests/pods.yaml", atomically: true, encoding: .utf8)
        let interfaces = lab.pods.flatMap { ["--interface", "\($0.hostInterfaceName)=\($0.qualifiedName)"] }
        try Self.policies.write(
            toFile: directory.path + "/manifests/policies.yaml", atomically: true, encoding: .utf8)
        server = try Child(
            try #require(Tool.path("nsenter")),
            ["--net=\(lab.nodeNamespace.path)", Apus.path, "serve"]
                + [
                    "--manifests", directory.path + "/manifests", "--data-dir", directory.path + "/store",
                    "--listen", "unix:" + directory.path + "/apus.sock", "--enforcement", enforcement,
                    "--node-name", LabPlan.nodeName,
                ] + interfaces + arguments)
        try #require(server.waitForErrors(containing: "listening on") != nil, "apus serve starts: \(server.errors)")
    }

    /// The demo's two policies, without its objects.
    static var policies: String {
        let documents = DemoManifests.yaml.components(separatedBy: "\n---\n")
        return documents.filter { $0.contains("kind: CiliumNetworkPolicy") }.joined(separator: "\n---\n")
    }

    func pod(_ prefix: String) -> LabHost { lab.pods.first { $0.name.hasPrefix(prefix) }! }

    /// What the running server answers.
    func observe(_ arguments: [String] = []) throws -> [FlowLine.Flow] {
        let observe = try Child(
            Apus.path, ["observe", "--server", "unix:" + socket, "--last", "1000", "--output", "json"] + arguments)
        #expect(observe.waitForEnd() == 0, "\(observe.errors)")
        return try FlowLine.parse(observe.output).compactMap(\.flow)
    }

    /// What the API answers.
    func ask(_ target: String) throws -> String {
        try Tool.run("curl", ["-sS", "--max-time", "20", "--unix-socket", socket, "http://apus" + target]).output
    }

    func writePolicies(_ text: String) throws {
        try text.write(toFile: manifests + "/policies.yaml", atomically: true, encoding: .utf8)
    }

    /// Ends the server in order.
    ///
    /// - Returns: what it says became of all events.
    func account() throws -> (captured: UInt64, stored: UInt64, lost: UInt64) {
        server.kill(SIGTERM)
        #expect(server.waitForEnd() == 0, "\(server.errors)")
        let line = try #require(server.errors.split(separator: "\n").last { $0.contains("captured ") })
        let account = line[try #require(line.range(of: "captured ")).lowerBound...]
        let numbers = account.split(separator: " ").compactMap { UInt64($0) }
        try #require(numbers.count == 3, "\(line)")
        return (numbers[0], numbers[1], numbers[2])
    }

    /// Ends the server in order.
    ///
    /// - Returns: all flows of its store.
    func stop() throws -> [FlowLine.Flow] {
        server.kill(SIGTERM)
        #expect(server.waitForEnd() == 0, "\(server.errors)")
        let observe = try Child(Apus.path, ["observe", "--data-dir", store, "--since", "1h", "--output", "json"])
        #expect(observe.waitForEnd() == 0, "\(observe.errors)")
        let lines = try FlowLine.parse(observe.output)
        #expect(!lines.contains { $0.lost_events != nil })
        return lines.compactMap(\.flow)
    }
}

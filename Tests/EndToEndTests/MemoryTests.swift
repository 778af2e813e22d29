import Foundation
import SyntheticTraffic
import Testing

@Suite(.enabled(if: Apus.obstacle == nil, Comment(rawValue: Apus.obstacle ?? "")), .serialized)
struct MemoryTests {
    /// Kibibytes: what 64 MiB leave beside full rings; about 42,000 are taken. Both builds took more than 130 MB when trees of manifests
    /// stayed in memory and rings were written to at start.
    private static let mostResident = 48 << 10

    @Test("With default settings and 10,000 pods, `apus serve` stays small")
    func resident() throws {
        let directory = try TemporaryDirectory()
        let manifests = directory.path + "/manifests"
        try FileManager.default.createDirectory(atPath: manifests, withIntermediateDirectories: true)
        try SyntheticCluster(pods: 10_000).manifests().write(
            toFile: manifests + "/cluster.yaml", atomically: true, encoding: .utf8)
        let server = try Child(
            try #require(Tool.path("nsenter")).replacingOccurrences(of: "nsenter", with: "unshare"),
            [
                "--net", Apus.path, "serve", "--manifests", manifests, "--data-dir", directory.path + "/store",
                "--listen", "unix:" + directory.path + "/apus.sock", "--no-kernel-drops", "--node-name",
                SyntheticCluster.nodeName,
            ])
        try #require(server.waitForErrors(containing: "listening on", seconds: 60) != nil, "\(server.errors)")
        #expect(server.errors.contains("10000 endpoints"))
        let resident = try server.residentKibibytes()
        #expect(resident < Self.mostResident, "\(resident) KiB")
        server.kill(SIGTERM)
        #expect(server.waitForEnd() == 0)
    }
}

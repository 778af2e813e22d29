import Foundation
import SyntheticTraffic

/// What several benchmarks work on; made once.
enum Workload {
    static let cluster = SyntheticCluster()
    static let events = {
        var traffic = SyntheticTraffic(cluster)
        return traffic.events(65_536)
    }()
    static let directory = SyntheticDirectory(cluster)
    static let flows = directory.flows(cluster, count: 65_536)

    /// Runs the body with an empty directory, which is removed afterwards.
    static func withDirectory<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        let path = FileManager.default.temporaryDirectory.appending(path: "apus-bench-\(UUID().uuidString)").path()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try await body(path)
    }
}

import Foundation
import Lab
import SystemRuntime
import Testing

/// The built executable, and what else these tests run.
enum Apus {
    /// Beside the test bundle, as SwiftPM puts it.
    static let path: String = {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(filePath: own).deletingLastPathComponent().appending(path: "apus").path()
    }()

    /// Why these tests cannot run here; nil if they can.
    static var obstacle: String? {
        if let missing = LabRequirements.missing() { return "\(missing)" }
        for tool in [
            "bpftool", "curl", "lsns", "prometheus", "promtool", "sqlite3", "tcpdump", "nsenter", "openssl", "tmux",
        ]
        where Tool.path(tool) == nil {
            return "\(tool) is not installed"
        }
        return nil
    }
}

enum Tool {
    static func path(_ name: String) -> String? {
        ["/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/", "/usr/local/bin/"].map { $0 + name }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Runs to the end.
    static func run(_ name: String, _ arguments: [String], input: String = "") throws -> (status: Int32, output: String)
    {
        let child = try Child(try #require(path(name), "\(name) is installed"), arguments, input: input)
        let status = child.waitForEnd()
        return (status, child.output)
    }
}

/// A directory for one test; gone afterwards.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "apus-e2e-\(UUID().uuidString)").path()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

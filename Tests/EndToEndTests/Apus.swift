import Foundation
import Lab
import Synchronization
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
        for tool in ["curl", "promtool", "tcpdump", "nsenter"] where Tool.path(tool) == nil { return "\(tool) is not installed" }
        return nil
    }
}

enum Tool {
    static func path(_ name: String) -> String? {
        ["/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/", "/usr/local/bin/"].map { $0 + name }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Runs to the end.
    static func run(_ name: String, _ arguments: [String], input: String = "") throws -> (status: Int32, output: String) {
        let child = try Child(try #require(path(name), "\(name) is installed"), arguments, input: input)
        let status = child.waitForEnd()
        return (status, child.output)
    }
}

/// A child process whose output is kept. Whoever started it ends it.
final class Child: Sendable {
    private let process = Mutex(Process())
    private let standardOutput: URL
    private let standardError: URL
    let identifier: Int32

    init(_ path: String, _ arguments: [String], input: String = "") throws {
        let base = FileManager.default.temporaryDirectory.appending(path: "apus-test-\(UUID().uuidString)")
        standardOutput = base.appendingPathExtension("out")
        standardError = base.appendingPathExtension("err")
        for file in [standardOutput, standardError] { try Data().write(to: file) }
        let (output, error) = (try FileHandle(forWritingTo: standardOutput), try FileHandle(forWritingTo: standardError))
        identifier = try process.withLock { process in
            process.executableURL = URL(filePath: path)
            process.arguments = arguments
            process.standardOutput = output
            process.standardError = error
            let pipe = Pipe()
            process.standardInput = pipe
            try process.run()
            try pipe.fileHandleForWriting.write(contentsOf: Data(input.utf8))
            try pipe.fileHandleForWriting.close()
            return process.processIdentifier
        }
    }

    deinit {
        kill(SIGKILL)
        try? FileManager.default.removeItem(at: standardOutput)
        try? FileManager.default.removeItem(at: standardError)
    }

    var output: String { (try? String(contentsOf: standardOutput, encoding: .utf8)) ?? "" }
    var errors: String { (try? String(contentsOf: standardError, encoding: .utf8)) ?? "" }
    var outputBytes: Int { (try? FileManager.default.attributesOfItem(atPath: standardOutput.path())[.size] as? Int) ?? 0 }
    var isRunning: Bool { process.withLock { $0.isRunning } }

    func kill(_ signal: Int32) { if isRunning { _ = Glibc.kill(identifier, signal) } }

    /// - Returns: the exit status; minus the signal's number if one ended it.
    func waitForEnd() -> Int32 {
        while isRunning { usleep(5_000) }
        return process.withLock { $0.terminationReason == .exit ? $0.terminationStatus : -$0.terminationStatus }
    }

    /// Looks at what it says on standard error until the text is there; nil if it does not come.
    func waitForErrors(containing text: String, seconds: Double = 30) -> String? {
        let deadline = Date().addingTimeInterval(seconds)
        while Date() < deadline {
            if errors.contains(text) { return errors }
            if !isRunning { return errors.contains(text) ? errors : nil }
            usleep(20_000)
        }
        return nil
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

internal import Foundation
internal import Glibc

/// A program that plays the client.
package struct Tool: Sendable {
    package let path: String

    package static let bash = Tool(named: "bash")
    package static let openssl = Tool(named: "openssl")
    package static let curl = Tool(named: "curl")
    package static let h2load = Tool(named: "h2load")
    package static let nghttp = Tool(named: "nghttp")
    /// With what `Tests/requirements.txt` lists; `make test-deps` makes it.
    package static let python = Tool(path: ".build/python/bin/python")

    /// Of the system.
    package init(named name: String) { path = "/usr/bin/\(name)" }

    package init(path: String) { self.path = path }

    package var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: path) }

    package struct Result {
        package var status: Int32
        package var output: String
    }

    /// Runs to the end; standard error is part of the output.
    package func run(_ arguments: String...) async throws -> Result {
        await (try start(arguments)).wait()
    }

    /// A program that has started.
    package struct Running {
        fileprivate let process: Process
        fileprivate let output: FileHandle
        fileprivate let exitStatus: AsyncStream<Int32>

        /// Ends it at once: started from a thread that blocks signals, it would not take a gentler one.
        package func kill() {
            Glibc.kill(process.processIdentifier, SIGKILL)
        }

        /// What it has printed since the last call; waits until there is something.
        package func read() async -> String {
            await blocking { output.availableData }
        }

        /// The rest of what it prints, until it ends.
        package func wait() async -> Result {
            let text = await blocking { output.readDataToEndOfFile() }
            let status = await exitStatus.first { _ in true }
            return Result(status: status ?? -1, output: text)
        }

        /// On a thread of its own, so that Swift's keep going.
        private func blocking(_ read: @escaping @Sendable () -> Data) async -> String {
            await withCheckedContinuation { continuation in
                DispatchQueue.global().async { continuation.resume(returning: String(decoding: read(), as: UTF8.self)) }
            }
        }
    }

    package func start(_ arguments: [String]) throws -> Running {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        let (exitStatus, exited) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { process in
            exited.yield(process.terminationStatus)
            exited.finish()
        }
        try process.run()
        return Running(process: process, output: output.fileHandleForReading, exitStatus: exitStatus)
    }
}

/// Sends what `script` prints over a TCP connection and returns what comes back until the server closes, at most 20 s.
package func exchange(_ port: Int, sending script: String) async throws -> String {
    let command = "exec 3<>/dev/tcp/127.0.0.1/\(port) && { \(script); } >&3 2>/dev/null; timeout -s KILL 20 cat <&3"
    return try await Tool.bash.run("-c", command).output
}

/// Waits until `condition` holds; returns whether it came to hold within 20 s.
package func eventually(_ condition: @Sendable () -> Bool) async throws -> Bool {
    let deadline = ContinuousClock.now + .seconds(20)
    while ContinuousClock.now < deadline {
        if condition() { return true }
        try await Task.sleep(for: .milliseconds(5))
    }
    return condition()
}

internal import Foundation
internal import Glibc

/// Many clients at once that ask for nothing, for too much or for nonsense: `crowd.py`. It ends with its owner.
package final class Crowd {
    package enum Kind: Sendable {
        case halfOpen(Int)
        /// Followers of all flows, the first `unread` of which never read.
        case followers(Int, unread: Int)
        /// Random bytes, frames and truncated frames.
        case noise(seed: Int)
        /// Over TLS: none of it, no trust, a wrong token, noise.
        case mistakes(seed: Int)

        fileprivate var arguments: [String] {
            switch self {
            case .halfOpen(let count): ["half-open", "\(count)"]
            case .followers(let count, let unread): ["follow", "\(count)", "\(unread)"]
            case .noise(let seed): ["noise", "\(seed)"]
            case .mistakes(let seed): ["mistakes", "\(seed)"]
            }
        }
    }

    private let process = Process()
    private let output = Pipe()

    /// Starts it and waits until it is there.
    ///
    /// - Parameters:
    ///   - address: `unix:PATH` or `HOST:PORT`.
    ///   - namespace: path of the network namespace that it stands in.
    package init(_ kind: Kind, at address: String, inside namespace: String) throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "crowd.py").path()
        process.executableURL = URL(filePath: "/usr/bin/nsenter")
        process.arguments = ["--net=\(namespace)", "/usr/bin/python3", script, address] + kind.arguments
        process.standardOutput = output
        process.standardError = output
        try process.run()
        var line = ""
        while !line.hasSuffix("\n") {
            let bytes = output.fileHandleForReading.availableData
            guard !bytes.isEmpty else { throw Trouble(description: "a crowd says: \(line)") }
            line += String(decoding: bytes, as: UTF8.self)
        }
        guard line == "ready\n" else { throw Trouble(description: "a crowd says: \(line)") }
    }

    deinit {
        guard process.isRunning else { return }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Ends it.
    ///
    /// - Returns: what became of it, by the names of `crowd.py`.
    package func end() throws -> [String: Int] {
        kill(process.processIdentifier, SIGTERM)
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard let outcome = try? JSONDecoder().decode([String: Int].self, from: text) else {
            throw Trouble(description: "a crowd says: \(String(decoding: text, as: UTF8.self))")
        }
        return outcome
    }

    private struct Trouble: Error, CustomStringConvertible { let description: String }
}

import Foundation

/// Another program.
enum Tool {
    /// Runs it to its end and gives what it printed.
    static func run(_ path: String, _ arguments: [String]) throws -> String {
        let process = try start(path, arguments)
        let output = process.output.fileHandleForReading.readDataToEndOfFile()
        process.process.waitUntilExit()
        return String(decoding: output, as: UTF8.self)
    }

    /// Starts it; the caller ends it.
    static func start(_ path: String, _ arguments: [String]) throws -> (process: Process, output: Pipe) {
        guard FileManager.default.isExecutableFile(atPath: path) else { throw Obstacle("there is no \(path)") }
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = output
        try process.run()
        return (process, output)
    }
}

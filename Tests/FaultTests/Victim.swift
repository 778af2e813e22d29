import Foundation

/// `HistoryVictim`, which SwiftPM puts beside the test bundle, as a child process.
final class Victim {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    /// What it has said so far.
    private var text = Data()

    /// - Parameters:
    ///   - operation: the change of the disk in the middle of which it kills itself; 0: never.
    ///   - retains: whether retention removes partitions all the time.
    convenience init(_ directory: String, seed: UInt64, operation: UInt64, retains: Bool = false) throws {
        try self.init([directory, "\(seed)", "\(operation)"] + (retains ? ["retain"] : []))
    }

    init(_ arguments: [String]) throws {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        process.executableURL = URL(filePath: own).deletingLastPathComponent().appending(path: "HistoryVictim")
        process.arguments = arguments
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
    }

    var identifier: Int32 { process.processIdentifier }
    var isRunning: Bool { process.isRunning }

    /// Waits until it has said so many lines.
    func waitForLines(_ count: Int) {
        while text.count(where: { $0 == UInt8(ascii: "\n") }) < count {
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { return }
            text += more
        }
    }

    /// What it said last before it ended.
    func waitForLastLine() throws -> Data {
        _ = try waitForEnd()
        return text.split(separator: UInt8(ascii: "\n")).last ?? Data()
    }

    /// The whole lines that it said until it ended, and the signal that ended it; 0 for none.
    func waitForEnd() throws -> (said: [UInt64], signal: Int32) {
        try input.fileHandleForWriting.close()
        text += output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let signal = process.terminationReason == .uncaughtSignal ? process.terminationStatus : 0
        return (lines.dropLast().compactMap { UInt64($0) }, signal)
    }
}

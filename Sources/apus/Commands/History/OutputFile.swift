import Foundation
import SystemRuntime

/// A file that is there whole or not at all: it has another name until it is finished. `-` is standard output.
struct OutputFile: ~Copyable {
    private let path: String
    private let file: BinaryFile?
    private var partialPath: String { path + ".partial" }

    /// - Throws: EEXIST where another export to the same path runs, or one was killed.
    init(_ path: String) throws {
        self.path = path
        file = path == "-" ? nil : try BinaryFile(creating: path + ".partial")
    }

    func write(_ bytes: [UInt8]) throws {
        switch file {
        case .some(let file): try file.write(bytes)
        case .none: try StandardStream.output.write(bytes)
        }
    }

    /// Gives the file its name, in the place of one that had it.
    consuming func finish() throws {
        switch file {
        case .some(let file):
            do {
                try file.synchronize()
                try file.rename(to: path)
            } catch {
                try? FileManager.default.removeItem(atPath: partialPath)
                throw error
            }
        case .none: return
        }
    }

    /// Removes what was written.
    consuming func discard() {
        if path != "-" { try? FileManager.default.removeItem(atPath: partialPath) }
    }
}

import DatapathABI
import FlowCapture
import Foundation
import SystemRuntime

/// A recording in a directory of its own; gone afterwards.
final class RecordingFixture {
    let directory: URL
    var path: String { directory.appending(path: "events.apus").path() }

    static let header = RecordingHeader(id: Array(1...16), clockOffset: 1_000_000)
    static let names = RecordedNames(
        nodeName: "node-1", nodeAddresses: ["192.0.2.1", "2001:db8::1"],
        dropReasons: [2: "NOT_SPECIFIED", 3: "NO_SOCKET"],
        interfaces: [7: "eth0"])

    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "apus-recording-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    static func event(_ number: Int, time: UInt64? = nil, location: UInt64 = 0) -> apus_event {
        var event = apus_event()
        event.version = UInt8(APUS_ABI_VERSION)
        event.length = 128
        event.type = UInt8(APUS_EVENT_KERNEL_DROP.rawValue)
        event.time_ns = time ?? UInt64(number) * 1_000
        event.bytes = UInt64(number)
        event.location = location
        return event
    }

    /// - Parameter chunks: each is flushed by itself.
    func write(_ chunks: [[apus_event]], isFinished: Bool = true) throws {
        var writer = try RecordingWriter(creating: path, Self.header, names: Self.names) { "function_\($0)" }
        for events in chunks {
            writer.append(events.span)
            try writer.flush()
        }
        if isFinished { try writer.finish(lost: 5) }
    }

    var bytes: [UInt8] {
        get throws { Array(try Data(contentsOf: URL(filePath: path))) }
    }

    /// What can be read of these bytes: numbers of the events, the end, and the error.
    func read(_ bytes: [UInt8]) throws -> (numbers: [UInt64], end: RecordingEnd?, error: RecordingError?) {
        let copy = directory.appending(path: "copy.apus").path()
        try Data(bytes).write(to: URL(filePath: copy))
        var numbers: [UInt64] = []
        var end: RecordingEnd?
        do throws(RecordingError) {
            var reader = try RecordingReader(path: copy)
            while let chunk = try reader.next() {
                switch chunk {
                case .events(let events): numbers += events.map(\.bytes)
                case .end(let found): end = found
                default: break
                }
            }
        } catch { return (numbers, end, error) }
        return (numbers, end, nil)
    }
}

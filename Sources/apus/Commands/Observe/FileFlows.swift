import Console
import FlowCatalog
import FlowFilter
import FlowModel
import FlowWire
import SystemRuntime

/// Flows of a file in JSON, or of what another program prints.
struct FileFlows {
    private let path: String

    init(_ path: String) { self.path = path }

    func print(_ request: FlowRequest, _ output: FlowOutputOptions) throws {
        let stop = StopFlag()
        var file = try LineFile(reading: path)
        var reading = FileReading(request, output, path)
        while !stop.isSet, !reading.isDone, let lines = try file.next() {
            var start = 0
            while let line = lines.span.line(from: start), !reading.isDone {
                start = line.upperBound + 1
                reading.take(lines.span.extracting(line))
            }
            try reading.flush()
        }
        try reading.end()
        if stop.isSet { throw CommandFailure.interrupted }
    }
}

/// A file on its way through filters to the output.
private struct FileReading {
    private let path: String
    private let since: UInt64
    private let until: UInt64
    private let isJSON: Bool
    private let takesAll: Bool
    private var decoder: FlowJSONDecoder
    private var filter: CompiledFilter
    private var sink: FlowSink
    private var line: UInt64 = 0
    /// Flows that may still be printed; nil: any number.
    private var left: Int?
    /// The newest lines that are wanted, where only so many are.
    private var newest: NewestLines?

    /// Lines that are no flow are told one by one up to so many.
    private static let namedLines = 3

    init(_ request: FlowRequest, _ output: FlowOutputOptions, _ path: String) {
        let catalog = FlowCatalog()
        self.path = path
        (since, until) = (request.since ?? 0, request.until ?? .max)
        isJSON = output.isJSON
        takesAll = request.filter == FilterSpec()
        decoder = FlowJSONDecoder(catalog)
        decoder.keepsDetails = request.filter.isOfDetails
        filter = CompiledFilter(request.filter, catalog: catalog)
        left = request.first
        newest = request.last.map { NewestLines($0) }
        sink = FlowSink(output, catalog)
    }

    /// No more flows are wanted.
    var isDone: Bool { left == 0 }

    mutating func take(_ bytes: Span<UInt8>) {
        line += 1
        if bytes.count < 3 && Self.isBlank(bytes) { return }
        do throws(FlowJSONError) {
            switch try decoder.lineOfFile(bytes) {
            case .flow(let flow) where isWanted(flow):
                if newest != nil { newest?.add(bytes) } else { print(flow, bytes) }
                left = left.map { $0 - 1 }
            case .lost(let loss):
                if isJSON {
                    sink.take(loss, bytes)
                } else {
                    sink.take(loss, time: decoder.lostTime, processor: decoder.lostProcessor)
                }
            default: break
            }
        } catch {
            refuse(error)
        }
    }

    private mutating func isWanted(_ flow: Flow) -> Bool {
        guard flow.timeNanoseconds >= since, flow.timeNanoseconds <= until else { return false }
        return takesAll || filter.matches(flow, decoder.details)
    }

    private mutating func print(_ flow: Flow, _ bytes: Span<UInt8>) {
        if isJSON {
            sink.take(flow, bytes)
        } else {
            sink.take(flow, node: decoder.nodeName, details: decoder.details)
        }
    }

    private mutating func refuse(_ error: FlowJSONError) {
        sink.closing.refused += 1
        guard sink.closing.refused <= Self.namedLines else { return }
        StandardStream.error.say("apus: \(path), line \(line) is no flow: \(error)")
    }

    private static func isBlank(_ bytes: Span<UInt8>) -> Bool {
        bytes.indices.allSatisfy { bytes[$0] <= 0x20 }
    }

    mutating func flush() throws(SystemError) { try sink.flush(isIdle: true) }

    mutating func end() throws {
        for kept in newest?.inOrder ?? [] {
            guard case .flow(let flow) = try decoder.lineOfFile(kept.span) else { continue }
            print(flow, kept.span)
        }
        try sink.end()
        let refused = sink.closing.refused
        if refused > UInt64(Self.namedLines) {
            StandardStream.error.say("apus: \(path): \(refused.withThousands) lines are no flow")
        }
        if refused > 0 && refused == line { throw CommandFailure.failed("\(path) has no flows in JSON, a line each") }
    }
}

/// The last lines, so many of them.
private struct NewestLines {
    private let capacity: Int
    private var lines: [[UInt8]] = []
    /// Where the oldest stands once there are as many as wanted.
    private var oldest = 0

    init(_ capacity: Int) { self.capacity = capacity }

    mutating func add(_ line: Span<UInt8>) {
        guard capacity > 0 else { return }
        let bytes = unsafe line.withUnsafeBufferPointer { unsafe Array($0) }
        if lines.count < capacity { return lines.append(bytes) }
        lines[oldest] = bytes
        oldest = (oldest + 1) % capacity
    }

    var inOrder: [[UInt8]] { Array(lines[oldest...] + lines[..<oldest]) }
}

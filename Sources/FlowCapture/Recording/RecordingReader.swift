internal import DatapathABI
internal import SystemRuntime

/// Reads a recorded file from its start to its end, trusting nothing in it. One thread at a time owns it.
///
/// Holds one chunk, at most 1 MiB and what it means.
package struct RecordingReader: EventFile, ~Copyable, Sendable {
    private let file: BinaryFile
    package let header: RecordingHeader
    /// Where the next chunk begins.
    private var offset: UInt64
    private var isOver = false

    /// Opens the file and reads its header.
    package init(path: String) throws(RecordingError) {
        let file = try Self.open(path)
        header = try Self.readHeader(file)
        self.file = file
        offset = UInt64(RecordingFormat.headerBytes)
    }

    /// The next piece; nil after the end.
    ///
    /// - Throws: at damage, or where the file breaks off. Every call from then on throws or returns nil.
    package mutating func next() throws(RecordingError) -> RecordingChunk? {
        while !isOver {
            guard let chunk = try nextChunk() else { continue }
            guard case .end = chunk else { return chunk }
            isOver = true
            guard try read(1).isEmpty else { throw error(.damaged("there are bytes after its end")) }
            return chunk
        }
        return nil
    }

    /// - Returns: nil for a kind that this version does not know.
    private mutating func nextChunk() throws(RecordingError) -> RecordingChunk? {
        let head = try read(RecordingFormat.chunkHeaderBytes)
        var fields = FieldReader(head)
        guard let kind = fields.integer(UInt32.self), let length = fields.integer(UInt32.self),
            let count = fields.integer(UInt32.self), let checksum = fields.integer(UInt32.self)
        else {
            throw error(.breaksOff(in: head.isEmpty ? "a recording that was not finished" : "the head of a chunk"))
        }
        guard length <= RecordingFormat.maximumPayloadBytes else {
            throw error(.damaged("a chunk says it has \(length) bytes"))
        }
        let payload = try read(Int(length))
        guard payload.count == Int(length) else { throw error(.breaksOff(in: "a chunk of \(length) bytes")) }
        var computed = CRC32()
        computed.update(head.span.extracting(first: RecordingFormat.chunkHeaderBytes - 4))
        computed.update(payload.span)
        guard computed.value == checksum else { throw error(.damaged("a chunk's checksum does not match")) }
        let chunk = try meaning(kind, payload, Int(count))
        offset += UInt64(head.count + payload.count)
        return chunk
    }

    private func meaning(_ kind: UInt32, _ payload: [UInt8], _ count: Int) throws(RecordingError) -> RecordingChunk? {
        guard let kind = RecordingChunkKind(rawValue: kind) else { return nil }
        guard let chunk = RecordingChunk(kind, payload, count: count) else {
            throw error(.damaged("a chunk of \(kind) does not hold what it says"))
        }
        if case .events(let events) = chunk {
            let isKnown = events.allSatisfy {
                $0.version == UInt8(APUS_ABI_VERSION) && $0.length == UInt16(RecordedEvents.eventBytes)
            }
            guard isKnown else { throw error(.damaged("an event has another version than its file")) }
        }
        return chunk
    }

    private func read(_ count: Int) throws(RecordingError) -> [UInt8] {
        do throws(SystemError) { return try file.read(count: count) } catch { throw self.error(.system(error)) }
    }

    private func error(_ problem: RecordingError.Problem) -> RecordingError {
        RecordingError(path: file.path, offset: offset, problem: problem)
    }
}

/// What is wrong with the first bytes.
private struct HeaderProblem: Error { let problem: RecordingError.Problem }

extension RecordingReader {
    private static func open(_ path: String) throws(RecordingError) -> BinaryFile {
        do throws(SystemError) { return try BinaryFile(reading: path) } catch {
            throw RecordingError(path: path, offset: 0, problem: .system(error))
        }
    }

    private static func readHeader(_ file: borrowing BinaryFile) throws(RecordingError) -> RecordingHeader {
        let bytes: [UInt8]
        do throws(SystemError) { bytes = try file.read(count: RecordingFormat.headerBytes) } catch {
            throw RecordingError(path: file.path, offset: 0, problem: .system(error))
        }
        do throws(HeaderProblem) { return try header(bytes) } catch {
            throw RecordingError(path: file.path, offset: 0, problem: error.problem)
        }
    }

    private static func header(_ bytes: [UInt8]) throws(HeaderProblem) -> RecordingHeader {
        guard bytes.starts(with: RecordingFormat.magic) else { throw HeaderProblem(problem: .notARecording) }
        var fields = FieldReader(bytes, at: RecordingFormat.magic.count)
        guard let version = fields.integer(UInt16.self) else { throw brokenOff }
        // A newer format may have another header, so its number comes before all else.
        guard version <= RecordingFormat.version else {
            throw HeaderProblem(problem: .newerFormat(found: version, known: RecordingFormat.version))
        }
        guard let events = fields.integer(UInt16.self), let eventBytes = fields.integer(UInt16.self),
            let byteOrder = fields.integer(UInt8.self), fields.integer(UInt8.self) != nil, let id = fields.take(16),
            let clockOffset = fields.integer(UInt64.self), fields.integer(UInt32.self) != nil,
            let checksum = fields.integer(UInt32.self)
        else { throw brokenOff }
        var computed = CRC32()
        computed.update(bytes.span.extracting(first: RecordingFormat.headerBytes - 4))
        guard computed.value == checksum else {
            throw HeaderProblem(problem: .damaged("the header's checksum does not match"))
        }
        guard events == UInt16(APUS_ABI_VERSION), Int(eventBytes) == RecordedEvents.eventBytes else {
            throw HeaderProblem(
                problem: .otherEvents(version: events, bytes: eventBytes, known: UInt16(APUS_ABI_VERSION)))
        }
        guard byteOrder == RecordingFormat.ownByteOrder else { throw HeaderProblem(problem: .otherByteOrder) }
        return RecordingHeader(id: Array(id), clockOffset: clockOffset)
    }

    private static var brokenOff: HeaderProblem { HeaderProblem(problem: .breaksOff(in: "the header")) }
}

internal import CiliumEvents
internal import DatapathABI
internal import SystemRuntime

/// Reads a capture file, pcap or pcapng, from its start to its end, and makes an event of each packet. One thread at a time
/// owns it.
///
/// Holds one packet or block, at most 1 MiB, and a chunk of events.
package struct PacketFileReader: EventFile, ~Copyable, Sendable {
    package let header: RecordingHeader
    private var bytes: PacketFileBytes
    private var format: Format
    /// Thrown once the events before it are given.
    private var problem: RecordingError?
    private var isOver = false

    private enum Format { case pcap(PcapFormat), pcapng(PcapngFormat) }

    /// Opens the file and reads its header.
    package init(path: String) throws(RecordingError) {
        var bytes = PacketFileBytes(try Self.open(path))
        let format = try Self.format(&bytes)
        let header = RecordingHeader(id: try Self.identifier(path), clockOffset: 0)
        self.header = header
        self.format = format
        self.bytes = bytes
    }

    private static func open(_ path: String) throws(RecordingError) -> BinaryFile {
        do throws(SystemError) { return try BinaryFile(reading: path) } catch {
            throw RecordingError(path: path, offset: 0, problem: .system(error))
        }
    }

    private static func format(_ bytes: inout PacketFileBytes) throws(RecordingError) -> Format {
        do throws(PacketFileProblem) {
            if try PcapngFormat.isAtStart(of: &bytes) { return .pcapng(PcapngFormat()) }
            return .pcap(try PcapFormat(readingHeaderOf: &bytes))
        } catch { throw RecordingError(path: bytes.path, offset: 0, problem: error.problem) }
    }

    /// Whether the file begins as a capture does.
    package static func isPacketFile(_ path: String) -> Bool {
        guard let file = try? BinaryFile(reading: path), let first = try? file.read(count: 4) else { return false }
        return first == PcapngFormat.magic || PcapFormat.Magic(first) != nil
    }

    package mutating func next() throws(RecordingError) -> RecordingChunk? {
        if let problem {
            self.problem = nil
            isOver = true
            throw problem
        }
        var events: [apus_event] = []
        while !isOver, events.count < RecordingFormat.chunkEvents {
            do throws(PacketFileProblem) {
                if let event = try nextEvent() { events.append(event) } else { isOver = true }
            } catch {
                problem = RecordingError(path: bytes.path, offset: bytes.offset, problem: error.problem)
                if events.isEmpty { return try next() }
                break
            }
        }
        return events.isEmpty ? nil : .events(events)
    }

    private mutating func nextEvent() throws(PacketFileProblem) -> apus_event? {
        switch format {
        case .pcap(let pcap): return try pcap.nextEvent(&bytes)
        case .pcapng(var pcapng):
            let event = try pcapng.nextEvent(&bytes)
            format = .pcapng(pcapng)
            return event
        }
    }

    /// 16 bytes that follow from the file's beginning, so that flows have the same `uuid` each time (FNV-1a, two starts).
    private static func identifier(_ path: String) throws(RecordingError) -> [UInt8] {
        let start: [UInt8]
        do throws(SystemError) { start = try BinaryFile(reading: path).read(count: 4_096) } catch {
            throw RecordingError(path: path, offset: 0, problem: .system(error))
        }
        return [UInt64(0xcbf2_9ce4_8422_2325), 0x6c62_272e_07bb_0142].flatMap { basis in
            let hash = start.reduce(basis) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
            return (0..<8).map { UInt8(truncatingIfNeeded: hash >> UInt64(8 * $0)) }
        }
    }
}

/// What is wrong at the place where reading stands.
struct PacketFileProblem: Error {
    let problem: RecordingError.Problem

    static func damaged(_ reason: String) -> PacketFileProblem { PacketFileProblem(problem: .damaged(reason)) }
    static func breaksOff(in place: String) -> PacketFileProblem { PacketFileProblem(problem: .breaksOff(in: place)) }

    static func link(_ number: UInt16) -> PacketFileProblem {
        PacketFileProblem(
            problem: .unknownLinkType(number, known: CapturedPacket.Link.allCases.map(\.rawValue)))
    }
}

extension PacketFileBytes {
    /// More of a packet is no capture that any tool writes.
    static let mostPacketBytes: UInt32 = 262_144

    /// - Returns: false at the file's end; an error if it ends within.
    mutating func need(_ count: Int, in place: String, mayEnd: Bool = false) throws(PacketFileProblem) -> Bool {
        do throws(SystemError) {
            if try has(count) { return true }
            if mayEnd, try !has(1) { return false }
        } catch { throw PacketFileProblem(problem: .system(error)) }
        throw .breaksOff(in: place)
    }

    mutating func pass(_ count: UInt64, in place: String) throws(PacketFileProblem) {
        do throws(SystemError) {
            if try skip(count) { return }
        } catch { throw PacketFileProblem(problem: .system(error)) }
        throw .breaksOff(in: place)
    }

    /// The packet's bytes begin at the offset and are there.
    func event(
        _ at: Int, captured: Int, original: UInt32, _ link: CapturedPacket.Link, timeNanoseconds: UInt64
    ) -> apus_event {
        withBytes(at, count: captured) {
            CapturedPacket.event(
                of: $0, packetBytes: max(captured, Int(original)), link: link, timeNanoseconds: timeNanoseconds)
        }
    }
}

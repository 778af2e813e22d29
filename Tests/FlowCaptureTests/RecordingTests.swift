import DatapathABI
import FlowCapture
import SystemRuntime
import Testing

@Suite struct RecordingTests {
    private let fixture: RecordingFixture

    init() throws { fixture = try RecordingFixture() }

    @Test("What was written is read again: events in order, names, clock and account")
    func roundTrip() throws {
        let events = (1...5_000).map { RecordingFixture.event($0, location: UInt64($0 % 3)) }
        try fixture.write([Array(events[..<2_048]), Array(events[2_048..<2_050]), Array(events[2_050..<4_000])])
        let summary = try RecordingSummary(path: fixture.path)
        #expect(summary.problem == nil)
        #expect(summary.header == RecordingFixture.header)
        #expect(summary.events == 4_000)
        #expect(summary.end == RecordingEnd(events: 4_000, lost: 5))
        var names = RecordingFixture.names
        names.functions = [1: "function_1", 2: "function_2"]
        #expect(summary.names == names)
        #expect(try fixture.read(fixture.bytes).numbers == Array(1...4_000))
    }

    @Test("An existing file is not overwritten")
    func existing() throws {
        try fixture.write([])
        #expect { try fixture.write([]) } throws: { "\($0)".contains("File exists") }
    }

    @Test("Cut at any byte, all whole chunks before it are read, and the error says where the rest begins")
    func everyTruncation() throws {
        try fixture.write([[RecordingFixture.event(1)], [RecordingFixture.event(2, location: 9)]])
        let whole = try fixture.bytes
        var reached: Set<Int> = []
        for length in 0..<whole.count {
            let found = try fixture.read(Array(whole[..<length]))
            let error = try #require(found.error, "cut at \(length)")
            #expect(found.end == nil && error.offset <= UInt64(length))
            #expect(found.numbers == Array([1, 2].prefix(found.numbers.count)))
            if length < 8 { #expect(error.problem == .notARecording) }
            reached.insert(found.numbers.count)
        }
        #expect(reached == [0, 1, 2])
        #expect(try fixture.read(whole).error == nil)
    }

    @Test("Any byte that is changed is noticed, and the events before it are read")
    func everyDamage() throws {
        try fixture.write([[RecordingFixture.event(1)], [RecordingFixture.event(2)]])
        let whole = try fixture.bytes
        for index in whole.indices {
            var damaged = whole
            damaged[index] ^= 0x40
            let found = try fixture.read(damaged)
            let error = try #require(found.error, "changed at \(index)")
            #expect(error.offset <= UInt64(index))
            #expect(found.numbers == Array([1, 2].prefix(found.numbers.count)))
        }
    }

    @Test("A damaged chunk is told with its place")
    func damagedChunk() throws {
        try fixture.write([[RecordingFixture.event(1)], [RecordingFixture.event(2)]])
        var bytes = try fixture.bytes
        // The end chunk has 32 bytes, the chunk before it 16 + 128.
        let chunk = bytes.count - 32 - 144
        bytes[chunk + 20] ^= 1
        let found = try fixture.read(bytes)
        #expect(found.numbers == [1])
        #expect(
            "\(try #require(found.error))".hasSuffix(
                "is damaged at byte \(chunk): a chunk's checksum does not match; all before it is good"))
    }

    @Test("A file that was not finished is read up to its last whole chunk")
    func unfinished() throws {
        try fixture.write([[RecordingFixture.event(1)]], isFinished: false)
        let found = try fixture.read(fixture.bytes)
        #expect(found.numbers == [1])
        #expect(found.error?.problem == .breaksOff(in: "a recording that was not finished"))
        #expect(try RecordingSummary(path: fixture.path).events == 1)
    }

    @Test("Bytes after the end are damage")
    func trailingBytes() throws {
        try fixture.write([[RecordingFixture.event(1)]])
        let found = try fixture.read(fixture.bytes + [0])
        #expect(found.numbers == [1])
        #expect(found.error?.problem == .damaged("there are bytes after its end"))
    }

    @Test("A newer format is refused with both numbers, whatever follows")
    func newerFormat() throws {
        try fixture.write([])
        var bytes = try fixture.bytes
        bytes[8] = 2
        let error = try #require(try fixture.read(bytes).error)
        #expect(error.problem == .newerFormat(found: 2, known: 1))
        #expect("\(error)".hasSuffix("has format 2, written by a newer Apus; this one reads up to format 1"))
    }

    @Test("A name that holds a NUL is damage: others read it as C strings")
    func nameWithNUL() throws {
        var names = RecordingFixture.names
        names.nodeName = "node\0"
        let writer = try RecordingWriter(creating: fixture.path, RecordingFixture.header, names: names) { _ in nil }
        try writer.finish(lost: 0)
        let error = try #require(try fixture.read(fixture.bytes).error)
        #expect(error.problem == .damaged("a chunk of node does not hold what it says"))
    }

    @Test("Random bytes after a good header are an error, never a trap")
    func randomBytes() throws {
        try fixture.write([])
        let header = Array(try fixture.bytes.prefix(48))
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let count = Int.random(in: 1...300, using: &generator)
            let rest = (0..<count).map { _ in UInt8.random(in: 0...(Bool.random() ? 255 : 8), using: &generator) }
            #expect(try fixture.read(header + rest).error != nil)
        }
    }
}

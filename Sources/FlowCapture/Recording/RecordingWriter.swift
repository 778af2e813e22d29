package import DatapathABI
package import SystemRuntime

/// Writes events to a recorded file. One thread at a time owns it.
///
/// It holds one chunk of at most 2,048 events in memory. A file that was not finished, for whatever reason, can be read up
/// to its last whole chunk.
package struct RecordingWriter: ~Copyable, Sendable {
    private let file: BinaryFile
    private let functionName: @Sendable (UInt64) -> String?
    private var pending: [UInt8] = []
    private var pendingEvents = 0
    /// Code addresses whose names are in the file or in `newFunctions`.
    private var knownLocations: Set<UInt64> = [0]
    private var newFunctions: [(key: UInt64, name: String)] = []
    private var clockOffset: UInt64
    /// Events that are in the file.
    package private(set) var writtenEvents: UInt64 = 0

    /// Creates the file.
    ///
    /// - Parameters:
    ///   - names: its functions are left out; they come from `functionName` as locations are seen.
    ///   - functionName: the function that holds an address of this kernel.
    /// - Throws: EEXIST if there is a file of this name.
    package init(
        creating path: String, _ header: RecordingHeader, names: RecordedNames,
        functionName: @escaping @Sendable (UInt64) -> String?
    ) throws(SystemError) {
        let file = try BinaryFile(creating: path)
        try file.write(Self.bytes(of: header))
        let node = [(key: UInt64(0), name: names.nodeName)] + names.nodeAddresses.map { (key: 1, name: $0) }
        try Self.write(.node, node, to: file)
        try Self.write(.dropReasons, Self.sorted(names.dropReasons), to: file)
        try Self.write(.interfaces, Self.sorted(names.interfaces), to: file)
        self.file = file
        self.functionName = functionName
        clockOffset = header.clockOffset
        pending.reserveCapacity(RecordingFormat.chunkEvents * RecordedEvents.eventBytes)
    }

    /// Events that can be appended before the next `flush`.
    package var room: Int { RecordingFormat.chunkEvents - pendingEvents }

    /// Takes over events, at most `room`. Does not touch the disk.
    package mutating func append(_ events: Span<apus_event>) {
        precondition(events.count <= room, "events fit the chunk")
        RecordedEvents.append(events, to: &pending)
        pendingEvents += events.count
        for index in events.indices where events[index].location != 0 { learn(events[index].location) }
    }

    private mutating func learn(_ location: UInt64) {
        guard knownLocations.count <= RecordingFormat.maximumFunctions, knownLocations.insert(location).inserted,
            let name = functionName(location)
        else { return }
        newFunctions.append((location, name))
    }

    /// Events from here on have a clock that stands so far from the time since 1970.
    package mutating func setClock(offset: UInt64) throws(SystemError) {
        guard offset != clockOffset else { return }
        try flush()
        clockOffset = offset
        var payload = FieldBytes()
        payload.append(offset)
        try Self.write(.clock, payload.bytes, count: 1, to: file)
    }

    /// Gives to the kernel what was appended; a crash of this process loses nothing of it.
    package mutating func flush() throws(SystemError) {
        guard pendingEvents > 0 else { return }
        if !newFunctions.isEmpty { try Self.write(.functions, newFunctions, to: file) }
        newFunctions.removeAll()
        try Self.write(.events, pending, count: pendingEvents, to: file)
        writtenEvents += UInt64(pendingEvents)
        pendingEvents = 0
        pending.removeAll(keepingCapacity: true)
    }

    /// Closes the file with its account, and waits for the disk.
    ///
    /// - Parameter lost: events that did not come this far.
    package consuming func finish(lost: UInt64) throws(SystemError) {
        try flush()
        var payload = FieldBytes()
        payload.append(writtenEvents)
        payload.append(lost)
        try Self.write(.end, payload.bytes, count: 1, to: file)
        try file.synchronize()
    }

    private static func bytes(of header: RecordingHeader) -> [UInt8] {
        var fields = FieldBytes(bytes: RecordingFormat.magic)
        fields.append(RecordingFormat.version)
        fields.append(UInt16(APUS_ABI_VERSION))
        fields.append(UInt16(RecordedEvents.eventBytes))
        fields.append(RecordingFormat.ownByteOrder)
        fields.append(UInt8(0))
        fields.bytes += header.id
        fields.append(header.clockOffset)
        fields.append(UInt32(0))
        var checksum = CRC32()
        checksum.update(fields.bytes.span)
        fields.append(checksum.value)
        return fields.bytes
    }

    private static func sorted(_ names: [UInt32: String]) -> [(key: UInt64, name: String)] {
        names.sorted { $0.key < $1.key }.map { (UInt64($0.key), $0.value) }
    }

    /// In as many chunks as it takes.
    private static func write(
        _ kind: RecordingChunkKind, _ names: [(key: UInt64, name: String)], to file: borrowing BinaryFile
    ) throws(SystemError) {
        let most = RecordingFormat.maximumPayloadBytes / (RecordingFormat.maximumNameBytes + 10)
        var rest = names[...]
        while !rest.isEmpty {
            var payload = FieldBytes()
            for entry in rest.prefix(most) {
                payload.append(entry.key)
                payload.append(name: entry.name)
            }
            try write(kind, payload.bytes, count: min(most, rest.count), to: file)
            rest = rest.dropFirst(most)
        }
    }

    private static func write(
        _ kind: RecordingChunkKind, _ payload: [UInt8], count: Int, to file: borrowing BinaryFile
    ) throws(SystemError) {
        var header = FieldBytes()
        header.append(kind.rawValue)
        header.append(UInt32(payload.count))
        header.append(UInt32(count))
        var checksum = CRC32()
        checksum.update(header.bytes.span)
        checksum.update(payload.span)
        header.append(checksum.value)
        try file.write(header.bytes)
        try file.write(payload)
    }
}

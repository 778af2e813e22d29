/// The numbers of a recorded file; `schema/recording.md` describes the whole.
enum RecordingFormat {
    static let magic = Array("APUSREC\n".utf8)
    static let version: UInt16 = 1
    static let headerBytes = 48
    static let chunkHeaderBytes = 16
    /// A longer payload is damage; so a reader's memory is bounded.
    static let maximumPayloadBytes = 1 << 20
    /// Events in a chunk at most: 256 KiB.
    static let chunkEvents = 2_048
    /// Functions whose names are kept; places at which a kernel frees packets are some hundreds.
    static let maximumFunctions = 65_536
    /// Bytes of a name at most; longer ones are cut.
    static let maximumNameBytes = 1_024

    /// The order of the bytes in an event's integers: the recording machine's own.
    static let ownByteOrder: UInt8 = UInt16(1).littleEndian == 1 ? 1 : 2
}

/// What a chunk holds. A reader passes over kinds that it does not know.
enum RecordingChunkKind: UInt32 {
    case node = 1
    case clock = 2
    case dropReasons = 3
    case interfaces = 4
    case functions = 5
    case events = 6
    case end = 7
}

/// The first bytes of a recorded file.
package struct RecordingHeader: Hashable, Sendable {
    /// 16 bytes that no other recording has; they make the `uuid` of its flows.
    package var id: [UInt8]
    /// Nanoseconds from the monotonic clock of the first events to the time since 1970.
    package var clockOffset: UInt64

    package init(id: [UInt8], clockOffset: UInt64) {
        precondition(id.count == 16, "a recording's identifier has 16 bytes")
        self.id = id
        self.clockOffset = clockOffset
    }
}

/// What numbers in events stand for on the recording machine.
package struct RecordedNames: Hashable, Sendable {
    package var nodeName: String
    /// The node's own addresses, as text.
    package var nodeAddresses: [String]
    /// The running kernel's drop reasons.
    package var dropReasons: [UInt32: String]
    /// Interfaces at which programs were attached.
    package var interfaces: [UInt32: String]
    /// Names of the functions that hold the addresses of `apus_event.location`.
    package var functions: [UInt64: String] = [:]

    package init(
        nodeName: String = "", nodeAddresses: [String] = [], dropReasons: [UInt32: String] = [:],
        interfaces: [UInt32: String] = [:]
    ) {
        self.nodeName = nodeName
        self.nodeAddresses = nodeAddresses
        self.dropReasons = dropReasons
        self.interfaces = interfaces
    }
}

/// The account that a recording which ended in order closes with.
package struct RecordingEnd: Hashable, Sendable {
    package var events: UInt64
    /// Events that were lost on their way to the file.
    package var lost: UInt64

    package init(events: UInt64, lost: UInt64) {
        self.events = events
        self.lost = lost
    }
}

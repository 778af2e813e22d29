internal import CiliumEvents
internal import DatapathABI

/// libpcap's file format: a header of 24 bytes, and one of 16 before each packet.
struct PcapFormat: Sendable {
    /// The first four bytes tell the byte order and the unit of times.
    struct Magic: Sendable {
        let isBigEndian: Bool
        let nanosecondsPerFraction: UInt64

        init?(_ bytes: [UInt8]) {
            switch bytes {
            case [0xd4, 0xc3, 0xb2, 0xa1]: (isBigEndian, nanosecondsPerFraction) = (false, 1_000)
            case [0xa1, 0xb2, 0xc3, 0xd4]: (isBigEndian, nanosecondsPerFraction) = (true, 1_000)
            case [0x4d, 0x3c, 0xb2, 0xa1]: (isBigEndian, nanosecondsPerFraction) = (false, 1)
            case [0xa1, 0xb2, 0x3c, 0x4d]: (isBigEndian, nanosecondsPerFraction) = (true, 1)
            default: return nil
            }
        }
    }

    private static let headerBytes = 24
    private static let packetHeaderBytes = 16

    private let magic: Magic
    private let link: CapturedPacket.Link

    init(readingHeaderOf bytes: inout PacketFileBytes) throws(PacketFileProblem) {
        _ = try bytes.need(4, in: "the header")
        guard let magic = Magic(Array(bytes.bytes(0, count: 4))) else {
            throw PacketFileProblem(problem: .notARecording)
        }
        _ = try bytes.need(Self.headerBytes, in: "the header")
        bytes.isBigEndian = magic.isBigEndian
        // The upper bits tell of checksums behind the packets.
        let number = UInt16(truncatingIfNeeded: bytes.number(20, as: UInt32.self))
        guard let link = CapturedPacket.Link(rawValue: number) else { throw .link(number) }
        self.magic = magic
        self.link = link
        try bytes.pass(UInt64(Self.headerBytes), in: "the header")
    }

    /// nil at the file's end.
    func nextEvent(_ bytes: inout PacketFileBytes) throws(PacketFileProblem) -> apus_event? {
        guard try bytes.need(Self.packetHeaderBytes, in: "the header of a packet", mayEnd: true) else { return nil }
        let captured = bytes.number(8, as: UInt32.self)
        guard captured <= PacketFileBytes.mostPacketBytes else {
            throw .damaged("a packet says that \(captured) bytes of it were captured")
        }
        let length = Self.packetHeaderBytes + Int(captured)
        _ = try bytes.need(length, in: "a packet of \(captured) bytes")
        let time =
            UInt64(bytes.number(0, as: UInt32.self)) * 1_000_000_000
            + UInt64(bytes.number(4, as: UInt32.self)) * magic.nanosecondsPerFraction
        let event = bytes.event(
            Self.packetHeaderBytes, captured: Int(captured), original: bytes.number(12), link, timeNanoseconds: time)
        try bytes.pass(UInt64(length), in: "a packet")
        return event
    }
}

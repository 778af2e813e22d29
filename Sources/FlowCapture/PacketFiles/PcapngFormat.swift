internal import CiliumEvents
internal import DatapathABI

/// The format of draft-ietf-opsawg-pcapng: blocks of a type, a length, a body, and the length again. Interfaces are numbered
/// anew in each section, which may have a byte order of its own.
struct PcapngFormat: Sendable {
    static let magic: [UInt8] = [0x0a, 0x0d, 0x0d, 0x0a]

    private enum Block {
        static let section: UInt32 = 0x0a0d_0d0a
        static let interface: UInt32 = 1
        static let simplePacket: UInt32 = 3
        static let enhancedPacket: UInt32 = 6
    }

    private static let headBytes = 8
    private static let tailBytes = 4
    private static let orderMagic: UInt32 = 0x1a2b_3c4d
    /// Of a block that is looked into.
    private static let mostBytes = 1 << 20

    private var interfaces: [PcapngInterface] = []
    /// A simple packet has no time: it gets that of the packet before it.
    private var lastTime: UInt64 = 0

    static func isAtStart(of bytes: inout PacketFileBytes) throws(PacketFileProblem) -> Bool {
        _ = try bytes.need(4, in: "the header")
        return Array(bytes.bytes(0, count: 4)) == magic
    }

    /// nil at the file's end.
    mutating func nextEvent(_ bytes: inout PacketFileBytes) throws(PacketFileProblem) -> apus_event? {
        while try bytes.need(Self.headBytes + Self.tailBytes, in: "the head of a block", mayEnd: true) {
            if bytes.bytes(0, count: 4).elementsEqual(Self.magic) { try beginSection(&bytes) }
            let type = bytes.number(0, as: UInt32.self)
            let length = bytes.number(4, as: UInt32.self)
            guard length >= UInt32(Self.headBytes + Self.tailBytes), length % 4 == 0 else {
                throw .damaged("a block says it has \(length) bytes")
            }
            let event = try self.event(type, length, &bytes)
            try bytes.pass(UInt64(length), in: "a block of \(length) bytes")
            if let event { return event }
        }
        return nil
    }

    /// The byte order comes first: the block's own length is in it.
    private mutating func beginSection(_ bytes: inout PacketFileBytes) throws(PacketFileProblem) {
        _ = try bytes.need(Self.headBytes + 4, in: "the head of a section")
        bytes.isBigEndian = false
        if bytes.number(Self.headBytes, as: UInt32.self) != Self.orderMagic {
            bytes.isBigEndian = true
            guard bytes.number(Self.headBytes, as: UInt32.self) == Self.orderMagic else {
                throw .damaged("a section has no byte order")
            }
        }
        interfaces = []
    }

    /// nil for a block that is no packet.
    private mutating func event(
        _ type: UInt32, _ length: UInt32, _ bytes: inout PacketFileBytes
    ) throws(PacketFileProblem) -> apus_event? {
        guard [Block.interface, Block.simplePacket, Block.enhancedPacket].contains(type) else { return nil }
        guard length <= Self.mostBytes else { throw .damaged("a block says it has \(length) bytes") }
        _ = try bytes.need(Int(length), in: "a block of \(length) bytes")
        let body = Int(length) - Self.headBytes - Self.tailBytes
        switch type {
        case Block.interface:
            interfaces.append(try PcapngInterface(bytes, at: Self.headBytes, count: body))
            return nil
        case Block.simplePacket: return try simplePacket(bytes, body)
        default: return try enhancedPacket(bytes, body)
        }
    }

    private static let simpleHeaderBytes = 4
    private static let enhancedHeaderBytes = 20

    private func simplePacket(
        _ bytes: borrowing PacketFileBytes, _ body: Int
    ) throws(PacketFileProblem) -> apus_event {
        guard body >= Self.simpleHeaderBytes else { throw .damaged("a packet's block ends within its header") }
        let interface = try interface(0)
        let original = bytes.number(Self.headBytes, as: UInt32.self)
        // The captured length is not told: the least of what there is, what there was, and what was asked for.
        let most = interface.snapshotBytes > 0 ? min(original, interface.snapshotBytes) : original
        let captured = min(body - Self.simpleHeaderBytes, Int(most))
        return bytes.event(
            Self.headBytes + Self.simpleHeaderBytes, captured: captured, original: original, try interface.link(),
            timeNanoseconds: lastTime)
    }

    private mutating func enhancedPacket(
        _ bytes: borrowing PacketFileBytes, _ body: Int
    ) throws(PacketFileProblem) -> apus_event {
        guard body >= Self.enhancedHeaderBytes else { throw .damaged("a packet's block ends within its header") }
        let interface = try interface(bytes.number(Self.headBytes, as: UInt32.self))
        let captured = bytes.number(Self.headBytes + 12, as: UInt32.self)
        guard captured <= UInt32(body - Self.enhancedHeaderBytes) else {
            throw .damaged("a packet says that \(captured) bytes of it were captured, its block has \(body)")
        }
        let high = UInt64(bytes.number(Self.headBytes + 4, as: UInt32.self))
        lastTime = interface.nanoseconds(high << 32 | UInt64(bytes.number(Self.headBytes + 8, as: UInt32.self)))
        return bytes.event(
            Self.headBytes + Self.enhancedHeaderBytes, captured: Int(captured),
            original: bytes.number(Self.headBytes + 16), try interface.link(), timeNanoseconds: lastTime)
    }

    private func interface(_ number: UInt32) throws(PacketFileProblem) -> PcapngInterface {
        guard number < interfaces.count else {
            throw .damaged("a packet is of interface \(number), of which the section says nothing")
        }
        return interfaces[Int(number)]
    }
}

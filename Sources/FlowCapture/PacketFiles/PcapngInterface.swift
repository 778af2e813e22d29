internal import CiliumEvents

/// What an interface's block says of its packets.
struct PcapngInterface: Sendable {
    private static let headerBytes = 8
    private static let resolutionOption: UInt16 = 9
    private static let offsetOption: UInt16 = 14

    private let linkNumber: UInt16
    /// Bytes of a packet that are captured at most; 0: all.
    let snapshotBytes: UInt32
    /// `if_tsresol`: units a second, a power of ten, or of two if the highest bit is set.
    private var resolution: UInt8 = 6
    /// `if_tsoffset`: seconds to be added.
    private var offsetSeconds: UInt64 = 0

    /// - Parameters:
    ///   - start: of the block's body, all of which is there.
    ///   - count: bytes of the body.
    init(_ bytes: borrowing PacketFileBytes, at start: Int, count: Int) throws(PacketFileProblem) {
        guard count >= Self.headerBytes else { throw .damaged("an interface's block ends within its header") }
        linkNumber = bytes.number(start)
        snapshotBytes = bytes.number(start + 4)
        var option = start + Self.headerBytes
        let end = start + count
        while option + 4 <= end {
            let code = bytes.number(option, as: UInt16.self)
            let length = Int(bytes.number(option + 2, as: UInt16.self))
            guard code != 0 else { break }
            guard option + 4 + length <= end else { throw .damaged("an interface's option ends behind its block") }
            if code == Self.resolutionOption, length >= 1 { resolution = bytes.number(option + 4) }
            if code == Self.offsetOption, length >= 8 { offsetSeconds = bytes.number(option + 4) }
            option += 4 + (length + 3) & ~3
        }
        let isKnown = resolution & 0x80 == 0 ? resolution <= 19 : resolution & 0x7f <= 63
        guard isKnown else { throw .damaged("an interface's times have the resolution \(resolution)") }
    }

    /// Asked for when there is a packet: an interface that brings none may be of any type.
    func link() throws(PacketFileProblem) -> CapturedPacket.Link {
        guard let link = CapturedPacket.Link(rawValue: linkNumber) else { throw .link(linkNumber) }
        return link
    }

    /// Since 1970; times beyond the year 2554 come round.
    func nanoseconds(_ units: UInt64) -> UInt64 {
        let exponent = UInt64(resolution & 0x7f)
        let unitsPerSecond =
            resolution & 0x80 == 0 ? (0..<exponent).reduce(UInt64(1)) { power, _ in power * 10 } : 1 << exponent
        let (seconds, rest) = units.quotientAndRemainder(dividingBy: unitsPerSecond)
        let product = rest.multipliedFullWidth(by: 1_000_000_000)
        let fraction = unitsPerSecond.dividingFullWidth(product).quotient
        return (seconds &+ offsetSeconds) &* 1_000_000_000 &+ fraction
    }
}

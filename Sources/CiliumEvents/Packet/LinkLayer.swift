/// Which protocol follows the link layer's header, and where.
struct LinkLayer: Equatable {
    static let ipv4: UInt16 = 0x0800
    static let ipv6: UInt16 = 0x86dd
    /// IEEE 802.1Q.
    private static let customerTag: UInt16 = 0x8100
    /// IEEE 802.1ad.
    private static let providerTag: UInt16 = 0x88a8
    /// A provider's and a customer's.
    private static let tagsAtMost = 2
    private static let addressBytes = 12
    private static let tagBytes = 4

    let etherType: UInt16
    /// Where the network header starts.
    let endOffset: Int

    var isIP: Bool { etherType == Self.ipv4 || etherType == Self.ipv6 }

    /// An Ethernet header at the offset, with its VLAN tags; nil when the capture ends within it.
    static func ethernet(_ packet: RawSpan, at offset: Int) -> LinkLayer? {
        tagged(packet, typeOffset: offset + addressBytes)
    }

    /// What follows a protocol number and the VLAN tags that it may announce.
    static func tagged(_ packet: RawSpan, typeOffset: Int) -> LinkLayer? {
        var typeOffset = typeOffset
        for _ in 0..<tagsAtMost {
            guard let type = packet.networkNumber(typeOffset, as: UInt16.self) else { return nil }
            guard type == customerTag || type == providerTag else {
                return LinkLayer(etherType: type, endOffset: typeOffset + 2)
            }
            typeOffset += tagBytes
        }
        guard let type = packet.networkNumber(typeOffset, as: UInt16.self) else { return nil }
        return LinkLayer(etherType: type, endOffset: typeOffset + 2)
    }

    /// A packet that starts with its IP header, whose first four bits tell the version.
    static func none(_ packet: RawSpan) -> LinkLayer? {
        guard let first = packet.number(0, as: UInt8.self) else { return nil }
        return LinkLayer(etherType: first >> 4 == 6 ? ipv6 : ipv4, endOffset: 0)
    }
}

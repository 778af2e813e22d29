/// The packet inside a VXLAN (RFC 7348) or Geneve (RFC 8926) packet.
enum Tunnel {
    private static let udpBytes = 8
    private static let headerBytes = 8
    private static let transparentEthernet: UInt16 = 0x6558

    /// What follows the inner link layer's header; nil when the outer packet is no UDP or the capture ends before.
    /// The ports are not looked at, as Cilium's own flags say that it is a tunnel.
    static func inner(_ packet: RawSpan, _ outer: LinkLayer, isGeneve: Bool) -> LinkLayer? {
        guard outer.isIP,
            let network = NetworkHeader(packet, at: outer.endOffset, etherType: outer.etherType),
            network.extensionsAreWhole, network.transport == Transport.udp, !network.isLaterFragment
        else { return nil }
        let offset = network.transportOffset + udpBytes
        return isGeneve ? inGeneve(packet, at: offset) : LinkLayer.ethernet(packet, at: offset + headerBytes)
    }

    /// By the destination's port, where nothing else tells: those that IANA assigned, and Linux's own of VXLAN.
    static func byPort(_ packet: RawSpan, _ outer: LinkLayer) -> LinkLayer? {
        guard outer.isIP,
            let network = NetworkHeader(packet, at: outer.endOffset, etherType: outer.etherType),
            network.extensionsAreWhole, network.transport == Transport.udp, !network.isLaterFragment,
            let port = packet.networkNumber(network.transportOffset + 2, as: UInt16.self)
        else { return nil }
        switch port {
        case 4_789, 8_472:
            // The flag without which there is no network identifier, and no VXLAN.
            guard packet.number(network.transportOffset + udpBytes, as: UInt8.self) == 0x08 else { return nil }
            return inner(packet, outer, isGeneve: false)
        case 6_081: return inner(packet, outer, isGeneve: true)
        default: return nil
        }
    }

    private static func inGeneve(_ packet: RawSpan, at offset: Int) -> LinkLayer? {
        guard let first = packet.number(offset, as: UInt8.self), first >> 6 == 0,
            let inner = packet.networkNumber(offset + 2, as: UInt16.self)
        else { return nil }
        let end = offset + headerBytes + Int(first & 0x3f) * 4
        if inner == transparentEthernet { return LinkLayer.ethernet(packet, at: end) }
        return LinkLayer(etherType: inner, endOffset: end)
    }
}

package import DatapathABI

/// A packet of a capture file as an event: seen, without a verdict.
package enum CapturedPacket {
    /// What a capture's packets begin with: the numbers of the link types that tcpdump.org lists.
    package enum Link: UInt16, CaseIterable, Sendable {
        /// BSD's loopback: the address family in the order of the capturing machine.
        case null = 0
        case ethernet = 1
        case rawIP = 101
        /// OpenBSD's loopback: the address family in network order.
        case loopback = 108
        /// Linux's `any` interface, first form.
        case linuxCooked = 113
        case ipv4 = 228
        case ipv6 = 229
        /// Linux's `any` interface, second form, which tells the interface.
        case linuxCooked2 = 276
    }

    /// Reads the headers; those inside a tunnel if the packet is one of VXLAN or Geneve. Any bytes are an answer.
    ///
    /// - Parameters:
    ///   - packet: as much of it as was captured.
    ///   - packetBytes: of the whole packet, link layer included.
    ///   - timeNanoseconds: of whatever clock the file has.
    package static func event(
        of packet: RawSpan, packetBytes: Int, link: Link, timeNanoseconds: UInt64
    ) -> apus_event {
        var event = apus_event(timeNanoseconds: timeNanoseconds, cpu: 0, endpoint: 0)
        event.type = UInt8(APUS_EVENT_TRACE.rawValue)
        event.packets = 1
        if link == .linuxCooked2 { event.ifindex = packet.networkNumber(4, as: UInt32.self) ?? 0 }
        event.set(APUS_FLAG_NO_IP)
        guard let outer = LinkLayer(packet, link) else { return event }
        var inTunnel = event
        if let inner = Tunnel.byPort(packet, outer), inner.isIP,
            PacketReader.readNetwork(packet, inner, packetBytes: packetBytes, into: &inTunnel) == nil
        {
            return inTunnel
        }
        _ = PacketReader.readNetwork(packet, outer, packetBytes: packetBytes, into: &event)
        return event
    }
}

extension LinkLayer {
    private static let familyBytes = 4
    private static let cookedBytes = 16
    private static let cooked2Bytes = 20

    /// nil when the capture ends within the header, or an address family is not IP's.
    fileprivate init?(_ packet: RawSpan, _ link: CapturedPacket.Link) {
        let found: LinkLayer? =
            switch link {
            case .ethernet: .ethernet(packet, at: 0)
            case .rawIP, .ipv4, .ipv6: .none(packet)
            case .null, .loopback: .family(packet)
            case .linuxCooked: .tagged(packet, typeOffset: Self.cookedBytes - 2)
            case .linuxCooked2: .cooked2(packet)
            }
        guard let found else { return nil }
        self = found
    }

    /// In either byte order: families are small numbers.
    private static func family(_ packet: RawSpan) -> LinkLayer? {
        guard let number = packet.networkNumber(0, as: UInt32.self) else { return nil }
        switch number > 0xffff ? number.byteSwapped : number {
        case 2: return LinkLayer(etherType: ipv4, endOffset: familyBytes)
        // Linux, NetBSD and OpenBSD, FreeBSD, macOS.
        case 10, 24, 28, 30: return LinkLayer(etherType: ipv6, endOffset: familyBytes)
        default: return nil
        }
    }

    private static func cooked2(_ packet: RawSpan) -> LinkLayer? {
        guard let type = packet.networkNumber(0, as: UInt16.self), packet.byteCount >= cooked2Bytes else { return nil }
        return LinkLayer(etherType: type, endOffset: cooked2Bytes)
    }
}

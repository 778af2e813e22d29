internal import DatapathABI

/// Walks through a captured packet's headers and notes in the event what they tell.
///
/// Offsets are those of the capture, which may end anywhere: 128 bytes are usual, 192 for an overlay's packet.
enum PacketReader {
    /// - Parameter packetBytes: of the whole packet, of which the capture is the start.
    /// - Returns: why the headers were not read to the end; nil when they were, or nothing was captured.
    static func read(
        _ packet: RawSpan, packetBytes: Int, _ packetClass: PacketClass, into event: inout apus_event
    ) -> PacketDefect? {
        event.set(APUS_FLAG_NO_IP)
        guard packet.byteCount > 0 else { return nil }
        guard let link = packetClass.contains(.noLinkLayer) ? LinkLayer.none(packet) : LinkLayer.ethernet(packet, at: 0)
        else { return .linkLayer }
        let isTunnelled = !packetClass.isDisjoint(with: [.vxlan, .geneve])
        guard isTunnelled else { return readNetwork(packet, link, packetBytes: packetBytes, into: &event) }
        guard let inner = Tunnel.inner(packet, link, isGeneve: packetClass.contains(.geneve)) else { return .tunnel }
        return readNetwork(packet, inner, packetBytes: packetBytes, into: &event)
    }

    /// From the network header on.
    static func readNetwork(
        _ packet: RawSpan, _ link: LinkLayer, packetBytes: Int, into event: inout apus_event
    ) -> PacketDefect? {
        let present = max(0, packetBytes - link.endOffset)
        event.ether_type = link.etherType
        setBytes(present, of: &event)
        guard link.isIP else { return nil }
        guard let network = NetworkHeader(packet, at: link.endOffset, etherType: link.etherType) else {
            return .ipHeader
        }
        event.flags &= ~UInt16(APUS_FLAG_NO_IP.rawValue)
        network.describe(in: &event)
        // 0: the kernel's own offloaded packets of more than 64 KiB.
        setBytes(network.bytes > 0 ? min(network.bytes, present) : present, of: &event)
        guard network.extensionsAreWhole else { return .extensionHeaders }
        return Transport.read(packet, network, into: &event) ? nil : .transport
    }

    private static func setBytes(_ bytes: Int, of event: inout apus_event) {
        event.bytes = UInt64(bytes)
        event.packet_bytes = UInt32(clamping: bytes)
    }
}

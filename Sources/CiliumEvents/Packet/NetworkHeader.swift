internal import DatapathABI

/// An IPv4 or IPv6 header, with its options or extension headers.
struct NetworkHeader {
    let source: apus_address
    let destination: apus_address
    let isIPv6: Bool
    /// As the header says, itself included; 0 for the kernel's offloaded packets of more than 64 KiB.
    let bytes: Int
    /// IPPROTO_*; the last one after IPv6 extension headers.
    let transport: UInt8
    let transportOffset: Int
    /// A fragment after the first: the transport header is not in it.
    let isLaterFragment: Bool
    /// Whether the transport protocol was found.
    let extensionsAreWhole: Bool

    /// nil when the capture ends within the fixed header, or this is not the version that the link layer says.
    init?(_ packet: RawSpan, at offset: Int, etherType: UInt16) {
        if etherType == LinkLayer.ipv4 {
            self.init(v4: packet, at: offset)
        } else {
            self.init(v6: packet, at: offset)
        }
    }

    private static let smallestV4Bytes = 20
    private static let v4FragmentOffset: UInt16 = 0x1fff

    private init?(v4 packet: RawSpan, at offset: Int) {
        guard let first = packet.number(offset, as: UInt8.self), first >> 4 == 4,
            let totalBytes = packet.networkNumber(offset + 2, as: UInt16.self),
            let fragment = packet.networkNumber(offset + 6, as: UInt16.self),
            let transport = packet.number(offset + 9, as: UInt8.self),
            let source = apus_address(v4: packet, at: offset + 12),
            let destination = apus_address(v4: packet, at: offset + 16)
        else { return nil }
        let headerBytes = Int(first & 0xf) * 4
        guard headerBytes >= Self.smallestV4Bytes, totalBytes == 0 || Int(totalBytes) >= headerBytes else { return nil }
        self.source = source
        self.destination = destination
        isIPv6 = false
        bytes = Int(totalBytes)
        self.transport = transport
        transportOffset = offset + headerBytes
        isLaterFragment = fragment & Self.v4FragmentOffset != 0
        extensionsAreWhole = true
    }

    private static let v6Bytes = 40

    private init?(v6 packet: RawSpan, at offset: Int) {
        guard let first = packet.number(offset, as: UInt8.self), first >> 4 == 6,
            let payloadBytes = packet.networkNumber(offset + 4, as: UInt16.self),
            let next = packet.number(offset + 6, as: UInt8.self),
            let source = apus_address(v6: packet, at: offset + 8),
            let destination = apus_address(v6: packet, at: offset + 24)
        else { return nil }
        let chain = ExtensionHeaders(packet, at: offset + Self.v6Bytes, first: next)
        self.source = source
        self.destination = destination
        isIPv6 = true
        bytes = payloadBytes > 0 || !chain.hasHopByHop ? Self.v6Bytes + Int(payloadBytes) : 0
        transport = chain.transport
        transportOffset = chain.endOffset
        isLaterFragment = chain.isLaterFragment
        extensionsAreWhole = chain.isWhole
    }

    func describe(in event: inout apus_event) {
        event.source = source
        event.destination = destination
        event.protocol = transport
        if isIPv6 { event.set(APUS_FLAG_IPV6) }
        if isLaterFragment { event.set(APUS_FLAG_FRAGMENT) }
    }
}

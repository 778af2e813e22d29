internal import DatapathABI

extension CiliumEvent {
    /// TraceNotify: bytes of the structure by version.
    private static let traceBytes = [32, 48, 56]
    private static let originalAddressOffset = 32

    static func decodeTrace(
        _ record: RawSpan, _ header: CaptureHeader, into event: inout apus_event
    ) -> CiliumDecoding {
        guard let offset = bytes(of: header, in: traceBytes) else { return .malformed(.unknownVersion) }
        guard record.byteCount >= offset, let source = record.number(16, as: UInt32.self),
            let destination = record.number(20, as: UInt32.self), let reason = record.number(26, as: UInt8.self),
            let flags = record.number(27, as: UInt8.self), let interface = record.number(28, as: UInt32.self)
        else { return .malformed(.tooShort) }
        event.type = UInt8(APUS_EVENT_TRACE.rawValue)
        event.reason = UInt32(header.subtype)
        event.source_identity = source
        event.destination_identity = destination
        event.ifindex = interface
        let traceReason = TraceReason(byte: reason)
        event.trace_reason = traceReason.apusReason
        let packetClass = PacketClass(rawValue: flags)
        let decoding = decodePacket(of: record, header, at: offset, packetClass, into: &event)
        let isTranslated =
            header.version > 0 && replaceSource(of: &event, by: record, isIPv6: packetClass.contains(.ipv6))
        let isReply = traceReason.code == TraceReason.reply
        if isReply { event.set(APUS_FLAG_REPLY) }
        if traceReason.tellsConnection, header.endpoint != 0,
            isTranslated || TracePoint.isAtSource(header.subtype) != isReply
        {
            event.set(APUS_FLAG_EGRESS)
        }
        return decoding
    }

    /// Puts the sender's own address in the place of the one that it was translated to.
    ///
    /// - Returns: whether there is such an address.
    private static func replaceSource(of event: inout apus_event, by record: RawSpan, isIPv6: Bool) -> Bool {
        guard
            let original = isIPv6
                ? apus_address(v6: record, at: originalAddressOffset)
                : apus_address(v4: record, at: originalAddressOffset)
        else { return false }
        guard !original.isUnspecified else { return false }
        let hasAddress = UInt32(event.flags) & APUS_FLAG_NO_IP.rawValue == 0
        if hasAddress { event.source = original }
        return true
    }
}

/// A trace's `reason`: the packet's place in its connection, and a bit for encryption.
private struct TraceReason {
    static let reply: UInt8 = 2
    private static let unknown: UInt8 = 5
    private static let connectionReasons: ClosedRange<UInt8> = 0...4
    private static let encrypted: UInt8 = 0x80

    let code: UInt8

    init(byte: UInt8) { code = byte & ~Self.encrypted }

    /// The number of flow.TraceReason; 0 is unknown.
    var apusReason: UInt8 {
        if Self.connectionReasons.contains(code) { return code + 1 }
        return code == Self.unknown ? 0 : code
    }

    var tellsConnection: Bool { Self.connectionReasons.contains(code) }
}

/// A trace's observation point.
private enum TracePoint {
    private static let toHost: UInt8 = 2
    private static let toStack: UInt8 = 3
    private static let toOverlay: UInt8 = 4
    private static let fromEndpoint: UInt8 = 5
    private static let toNetwork: UInt8 = 11
    private static let toCrypto: UInt8 = 13

    /// Whether the endpoint that made the record is the packet's sender. At a proxy it may be either; the receiver is
    /// taken for it.
    static func isAtSource(_ point: UInt8) -> Bool {
        switch point {
        case toHost, toStack, toOverlay, fromEndpoint, toNetwork, toCrypto: true
        default: false
        }
    }
}

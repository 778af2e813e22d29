internal import DatapathABI

extension CiliumEvent {
    /// DropNotify: bytes of the structure by version. Version 0 is laid out as version 1.
    private static let dropBytes = [36, 36, 40, 48]
    private static let firstVersionWithFlags = 2

    static func decodeDrop(
        _ record: RawSpan, _ header: CaptureHeader, into event: inout apus_event
    ) -> CiliumDecoding {
        guard let offset = bytes(of: header, in: dropBytes) else { return .malformed(.unknownVersion) }
        guard record.byteCount >= offset, let source = record.number(16, as: UInt32.self),
            let destination = record.number(20, as: UInt32.self),
            let destinationEndpoint = record.number(24, as: UInt32.self),
            let interface = record.number(32, as: UInt32.self)
        else { return .malformed(.tooShort) }
        event.type = UInt8(APUS_EVENT_DROP.rawValue)
        event.reason = UInt32(header.subtype)
        event.source_identity = source
        event.destination_identity = destination
        event.ifindex = interface
        // Programs name the destination's endpoint on the way in only.
        if header.endpoint != 0, destinationEndpoint == 0 { event.set(APUS_FLAG_EGRESS) }
        let hasFlags = Int(header.version) >= firstVersionWithFlags
        let packetClass = PacketClass(rawValue: hasFlags ? record.number(36, as: UInt8.self) ?? 0 : 0)
        return decodePacket(of: record, header, at: offset, packetClass, into: &event)
    }

    /// Bytes of the structure of the header's version; nil when there is no such version.
    static func bytes(of header: CaptureHeader, in versions: [Int]) -> Int? {
        versions.indices.contains(Int(header.version)) ? versions[Int(header.version)] : nil
    }
}

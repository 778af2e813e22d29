internal import DatapathABI

extension CiliumEvent {
    private static let verdictBytes = 40

    /// PolicyVerdictNotify; its version is not looked at, as its layout never changed.
    static func decodeVerdict(
        _ record: RawSpan, _ header: CaptureHeader, into event: inout apus_event
    ) -> CiliumDecoding {
        guard record.byteCount >= verdictBytes, let remoteIdentity = record.number(16, as: UInt32.self),
            let verdict = record.number(20, as: Int32.self), let flags = record.number(27, as: UInt8.self)
        else { return .malformed(.tooShort) }
        // Negative: the drop's reason. Positive: the proxy's port, and 0: allowed, which are told alike.
        guard verdict >= 0 else { return .skipped(.deniedVerdict) }
        let bits = VerdictBits(rawValue: flags)
        event.type = UInt8(APUS_EVENT_POLICY_VERDICT.rawValue)
        event.match_type = bits.matchType
        if bits.isAudited { event.set(APUS_FLAG_AUDIT) }
        if bits.isEgress {
            event.set(APUS_FLAG_EGRESS)
            event.destination_identity = remoteIdentity
        } else {
            event.source_identity = remoteIdentity
        }
        return decodePacket(
            of: record, header, at: verdictBytes, bits.hasNoLinkLayer ? .noLinkLayer : [], into: &event)
    }
}

/// A verdict's `flags`.
private struct VerdictBits {
    let rawValue: UInt8

    /// 1 is ingress, 2 egress.
    var isEgress: Bool { rawValue & 0b11 == 2 }
    /// The numbers of Hubble's policy_match_type.
    var matchType: UInt8 { rawValue >> 3 & 0b111 }
    var isAudited: Bool { rawValue & 0x40 != 0 }
    var hasNoLinkLayer: Bool { rawValue & 0x80 != 0 }
}

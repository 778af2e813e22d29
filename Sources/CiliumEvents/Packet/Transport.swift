internal import DatapathABI

/// TCP, UDP, SCTP, ICMP and ICMPv6.
enum Transport {
    private static let icmp: UInt8 = 1
    private static let tcp: UInt8 = 6
    static let udp: UInt8 = 17
    private static let icmpV6: UInt8 = 58
    private static let sctp: UInt8 = 132
    private static let tcpFlagsOffset = 13

    /// Notes ports, flags, type and code; a later fragment and other protocols have none.
    ///
    /// - Returns: false when the capture ends before them.
    static func read(_ packet: RawSpan, _ network: NetworkHeader, into event: inout apus_event) -> Bool {
        guard !network.isLaterFragment else { return true }
        let offset = network.transportOffset
        switch network.transport {
        case tcp:
            guard let flags = packet.number(offset + tcpFlagsOffset, as: UInt8.self) else { return false }
            event.tcp_flags = flags
            return readPorts(packet, at: offset, into: &event)
        case udp, sctp: return readPorts(packet, at: offset, into: &event)
        case icmp, icmpV6: return readType(packet, at: offset, into: &event)
        default: return true
        }
    }

    private static func readPorts(_ packet: RawSpan, at offset: Int, into event: inout apus_event) -> Bool {
        guard let source = packet.networkNumber(offset, as: UInt16.self),
            let destination = packet.networkNumber(offset + 2, as: UInt16.self)
        else { return false }
        event.source_port = source
        event.destination_port = destination
        event.set(APUS_FLAG_L4)
        return true
    }

    private static func readType(_ packet: RawSpan, at offset: Int, into event: inout apus_event) -> Bool {
        guard let type = packet.number(offset, as: UInt8.self), let code = packet.number(offset + 1, as: UInt8.self)
        else { return false }
        event.icmp_type = type
        event.icmp_code = code
        event.set(APUS_FLAG_L4)
        return true
    }
}

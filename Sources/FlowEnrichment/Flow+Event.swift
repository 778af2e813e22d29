internal import DatapathABI
internal import FlowModel

extension Flow {
    /// What the event itself says; names, time and sequence come from elsewhere.
    @inline(__always)
    init(_ event: apus_event) {
        self.init()
        source = IPAddress(high: UInt64(bigEndian: event.source.high_be), low: UInt64(bigEndian: event.source.low_be))
        destination = IPAddress(
            high: UInt64(bigEndian: event.destination.high_be), low: UInt64(bigEndian: event.destination.low_be))
        bytes = event.bytes
        packets = event.packets
        rule = event.rule
        interfaceIndex = event.ifindex
        sourcePort = event.source_port
        destinationPort = event.destination_port
        cpu = event.cpu
        ipProtocol = IPProtocol(rawValue: event.protocol)
        tcpFlags = TCPFlags(rawValue: event.tcp_flags)
        icmpType = event.icmp_type
        icmpCode = event.icmp_code
        kind = FlowKind(rawValue: event.type)
        policyMatchType = PolicyMatchType(rawValue: event.match_type)
        attributes = Self.attributes(event)
        setVerdict(event)
    }

    /// The rules of the fields that follow from the kind of event: see Hubble's own for is_reply and traffic_direction.
    @inline(__always)
    private mutating func setVerdict(_ event: apus_event) {
        let direction = event.has(APUS_FLAG_EGRESS) ? TrafficDirection.egress : .ingress
        switch kind.rawValue {
        case FlowKind.policyVerdict.rawValue:
            self.direction = direction
            attributes.insert(.replyKnown)
            verdict = event.has(APUS_FLAG_AUDIT) ? .audit : .forwarded
            if verdict == .audit { dropReason = DropReason(rawValue: UInt16(truncatingIfNeeded: event.reason)) }
        case FlowKind.trace.rawValue:
            verdict = .forwarded
            observationPoint =
                event.reason == 0 ? .toEndpoint : ObservationPoint(rawValue: UInt8(truncatingIfNeeded: event.reason))
            traceReason = TraceReason(rawValue: event.trace_reason)
            guard traceReason.tellsConnection else { return }
            self.direction = event.endpoint == 0 ? .unknown : direction
            attributes.insert(event.has(APUS_FLAG_REPLY) ? .knownReply : .replyKnown)
        case FlowKind.drop.rawValue:
            self.direction = event.endpoint == 0 ? .unknown : direction
            verdict = .dropped
            dropReason = DropReason(rawValue: UInt16(truncatingIfNeeded: event.reason))
        default:
            verdict = .dropped
            networkNamespace = event.namespace_or_policy
        }
    }

    /// Without a branch: which flags an event has is hard to foretell.
    @inline(__always)
    private static func attributes(_ event: apus_event) -> FlowAttributes {
        func bit(_ attribute: FlowAttributes, _ isSet: Bool) -> UInt8 { isSet ? attribute.rawValue : 0 }
        return FlowAttributes(
            rawValue: bit(.ip, !event.has(APUS_FLAG_NO_IP)) | bit(.ipv6, event.has(APUS_FLAG_IPV6))
                | bit(.layer4, event.has(APUS_FLAG_L4)) | bit(.fragment, event.has(APUS_FLAG_FRAGMENT)))
    }
}

extension apus_event {
    @inline(__always)
    fileprivate func has(_ flag: apus_event_flags) -> Bool { UInt32(flags) & flag.rawValue != 0 }
}

/// What of a flow a rule is compared with, besides the labels of its peer.
package struct PolicyTraffic: Hashable, BitwiseCopyable, Sendable {
    /// The other end, seen from the endpoint that the policy protects.
    package var address = IPAddress.unspecified
    package var ipProtocol = IPProtocol(rawValue: 0)
    /// Destination port, or ICMP type.
    package var port: UInt16 = 0

    package init() {}

    package init(_ flow: Flow) {
        address = flow.direction == .egress ? flow.destination : flow.source
        ipProtocol = flow.ipProtocol
        let isICMP = ipProtocol == .icmp || ipProtocol == .icmpv6
        port = isICMP ? UInt16(flow.icmpType) : flow.destinationPort
    }
}

extension Flow {
    /// Index into `FlowCatalog.endpoints` of the other end, seen from the endpoint that the policy protects.
    package var policyPeer: UInt32 { direction == .egress ? destinationEndpoint : sourceEndpoint }
}

extension DefaultDeny {
    /// As for a packet.
    package func nearest(_ traffic: PolicyTraffic, peer labels: [String]) -> NearestRule? {
        nearest(peer: LabelSet(labels), address: traffic.address, ipProtocol: traffic.ipProtocol, port: traffic.port)
    }
}

import FlowModel

// `IP` and `l4`: what the packet's headers said.
extension FlowMessageWriter {
    @inline(__always)
    func writeHeaders(to writer: inout ByteWriter) {
        if flow.attributes.contains(.ip) && mask.contains(.ip) { writeIP(to: &writer) }
        guard flow.attributes.contains(.layer4), let (field, wanted) = layer4, mask.contains(wanted) else { return }
        let layer = writer.open(6)
        let header = writer.open(field)
        switch flow.ipProtocol {
        case .icmp, .icmpv6:
            writer.write(1, nonZero: flow.icmpType)
            writer.write(2, nonZero: flow.icmpCode)
        case .tcp, .udp, .sctp:
            writer.write(1, nonZero: flow.sourcePort)
            writer.write(2, nonZero: flow.destinationPort)
            if flow.ipProtocol == .tcp { writeFlags(to: &writer) }
        default: break
        }
        writer.close(header)
        writer.close(layer)
    }

    @inline(__always)
    private func writeIP(to writer: inout ByteWriter) {
        let message = writer.open(5)
        writer.write(1, flow.source)
        writer.write(2, flow.destination)
        writer.write(3, nonZero: flow.attributes.contains(.ipv6) ? UInt8(2) : 1)
        writer.close(message)
    }

    /// `TCPFlags` numbers its fields in the order of the header's bits, from 1 on.
    @inline(__always)
    private func writeFlags(to writer: inout ByteWriter) {
        let message = writer.open(3)
        var rest = flow.tcpFlags.rawValue
        while rest != 0 {
            writer.write(UInt32(rest.trailingZeroBitCount) + 1, trueOnly: true)
            rest &= rest - 1
        }
        writer.close(message)
    }

    /// The member of `l4`; nil if Hubble has no message for the protocol.
    private var layer4: (field: UInt32, mask: FlowFieldMask)? {
        switch flow.ipProtocol {
        case .tcp: (1, .tcp)
        case .udp: (2, .udp)
        case .icmp: (3, .icmpv4)
        case .icmpv6: (4, .icmpv6)
        case .sctp: (5, .sctp)
        case .vrrp: (6, .vrrp)
        case .igmp: (7, .igmp)
        default: nil
        }
    }
}

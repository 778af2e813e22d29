import FlowHistory
import FlowModel

extension FlowsColumn {
    /// What the packet's headers said, its sides apart.
    static let packet: [FlowsColumn] = [
        .integer("ip_version") { flow in
            flow.attributes.contains(.ip) ? flow.attributes.contains(.ipv6) ? 6 : 4 : nil
        },
        .text("protocol", .fact { text in IPProtocol.named(text).map { .ipProtocol($0) } }) { flow, _ in
            flow.attributes.contains(.ip) ? flow.ipProtocol.text : nil
        },
        .text("tcp_flags") { flow, _ in
            flow.attributes.contains(.layer4) && flow.ipProtocol == .tcp ? flow.tcpFlags.text : nil
        },
        .integer("icmp_type") { flow in flow.isICMP ? Int64(flow.icmpType) : nil },
        .integer("icmp_code") { flow in flow.isICMP ? Int64(flow.icmpCode) : nil },
        .integer("is_fragment") { flow in
            flow.attributes.contains(.ip) ? flow.attributes.contains(.fragment) ? 1 : 0 : nil
        },
        .integer("packets") { Int64($0.packets) },
        .integer("bytes") { Int64(clamping: $0.bytes) },
    ]
}

extension IPProtocol {
    /// The number of one without a name.
    var text: String { layer4Name ?? "\(rawValue)" }

    static func named(_ text: String) -> [IPProtocol] {
        (0...UInt8.max).map { IPProtocol(rawValue: $0) }.filter { $0.text == text }
    }
}

extension TCPFlags {
    private static let names = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"]
    private static let texts = (0...UInt8.max).map { flags in
        names.enumerated().filter { flags >> UInt8($0.offset) & 1 == 1 }.map(\.element).joined(separator: ",")
    }

    /// `SYN,ACK`, in the order of the header's bits.
    var text: String { Self.texts[Int(rawValue)] }
}

extension Flow {
    var isICMP: Bool { attributes.contains(.layer4) && (ipProtocol == .icmp || ipProtocol == .icmpv6) }

    var hasPorts: Bool {
        attributes.contains(.layer4) && (ipProtocol == .tcp || ipProtocol == .udp || ipProtocol == .sctp)
    }
}

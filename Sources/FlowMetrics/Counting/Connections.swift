internal import FlowCatalog
internal import FlowModel
internal import FlowWire

/// `tcp`: beginnings and ends of TCP connections, by flag.
struct TCPFlagCounts: FlowCounting {
    init(_ settings: MetricSettings, _ catalog: FlowCatalog) {}

    static func layouts(_ settings: MetricSettings) -> [TableLayout] {
        let family = MetricFamily("hubble_tcp_flags_total", .counter, "Forwarded TCP flows by flag.")
        return [
            TableLayout(
                family,
                [
                    .listed("flag", shift: 0, bits: 2, ["FIN", "SYN", "SYN-ACK", "RST"]),
                    .listed("family", shift: 2, bits: 1, families),
                ])
        ]
    }

    static let families = ["IPv4", "IPv6"]
    private static let told: TCPFlags = [.fin, .syn, .rst]

    @inline(__always)
    mutating func count(_ flow: borrowing Flow, _ sides: SideClasses, in table: inout SeriesTable) {
        guard flow.ipProtocol == .tcp, flow.tcpFlags.rawValue & Self.told.rawValue != 0, flow.isForwarded,
            flow.attributes.contains(.ip)
        else { return }
        let family: UInt64 = flow.attributes.contains(.ipv6) ? 4 : 0
        if flow.tcpFlags.contains(.fin) { table.count(SeriesKey(sides: sides, own: family)) }
        if flow.tcpFlags.contains(.syn) {
            table.count(SeriesKey(sides: sides, own: family | (flow.tcpFlags.contains(.ack) ? 2 : 1)))
        }
        if flow.tcpFlags.contains(.rst) { table.count(SeriesKey(sides: sides, own: family | 3)) }
    }
}

/// `port-distribution`: where connections go.
struct PortDistribution: FlowCounting {
    init(_ settings: MetricSettings, _ catalog: FlowCatalog) {}

    static func layouts(_ settings: MetricSettings) -> [TableLayout] {
        let family = MetricFamily(
            "hubble_port_distribution_total", .counter, "Forwarded flows that are no replies, by destination port.")
        return [TableLayout(family, [ProtocolLabel.label(shift: 0), port(shift: 4)])]
    }

    /// All bits set is more than any port.
    static func port(shift: UInt64) -> OwnLabel { OwnLabel("port", shift: shift, bits: 17, .number, isUnbounded: true) }

    @inline(__always)
    mutating func count(_ flow: borrowing Flow, _ sides: SideClasses, in table: inout SeriesTable) {
        guard flow.isForwarded, flow.attributes.contains(.layer4),
            flow.attributes.rawValue & FlowAttributes.knownReply.rawValue == FlowAttributes.replyKnown.rawValue
        else { return }
        let own = ProtocolLabel.layer4(flow.ipProtocol) | UInt64(flow.destinationPort) << 4
        let position = table.position(SeriesKey(sides: sides, own: own))
        table.add(1, at: position)
        table.note(flow.exemplar, at: position)
    }
}

/// `icmp`: messages by type.
struct ICMPCounts: FlowCounting {
    init(_ settings: MetricSettings, _ catalog: FlowCatalog) {}

    static func layouts(_ settings: MetricSettings) -> [TableLayout] {
        let family = MetricFamily("hubble_icmp_total", .counter, "ICMP flows by type of message.")
        return [
            TableLayout(
                family,
                [
                    .listed("family", shift: 0, bits: 1, TCPFlagCounts.families),
                    OwnLabel("type", shift: 1, bits: 17, .written(message), isUnbounded: true),
                ])
        ]
    }

    /// - Parameter number: version 6, type and code.
    private static let message: @Sendable (UInt64) -> String = { number in
        ICMPText.message(
            type: UInt8(number >> 8 & 255), code: UInt8(number & 255), isVersion6: number >> 16 != 0)
    }

    @inline(__always)
    mutating func count(_ flow: borrowing Flow, _ sides: SideClasses, in table: inout SeriesTable) {
        let ipProtocol = flow.ipProtocol
        let isVersion6 = ipProtocol == .icmpv6
        guard isVersion6 || ipProtocol == .icmp, flow.attributes.contains(.layer4) else { return }
        let version: UInt64 = isVersion6 ? 1 : 0
        let message = version << 16 | UInt64(flow.icmpType) << 8 | UInt64(flow.icmpCode)
        table.count(SeriesKey(sides: sides, own: version | message << 1))
    }
}

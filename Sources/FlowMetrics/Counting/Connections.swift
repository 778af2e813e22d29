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

    var fields: FlowFields {
        var fields = FlowFields(always: FlowWord.verdict.mask | FlowWord.layer4.mask)
        // Of the flags FIN, SYN, RST and ACK.
        fields.ofConnectionFlags = 0b10111 << FlowWord.tcpFlags.shift | FlowWord.attributes([.ip, .ipv6])
        return fields
    }

    mutating func collect(_ batch: Span<Tally>, into keys: inout KeyBatch) {
        var several: UInt64 = 0
        keys.collect(batch) { tally in
            let told = tally.word.connectionFlags
            several |= told & (told &- 1)
            return Self.own(tally.word, told)
        }
        guard several != 0 else { return }
        // FIN and RST in one, as nobody but a scanner sends.
        for passed in 1...2 {
            keys.collect(batch) { tally in
                var told = tally.word.connectionFlags
                for _ in 0..<passed { told &= told &- 1 }
                return Self.own(tally.word, told)
            }
        }
    }

    /// Of the lowest of the flags, FIN, SYN and RST. What flags a packet has is hard to guess, so there is no branch.
    @inline(__always)
    private static func own(_ word: FlowWord, _ flags: UInt64) -> UInt64 {
        let family: UInt64 = word.has(.ipv6) ? 4 : 0
        let acknowledges = word[FlowWord.tcpFlags] &>> 4 & 1
        let flag = flagNumbers &>> (4 &* (flags | acknowledges &<< 3)) & 15
        // 8 becomes `KeyBatch.none`.
        return family | flag | (0 &- (flag &>> 3))
    }

    /// Numbers of the label, four bits each, by FIN (1), SYN (2), RST (4) and ACK (8); 8 where none is set.
    private static var flagNumbers: UInt64 { 0x0203_0208_0103_0108 }
}

/// `port-distribution`: where connections go.
struct PortDistribution: FlowCounting {
    init(_ settings: MetricSettings, _ catalog: FlowCatalog) {}

    static func layouts(_ settings: MetricSettings) -> [TableLayout] {
        let family = MetricFamily(
            "hubble_port_distribution_total", .counter, "Forwarded flows that are no replies, by destination port.")
        let port = OwnLabel("port", shift: FlowWord.destinationPort.shift, bits: 17, .number, isUnbounded: true)
        return [
            TableLayout(family, [.listed("protocol", FlowWord.layer4, Array(ProtocolLabel.names[..<8])), port])
        ]
    }

    private static let labels = FlowWord.layer4.mask | FlowWord.destinationPort.mask

    var fields: FlowFields {
        let asked = FlowWord.verdict.mask | FlowWord.attributes([.layer4, .knownReply])
        return FlowFields(always: Self.labels | asked, subject: .beginnings)
    }

    mutating func collect(_ batch: Span<Tally>, into keys: inout KeyBatch) {
        let labels = Self.labels
        keys.collect(batch) { $0.word.begins == 1 ? $0.word.only(labels) : KeyBatch.none }
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

    var fields: FlowFields {
        FlowFields(always: FlowWord.layer4.mask | FlowWord.attributes(.layer4), details: FlowDetail.icmp)
    }

    mutating func collect(_ batch: Span<Tally>, into keys: inout KeyBatch) {
        keys.collect(batch) { tally in
            guard tally.word.isICMP, tally.word.has(.layer4) else { return KeyBatch.none }
            let version = tally.word[FlowWord.layer4] & 1
            return version | (version << 16 | tally.detail.icmpMessage) << 1
        }
    }
}

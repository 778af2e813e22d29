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

    mutating func collect(_ batch: borrowing FlowBatch, _ flows: Span<Flow>, into keys: inout KeyBatch) {
        var several: UInt64 = 0
        keys.collect(batch) { word, _ in
            let told = Self.told(word)
            several |= told & (told &- 1)
            return Self.own(word, told)
        }
        guard several != 0 else { return }
        // FIN and RST in one, as nobody but a scanner sends.
        for passed in 1...2 {
            keys.collect(batch) { word, _ in
                var told = Self.told(word)
                for _ in 0..<passed { told &= told &- 1 }
                return Self.own(word, told)
            }
        }
    }

    /// The flags that are told, as TCP has them; 0 of a flow that does not count.
    @inline(__always)
    private static func told(_ word: FlowWord) -> UInt64 {
        // TCP is 0.
        let asked = FlowWord.layer4.mask | UInt64(FlowAttributes.ip.rawValue) << FlowWord.attributes.shift
        let isTCP: UInt64 = word.only(asked) == UInt64(FlowAttributes.ip.rawValue) << FlowWord.attributes.shift ? 1 : 0
        return word[FlowWord.tcpFlags] & 7 & (0 &- (isTCP & word.forwarded))
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
    private static let asked: FlowAttributes = [.layer4, .replyKnown]

    mutating func collect(_ batch: borrowing FlowBatch, _ flows: Span<Flow>, into keys: inout KeyBatch) {
        let labels = Self.labels
        let asked = Self.asked
        keys.collect(batch) { word, _ in
            let begins: UInt64 = word.has(asked, without: .isReply) ? 1 : 0
            return begins & word.forwarded == 1 ? word.only(labels) : KeyBatch.none
        }
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

    mutating func collect(_ batch: borrowing FlowBatch, _ flows: Span<Flow>, into keys: inout KeyBatch) {
        keys.collect(batch.icmp, of: batch) { word, index in
            guard word.has(.layer4) else { return KeyBatch.none }
            let version = word[FlowWord.layer4] & 1
            return version | (version << 16 | UInt64(flows[index].icmpType) << 8 | UInt64(flows[index].icmpCode)) << 1
        }
    }
}

internal import FlowCatalog
internal import FlowModel

/// `flows-to-world`: what leaves the cluster.
struct FlowsToWorld: FlowCounting {
    private let countsAnyDrop: Bool
    private let tellsPort: Bool
    private let countsFirstPacketsOnly: Bool

    init(_ settings: MetricSettings, _ catalog: FlowCatalog) {
        countsAnyDrop = settings.options.contains(.anyDrop)
        tellsPort = settings.options.contains(.port)
        countsFirstPacketsOnly = settings.options.contains(.synOnly)
    }

    static func layouts(_ settings: MetricSettings) -> [TableLayout] {
        let family = MetricFamily(
            "hubble_flows_to_world_total", .counter, "Flows that leave the cluster and are no replies.")
        let port = OwnLabel(
            "port", shift: Self.port, bits: 18, .written { $0 == noPort ? "" : "\($0)" }, isUnbounded: true)
        return [
            TableLayout(
                family,
                [ProtocolLabel.label, .listed("verdict", FlowWord.verdict, Verdict.names)]
                    + (settings.options.contains(.port) ? [port] : []))
        ]
    }

    private static let noPort: UInt64 = 1 << 16
    private static let port: UInt64 = 32
    private static let labels = FlowWord.protocolLabel.mask | FlowWord.verdict.mask

    var fields: FlowFields {
        let asked = FlowWord.toWorld.mask | FlowWord.type.mask | FlowWord.layer4.mask | FlowWord.reason.mask
        var fields = FlowFields(ofWorld: Self.labels | asked | FlowWord.attributes([.layer4, .isReply]))
        if countsFirstPacketsOnly { fields.ofWorld |= 0b10010 << FlowWord.tcpFlags.shift }
        if tellsPort { fields.ofWorld |= FlowWord.destinationPort.mask }
        return fields
    }

    mutating func collect(_ batch: Span<Tally>, into keys: inout KeyBatch) {
        keys.collect(batch) { tally in
            let word = tally.word
            guard word.isToWorld, word.has(.layer4, without: .isReply), isWanted(word) else { return KeyBatch.none }
            guard tellsPort else { return word.only(Self.labels) }
            return word.only(Self.labels) | (Self.hasPorts(word) ? word[FlowWord.destinationPort] : Self.noPort)
                << Self.port
        }
    }

    private func isWanted(_ word: FlowWord) -> Bool {
        if word.has(.dropped) && !countsAnyDrop && word[FlowWord.reason] != UInt64(DropReason.policyDenied.rawValue) {
            return false
        }
        // SYN without ACK.
        let isFirst = word[FlowWord.tcpFlags] & 0b10010 == 0b10
        return word[FlowWord.type] != 0 && (!countsFirstPacketsOnly || word[FlowWord.layer4] != 0 || isFirst)
    }

    /// TCP, UDP and SCTP.
    private static func hasPorts(_ word: FlowWord) -> Bool { [0, 1, 4].contains(word[FlowWord.layer4]) }
}

import FlowModel

/// Flags that a TCP packet must all have; it may have others. Flows that are not TCP's never match.
struct TCPFlagsPredicate {
    private let alternatives: [TCPFlags]

    init?(_ alternatives: [TCPFlags]) {
        if alternatives.isEmpty { return nil }
        self.alternatives = alternatives
    }

    func matches(_ flow: borrowing Flow) -> Bool {
        guard flow.ipProtocol == .tcp, flow.attributes.contains(.layer4) else { return false }
        let flags = flow.tcpFlags
        return alternatives.contains { flags.isSuperset(of: $0) }
    }

    private static let names: [String: TCPFlags] = [
        "FIN": .fin, "SYN": .syn, "RST": .rst, "PSH": .psh, "ACK": .ack, "URG": .urg, "ECE": .ece, "CWR": .cwr,
    ]

    /// Reads `syn`, `SYN,ACK`.
    static func flags(_ text: String) -> TCPFlags? {
        let parts = text.uppercased().split(separator: ",", omittingEmptySubsequences: false)
        let flags = parts.compactMap { names[String($0)] }
        return flags.count == parts.count ? flags.reduce([]) { $0.union($1) } : nil
    }
}

import FlowModel

/// Flags that a TCP packet must all have; it may have others. Flows that are not TCP's never match.
extension FilterProgram {
    mutating func requireTCPFlags(_ alternatives: [TCPFlags], _ set: SetWord) {
        if alternatives.isEmpty { return }
        requireLayer4(of: [.tcp], set)
        tcpFlags.restrict(set) { value in
            alternatives.contains { TCPFlags(rawValue: UInt8(value)).isSuperset(of: $0) }
        }
    }

    @inline(never)
    func narrowByTCPFlags(_ candidates: inout Candidates, _ flows: Span<Flow>) {
        tcpFlags.narrow(&candidates, flows) { Int($0.tcpFlags.rawValue) }
    }
}

extension TCPFlags {
    private static let byName: [String: TCPFlags] = [
        "FIN": .fin, "SYN": .syn, "RST": .rst, "PSH": .psh, "ACK": .ack, "URG": .urg, "ECE": .ece, "CWR": .cwr,
    ]

    /// Reads `syn`, `SYN,ACK`.
    init?(filterValue: String) {
        let parts = filterValue.uppercased().split(separator: ",", omittingEmptySubsequences: false)
        let flags = parts.compactMap { Self.byName[String($0)] }
        guard flags.count == parts.count else { return nil }
        self = flags.reduce([]) { $0.union($1) }
    }
}

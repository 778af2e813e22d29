import FlowModel

/// Ports of TCP, UDP and SCTP; other flows never match.
extension FilterProgram {
    mutating func requirePort(_ accepted: Sided<ClosedRange<UInt16>>, _ set: SetWord) {
        if accepted.isEmpty { return }
        requireLayer4(of: [.tcp, .udp, .sctp], set)
        ports.restrict(set, to: accepted)
    }

    @inline(never)
    func narrowByPort(_ candidates: inout Candidates, _ flows: Span<Flow>) {
        ports.narrow(&candidates, flows, by: { $0.sourcePort }, { $0.destinationPort })
    }

    /// `80` or `8000-8100`; nil for anything else.
    static func portRange(_ text: String) -> ClosedRange<UInt16>? {
        let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map { end in
            end.utf8.allSatisfy { (48...57).contains($0) } ? UInt16(end) : nil
        }
        guard let lower = ends[0], let upper = ends[ends.count - 1], lower <= upper else { return nil }
        return lower...upper
    }
}

import FlowModel

/// Ports of TCP, UDP and SCTP; other flows never match.
struct PortPredicate {
    private let ports: Sided<ClosedRange<UInt16>>

    init?(_ ports: Sided<ClosedRange<UInt16>>) {
        if ports.isEmpty { return nil }
        self.ports = ports
    }

    func matches(_ flow: borrowing Flow) -> Bool {
        guard flow.attributes.contains(.layer4), [.tcp, .udp, .sctp].contains(flow.ipProtocol) else { return false }
        let (source, destination) = (flow.sourcePort, flow.destinationPort)
        return ports.holds(source: { $0.contains(source) }, destination: { $0.contains(destination) })
    }

    /// `80` or `8000-8100`; nil for anything else.
    static func range(_ text: String) -> ClosedRange<UInt16>? {
        let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map { end in
            end.utf8.allSatisfy { (48...57).contains($0) } ? UInt16(end) : nil
        }
        guard let lower = ends[0], let upper = ends[ends.count - 1], lower <= upper else { return nil }
        return lower...upper
    }
}

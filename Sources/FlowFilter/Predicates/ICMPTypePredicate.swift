import FlowModel

/// Types of ICMPv4 and ICMPv6 messages; other flows never match.
extension FilterProgram {
    mutating func requireICMPType(_ accepted: [UInt8], _ set: SetWord) {
        if accepted.isEmpty { return }
        requireLayer4(of: [.icmp, .icmpv6], set)
        icmpTypes.restrict(set) { accepted.contains(UInt8($0)) }
    }

    @inline(never)
    func narrowByICMPType(_ candidates: inout Candidates, _ flows: Span<Flow>) {
        icmpTypes.narrow(&candidates, flows) { Int($0.icmpType) }
    }
}

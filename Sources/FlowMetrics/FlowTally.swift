package import FlowModel

/// Counts of flows by what their labels say, in flat arrays: a flow costs a few additions.
///
/// Owned by the thread that makes flows; `FlowMetrics` takes copies.
package struct FlowTally: Sendable {
    package static let kinds: [FlowKind] = [.drop, .trace, .policyVerdict, .kernelDrop]
    package static let protocols: [IPProtocol] = [.tcp, .udp, .icmp, .icmpv6, .sctp, .vrrp, .igmp]
    /// Protocols of their own, and one for the others.
    static let protocolCount = 8
    static let verdictCount = 8
    static let reasonCount = 256

    package private(set) var flows: UInt64 = 0
    /// [kind][verdict][protocol]
    private var byKind = [UInt64](repeating: 0, count: 4 * verdictCount * protocolCount)
    /// [Hubble's drop reason][protocol]
    private var byDropReason = [UInt64](repeating: 0, count: reasonCount * protocolCount)
    /// [index into `FlowCatalog.names`]
    package private(set) var byKernelReason: [UInt64] = []

    package init() {}

    package mutating func add(_ flows: Span<Flow>) {
        for index in flows.indices { add(flows[index]) }
    }

    private mutating func add(_ flow: Flow) {
        let ipProtocol = Self.protocolIndex(flow.ipProtocol)
        flows &+= 1
        let verdict = Int(flow.verdict.rawValue) & (Self.verdictCount - 1)
        byKind[(Self.kindIndex(flow.kind) * Self.verdictCount + verdict) * Self.protocolCount + ipProtocol] &+= 1
        guard flow.verdict == .dropped else { return }
        let reason = min(Int(flow.dropReason.rawValue), Self.reasonCount - 1)
        byDropReason[reason * Self.protocolCount + ipProtocol] &+= 1
        if flow.kind == .kernelDrop { addKernelReason(Int(flow.kernelReason)) }
    }

    private mutating func addKernelReason(_ name: Int) {
        if name >= byKernelReason.count {
            byKernelReason.append(contentsOf: repeatElement(0, count: name + 1 - byKernelReason.count))
        }
        byKernelReason[name] &+= 1
    }

    package func count(kind: Int, verdict: Int, ipProtocol: Int) -> UInt64 {
        byKind[(kind * Self.verdictCount + verdict) * Self.protocolCount + ipProtocol]
    }

    package func count(dropReason: Int, ipProtocol: Int) -> UInt64 {
        byDropReason[dropReason * Self.protocolCount + ipProtocol]
    }

    package func count(verdict: Verdict) -> UInt64 {
        var sum: UInt64 = 0
        for kind in Self.kinds.indices {
            for ipProtocol in 0..<Self.protocolCount {
                sum += count(kind: kind, verdict: Int(verdict.rawValue), ipProtocol: ipProtocol)
            }
        }
        return sum
    }

    private static func kindIndex(_ kind: FlowKind) -> Int {
        switch kind {
        case .drop: 0
        case .trace: 1
        case .policyVerdict: 2
        default: 3
        }
    }

    private static func protocolIndex(_ ipProtocol: IPProtocol) -> Int {
        switch ipProtocol {
        case .tcp: 0
        case .udp: 1
        case .icmp: 2
        case .icmpv6: 3
        case .sctp: 4
        case .vrrp: 5
        case .igmp: 6
        default: 7
        }
    }
}

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
    /// Sides of flows whose name came late and was put in.
    package var lateNames: UInt64 = 0
    /// [kind][verdict][protocol]
    private var byKind = [UInt64](repeating: 0, count: 4 * verdictCount * protocolCount)
    /// [Hubble's drop reason][protocol]
    private var byDropReason = [UInt64](repeating: 0, count: reasonCount * protocolCount)
    /// [index into `FlowCatalog.names`]
    package private(set) var byKernelReason: [UInt64] = []

    package init() {}

    package mutating func add(_ flows: Span<Flow>) {
        self.flows &+= UInt64(flows.count)
        addKinds(flows)
        for index in flows.indices where flows[index].verdict == .dropped { addDrop(flows[index]) }
    }

    /// For each flow, so the array is made sure to be this value's own once a batch.
    private mutating func addKinds(_ flows: Span<Flow>) {
        var counts = byKind.mutableSpan
        for index in flows.indices {
            let flow = flows[index]
            let verdict = Int(flow.verdict.rawValue) & (Self.verdictCount - 1)
            let row = Self.kindIndex(flow.kind) * Self.verdictCount + verdict
            counts[row * Self.protocolCount + Self.protocolIndex(flow.ipProtocol)] &+= 1
        }
    }

    private mutating func addDrop(_ flow: Flow) {
        let reason = min(Int(flow.dropReason.rawValue), Self.reasonCount - 1)
        byDropReason[reason * Self.protocolCount + Self.protocolIndex(flow.ipProtocol)] &+= 1
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

    @inline(__always)
    private static func kindIndex(_ kind: FlowKind) -> Int {
        switch kind.rawValue {
        case FlowKind.drop.rawValue: 0
        case FlowKind.trace.rawValue: 1
        case FlowKind.policyVerdict.rawValue: 2
        default: 3
        }
    }

    @inline(__always)
    private static func protocolIndex(_ ipProtocol: IPProtocol) -> Int {
        switch ipProtocol.rawValue {
        case IPProtocol.tcp.rawValue: 0
        case IPProtocol.udp.rawValue: 1
        case IPProtocol.icmp.rawValue: 2
        case IPProtocol.icmpv6.rawValue: 3
        case IPProtocol.sctp.rawValue: 4
        case IPProtocol.vrrp.rawValue: 5
        case IPProtocol.igmp.rawValue: 6
        default: 7
        }
    }
}

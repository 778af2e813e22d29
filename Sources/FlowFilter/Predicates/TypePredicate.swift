package import FlowModel

/// A type of flow as requests name it: `drop`, `drop:133`, `trace:to-endpoint`.
package struct TypeCondition: Hashable, Sendable {
    /// A kernel drop counts as a drop, as it does in Hubble's event types.
    package var kinds: [FlowKind]
    /// A drop reason for drops, an observation point for traces; nil for any.
    package var subType: UInt16?

    package init(kinds: [FlowKind], subType: UInt16? = nil) {
        self.kinds = kinds
        self.subType = subType
    }

    static let accepted =
        "drop (policy and kernel), kernel-drop, trace, policy-verdict, their numbers 1, 4, 5, and with a sub-type "
        + "drop:POLICY_DENIED, drop:133, trace:to-endpoint"

    /// nil for anything that `accepted` does not name.
    package init?(_ text: String) {
        let parts = text.lowercased().split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let kinds = Self.kinds[String(parts[0])] else { return nil }
        self.kinds = kinds
        guard parts.count == 2 else { return }
        guard let number = Self.subType(String(parts[1]), of: kinds) else { return nil }
        subType = number
    }

    private static let kinds: [String: [FlowKind]] = [
        "drop": [.drop, .kernelDrop], "1": [.drop, .kernelDrop], "kernel-drop": [.kernelDrop],
        "trace": [.trace], "4": [.trace], "policy-verdict": [.policyVerdict], "5": [.policyVerdict],
    ]

    /// Cilium's datapath gives delivery to an endpoint the number 0, Hubble's enumeration the number 101.
    private static func subType(_ text: String, of kinds: [FlowKind]) -> UInt16? {
        if kinds == [.trace] {
            let isDelivery = text == "to-endpoint" || text == "0"
            return isDelivery ? UInt16(ObservationPoint.toEndpoint.rawValue) : UInt16(text)
        }
        return kinds.contains(.drop) ? DropReason(filterValue: text)?.rawValue : nil
    }
}

extension FilterProgram {
    mutating func requireType(_ conditions: [TypeCondition], _ set: SetWord) {
        if conditions.isEmpty { return }
        let ranges = conditions.flatMap { condition in
            condition.kinds.map { kind in
                Self.type(kind, condition.subType ?? 0)...Self.type(kind, condition.subType ?? .max)
            }
        }
        types.restrict(set, .source, to: ranges)
    }

    mutating func requireKind(_ kinds: [FlowKind], _ set: SetWord) {
        requireType([TypeCondition(kinds: kinds)], set)
    }

    /// Kind and sub-type as one number.
    @inline(__always)
    private static func type(_ kind: FlowKind, _ subType: UInt16) -> UInt32 {
        UInt32(kind.rawValue) << 16 | UInt32(subType)
    }

    @inline(never)
    func narrowByType(_ candidates: inout Candidates, _ flows: Span<Flow>) {
        types.narrow(&candidates, flows) { flow in
            let kind = flow.kind
            return Self.type(
                kind, kind == .trace ? UInt16(flow.observationPoint.rawValue) : flow.dropReason.rawValue)
        }
    }
}
